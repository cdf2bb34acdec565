"""Received, spent, committed, in hand: each the sum of named rows of the book, so that every figure opens its entries."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from awna.books.models import Book, Commodity, Transfer
from awna.books.services.sums import sums_of
from awna.core.ledger.rules import ADVANCE, COMMITTED, EXT, FREE, HELD, LOST, RELEASED, SHORT, TRADING, TRANSIT

UNDOING_KINDS = frozenset({"reverse", "correction"})
GIVEN_BACK_KINDS = UNDOING_KINDS | {"refund"}
STAGES_OF = {
    "committed": frozenset({RELEASED, COMMITTED, ADVANCE}),
    "in_hand": frozenset({FREE, HELD, SHORT}),
    "under_way": frozenset({TRANSIT}),
    "exchanged": frozenset({TRADING, LOST}),
}
FIGURES = ("received", "spent", *STAGES_OF)


@dataclass(frozen=True)
class Money:
    """One currency of a book, in minor units. `received` is what the other five add up to."""

    code: str
    scale: int
    received: int
    spent: int
    committed: int
    in_hand: int
    under_way: int
    exchanged: int

    @property
    def adds_up(self) -> bool:
        return self.received == self.spent + self.committed + self.in_hand + self.under_way + self.exchanged


def sign_in(figure: str, *, kind: str, debit_stage: str, credit_stage: str) -> int:
    """What a row does to a figure: 1 adds its amount, -1 takes it away, 0 leaves it.

    A reversal takes away where its original added; a refund makes what was received less.
    """
    if figure == "received":
        return (debit_stage == EXT and kind not in UNDOING_KINDS) - (credit_stage == EXT and kind in GIVEN_BACK_KINDS)
    if figure == "spent":
        return (credit_stage == EXT and kind not in GIVEN_BACK_KINDS) - (debit_stage == EXT and kind in UNDOING_KINDS)
    stages = STAGES_OF[figure]
    return (credit_stage in stages) - (debit_stage in stages)


def money_of(book: Book) -> list[Money]:
    """Each currency that the book holds; currencies are never added together."""
    found = sums_of(book, by=("commodity", "kind", "debit_stage", "credit_stage")) or {}
    things = {row.pk: row for row in Commodity.objects.filter(pk__in={group[0] for group in found}, kind="money")}
    sums: dict[tuple[str, int], dict[str, int]] = {}
    for (commodity, kind, debit, credit), (amount, _rows) in found.items():
        if commodity not in things:
            continue
        of_code = sums.setdefault((things[commodity].code, things[commodity].scale), dict.fromkeys(FIGURES, 0))
        for figure in FIGURES:
            of_code[figure] += sign_in(figure, kind=kind, debit_stage=debit, credit_stage=credit) * amount
    return [Money(code=code, scale=scale, **of_code) for (code, scale), of_code in sorted(sums.items())]


def q_of(figure: str) -> Q:
    """The rows that add to a figure or take away from it; the same test as `sign_in`."""
    arrives, leaves = Q(debit_stage=EXT), Q(credit_stage=EXT)
    if figure == "received":
        return (arrives & ~Q(kind__in=UNDOING_KINDS)) | (leaves & Q(kind__in=GIVEN_BACK_KINDS))
    if figure == "spent":
        return (leaves & ~Q(kind__in=GIVEN_BACK_KINDS)) | (arrives & Q(kind__in=UNDOING_KINDS))
    inside = STAGES_OF[figure]
    return (Q(debit_stage__in=inside) & ~Q(credit_stage__in=inside)) | (Q(credit_stage__in=inside) & ~Q(debit_stage__in=inside))


def rows_of(book: Book, *, figure: str, code: str) -> QuerySet[Transfer]:
    """The rows whose signed amounts add up to the figure."""
    rows = Transfer.objects.filter(q_of(figure), book=book, commodity__code=code)
    return rows.select_related("entry", "commodity", "debit_fund", "credit_fund").order_by("entry_seq", "line")
