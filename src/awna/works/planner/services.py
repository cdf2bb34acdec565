"""The only writers of the plan page: start and stop a job, make, change, share, forget and adopt a what-if, name milestones."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.planning.check import check_plan
from awna.core.planning.command import Planned
from awna.core.planning.formats.json_project import plan_from_json
from awna.core.problems import Problem, Refused
from awna.kit.jobs import enqueue
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.plans import PlanRun
from ..models.tasks import Task
from ..services import PLAN_ROLES, adopt_plan, keep_plan, plan_question
from .changes import CHANGES_MAX
from .jobs import run_plan_job
from .models import PlanJob, PlanMilestone, WhatIf

SECONDS_MAX = 600  # a job must end before the queue takes it for dead
SECONDS_USUAL = 30
NAME_CHARS_MAX = 120


@transaction.atomic
def start_planning(*, campaign: Campaign, author: Role, request_id: str, seconds: int = SECONDS_USUAL, seed: int = 1) -> PlanJob:
    """Plan all open tasks anew, by the worker. Nothing is in force until the answer is adopted."""
    return _start(campaign, author, request_id, kind="solve", seconds=seconds, seed=seed)


@transaction.atomic
def start_simulation(*, run: PlanRun, author: Role, request_id: str, seed: int = 1) -> PlanJob:
    """What may really happen to this plan, by the worker; the seed is kept, so that everyone gets the same answer again."""
    return _start(run.campaign, author, request_id, kind="simulate", run=run, seed=seed)


@transaction.atomic
def start_what_if(*, what_if: WhatIf, author: Role, request_id: str, seconds: int = SECONDS_USUAL, seed: int = 1) -> PlanJob:
    """Work a copy out, by the worker."""
    _refuse_unless_owner(what_if, author)
    if not what_if.changes:
        raise Refused(Problem("what_if_changes_nothing", "This copy changes nothing yet. Change something first."))
    return _start(what_if.campaign, author, request_id, kind="what_if", what_if=what_if, seconds=seconds, seed=seed)


def _start(campaign: Campaign, author: Role, request_id: str, *, seconds: int = 0, **values: Any) -> PlanJob:
    refuse_unless_role(author, *PLAN_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)  # two clicks on one button
    first = PlanJob.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    if not 0 <= seconds <= SECONDS_MAX:
        text = "Asked are %(asked)s seconds; at most %(max)s are searched. Ask for less."
        raise Refused(Problem("seconds_out_of_range", text, {"asked": seconds, "max": SECONDS_MAX}, "seconds"))
    job = PlanJob.objects.create(campaign=campaign, asked_by=author, request_id=request_id, seconds=seconds, **values)
    enqueue(run_plan_job, job_id=str(job.pk))
    return job


@transaction.atomic
def stop_job(*, job: PlanJob, author: Role) -> PlanJob:
    """Ask a job to end with the best plan so far. One that has not begun, or is not heard of any more, ends at once without a plan."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=job.campaign)
    locked = PlanJob.objects.select_for_update().get(pk=job.pk)
    if locked.is_over:
        return locked
    locked.stop_asked_at = locked.stop_asked_at or timezone.now()
    if locked.state == "waiting" or locked.is_silent:
        locked.state, locked.ended_at = "failed", timezone.now()
        locked.problems = [{"code": "plan_job_not_begun", "text": "It was stopped before it began. Nothing was kept.", "params": {}}]
    locked.save(update_fields=["state", "ended_at", "problems", "stop_asked_at"])
    return locked


