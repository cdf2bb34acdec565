"""The demonstration: two days on the site, what was looked at, what is wrong, what is built otherwise, and the first papers of the hand-over."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from awna.crews.models import Shift
from awna.works.diary import quality
from awna.works.diary.services import DayAsk, record_day
from awna.works.handover import services as handover
from awna.works.handover.services import AssetFacts, Upload

MANUAL = b"%PDF-1.4\n% A manual, invented for the demonstration.\n%%EOF\n"
FINDINGS = (
    ("water-quality", "passed", "District laboratory", "No germs in 100 ml at the farthest tap."),
    ("power-earth", "failed", "Electrical inspector", "Two sockets of the laboratory have no earth."),
    ("access-step-free", "passed", "Association of people with disabilities", ""),
    ("medical-shielding", "not_needed", "Health authority", "No radiation is used in this clinic."),
)


def tell(story: Any) -> None:
    """Nour and Lina note two days; hold points, a test, defects and a change follow; assets and findings begin the pack."""
    tasks = {task.code: task for task in story.campaign.tasks.all()}
    if {"G1", "G3", "G5", "R1", "W1", "R8"} - set(tasks):
        return
    note_days(story, tasks)
    look_at_work(story, tasks)
    begin_handover(story)


def note_days(story: Any, tasks: dict[str, Any]) -> None:
    """Six notes from two phones; more cement was used than the store handed out."""
    nour, lina, before = story.roles["Nour"], story.roles["Lina"], story.today - timedelta(days=1)
    shift = Shift.objects.filter(crew__campaign=story.campaign, works_on=story.today).first()
    notes = (
        (nour, 7, DayAsk(day=before, task=tasks["G1"], weather="dry", people=6, hours=Decimal(7), quantity=Decimal(12))),
        (nour, 11, DayAsk(day=before, task=tasks["G1"], problem="The lorry waited two hours at the market; rubble could not leave.")),
        (lina, 8, DayAsk(day=story.today, task=tasks["G1"], shift=shift, hours=Decimal("6.5") if shift else None, quantity=Decimal(8), weather="rain")),
        (lina, 10, DayAsk(day=story.today, task=tasks["R1"], item=story.items["cement"], used=18)),
        (nour, 12, DayAsk(day=story.today, problem="Rain in the trench: the pump of the neighbours helps until evening.")),
    )  # fmt: skip
    for number, (author, hour, ask) in enumerate(notes, start=1):
        at = timezone.make_aware(datetime.combine(ask.day, time(hour)))
        told = DayAsk(**{**vars(ask), "happened_at": at})
        record_day(campaign=story.campaign, ask=told, author=author, request_id=f"demo-note-{number}")


def look_at_work(story: Any, tasks: dict[str, Any]) -> None:
    """A hold point that is open, a test that passed, one defect open and one mended, a change that costs nothing."""
    nour, today = story.roles["Nour"], story.today
    quality.add_check(task=tasks["W1"], kind="hold", title="Reinforcement seen before the pour", author=nour, request_id="demo-hold")
    cube = quality.add_check(
        task=tasks["G5"], kind="test", title="Cube after 7 days", at_least=Decimal(12), unit="MPa", author=nour, request_id="demo-cube"
    )  # fmt: skip
    quality.record_result(
        check=cube, value=Decimal("14.2"), inspector="District laboratory", checked_on=today, author=nour, request_id="demo-cube"
    )
    quality.record_defect(
        campaign=story.campaign, task=tasks["R1"], text="Crack along the north edge of the slab, two metres", due_on=today + timedelta(days=9),
        author=nour, request_id="demo-defect-1",
    )  # fmt: skip
    gate = quality.record_defect(
        campaign=story.campaign,
        text="The gate of the yard does not close",
        due_on=today + timedelta(days=3),
        author=nour,
        request_id="demo-defect-2",
    )
    quality.close_defect(defect=gate, how="Hinge set again and greased", author=nour)
    quality.order_change(
        task=tasks["G3"],
        text="The old drain lies deeper: the trench turns around it",
        quantity=Decimal(66),
        author=nour,
        request_id="demo-change",
    )


def begin_handover(story: Any) -> None:
    """Papers come as they arrive, not at the end."""
    about = {"campaign": story.campaign, "author": story.roles["Nour"]}
    for code, result, inspector, note in FINDINGS:
        handover.record_commissioning(
            code=code, result=result, inspector=inspector, checked_on=story.today, note=note, request_id=f"demo-{code}", **about
        )
    facts = AssetFacts(
        name="Solar panel", place="Roof of the store", quantity=16, installed_on=story.today, warranty_until=story.today + timedelta(days=3_650),
        service="Sun Workshop, the road to the mill",
    )  # fmt: skip
    panels = handover.add_asset(facts=facts, request_id="demo-panels", **about)
    handover.add_paper(
        kind="manual",
        title="دليل الألواح الشمسية",
        language="ar",
        upload=Upload(MANUAL, "panels.pdf"),
        asset=panels,
        request_id="demo-manual",
        **about,
    )
