"""The figures of the open books: by fund, by budget line, by kind for a period, by stage. Currencies, goods and hours are never added together."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, Sum

from awna.books.models import Balance, BankAccount, Book, Commodity, Fund
from awna.books.services.browse import last_readable_day
from awna.books.services.filters import Filters
from awna.books.services.reading import stock_by_place
from awna.books.services.statements import latest_slip, latest_statement
from awna.books.services.sums import readable_part, sums_of
from awna.books.services.waiting import waiting_at
from awna.campaigns.models import BudgetLine
from awna.core.ledger.rules import (
    ADVANCE,
    BALANCE_STAGES,
    CASH,
    COMMITTED,
    EXT,
    FREE,
    HELD,
    ISSUED,
    LOST,
    OUTSIDE_STAGES,
    RELEASED,
    SHORT,
    STAGES,
    TRADING,
    TRANSIT,
)
from awna.supply.models import Receipt
from awna.works.costs.money import money_of_lines

from .figures import GIVEN_BACK_KINDS, UNDOING_KINDS

BUDGET_LINES_A_PAGE = 60
FLOWS = ("commodity", "kind", "debit_stage", "credit_stage", "debit_fund", "credit_fund")
BOUND = frozenset({HELD, RELEASED, COMMITTED, ADVANCE})


@dataclass(frozen=True)
class Flow:
    """What moved between two stages and two funds under one kind."""

    commodity: Any
    kind: str
    debit_stage: str
    credit_stage: str
    debit_fund: Any
    credit_fund: Any
    minor: int
    rows: int


def flows_of(book: Book, *, since: date | None = None, until: date | None = None, told: bool = False) -> list[Flow]:
    """`told`: only up to the day that may be told, where a newer sum would speak of a convoy."""
    filters = Filters(since=since, until=until)
    found = sums_of(book, readable_part(book, filters) if told else filters, by=FLOWS) or {}
    return [Flow(*group, minor, rows) for group, (minor, rows) in found.items()]


# -- accounts against the bank --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """A collecting account: what the book has there, what the bank's last statement says, and what explains a difference."""

    account: BankAccount
    book: int
    bank: int | None
    closing_on: date | None
    waiting: int
    waiting_lines: int
    stages: list[tuple[str, int]]
    """Net of the lines of the statements that no entry has used yet."""

    @property
    def difference(self) -> int:
        return (self.bank or 0) - self.book

    @property
    def unexplained(self) -> int:
        return 0 if self.bank is None else self.difference - self.waiting


def accounts_of(book: Book) -> list[Compared]:
    """A sheltered book keeps the bank's side to itself: the difference would be the batch that runs."""
    waiting = {} if book.sheltered else waiting_at(book)
    lying: dict[Any, dict[str, int]] = defaultdict(dict)
    banks = list(BankAccount.objects.filter(book=book).select_related("commodity", "custody", "section").order_by("holder", "iban"))
    sums = Balance.objects.filter(book=book, account__custody__in=[bank.custody_id for bank in banks])
    for custody, stage, net in sums.values_list("account__custody", "account__stage").annotate(net=Sum(F("credits") - F("debits"))):
        lying[custody][stage] = int(net)
    found = []
    for bank in banks:
        last = None if book.sheltered else latest_slip(bank) if bank.custody.type == CASH else latest_statement(bank)
        at_bank = last.closing_minor if last else None
        inside = sum(minor for stage, minor in lying[bank.custody_id].items() if stage in BALANCE_STAGES)
        lines, minor = waiting.get(bank.pk, (0, 0))
        stages = [(stage, lying[bank.custody_id][stage]) for stage in STAGES if lying[bank.custody_id].get(stage)]
        found.append(Compared(bank, inside, at_bank, last.closing_on if last else None, minor, lines, stages))
    return found


# -- funds ----------------------------------------------------------------------------------------------------------


@dataclass
class FundLine:
    """One fund in one commodity: came + moved = spent + bound + under_way + other + left."""

    fund: Fund
    commodity: Commodity
    came: int = 0
    moved: int = 0
    spent: int = 0
    bound: int = 0
    under_way: int = 0
    other: int = 0
    left: int = 0

    @property
    def elsewhere(self) -> int:
        return self.under_way + self.other

    @property
    def adds_up(self) -> bool:
        return self.came + self.moved == self.spent + self.bound + self.under_way + self.other + self.left


