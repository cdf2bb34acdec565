"""What still waits of a pledge: promised, less what has come."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum

from ..models import Gift, Pledge


def due_of(pledges: Iterable[Pledge]) -> dict[Any, int]:
    """Pledge → minor units that still wait."""
    found = {pledge.pk: pledge.amount_minor for pledge in pledges}
    came = dict(Gift.objects.filter(pledge__in=found, returned_seq=None).values_list("pledge").annotate(sum=Sum("amount_minor")))
    return {pk: max(0, amount - came.get(pk, 0)) for pk, amount in found.items()}
