"""Small schedules as files, written here: an invented clinic in Microsoft Project XML and as a P6 export."""

from datetime import date, datetime
from decimal import Decimal

from awna.core.schedule.model import Assignment, Calendar, Except, Relation, Resource, Schedule, Task

DAY: tuple[tuple[int, int], ...] = ((420, 720), (780, 960))
REST: tuple[tuple[int, int], ...] = ()


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 3, day, hour)


CLINIC = Schedule(
    "Clinic of Wadi Sanad <ward & roof>",
    at(1),
    at(20, 16),
    at(3),
    "friday",
    480,
    (
        Task("S1", "Walls", "1", "", "summary", at(1), at(9, 16)),
        Task("T1", "جدار من البلوك", "W-1", "S1", "task", at(1), at(5, 16), 144_000, percent=40, actual_start=at(1), calendar="friday"),
        Task("T2", "Cure", "W-2", "S1", "task", at(5, 16), at(8, 16), 259_200, True),
        Task("T3", "Walls stand", "W-3", "S1", "milestone", at(8, 16), at(8, 16)),
        Task("T4", "Roof", "R-1", "", "task", at(9), at(20, 16), 288_000, constraint="start_not_before", constraint_date=at(9), deadline=at(25),
             note="Two lines:\nsteel, then sheets", guid="BA6CB4E7-DAD2-E811-AC3F-4CEDDE6E5B57"),
        Task("T5", "Site watch", "W-9", "", "level_of_effort", at(1), at(20, 16), 432_000, active=False),
    ),
    (
        Relation("T1", "T2", "FS", 3600),
        Relation("T2", "T3", "FF"),
        Relation("T1", "T4", "SS", 86_400, True),
        Relation("T3", "T4", "SF", lag_percent=50),
    ),
    (
        Calendar("friday", "Friday and Saturday rest", (DAY, DAY, DAY, DAY, REST, REST, DAY),
                 (Except(date(2026, 3, 19), date(2026, 3, 21), REST, "Feast"), Except(date(2026, 3, 10), date(2026, 3, 10), ((540, 780),), "Ramadan hours"))),
        Calendar("night", "Night crew", (None,) * 5 + (((1200, 1440),), None), (), "friday"),
    ),
    (Resource("mason", "Masons", "work", Decimal("3.5"), "friday"), Resource("block", "Blocks", "material", Decimal(1))),
    (Assignment("T1", "mason", Decimal("0.5"), 72_000), Assignment("T4", "mason", Decimal(2), 0)),
)  # fmt: skip

XER_TABLES = {
    "PROJECT": ["proj_id proj_short_name clndr_id last_recalc_date plan_start_date add_by_name", "1 Clinic 7 2026-03-03_00:00 2026-03-01_08:00 eve.login"],
    "OBS": ["obs_id obs_name", "1 eve.login"],
    "CALENDAR": [
        "clndr_id clndr_name day_hr_cnt clndr_data",
        "7 Usual 8 (0||CalendarData()((0||DaysOfWeek()((0||1()((0||0(s|08:00|f|16:00)())))(0||2()())(0||6()\x7f\x7f())))(0||Exceptions()((0||0(d|46101)())))))",
    ],
    "PROJWBS": ["wbs_id parent_wbs_id wbs_short_name wbs_name", "10 99 C Clinic", "11 10 C.1 Béton"],
    "TASK": [
        "task_id wbs_id clndr_id task_code task_name task_type status_code complete_pct_type target_drtn_hr_cnt remain_drtn_hr_cnt early_start_date "
        "early_end_date cstr_type cstr_date create_user",
        "10 11 7 A1 Pour TT_Task TK_Active CP_Drtn 40 10 2026-03-02_08:00 2026-03-08_16:00 CS_MSOA 2026-03-02_08:00 eve.login",
        "21 11 7 A2 Cure TT_LOE TK_NotStart CP_Drtn 16 16 2026-03-09_08:00 2026-03-10_16:00 - - eve.login",
        "22 11 8 A3 Done£ TT_FinMile TK_Complete CP_Phys 0 0 2026-03-10_16:00 2026-03-10_16:00 - - eve.login",
    ],
    "TASKPRED": ["task_id pred_task_id pred_type lag_hr_cnt", "21 10 PR_SS 8", "22 21 PR_FF -4", "22 77 PR_FS 0", "10 22 PR_XX 0"],
}  # fmt: skip


def xer_of(tables: dict[str, list[str]] = XER_TABLES) -> bytes:
    """The export; here `_` stands for a blank and `-` alone for an empty cell."""
    lines = ["ERMHDR\t20.12\t2026-03-03\tProject\teve.login\tEve Login\tdb\tProject Management\tEUR"]
    for name, (fields, *rows) in tables.items():
        lines += [f"%T\t{name}", "%F\t" + "\t".join(fields.split())]
        for row in rows:
            cells = row.split(" ") if name == "CALENDAR" else row.split()
            lines.append("%R\t" + "\t".join("" if cell == "-" else cell.replace("_", " ") if not cell.startswith(("TT_", "TK_", "CP_", "CS_", "PR_"))
                                              else cell for cell in cells))  # fmt: skip
    return "\r\n".join([*lines, "%E", ""]).encode("cp1252")


def mspdi_of(tasks: str, more: str = "") -> bytes:
    space = 'xmlns="http://schemas.microsoft.com/project"'
    return f'<?xml version="1.0" encoding="UTF-8"?><Project {space}><StartDate>2026-03-01T08:00:00</StartDate>{more}<Tasks>{tasks}</Tasks></Project>'.encode()


def task_of(uid: int, inside: str = "") -> str:
    return f"<Task><UID>{uid}</UID><Name>Task {uid}</Name><OutlineLevel>1</OutlineLevel>{inside}</Task>"


def link_to(uid: int, inside: str = "") -> str:
    return f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID>{inside}</PredecessorLink>"