@transaction.atomic
def make_what_if(*, campaign: Campaign, name: str, changes: Sequence[Mapping[str, Any]], author: Role, request_id: str) -> WhatIf:
    """A copy of the plan in force under a name, with changed facts; nobody but its owner sees it."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=campaign)
    first = WhatIf.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    running = PlanRun.objects.adopted(campaign)
    if running is None:
        raise Refused(Problem("no_plan_to_copy", "No plan has been adopted yet, so there is nothing to copy. Make a plan and adopt it."))
    if not 0 < len(name.strip()) <= NAME_CHARS_MAX:
        raise Refused(Problem("what_if_needs_a_name", "Give the copy a name of 1 to %(max)s characters.", {"max": NAME_CHARS_MAX}, "name"))
    return WhatIf.objects.create(
        campaign=campaign, name=name.strip(), owner=author, based_on=running, changes=list(changes), request_id=request_id
    )


@transaction.atomic
def change_what_if(*, what_if: WhatIf, changes: Sequence[Mapping[str, Any]], author: Role) -> WhatIf:
    """Put other facts in place of the old ones; the answers to those are forgotten."""
    _refuse_unless_owner(what_if, author)
    locked = WhatIf.objects.select_for_update().get(pk=what_if.pk)
    _refuse_adopted(locked)
    if len(changes) > CHANGES_MAX:
        text = "A copy holds at most %(max)s changes. Take one out or make another copy."
        raise Refused(Problem("too_many_changes", text, {"max": CHANGES_MAX}))
    locked.changes, locked.plans = list(changes), {}
    locked.save(update_fields=["changes", "plans"])
    return locked


@transaction.atomic
def share_what_if(*, what_if: WhatIf, author: Role) -> WhatIf:
    """Let everyone who works on the plan see this copy."""
    _refuse_unless_owner(what_if, author)
    if what_if.shared_at is None:
        what_if.shared_at = timezone.now()
        what_if.save(update_fields=["shared_at"])
    return what_if


@transaction.atomic
def forget_what_if(*, what_if: WhatIf, author: Role) -> None:
    """Delete a copy with its jobs. One that was adopted stays: the plan in force came from it."""
    _refuse_unless_owner(what_if, author)
    _refuse_adopted(what_if)
    what_if.jobs.all().delete()
    what_if.delete()


@transaction.atomic
def adopt_what_if(*, what_if: WhatIf, which: str, author: Role, why: str) -> PlanRun:
    """Put an answer of a copy in force, with a reason. Lengths of tasks become facts; what is only assumed must be true by now.

    The stored plan is judged against the facts of today: one that counts on people or openings that are not there is refused.
    """
    refuse_unless_role(author, *PLAN_ROLES, campaign=what_if.campaign)
    Campaign.objects.select_for_update().get(pk=what_if.campaign_id)  # two people may adopt at once
    locked = WhatIf.objects.select_for_update().get(pk=what_if.pk)
    _refuse_adopted(locked)
    if not why.strip():
        raise Refused(Problem("adopt_needs_a_reason", "Say in a sentence why this plan is adopted. Everyone may read it.", {}, "why"))
    answer = locked.plans.get(which) if which in {"mended", "anew"} else None
    if answer is None:
        raise Refused(Problem("what_if_not_worked_out", "This copy has no such answer yet. Work it out first."))
    running = PlanRun.objects.adopted(locked.campaign)
    if running is None or running.pk != locked.based_on_id:
        raise Refused(Problem("what_if_is_overtaken", "Another plan was adopted since this copy was made. Make a new copy of that one."))
    _keep_durations(locked)
    project, running = plan_question(locked.campaign)
    plan = plan_from_json(answer["plan"].encode())
    wrong = check_plan(project, plan)
    if wrong:
        text = "This plan counts on something that is only assumed. Make it true first, such as by registering the people; then work it out again."
        raise Refused([Problem("what_if_not_true_yet", text), *wrong])
    run = keep_plan(
        campaign=locked.campaign, project=project, running=running, planned=Planned(plan, answer.get("bound", 0), 0, 0.0), author=author,
        request_id=f"what-if:{locked.pk}:{which}", reason="what_if",
    )  # fmt: skip
    locked.adopted_as, locked.shared_at = run, locked.shared_at or timezone.now()
    locked.save(update_fields=["adopted_as", "shared_at"])
    return adopt_plan(run=run, author=author, why=why)


def _keep_durations(what_if: WhatIf) -> None:
    per_day = what_if.campaign.work_calendar.slots_per_day
    for change in what_if.changes:
        if change["kind"] == "duration":
            Task.objects.filter(campaign=what_if.campaign, code=change["task"]).update(duration=change["days"] * per_day)


@transaction.atomic
def name_milestone(*, campaign: Campaign, name: str, tasks: Sequence[Task], author: Role) -> PlanMilestone:
    """A day that people wait for: when the last of these tasks is done. The same name again replaces its tasks."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=campaign)
    problems = []
    if not 0 < len(name.strip()) <= NAME_CHARS_MAX:
        problems.append(
            Problem("milestone_needs_a_name", "Give the milestone a name of 1 to %(max)s characters.", {"max": NAME_CHARS_MAX}, "name")
        )
    if not tasks or any(task.campaign_id != campaign.pk for task in tasks):
        problems.append(Problem("milestone_needs_tasks", "Choose at least one task of this campaign.", {}, "tasks"))
    if problems:
        raise Refused(problems)
    milestone, _made = PlanMilestone.objects.get_or_create(campaign=campaign, name=name.strip())
    milestone.tasks.set(tasks)
    return milestone


@transaction.atomic
def forget_milestone(*, milestone: PlanMilestone, author: Role) -> None:
    refuse_unless_role(author, *PLAN_ROLES, campaign=milestone.campaign)
    milestone.delete()


def _refuse_unless_owner(what_if: WhatIf, author: Role) -> None:
    refuse_unless_role(author, *PLAN_ROLES, campaign=what_if.campaign)
    if what_if.owner.user_id != author.user_id:
        raise Refused(Problem("what_if_is_not_yours", "Only the person who made this copy may change it. Make a copy of your own."))


def _refuse_adopted(what_if: WhatIf) -> None:
    if what_if.adopted_as_id:
        raise Refused(Problem("what_if_was_adopted", "This copy was adopted and stays as it is. Make a new copy."))
