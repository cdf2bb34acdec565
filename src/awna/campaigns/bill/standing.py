"""What stands on each line of the bill: its budget, what was given and set apart for it, what is open; added up the tree, by currency."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from awna.core.amounts import currency_scale
from awna.core.bill.lines import amount_minor
from awna.parties.models import Campaign

from ..models.place import BudgetLine
from .models import LineClaim

QUANTITY_STEP = Decimal("0.0001")
GIVABLE = ("line", "assembly")
LABOUR_UNITS = ("h", "HR", "day")
"""A line in one of these is work: people can give it."""


@dataclass
class Standing:
    """One line with everything below it, minor units by currency. `quantity_given` and `own_goods` are of the line itself."""

    line: BudgetLine
    depth: int = 0
    budget: dict[str, int] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    goods: dict[str, int] = field(default_factory=dict)
    apart: dict[str, int] = field(default_factory=dict)
    quantity_given: Decimal = Decimal(0)
    own_goods: dict[str, int] = field(default_factory=dict)

    def to_give(self, currency: str) -> int:
        """What money may still be given: what goods brought and the larger of what was given and set apart are covered."""
        covered = self.goods.get(currency, 0) + max(self.given.get(currency, 0), self.apart.get(currency, 0))
        return max(0, self.budget.get(currency, 0) - covered)

    def to_release(self, currency: str) -> int:
        """What may still be set apart for it."""
        return max(0, self.budget.get(currency, 0) - self.goods.get(currency, 0) - self.apart.get(currency, 0))

    @property
    def open(self) -> dict[str, int]:
        return {currency: self.to_give(currency) for currency in self.budget}

    @property
    def open_quantity(self) -> Decimal:
        """Units that may still be given as goods or work."""
        line = self.line
        if line.kind not in GIVABLE or not line.unit:
            return Decimal(0)
        left = [max(Decimal(0), line.quantity - self.quantity_given)]
        for currency, rate in rates_of(line):
            if rate > 0:
                left.append((Decimal(self.to_give(currency)).scaleb(-currency_scale(currency)) / rate).quantize(QUANTITY_STEP, ROUND_DOWN))
        return min(left).normalize() + 0

    @property
    def is_labour(self) -> bool:
        return self.line.unit in LABOUR_UNITS


def standings(campaign: Campaign, *, today: date | None = None) -> list[Standing]:
    """Every line in the order of the tree, with its sums."""
    lines = list(campaign.budget_lines.order_by("position"))
    claims = LineClaim.objects.filter(campaign=campaign).filter(counting(today or timezone.localdate()))
    return stand(lines, claims)


def counting(today: date) -> Q:
    """Claims that keep others away today."""
    return Q(state="counts") & (Q(holds_until=None) | Q(holds_until__gte=today))


def stand(lines: Sequence[BudgetLine], claims: Iterable[LineClaim]) -> list[Standing]:
    below: dict[Any, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        below[line.parent_id].append(line)
    found = {line.pk: Standing(line) for line in lines}
    for line in lines:
        if line.is_counted:
            found[line.pk].budget = dict(line.amounts)
    for claim in claims:
        if claim.line_id in found:
            _add_claim(found[claim.line_id], claim)
    ordered: list[Standing] = []
    waiting = [(line, 0) for line in reversed(below[None])]
    while waiting:
        line, depth = waiting.pop()
        found[line.pk].depth = depth
        ordered.append(found[line.pk])
        waiting += [(one, depth + 1) for one in reversed(below[line.pk])]
    for one in reversed(ordered):  # what stands below is added up before what stands above
        if one.line.parent_id is not None:
            above = found[one.line.parent_id]
            for mine, theirs in ((one.budget, above.budget), (one.given, above.given), (one.goods, above.goods), (one.apart, above.apart)):
                for currency, minor in mine.items():
                    theirs[currency] = theirs.get(currency, 0) + minor
    return ordered


def monies(sums: dict[str, int]) -> list[dict[str, Any]]:
    """Each currency by itself, as templates show it."""
    return [{"minor": minor, "scale": currency_scale(code), "code": code} for code, minor in sums.items()]


def rates_of(line: BudgetLine) -> list[tuple[str, Decimal]]:
    """Every currency of the line with its price of one unit."""
    first = [(line.currency, line.rate)] if line.currency else []
    return [*first, *((currency, Decimal(rate)) for currency, rate, _minor in line.more_rates)]


def _add_claim(standing: Standing, claim: LineClaim) -> None:
    if claim.kind in ("goods", "labour"):
        standing.quantity_given += claim.quantity
        for currency, rate in rates_of(standing.line):
            worth = amount_minor(claim.quantity, rate, currency)
            standing.goods[currency] = standing.goods.get(currency, 0) + worth
            standing.own_goods[currency] = standing.own_goods.get(currency, 0) + worth
        return
    kept = standing.apart if claim.kind == "release" else standing.given
    kept[claim.currency] = kept.get(claim.currency, 0) + claim.minor
