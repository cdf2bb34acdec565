"""Reads a list of volunteers from CSV. Pure: bytes in, rows out, every bad cell named by row and column."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from awna.core.problems import Problem, Refused

VOLUNTEERS_BYTES_MAX = 2 * 1024 * 1024
VOLUNTEERS_MAX = 5_000
PROBLEMS_MAX = 20
NAME_CHARS_MAX, CODE_CHARS_MAX, SKILL_CHARS_MAX = 120, 20, 40
COLUMNS = ("code", "name", "languages", "skills", "available", "vetting", "vetted_until")
REQUIRED = ("code", "name", "languages", "skills")
LANGUAGES = {"basic": 1, "working": 2, "native": 3}
SKILLS = {"helper": 1, "skilled": 2, "lead": 3}
STATES = ("pending", "cleared", "refused")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class VolunteerRow:
    """One read line; `windows` are pairs of days, both included."""

    row: int
    code: str
    name: str
    languages: dict[str, int]
    skills: dict[str, int]
    windows: tuple[tuple[date, date], ...]
    vetting: str
    vetted_until: date | None


def read_volunteers(data: bytes) -> list[VolunteerRow]:
    """All lines of the file, or Refused with every problem (at most PROBLEMS_MAX)."""
    records = _records(data)
    header = [cell.strip().casefold() for cell in records[0]]
    _refuse_bad_header(header)
    problems: list[Problem] = []
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if any(cell.strip() for cell in record):
            rows += _read_row(record, number, header, problems)
    codes = [row.code for row in rows]
    problems += [
        Problem("volunteer_code_twice", "The code “%(code)s” stands in the file twice. Give each person their own.", {"code": row.code},
                f"row {row.row}, column code")
        for index, row in enumerate(rows) if row.code in codes[:index]
    ]  # fmt: skip
    if not rows and not problems:
        problems.append(Problem("volunteers_empty", "The file has a header but no people. Add one line for each."))
    if problems:
        raise Refused(problems[:PROBLEMS_MAX])
    return rows


def read_levels(text: str, levels: dict[str, int], what: str) -> dict[str, int]:
    """`ar:native; en:working` as names and levels; a name alone is in the middle."""
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, level = (piece.strip().casefold() for piece in part.partition(":"))
        level = level or next(key for key, value in levels.items() if value == 2)
        if level not in levels:
            raise Refused(Problem("level_unknown", "“%(asked)s” is no level of a %(what)s. Use one of: %(levels)s.",
                                  {"asked": level, "what": what, "levels": ", ".join(levels)}))  # fmt: skip
        if not 0 < len(name) <= SKILL_CHARS_MAX or (what == "language" and not _LANGUAGE.fullmatch(name)):
            raise Refused(Problem("name_unknown", "“%(asked)s” is no %(what)s. Write a name, a colon and a level; languages by their code, such as ar.",
                                  {"asked": name, "what": what}))  # fmt: skip
        found[name] = levels[level]
    return found


def read_windows(text: str) -> tuple[tuple[date, date], ...]:
    """`2026-12-01..2026-12-20; …` as pairs of days."""
    return tuple(_window(part.strip()) for part in text.split(";") if part.strip())


def _window(part: str) -> tuple[date, date]:
    first, dots, last = part.partition("..")
    if not dots:
        raise Refused(
            Problem("window_unreadable", "“%(asked)s” is no window. Write from..until, such as 2026-12-01..2026-12-20.", {"asked": part})
        )
    window = (_day(first.strip()), _day(last.strip()))
    if window[1] < window[0]:
        raise Refused(
            Problem("window_ends_before_start", "The window %(asked)s ends before it starts. Correct one of its ends.", {"asked": part})
        )
    return window


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(Problem("date_unreadable", "“%(asked)s” is no date. Write it as 2026-12-01.", {"asked": text})) from None


def _records(data: bytes) -> list[list[str]]:
    if len(data) > VOLUNTEERS_BYTES_MAX:
        raise Refused(
            Problem("volunteers_file_too_large", "The file is larger than %(mb)s MB. Split it.", {"mb": VOLUNTEERS_BYTES_MAX // 1024**2})
        )
    try:
        records = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise Refused(
            Problem("volunteers_not_utf8", "The file is not UTF-8 text (byte %(byte)s). Save it as CSV UTF-8.", {"byte": error.start})
        ) from error
    except csv.Error as error:
        raise Refused(
            Problem("volunteers_not_csv", "The file is not a whole CSV file: %(reason)s. Save it again as CSV.", {"reason": error})
        ) from error
    if not records or not any(cell.strip() for cell in records[0]):
        raise Refused(
            Problem("volunteers_empty", "The file is empty. Its first row names the columns: %(columns)s.", {"columns": ", ".join(COLUMNS)})
        )
    if len(records) > VOLUNTEERS_MAX + 1:
        raise Refused(Problem("volunteers_too_many", "The file has %(n)s lines; at most %(max)s are read. Split it.",
                              {"n": len(records) - 1, "max": VOLUNTEERS_MAX}))  # fmt: skip
    return records


def _refuse_bad_header(header: list[str]) -> None:
    problems = [
        Problem("volunteer_column_wrong", "The column “%(name)s” is not expected here. Use each of these once: %(columns)s.",
                {"name": name, "columns": ", ".join(COLUMNS)}, f"row 1, column {index + 1}")
        for index, name in enumerate(header) if name not in COLUMNS or name in header[:index]
    ]  # fmt: skip
    problems += [
        Problem("volunteer_column_missing", "There is no column “%(name)s”. Add it to the first row.", {"name": name}, "row 1")
        for name in REQUIRED if name not in header
    ]  # fmt: skip
    if problems:
        raise Refused(problems[:PROBLEMS_MAX])


def read_cells(cells: Mapping[str, str], number: int) -> tuple[VolunteerRow | None, list[Problem]]:
    """What the cells of one line say, by column; None with what is wrong with them."""
    found: list[Problem] = []

    def cell(column: str, read: Callable[[str], object]) -> object:
        try:
            return read(cells.get(column, ""))
        except Refused as refused:
            found.extend(problem.at(f"row {number}, column {column}") for problem in refused.problems)
            return None

    row = VolunteerRow(
        number,
        cell("code", lambda text: _text(text, CODE_CHARS_MAX)),
        cell("name", lambda text: _text(text, NAME_CHARS_MAX)),
        cell("languages", lambda text: read_levels(text, LANGUAGES, "language")),
        cell("skills", lambda text: read_levels(text, SKILLS, "skill")),
        cell("available", read_windows),
        cell("vetting", _state),
        cell("vetted_until", lambda text: _day(text) if text else None),
    )  # type: ignore[arg-type]  # a cell that could not be read has left a problem, and the row is not used
    return (None if found else row), found


def _read_row(record: list[str], number: int, header: list[str], problems: list[Problem]) -> list[VolunteerRow]:
    """The row in a list, or nothing with its problems added."""
    if len(record) != len(header):
        problems.append(Problem("volunteer_row_length", "The row has %(n)s cells, the header %(max)s. Look for a comma too many or too few.",
                                {"n": len(record), "max": len(header)}, f"row {number}"))  # fmt: skip
        return []
    row, found = read_cells(dict(zip(header, (cell.strip() for cell in record), strict=True)), number)
    problems.extend(found)
    return [row] if row else []


def _text(text: str, chars_max: int) -> str:
    if not 0 < len(text) <= chars_max:
        raise Refused(Problem("volunteer_text_wrong", "The cell must hold 1 to %(max)s characters.", {"max": chars_max}))
    return text


def _state(text: str) -> str:
    if text and text not in STATES:
        raise Refused(
            Problem(
                "vetting_unknown",
                "“%(asked)s” is no state of vetting. Use one of: %(states)s.",
                {"asked": text, "states": ", ".join(STATES)},
            )
        )
    return text
