"""Received, spent, committed, in hand: each the sum of named rows of the book, so that every figure opens its entries."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from awna.books.models import Book, Transfer
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
    sums: dict[tuple[str, int], dict[str, int]] = {}
    found = Transfer.objects.filter(book=book, commodity__kind="money").order_by("commodity__code")
    for code, scale, kind, debit, credit, amount in found.values_list(
        "commodity__code", "commodity__scale", "kind", "debit_stage", "credit_stage"
    ).annotate(sum=Sum("amount")):
        of_code = sums.setdefault((code, scale), dict.fromkeys(FIGURES, 0))
        for figure in FIGURES:
            of_code[figure] += sign_in(figure, kind=kind, debit_stage=debit, credit_stage=credit) * int(amount)
    return [Money(code=code, scale=scale, **of_code) for (code, scale), of_code in sums.items()]


def rows_of(book: Book, *, figure: str, code: str) -> QuerySet[Transfer]:
    """The rows whose signed amounts add up to the figure; the same test as `sign_in`."""
    triples = (
        Transfer.objects.filter(book=book, commodity__code=code).order_by().values_list("kind", "debit_stage", "credit_stage").distinct()
    )
    wanted = Q(pk__in=[])
    for kind, debit, credit in triples:
        if sign_in(figure, kind=kind, debit_stage=debit, credit_stage=credit):
            wanted |= Q(kind=kind, debit_stage=debit, credit_stage=credit)
    rows = Transfer.objects.filter(wanted, book=book, commodity__code=code)
    return rows.select_related("entry", "commodity", "debit_fund", "credit_fund").order_by("entry_seq", "line")
