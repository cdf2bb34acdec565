"""Each line of the bill with its budget, what was set apart and paid, what was issued and worked, and what it will have cost at the end."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from awna.books.models import Balance, Book
from awna.campaigns.bill.standing import Standing, standings
from awna.core.amounts import currency_scale
from awna.core.ledger.rules import ISSUED
from awna.parties.models import Campaign

from ..models.tasks import Task
from .money import money_of_lines

EARLY_SHARE = 0.2
"""Below this share of work done, the cost so far says nothing about the end."""
DONE, PACE, BUDGET, BOUND, GIVEN = "done", "pace", "budget", "bound", "given"


@dataclass
class Money:
    """One currency of one line with everything below it, in minor units. `how`: where the forecast comes from."""

    code: str
    budget: int = 0
    goods: int = 0
    held: int = 0
    committed: int = 0
    paid: int = 0
    forecast: int = 0
    how: str = BUDGET

    @property
    def scale(self) -> int:
        return currency_scale(self.code)

    @property
    def bound(self) -> int:
        """Held, released or ordered, and not paid yet."""
        return self.held + self.committed

    @property
    def over(self) -> int:
        """Above nothing: dearer than the budget."""
        return self.forecast - (self.budget - self.goods)


@dataclass
class Cost:
    """One line. `work` and `done` weigh the tasks of the line and below by their duration."""

    standing: Standing
    money: dict[str, Money] = field(default_factory=dict)
    own: dict[str, Money] = field(default_factory=dict)
    work: float = 0.0
    done: float = 0.0
    hours: Decimal = Decimal(0)
    issued: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    tasks: int = 0
    built: Decimal = Decimal(0)
    """Work done of the line itself in its own unit, by tasks that are counted in it too."""

    @property
    def line(self) -> Any:
        return self.standing.line

    @property
    def share(self) -> float | None:
        """The share of the work that is done; None where no task belongs to the line."""
        return self.done / self.work if self.work else None

    @property
    def percent(self) -> int | None:
        return None if self.share is None else round(100 * self.share)


def costs_of(campaign: Campaign) -> list[Cost]:
    return costs_and_rest(campaign)[0]


def costs_and_rest(campaign: Campaign) -> tuple[list[Cost], int]:
    """Every line in the order of the tree with subtotals up to the top, currencies never added together; and how many tasks are on no line."""
    without = 0
    costs = [Cost(one) for one in standings(campaign)]
    by_line = {cost.line.pk: cost for cost in costs}
    by_code = {cost.line.code: cost for cost in costs}
    book = Book.objects.filter(campaign=campaign).first()
    for cost in costs:
        _budget(cost)
    if book is not None:
        for line, rows in money_of_lines(book, [cost.line for cost in costs]).items():
            for row in rows.values():
                one = by_line[line].own.setdefault(row.currency.code, Money(row.currency.code))
                one.held, one.committed, one.paid = one.held + row.held, one.committed + row.committed, one.paid + row.paid
        without = _work(campaign, book, by_line, by_code)
    _add_up(costs, by_line)
    return costs, without


def totals_of(costs: Sequence[Cost]) -> list[Money]:
    """What stands at the top of the tree, by currency."""
    found: dict[str, Money] = {}
    for cost in costs:
        if cost.line.parent_id is None:
            for code, money in cost.money.items():
                _add(found.setdefault(code, Money(code)), money)
    return sorted(found.values(), key=lambda money: money.code)


def forecast_of(*, budget: int, goods: int, bound: int, paid: int, share: float | None) -> tuple[int, str]:
    """Minor units at the end, and where they come from: the bill is done, the pace so far, the budget, or what is bound already above it."""
    sure = bound + paid
    if share is not None and share >= 1 and sure:
        return sure, DONE
    if share is not None and share >= EARLY_SHARE and paid:
        return max(sure, round(paid / share)), PACE
    left = max(0, budget - goods)
    if sure > left:
        return sure, BOUND
    return left, GIVEN if goods and not left else BUDGET


def line_of_task(task: Task) -> Any:
    """The line that somebody chose; else the code of the only line that the task takes money from, '' for neither."""
    chosen = getattr(task, "chosen_line", None)
    if chosen is not None:
        return chosen
    return next(iter(task.money)) if len(task.money) == 1 else ""


def tasks_with_lines(campaign: Campaign) -> Any:
    """Tasks by position with `chosen_line` (or None) and `done_quantity` in one question."""
    return campaign.tasks.annotate(chosen_line=F("on_line__line"), done_quantity=Sum("progress__quantity"))


def _budget(cost: Cost) -> None:
    standing = cost.standing
    if standing.line.is_counted:
        for code, minor in standing.line.amounts.items():
            cost.own[code] = Money(code, budget=minor, goods=standing.own_goods.get(code, 0))


def _work(campaign: Campaign, book: Book, by_line: dict[Any, Cost], by_code: dict[str, Cost]) -> int:
    """Tasks, what was issued to them and worked on them, at the line of each; returns how many are on none."""
    of_ref: dict[str, Cost] = {}
    without = 0
    for task in tasks_with_lines(campaign):
        named = line_of_task(task)
        cost = by_line.get(named) or by_code.get(named)
        if cost is None:
            without += 1
            continue
        weight = float(task.duration or 1)
        cost.work += weight
        cost.done += weight * min(1.0, float((task.done_quantity or 0) / task.quantity) if task.quantity else 0.0)
        cost.tasks += 1
        if task.unit and task.unit == cost.line.unit:
            cost.built += task.done_quantity or 0
        of_ref[f"task:{task.pk}"] = of_ref[str(task.pk)] = cost
    rows = Balance.objects.filter(book=book, account__stage=ISSUED, account__custody__ref__in=of_ref)
    named = ("account__custody__ref", "account__commodity", "account__commodity__kind", "account__commodity__scale")
    items = {item.commodity_id: item for item in campaign.items.all()}
    for ref, thing, kind, scale, net in rows.values_list(*named).annotate(net=Sum(F("credits") - F("debits"))):
        amount = Decimal(int(net)).scaleb(-scale)
        if kind == "time":
            of_ref[ref].hours += amount
        elif thing in items:
            of_ref[ref].issued[items[thing].name, items[thing].unit] += amount
    return without


def _add_up(costs: Sequence[Cost], by_line: dict[Any, Cost]) -> None:
    """From the leaves to the top: a line's own money with its forecast, then what stands below it."""
    for cost in reversed(costs):
        below, cost.money = cost.money, {}
        for code in {*below, *cost.own}:
            own = cost.own.get(code, Money(code))
            total = Money(code)
            if cost.line.is_counted or code not in below:
                own.forecast, own.how = forecast_of(budget=own.budget, goods=own.goods, bound=own.bound, paid=own.paid, share=cost.share)
            _add(total, own)
            if code in below:
                _add(total, below[code])
                if total.forecast < total.bound + total.paid:
                    total.forecast, total.how = total.bound + total.paid, BOUND
            else:
                total.how = own.how
            cost.money[code] = total
        above = by_line.get(cost.line.parent_id)
        if above is not None:
            for code, money in cost.money.items():
                _add(above.money.setdefault(code, Money(code)), money)
            above.work, above.done, above.hours, above.tasks = (
                above.work + cost.work, above.done + cost.done, above.hours + cost.hours, above.tasks + cost.tasks,
            )  # fmt: skip
            for thing, amount in cost.issued.items():
                above.issued[thing] += amount


def _add(to: Money, money: Money) -> None:
    for name in ("budget", "goods", "held", "committed", "paid", "forecast"):
        setattr(to, name, getattr(to, name) + getattr(money, name))
