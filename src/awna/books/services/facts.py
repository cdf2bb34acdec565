"""What the bank did without asking: returns, chargebacks, fees, interest, lines that nobody ordered. The book follows the bank at once."""

from typing import Any

from django.db import transaction

from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Entry, Fund, Movement, Transfer
from ..models.naming import UNALLOCATED
from .accounts import Row, Spot
from .acts import first_answer, spot_of
from .periods import open_day
from .posting import post_entry
from .reading import balance_of


@transaction.atomic
def post_bank_fact(*, movement: Movement, lot: str = "", author: Role, second: Role | None = None, request_id: str,
                   memo: dict[str, Any] | None = None) -> Entry:  # fmt: skip
    """Book the rest of a line as the bank made it; `memo` is committed to beside it.

    Out: a return or chargeback of a gift, or a provider's fee on it, names its `lot` and takes that gift's fund; all else takes unallocated money.
    What that fund has no free money for becomes a shortfall, red on every page until the stewards clear it (`propose_reclass`).
    In: a payment that came back names its `lot`; interest and a cash count's surplus are a new lot of unallocated money.
    """
    book = movement.bank_account.book
    first = first_answer(book, request_id=request_id, kind="bank_forced", movement=movement)
    if first is not None:
        return first
    movement = Movement.objects.select_related("bank_account__book", "commodity").get(pk=movement.pk)
    amount = abs(movement.amount) - movement.used
    if amount <= 0:
        raise Refused(Problem("line_settled", "This line was settled in another way already. Reload the page to see what still waits."))
    fund = fund_of_lot(book, lot) if lot else book.fund(UNALLOCATED)
    rows = _incoming(movement, fund, amount, lot) if movement.amount > 0 else _outgoing(book, movement, fund, amount, lot)
    return post_entry(book=book, kind="bank_forced", rows=rows, author=author, second=second,
                      effective_date=open_day(book, movement.booked_on), request_id=request_id, memo=memo)  # fmt: skip


def shortfalls(book: Book) -> list[tuple[Spot, int]]:
    """Where a fact of the bank took more than a fund had: the spot and the minor units that are missing."""
    found = book.accounts.filter(stage=rules.SHORT).select_related("balance", "milestone").order_by("pk")
    return [(spot_of(account), -account.balance.minor) for account in found if account.balance.minor < 0]


def fund_of_lot(book: Book, lot: str) -> Fund:
    """The fund in which a gift stands: where it came in, or where it was allocated by name."""
    seq, _, line = lot.partition(".")
    row = None
    if seq.isdigit() and line.isdigit():
        row = Transfer.objects.filter(book=book, entry_seq=int(seq), line=int(line), debit_stage=rules.EXT).first()
    if row is None:
        raise Refused(Problem("lot_unknown", "“%(asked)s” is no gift of this book. A lot looks like 12.1.", {"asked": lot}))
    moved = (
        Transfer.objects.filter(book=book, lot_seq=row.entry_seq, lot_line=row.line, kind="allocate")
        .exclude(entry__seq__in=book.entries.filter(kind="reverse").values("reverses"))
        .order_by("-entry_seq").first()
    )  # fmt: skip
    return moved.credit_fund if moved else row.credit_fund


def _incoming(movement: Movement, fund: Fund, amount: int, lot: str) -> list[Row]:
    outside, free, _ = _spots(movement, fund)
    return [Row(outside, free, amount, movement=str(movement.pk), lot=lot or None)]


def _outgoing(book: Book, movement: Movement, fund: Fund, amount: int, lot: str) -> list[Row]:
    """Free money first; only what is not there becomes short."""
    outside, free, short = _spots(movement, fund)
    there = min(amount, balance_of(book, stage=rules.FREE, custody=movement.custody_id, fund=fund, commodity=movement.commodity_id))
    line = str(movement.pk)
    rows = [Row(free, outside, there, movement=line, lot=lot or None)] if there else []
    return rows + ([Row(short, outside, amount - there, movement=line, lot=lot or None)] if amount > there else [])


def _spots(movement: Movement, fund: Fund) -> tuple[Spot, Spot, Spot]:
    custody, place = str(movement.custody_id), (str(fund.pk), str(movement.commodity_id))
    return Spot(rules.EXT, None, *place), Spot(rules.FREE, custody, *place), Spot(rules.SHORT, custody, *place)
