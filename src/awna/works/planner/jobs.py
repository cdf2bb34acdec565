"""What the worker does for the plan page: plan anew, work out a what-if, simulate. It tells how far it is and looks whether to stop."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.planning import command
from awna.core.planning.formats.json_project import project_from_json, to_json
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Milestone, Project
from awna.core.planning.replan import difference, settle
from awna.core.planning.replan_options import people_to_call
from awna.core.planning.simulate import ALL, Outcome, simulate
from awna.core.problems import Problem, Refused
from awna.kit.jobs import job_task

from ..gather import present_slot
from ..services import begun_tasks, keep_plan, plan_question
from .changes import with_changes
from .compare import person_slots
from .history import doubts_of
from .models import PlanJob, PlanMilestone, WhatIf

TELL_S = 0.5  # seconds between two notes of how far a job is
POINTS_MAX = 200  # better plans that are kept for the curve
SCENARIOS = 2_000
CRITICAL_SHOWN = 12  # tasks whose share of held-up ends is kept
STOPPED_EARLY = Problem("plan_job_stopped_early", "It was stopped before there was a first plan. Nothing was kept; start it again.")


@dataclass
class Pulse:
    """Notes each better plan of a job, a sign of life, and the wish of a person to stop; both seldom enough to cost nothing."""

    job: PlanJob
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0
    stopped: bool = False
    points: list[list[float]] = field(default_factory=list)

    def report(self, finish: int, bound: int, _seconds: float) -> None:
        """Seconds count from the begin of the job: its parts each count from their own."""
        point = [round(time.monotonic() - self.began, 2), finish, bound]
        if not self.points or finish < self.points[-1][1]:
            self.points = [*self.points, point][-POINTS_MAX:]
        else:
            self.points[-1][2] = max(self.points[-1][2], bound)
        self._tell()

    def stop(self) -> bool:
        """Asked by the search all the time."""
        self._tell()
        return self.stopped

    def _tell(self) -> None:
        if time.monotonic() - self.told < TELL_S:
            return
        self.told = time.monotonic()
        found = PlanJob.objects.filter(pk=self.job.pk)
        found.update(points=self.points, beat_at=timezone.now())
        self.stopped = found.filter(stop_asked_at__isnull=False).exists()


@job_task
def run_plan_job(job_id: str) -> None:
    """Do one job from begin to end; one that is over or gone is left alone. A job begun again starts over."""
    job = PlanJob.objects.select_related("campaign", "asked_by", "run", "what_if__owner").get(pk=job_id)
    if job.is_over:
        return
    PlanJob.objects.filter(pk=job.pk).update(state="running", began_at=timezone.now(), beat_at=timezone.now(), points=[])
    pulse = Pulse(job)
    try:
        KINDS[job.kind](job, pulse)
        job.state = "done"
    except Refused as refused:
        job.state = "failed"
        job.problems = [
            {"code": one.code, "text": one.text, "params": {k: str(v) for k, v in one.params.items()}} for one in refused.problems
        ]
    job.points, job.ended_at = pulse.points, timezone.now()
    job.save(update_fields=["state", "problems", "points", "ended_at", "run", "result"])


def _solve(job: PlanJob, pulse: Pulse) -> None:
    project, running = plan_question(job.campaign)
    planned = command.make_plan(project, seconds=float(job.seconds), seed=job.seed, report=pulse.report, stop=pulse.stop)
    pulse.report(planned.plan.finish, planned.lower_bound, 0.0)
    with transaction.atomic():
        locked = PlanJob.objects.select_for_update().get(pk=job.pk)  # a second worker may have taken the job up again
        if locked.is_over:
            return
        job.run = keep_plan(
            campaign=job.campaign, project=project, running=running, planned=planned, seed=job.seed, author=job.asked_by,
            request_id=f"job:{job.pk}",
        )  # fmt: skip
        PlanJob.objects.filter(pk=job.pk).update(run=job.run)


def _what_if(job: PlanJob, pulse: Pulse) -> None:
    """Mended first, which moves least, then planned anew from there."""
    copy = job.what_if
    assert copy is not None  # the service made the job for one
    project, running = plan_question(job.campaign)
    if running is None or running.pk != copy.based_on_id:
        raise Refused(Problem("what_if_is_overtaken", "Another plan was adopted since this copy was made. Make a new copy of that one."))
    changed = with_changes(project, copy.changes, language=job.campaign.site_language)
    plans, problems = {}, []
    try:
        now = present_slot(job.campaign, timezone.localdate())
        mended, _moved = settle(changed, running.plan, now=now, begun=begun_tasks(job.campaign))
        plans["mended"] = _told(changed, running.plan, mended)
        pulse.report(mended.finish, 0, 0.0)
    except Refused as refused:
        problems = refused.problems
    try:
        planned = command.make_plan(changed, seconds=float(job.seconds), seed=job.seed, report=pulse.report, stop=pulse.stop)
        pulse.report(planned.plan.finish, planned.lower_bound, 0.0)
        plans["anew"] = {**_told(changed, running.plan, planned.plan), "bound": planned.lower_bound}
    except Refused as refused:
        problems = refused.problems
    if not plans:
        raise Refused(problems)
    before = _told(project, running.plan, running.plan)
    WhatIf.objects.filter(pk=copy.pk).update(plans={"before": before, **plans})


def _told(project: Project, old: Plan, new: Plan) -> dict[str, Any]:
    """A plan with what a table of before and after says of it."""
    tasks = {task.id: task for task in project.tasks}
    kept = [placement for placement in new.placements if placement.task in tasks]
    return {
        "plan": to_json(new).decode(), "finish": new.finish,
        "moves": [[m.task, m.old_start, m.new_start, m.old_finish, m.new_finish, m.crew_changed] for m in difference(old, new).moved],
        "people": people_to_call(old, new),
        "person_slots": person_slots(new),
        "cost": sum(tasks[placement.task].methods[placement.method].cost for placement in kept),
    }  # fmt: skip


def _simulate(job: PlanJob, pulse: Pulse) -> None:
    assert job.run is not None  # the service made the job for one
    project, plan = project_from_json(job.run.project_json.encode()), job.run.plan
    assert project.calendar is not None  # tasks are loaded with a calendar only
    milestones = milestones_of(job.campaign, project)
    today = timezone.localdate()
    now = project.calendar.slot_of(today)
    doubts, pasts = doubts_of(job.campaign, project.calendar, today)
    pulse.stop()
    outcome = simulate(replace(project, milestones=milestones), plan, scenarios=SCENARIOS, seed=job.seed, now=now, doubts=doubts)
    names = {ALL: "", **{one.id: one.name for one in milestones}}
    job.result = {
        **_outcome(outcome, names), "day": today.isoformat(), "history": {code: past.as_json() for code, past in pasts.items()},
        "loads": {crossing.id: _loads_through(project, crossing.id) for crossing in project.crossings},
    }  # fmt: skip


def _outcome(outcome: Outcome, names: Mapping[str, str]) -> dict[str, Any]:
    critical = sorted(outcome.critical.items(), key=lambda item: (-item[1], item[0]))
    return {
        "scenarios": outcome.scenarios, "never": outcome.never_finished, "crossings": dict(outcome.crossings),
        "critical": [[task, round(share, 3)] for task, share in critical[:CRITICAL_SHOWN] if share > 0],
        "milestones": [
            {"name": names[one.id], "planned": one.planned, "p50": one.p50, "p80": one.p80, "p95": one.p95, "never": one.never}
            for one in outcome.milestones
        ],
    }  # fmt: skip


def _loads_through(project: Project, crossing: str) -> int:
    return len({load.id for stock in project.stocks for load in stock.deliveries if load.crossing == crossing})


def milestones_of(campaign: Any, project: Project) -> tuple[Milestone, ...]:
    """Those that people named; then each task without a length, as imported schedules have them, and each site where there are several."""
    known = {task.id for task in project.tasks}
    found = []
    for row in PlanMilestone.objects.filter(campaign=campaign).prefetch_related("tasks"):
        tasks = tuple(task.code for task in row.tasks.all() if task.code in known)
        if tasks:
            found.append(Milestone(f"named:{row.pk}", tasks, name=row.name))
    found += [
        Milestone(f"task:{task.id}", (task.id,), name=task.name or task.id)
        for task in project.tasks if all(method.duration == 0 for method in task.methods)
    ]  # fmt: skip
    if len(project.sites) > 1:
        for site in project.sites:
            tasks = tuple(task.id for task in project.tasks if task.site == site.id)
            if tasks:
                found.append(Milestone(f"site:{site.id}", tasks, name=site.name))
    return tuple(found)


KINDS = {"solve": _solve, "what_if": _what_if, "simulate": _simulate}
