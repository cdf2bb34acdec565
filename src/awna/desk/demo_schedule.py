"""The demonstration: parts of the work, Fridays and hours of rest, clearances that were given, one that is missing."""

from datetime import date, timedelta
from typing import Any

from awna.works.models import Task
from awna.works.schedule import gate_services as gates
from awna.works.schedule.models import ScheduleChange
from awna.works.schedule.services import apply_states
from awna.works.schedule.states import states_of

ROOMS = {"R": "Reception", "W": "Ward", "D": "Delivery room", "L": "Laboratory", "P": "Pharmacy", "S": "Store room"}
RAMADAN = (date(2027, 2, 8), date(2027, 3, 9))
CERTIFICATE = (
    b"Certificate of clearance 2026-114. The yard and the building of the clinic were searched and are free of explosive hazards.\n"
)


def tell(story: Any) -> None:
    """Groups the tasks, says when the site rests, and what was cleared by whom."""
    campaign, lead, site = story.campaign, story.roles["Nour"], story.campaign.sites.first()
    if site is None:
        return
    group_tasks(campaign, lead)
    first, last = RAMADAN
    gates.add_rest(
        campaign=campaign,
        kind="ramadan",
        name="Ramadan 2027",
        first_day=first,
        last_day=last,
        parts=[1],
        author=lead,
        request_id="ramadan",
    )
    gates.add_rest(
        campaign=campaign, kind="holiday", name="Eid al-Fitr", first_day=last + timedelta(days=1), last_day=last + timedelta(days=3),
        author=lead, request_id="eid",
    )  # fmt: skip
    hazards = gates.ask_clearance(
        campaign=campaign, kind="ordnance", site=site, note="The yard was under fire.", author=lead, request_id="ordnance"
    )
    gates.record_clearance(
        need=hazards, cleared_by="Mine action office of the district", valid_from=story.today - timedelta(days=120), author=lead,
        request_id="ordnance", paper=CERTIFICATE, paper_name="certificate-2026-114.txt", paper_type="text/plain",
    )  # fmt: skip
    permit = gates.ask_clearance(campaign=campaign, kind="permit", site=site, author=lead, request_id="permit")
    gates.record_clearance(
        need=permit, cleared_by="Municipality of Wadi Sanad", valid_from=story.today - timedelta(days=90),
        valid_until=story.today + timedelta(days=300), author=lead, request_id="permit",
    )  # fmt: skip
    roof = _roof_of_the_ward(campaign)
    if roof:
        gates.ask_clearance(
            campaign=campaign, kind="structure", task=roof, note="The engineer looks at the ring beam first.",
            expected_on=story.today + timedelta(days=12), author=lead, request_id="structure",
        )  # fmt: skip


def group_tasks(campaign: Any, author: Any) -> ScheduleChange:
    """The work breakdown by the first letter of the codes."""
    before = states_of(campaign)
    parts = {"G": _part("Grounds and drains", 0), "H": _part("House", 1), "X": _part("Power, water and the handover", 8)}
    parts.update({letter: _part(name, 2 + place, above="H") for place, (letter, name) in enumerate(ROOMS.items())})
    tasks = {code: {**state, "part": code[:1] if code[:1] in parts else None} for code, state in before["tasks"].items() if state}
    return apply_states(campaign=campaign, wanted={"tasks": tasks, "parts": parts}, author=author, request_id="parts")


def _part(name: str, place: int, *, above: str | None = None) -> dict[str, Any]:
    return {"name": name, "parent": above, "position": place, "guid": "", "outside_id": ""}


def _roof_of_the_ward(campaign: Any) -> Task | None:
    """The last task that nobody has begun and that has a roof in its name."""
    found = campaign.tasks.filter(name__startswith="Roof", progress__isnull=True, issues__isnull=True).order_by("-position")
    return found.first()
