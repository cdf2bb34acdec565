"""What still waits of a pledge: promised, less what has come."""

from collections.abc import Iterable
from typing import Any

from ..models import Pledge


def due_of(pledges: Iterable[Pledge]) -> dict[Any, int]:
    """Pledge → minor units that still wait."""
    waiting = Pledge.objects.filter(pk__in=[pledge.pk for pledge in pledges]).order_by().with_due()
    return dict(waiting.values_list("pk", "due_minor"))
