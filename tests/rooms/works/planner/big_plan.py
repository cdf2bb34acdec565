"""A campaign of 500 tasks and 80 people with a plan in force, for what the plan page weighs, asks and costs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from awna.access.services import add_crossing
from awna.campaigns.services import add_site
from awna.core.planning.command import make_plan
from awna.core.planning.formats.json_project import to_json
from awna.core.planning.generator import Size, rich_project
from awna.core.planning.problem import Calendar
from awna.parties.models import Campaign, Role
from awna.works.models import PlanRun, Progress, Task, WorkCalendar
from awna.works.services import adopt_plan

WORKS = ("Floor slab", "Walls", "Lintels and ring beam", "Roof", "Pipes", "Wiring", "Plaster", "Tiles and doors", "Paint", "Drains")
ROOMS = (
    "reception",
    "ward",
    "delivery room",
    "pharmacy",
    "laboratory",
    "store room",
    "kitchen",
    "operating room",
    "waiting room",
    "laundry",
)
DONE_EVERY = 7  # every so many tasks are done


def make_big_plan(campaign: Campaign, author: Role, *, tasks: int = 500, people: int = 80, today: date) -> PlanRun:
    """Rows as the planner would have left them; the plan is the first that is found, and is checked."""
    calendar = Calendar(today, 2, frozenset({4}))
    project = replace(rich_project(1, size=Size(tasks=tasks, people=people)), calendar=calendar, milestones=())
    WorkCalendar.objects.create(campaign=campaign, origin=today, slots_per_day=2, rest_days=[4])
    site = add_site(campaign=campaign, name="Ward", place_public="North district", author=author)
    for crossing in project.crossings:
        add_crossing(campaign=campaign, code=crossing.id, name=crossing.name, author=author)
    rows = Task.objects.bulk_create(
        Task(
            campaign=campaign, code=task.id, name=f"{WORKS[number % 10]} of the {ROOMS[number // 10 % 10]} {number // 100 + 1}", site=site,
            position=number, duration=task.methods[0].duration, quantity=Decimal(10 + number % 90), unit="m2",
        )
        for number, task in enumerate(project.tasks)
    )  # fmt: skip
    Progress.objects.bulk_create(
        Progress(task=row, quantity=row.quantity, done_on=today, recorded_by=author, request_id="done") for row in rows[::DONE_EVERY]
    )
    planned = make_plan(project, schedules=4)
    run = PlanRun.objects.create(
        campaign=campaign, reason="planned", finish=planned.plan.finish, lower_bound=planned.lower_bound, made_by=author, request_id="big",
        project_json=to_json(project).decode(), plan_json=to_json(planned.plan).decode(),
    )  # fmt: skip
    return adopt_plan(run=run, author=author)
