"""Examples of the pages of the site: a check, a defect, a line of the commissioning list."""

from datetime import timedelta
from typing import Any

from awna.works.diary.quality import add_check, record_defect
from awna.works.models import Task

from .ground import Ground


def site_examples(ground: Ground, task: Task) -> dict[str, dict[str, Any]]:
    """Name of an address → what stands in it."""
    nour = ground.world.nour
    check = add_check(task=task, kind="inspection", title="Levels of the slab", author=nour, request_id="check")
    defect = record_defect(
        campaign=ground.world.campaign,
        text="Crack above the door",
        due_on=ground.today + timedelta(days=3),
        author=nour,
        request_id="defect",
    )
    return {"check_result": {"check": check.pk}, "close_defect": {"defect": defect.pk}, "commissioning": {"code": "power-earth"}}
