"""Examples for the addresses of the plan page: a job and a copy that everybody on the plan sees."""

from typing import Any

from awna.works.models import PlanRun
from awna.works.planner import services

from .ground import Ground


def plan_examples(ground: Ground, run: PlanRun) -> dict[str, Any]:
    """The job waits: nobody works it off here."""
    campaign, lead = ground.world.campaign, ground.world.nour
    job = services.start_planning(campaign=campaign, author=lead, request_id="look")
    copy = services.make_what_if(
        campaign=campaign, name="Longer walls", author=lead, request_id="look",
        changes=[{"kind": "duration", "task": run.plan.placements[0].task, "days": 9}],
    )  # fmt: skip
    services.share_what_if(what_if=copy, author=lead)
    return {"plan_job": {"pk": job.pk}, "what_if": {"pk": copy.pk}, "change_what_if": {"pk": copy.pk}}
