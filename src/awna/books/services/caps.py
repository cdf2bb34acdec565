"""The policy's limit of a day: what is released of one currency with one date."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db.models import Sum

from awna.core.amounts import format_minor
from awna.core.problems import Problem, Refused

from ..models import Book, Commodity, Transfer
from .proposals import policy_in_force


def refuse_above_cap(book: Book, *, rows: Sequence[tuple[Commodity, int]], on: date) -> None:
    """Refused when these rows, with what was released on that day, go beyond the policy's limit of a day."""
    caps = {cap.commodity: cap.per_day for cap in policy_in_force(book).rules.caps}
    asked: Counter[Commodity] = Counter()
    for commodity, amount in rows:
        asked[commodity] += amount
    for commodity, amount in asked.items():
        if str(commodity.pk) not in caps:
            continue
        cap = caps[str(commodity.pk)]
        sums = Transfer.objects.filter(book=book, kind="release", entry__effective_date=on, commodity=commodity)
        before = sums.aggregate(all=Sum("amount"))["all"] or 0
        if before + amount > cap:
            raise Refused(Problem(
                "cap_exceeded", "At most %(cap)s %(code)s are released in one day; %(before)s were released on that day. Wait a day.",
                {"cap": format_minor(cap, commodity.scale), "before": format_minor(before, commodity.scale), "code": commodity.code}))  # fmt: skip
