"""Received, spent, committed, in hand: each the sum of named rows of the book, so that every figure opens its entries. Goods and hours beside it."""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet, Sum

from awna.books.models import Book, Tally, Transfer
from awna.core.ledger.rules import ADVANCE, COMMITTED, EXT, FREE, HELD, LOST, RELEASED, SHORT, STOCK, TRADING, TRANSIT

UNDOING_KINDS = frozenset({"reverse", "correction"})
GIVEN_KINDS = frozenset({"gift_in_kind", "hours"})
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


@dataclass(frozen=True)
class Thing:
    """Goods or hours that were given, in units of 10**-scale."""

    code: str
    name: str
    kind: str
    scale: int
    given: int = 0


@dataclass(frozen=True)
class Things:
    """Money, what was given in kind or in hours, and what lies in the stores by code."""

    money: list[Money]
    given: list[Thing]
    stock: dict[str, int]


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
    return things_of(book).money


def things_of(book: Book) -> Things:
    """All sums of a book in one question to the database."""
    names = ("code", "name", "kind", "scale")
    by = [f"debit_account__commodity__{name}" for name in names]
    rows = Tally.objects.filter(book=book).values_list(*by, "kind", "debit_account__stage", "credit_account__stage")
    money: dict[tuple[str, int], dict[str, int]] = {}
    things: dict[str, Thing] = {}
    given: dict[str, int] = defaultdict(int)
    undone: dict[str, int] = defaultdict(int)
    stock: dict[str, int] = defaultdict(int)
    bought: set[str] = set()
    for code, name, sort, scale, kind, debit, credit, amount in rows.annotate(sum=Sum("amount")).order_by():
        if sort == "money":
            of_code = money.setdefault((code, scale), dict.fromkeys(FIGURES, 0))
            for figure in FIGURES:
                of_code[figure] += sign_in(figure, kind=kind, debit_stage=debit, credit_stage=credit) * amount
            continue
        things[code] = Thing(code, name, sort, scale)
        given[code] += (debit == EXT and kind in GIVEN_KINDS) * amount
        undone[code] += (credit == EXT and kind in UNDOING_KINDS) * amount
        bought |= {code} if debit == EXT and kind not in GIVEN_KINDS | UNDOING_KINDS else set()
        stock[code] += ((credit == STOCK) - (debit == STOCK)) * amount
    for code in given.keys() - bought:  # of goods that were also bought, a sum cannot tell what a reversal took away
        given[code] -= undone[code]
    return Things(
        [Money(code=code, scale=scale, **of_code) for (code, scale), of_code in sorted(money.items())],
        [replace(thing, given=given[code]) for code, thing in sorted(things.items()) if given[code]],
        dict(stock),
    )


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