def funds_of(book: Book) -> list[FundLine]:
    """Money by fund; goods by fund are on the page of goods."""
    flows = flows_of(book)
    money = Commodity.objects.in_bulk({flow.commodity for flow in flows})
    funds = {fund.pk: fund for fund in Fund.objects.filter(book=book)}
    lines: dict[tuple[Any, Any], FundLine] = {}
    for flow in flows:
        if money[flow.commodity].kind != "money":
            continue
        for fund in {flow.debit_fund, flow.credit_fund}:
            lines.setdefault((fund, flow.commodity), FundLine(funds[fund], money[flow.commodity]))
        _count(lines[flow.debit_fund, flow.commodity], lines[flow.credit_fund, flow.commodity], flow)
    return sorted(lines.values(), key=lambda line: (line.commodity.code, line.fund.title))


def _count(debit: FundLine, credit: FundLine, flow: Flow) -> None:
    """An undone arrival makes what came less, not what was spent more."""
    if flow.debit_stage == EXT and flow.kind in UNDOING_KINDS:
        credit.spent -= flow.minor
    elif flow.debit_stage == EXT:
        credit.came += flow.minor
    if flow.credit_stage == EXT and flow.kind in GIVEN_BACK_KINDS:
        debit.came -= flow.minor
    elif flow.credit_stage == EXT:
        debit.spent += flow.minor
    if debit is not credit:
        credit.moved += flow.minor
        debit.moved -= flow.minor
    for line, stage, minor in ((debit, flow.debit_stage, -flow.minor), (credit, flow.credit_stage, flow.minor)):
        line.bound += minor * (stage in BOUND)
        line.left += minor * (stage in (FREE, SHORT))
        line.under_way += minor * (stage == TRANSIT)
        line.other += minor * (stage in (TRADING, LOST))


# -- budget ---------------------------------------------------------------------------------------------------------


@dataclass
class BudgetRow:
    """One line of the bill of quantities beside what the book did for it, in one currency; goods received stand beside money."""

    line: BudgetLine
    currency: Commodity | None = None
    held: int = 0
    committed: int = 0
    paid: int = 0
    received: list[str] = field(default_factory=list)


def budget_of(book: Book, *, after: int = -1, size: int = BUDGET_LINES_A_PAGE) -> tuple[list[BudgetRow], bool]:
    """Lines after a position, and whether more follow."""
    lines = list(BudgetLine.objects.filter(campaign=book.campaign_id, position__gt=after)[: size + 1])
    rows: list[BudgetRow] = []
    did, goods = _of_lines(book, lines[:size]), _received(book, lines[:size])
    for line in lines[:size]:
        found = did.get(line.pk) or {None: BudgetRow(line)}
        for row in found.values():
            row.received = goods.get(line.pk, [])
            rows.append(row)
    return rows, len(lines) > size


def _of_lines(book: Book, lines: list[BudgetLine]) -> dict[Any, dict[Any, BudgetRow]]:
    """Line → commodity → row, by the proposals that name the line."""
    by_line = {line.pk: line for line in lines}
    return {
        line: {thing: BudgetRow(by_line[line], one.currency, one.held, one.committed, one.paid) for thing, one in rows.items()}
        for line, rows in money_of_lines(book, lines).items()
    }


def _received(book: Book, lines: list[BudgetLine]) -> dict[Any, list[str]]:
    found = Receipt.objects.filter(consignment__order__budget_line__in=lines)
    last = last_readable_day(book)
    found = found if last is None else found.filter(counted_at__date__lte=last)
    sums = (
        found.values_list("consignment__order__budget_line", "item__name", "item__unit").annotate(good=Sum("good")).order_by("item__name")
    )
    goods: dict[Any, list[str]] = defaultdict(list)
    for line, name, unit, good in sums:
        goods[line].append(f"{good} {unit} {name}")
    return goods


# -- activities and balances ----------------------------------------------------------------------------------------


