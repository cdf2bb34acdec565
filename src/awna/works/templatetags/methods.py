"""What a plan comes to against the one before, for the page of the plan."""

from typing import Any

from django import template

from ..methods.shown import changes_of
from ..models import PlanRun

register = template.Library()


@register.inclusion_tag("works/methods/_changes.html")
def plan_changes(run: PlanRun) -> dict[str, Any]:
    """Finish, cost, carbon and tonnes at the crossing, before and after; nothing where no way to build is known."""
    return {"changes": changes_of(run)}
