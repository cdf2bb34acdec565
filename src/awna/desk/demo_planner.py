"""The demonstration's plan page: milestones that people wait for, a simulation, and a copy of the plan that Nour shared."""

from datetime import timedelta
from typing import Any

from awna.works.models import PlanRun
from awna.works.planner import services as planner

MILESTONES = (
    ("The ward can open", "W"),
    ("The delivery room can open", "D"),
    ("Solar power and handover", "X"),
)  # tasks by their first letter
SEARCH_S = 1
SHUT_IN_DAYS, SHUT_WEEKS = 14, 3


def tell(story: Any) -> None:
    """The jobs are done with the others once the story is told."""
    campaign, lead, run = story.campaign, story.roles["Nour"], PlanRun.objects.adopted(story.campaign)
    if run is None:
        return
    tasks = list(campaign.tasks.all())
    for name, letter in MILESTONES:
        planner.name_milestone(campaign=campaign, name=name, tasks=[task for task in tasks if task.code.startswith(letter)], author=lead)
    planner.start_simulation(run=run, author=lead, request_id="demo-simulation")
    first = story.today + timedelta(days=SHUT_IN_DAYS)
    shut = {"kind": "close", "crossing": "north", "weeks": SHUT_WEEKS, "from": first.isoformat()}
    copy = planner.make_what_if(
        campaign=campaign, name="North crossing shut for three weeks", changes=[shut], author=lead, request_id="demo-what-if"
    )
    planner.share_what_if(what_if=copy, author=lead)
    planner.start_what_if(what_if=copy, author=lead, seconds=SEARCH_S, request_id="demo-what-if-job")