@dataclass
class Activity:
    """One commodity over a period: before + what came − what went = after."""

    commodity: Commodity
    before: int = 0
    came: dict[tuple[str, Any], int] = field(default_factory=lambda: defaultdict(int))
    went: dict[tuple[str, Any], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def came_sum(self) -> int:
        return sum(self.came.values())

    @property
    def went_sum(self) -> int:
        return sum(self.went.values())

    @property
    def after(self) -> int:
        return self.before + self.came_sum - self.went_sum


def activities_of(book: Book, *, since: date | None, until: date | None) -> list[Activity]:
    """By commodity: by kind and fund, what came from outside and what went out."""
    flows = flows_of(book, since=since, until=until, told=True)
    earlier = flows_of(book, until=since - timedelta(days=1), told=True) if since else []
    things = Commodity.objects.in_bulk({flow.commodity for flow in (*flows, *earlier)})
    found: dict[Any, Activity] = {}
    for flow in earlier:
        one = found.setdefault(flow.commodity, Activity(things[flow.commodity]))
        one.before += flow.minor * ((flow.debit_stage in OUTSIDE_STAGES) - (flow.credit_stage in OUTSIDE_STAGES))
    for flow in flows:
        one = found.setdefault(flow.commodity, Activity(things[flow.commodity]))
        came, went = flow.debit_stage in OUTSIDE_STAGES, flow.credit_stage in OUTSIDE_STAGES
        if came == went:
            continue
        if came:
            side, sign, fund = (one.went, -1, flow.credit_fund) if flow.kind in UNDOING_KINDS else (one.came, 1, flow.credit_fund)
        else:
            side, sign, fund = (one.came, -1, flow.debit_fund) if flow.kind in UNDOING_KINDS else (one.went, 1, flow.debit_fund)
        side[flow.kind, fund] += sign * flow.minor
    return sorted(found.values(), key=lambda one: (one.commodity.kind != "money", one.commodity.kind, one.commodity.code))


@dataclass
class StageLine:
    """One stage of one commodity: what arrived there, what left it."""

    arrived: int = 0
    left: int = 0

    @property
    def net(self) -> int:
        return self.arrived - self.left


def balances_at(book: Book, *, until: date | None = None) -> list[tuple[Commodity, list[tuple[str, StageLine]]]]:
    """The trial balance: every commodity's stages add up to nothing."""
    lines: dict[Any, dict[str, StageLine]] = {}
    flows = flows_of(book, until=until, told=True)
    for flow in flows:
        of_thing = lines.setdefault(flow.commodity, {})
        of_thing.setdefault(flow.debit_stage, StageLine()).left += flow.minor
        of_thing.setdefault(flow.credit_stage, StageLine()).arrived += flow.minor
    things = Commodity.objects.in_bulk(lines)
    ordered = sorted(lines.items(), key=lambda item: (things[item[0]].kind != "money", things[item[0]].kind, things[item[0]].code))
    return [(things[pk], [(stage, found[stage]) for stage in STAGES if stage in found]) for pk, found in ordered]


# -- goods and hours ------------------------------------------------------------------------------------------------


def goods_of(book: Book) -> dict[Any, list[tuple[str, Any, int]]]:
    """Commodity → (stage, custody, how much) above nothing."""
    sums: dict[tuple[Any, str, Any], int] = defaultdict(int)
    for row in stock_by_place(book):
        sums[row["account__commodity"], row["account__stage"], row["account__custody"]] += int(row["net"])
    found: dict[Any, list[tuple[str, Any, int]]] = defaultdict(list)
    for (commodity, stage, custody), minor in sums.items():
        found[commodity].append((stage, custody, minor))
    return found


def hours_of(book: Book) -> list[tuple[Any, Any, int]]:
    """(commodity, custody of the task, how much) of time given."""
    given = Balance.objects.filter(Q(account__commodity_kind="time"), book=book, account__stage=ISSUED)
    sums = given.values_list("account__commodity", "account__custody").annotate(net=Sum(F("credits") - F("debits")))
    return [(commodity, custody, int(net)) for commodity, custody, net in sums if net]
