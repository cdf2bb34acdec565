"""What the book did in money for each line of the bill: held, released or ordered, paid, in each currency by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum

from awna.approvals.models import Release
from awna.books.models import Balance, Book, Commodity
from awna.books.services.sums import sums_of
from awna.campaigns.models import BudgetLine
from awna.core.ledger.rules import ADVANCE, COMMITTED, EXT, HELD, RELEASED
from awna.supply.models import PurchaseOrder


@dataclass
class LineMoney:
    """Minor units of one currency that stand for one line."""

    currency: Commodity
    held: int = 0
    committed: int = 0
    paid: int = 0


def money_of_lines(book: Book, lines: Iterable[BudgetLine]) -> dict[Any, dict[Any, LineMoney]]:
    """Line → commodity → what stands there, by the proposals that name the line."""
    by_line = {line.pk for line in lines}
    orders = PurchaseOrder.objects.filter(campaign=book.campaign_id).exclude(budget_line=None).order_by()
    releases = Release.objects.filter(campaign=book.campaign_id).exclude(budget_line=None).order_by()
    named = orders.values_list("proposal", "budget_line").union(releases.values_list("proposal", "budget_line"))
    of_proposal = {proposal: line for proposal, line in named if line in by_line}
    found: dict[Any, dict[Any, LineMoney]] = {}
    if not of_proposal:
        return found
    things = {row.pk: row for row in Commodity.objects.filter(kind="money")}
    balances = Balance.objects.filter(book=book, account__proposal__in=of_proposal, account__commodity_kind="money")
    sums = balances.values_list("account__proposal", "account__commodity", "account__stage").annotate(net=Sum(F("credits") - F("debits")))
    for proposal, commodity, stage, minor in [*sums, *_paid(book, of_proposal)]:
        row = found.setdefault(of_proposal[proposal], {}).setdefault(commodity, LineMoney(things[commodity]))
        row.held += int(minor) * (stage == HELD)
        row.committed += int(minor) * (stage in (RELEASED, COMMITTED))
        row.paid += int(minor) * (stage == "paid")
    return found


def _paid(book: Book, proposals: Iterable[Any]) -> list[tuple[Any, Any, str, int]]:
    """What left the milestones of these proposals for a payee, less what was undone."""
    wanted, names = set(proposals), ("commodity", "debit_stage", "credit_stage", "proposal", "credit_proposal")
    out, paid = {RELEASED, COMMITTED}, []
    for (commodity, debit, credit, left, arrived), (minor, _rows) in (sums_of(book, by=names) or {}).items():
        if left in wanted and debit in out and credit in (EXT, ADVANCE):
            paid.append((left, commodity, "paid", minor))
        if arrived in wanted and credit in out and debit in (EXT, ADVANCE):
            paid.append((arrived, commodity, "paid", -minor))
    return paid
