"""The writer of which task belongs to which line of the bill."""

from collections.abc import Mapping

from django.db import transaction

from awna.campaigns.models import BudgetLine
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.tasks import Task
from .models import TaskLine

COST_ROLES = ("site_lead", "steward", "treasurer")


@transaction.atomic
def set_task_lines(*, campaign: Campaign, lines: Mapping[str, str], author: Role) -> int:
    """Code of a task → code of its line, '' for none. All or nothing; returns how many changed."""
    refuse_unless_role(author, *COST_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    tasks = {task.code: task for task in Task.objects.filter(campaign=campaign, code__in=lines).select_related("on_line")}
    found = {line.code: line for line in BudgetLine.objects.filter(campaign=campaign, code__in=set(lines.values()))}
    problems = [_unknown(code, "task") for code in lines if code not in tasks]
    problems += [_unknown(code, "line") for code in sorted(set(lines.values()) - {""}) if code not in found]
    text = "“%(line)s” is not counted in the bill. Choose a line that is, or a heading."
    problems += [Problem("line_not_counted", text, {"line": line}) for line in found.values() if line.kind in ("alternate", "component")]
    if problems:
        raise Refused(problems)
    changed = 0
    for code, wanted in lines.items():
        task = tasks[code]
        now = getattr(task, "on_line", None)
        line = found.get(wanted)
        if (now.line_id if now else None) == (line.pk if line else None):
            continue
        changed += 1
        if line is None:
            TaskLine.objects.filter(task=task).delete()
        else:
            TaskLine.objects.update_or_create(task=task, defaults={"line": line})
    return changed


def _unknown(code: str, what: str) -> Problem:
    text = (
        "There is no task “%(code)s”. Reload the page." if what == "task" else "There is no line “%(code)s” in the bill. Reload the page."
    )
    return Problem(f"{what}_unknown", text, {"code": code})
