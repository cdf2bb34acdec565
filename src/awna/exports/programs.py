"""The whole book for Beancount, hledger and ledger, read in steps."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

from django.db.models import Min

from awna.books.models import Account, Book, Commodity, Entry, Transfer
from awna.books.services.browse import size_of
from awna.books.services.plain import STEP_ENTRIES
from awna.core.standards.plaintext import Line, Move, Place, Thing, beancount_lines, hledger_lines, ledger_lines

PROGRAMS = {"beancount": "beancount", "hledger": "journal", "ledger": "ledger"}
"""Program → the ending of its files."""
NAMES_REMEMBERED = 4_096
"""Keys of accounts, as the files write them."""


def program_lines(book: Book, *, program: str) -> Iterator[str]:
    """The text of the file, entry by entry."""
    things = [Thing(str(row.pk), row.code, row.name, row.scale)
              for row in Commodity.objects.filter(pk__in=Account.objects.filter(book=book).values("commodity")).order_by("code")]  # fmt: skip
    write: Any = {"hledger": hledger_lines, "ledger": ledger_lines}.get(program)
    if write is None:
        first = Entry.objects.filter(book=book).aggregate(first=Min("effective_date"))["first"]
        write = partial(beancount_lines, first_day=first)
    title = f"{book.campaign.title}, {book.origin}"
    yield from (
        write(title=title, things=things, places=_places(book), entries=_entries(book)) if Entry.objects.filter(book=book).exists() else ()
    )


def _places(book: Book) -> Iterator[Place]:
    """Which payee an outside account belongs to is not said: whether it belongs to one is."""
    for row in Account.objects.filter(book=book).select_related("fund").order_by("pk").iterator(STEP_ENTRIES):
        yield Place(str(row.pk), row.stage, row.custody_type, str(row.custody_id or ""), row.fund.code, row.fund.title, str(row.commodity_id),
                    pays=row.payee_id is not None)  # fmt: skip


def _entries(book: Book) -> Iterator[Line]:
    end, name = size_of(book), lru_cache(maxsize=NAMES_REMEMBERED)(str)
    for low in range(0, end, STEP_ENTRIES):
        within = range(low, min(low + STEP_ENTRIES, end))
        moves: dict[int, list[Move]] = {}
        rows = Transfer.objects.filter(book=book, entry_seq__gte=within.start, entry_seq__lt=within.stop).order_by("entry_seq", "line")
        for seq, debit, credit, commodity, minor in rows.values_list("entry_seq", "debit_account", "credit_account", "commodity", "amount"):
            moves.setdefault(seq, []).append(Move(name(debit), name(credit), name(commodity), minor))
        found = Entry.objects.filter(book=book, seq__gte=within.start, seq__lt=within.stop).order_by("seq")
        for seq, pk, day, kind, proposal, reverses in found.values_list("seq", "pk", "effective_date", "kind", "proposal", "reverses"):
            yield Line(seq, str(pk), day, kind, tuple(moves.get(seq, ())), str(proposal or ""), reverses)
