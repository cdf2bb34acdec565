"""Examples of the pages of tasks, schedules, working times and clearances."""

from datetime import timedelta
from typing import Any

from awna.works.models import Task
from awna.works.schedule.gate_services import add_rest, ask_clearance, record_clearance
from awna.works.schedule.importing import upload_schedule
from awna.works.schedule.models import WorkPart
from awna.works.schedule.services import set_part
from tests.core.schedule.plans import xer_of

from .ground import Ground


def schedule_examples(ground: Ground, task: Task) -> dict[str, dict[str, Any]]:
    """A part of the work, a file that waits to be taken in, a clearance that was given, hours of rest."""
    w, campaign = ground.world, ground.world.campaign
    set_part(campaign=campaign, code="1", name="Ward", parent="", author=w.nour, request_id="part", new=True)
    file = upload_schedule(campaign=campaign, data=xer_of(), filename="plan.xer", author=w.nour, request_id="schedule")
    need = ask_clearance(campaign=campaign, kind="structure", task=task, author=w.nour, request_id="need")
    given = record_clearance(
        need=need, cleared_by="Engineers' office", valid_from=ground.today - timedelta(days=9), author=w.nour, request_id="given"
    )
    rest = add_rest(campaign=campaign, kind="weekly", weekdays=[4], author=w.nour, request_id="rest")
    return {
        "schedule_task": {"pk": task.pk}, "schedule_part": {"pk": WorkPart.objects.get(campaign=campaign).pk}, "schedule_preview": {"pk": file.pk},
        "clearance_record": {"pk": need.pk}, "clearance_expect": {"pk": need.pk}, "clearance_drop": {"pk": need.pk},
        "clearance_withdraw": {"pk": given.pk}, "site_hours_end": {"pk": rest.pk},
    }  # fmt: skip
