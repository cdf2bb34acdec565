"""Orchestrates rooms: a bank file becomes gifts, and each line of the bank what it is."""

from django.db import transaction

from awna.books import services as books
from awna.books.models import BankAccount, Entry, Milestone, Movement
from awna.books.models.naming import UNIDENTIFIED
from awna.core.problems import Problem, Refused
from awna.donations import services as donations
from awna.donations.debit import services as debits
from awna.donations.models import Gift, Pledge
from awna.parties.models import Role

from .bank_import import ImportReport as ImportReport
from .bank_import import import_statement as import_statement


@transaction.atomic
def identify_line(*, movement: Movement, pledge: Pledge, author: Role, request_id: str) -> Gift:
    """This line pays this pledge, whether it waits or was put into Unidentified before."""
    movement = locked_for(movement, author, own=True)
    if movement.used:
        return donations.identify_gift(movement=movement, pledge=pledge, author=author, request_id=request_id)
    return donations.assign_movement(movement=movement, pledge=pledge, author=author)


@transaction.atomic
def remit_line(*, movement: Movement, milestone: Milestone, author: Role, request_id: str) -> Entry:
    """This line is one end of the money that this milestone sends on."""
    movement = locked_for(movement, author)
    first = Entry.objects.filter(transfers__movement=movement, kind__in=("remit", "fx")).first()
    if movement.used and first is not None and first.proposal_id == milestone.proposal_id:
        return first
    part = {"proposal": milestone.proposal, "milestone": milestone.n}
    if movement.used and _stands_unidentified(movement):
        return books.remit_booked_line(movement=movement, author=author, request_id=request_id, **part)
    _refuse_used(movement)
    return books.remit(movement=movement, author=author, request_id=request_id, **part)


@transaction.atomic
def book_fact(*, movement: Movement, lot: str = "", author: Role, request_id: str) -> Entry:
    """The bank did this by itself: a return or chargeback of the gift `lot`, a charge, interest, a payment that nobody ordered."""
    movement = locked_for(movement, author)
    first = Entry.objects.filter(transfers__movement=movement, kind="bank_forced").first()
    if movement.used and first is not None:
        return first
    if movement.used and _stands_unidentified(movement):
        return books.repost_line(
            movement=movement, author=author, request_id=request_id,
            post=lambda: books.post_bank_fact(movement=movement, lot=lot, author=author, request_id=request_id),
        )  # fmt: skip
    _refuse_used(movement)
    seq, _point, line = lot.partition(".")
    gift = Gift.objects.filter(book=movement.bank_account.book, batch=None, entry_seq=seq, line=line).first() if seq and line else None
    if gift is not None and movement.amount < 0:
        debits.note_return(movement=movement)
        return donations.record_return(gift=gift, movement=movement, author=author, request_id=request_id)
    return books.post_bank_fact(movement=movement, lot=lot, author=author, request_id=request_id)


@transaction.atomic
def book_back(*, movement: Movement, seq: str, author: Role, request_id: str) -> Entry:
    """The bank sent the payment of entry `seq` back: that entry is reversed by this line, and its money stands where it stood before."""
    movement = locked_for(movement, author)
    entry = Entry.objects.filter(book=movement.bank_account.book, seq=seq).first() if seq.isdecimal() else None
    row = entry.transfers.filter(movement__custody=movement.custody_id, amount=movement.amount).first() if entry else None
    if entry is None or row is None:
        raise Refused(Problem("payment_unknown", "No payment of this amount stands under that number. Reload the page and choose again."))
    before = Entry.objects.filter(transfers__movement=movement, kind="reverse", reverses=entry.seq).first()
    if movement.used and before is not None:
        return before
    if movement.used and _stands_unidentified(movement):
        books.free_line(movement=movement, author=author)
        movement = locked_for(movement, author)
    _refuse_used(movement)
    return books.reverse_entry(entry=entry, author=author, movements={row.line: movement}, request_id=request_id)


def _stands_unidentified(movement: Movement) -> bool:
    """The line was set aside, and nobody has said since whose gift it is."""
    entry = books.entry_using(movement)
    aside = entry is not None and entry.transfers.filter(kind="gift", credit_fund__code=UNIDENTIFIED).exists()
    return aside and not Gift.objects.filter(movement=movement).exists()


@transaction.atomic
def set_line_aside(*, movement: Movement, author: Role) -> Entry | None:
    """This line came in and nobody knows yet from whom: it waits in Unidentified, visible to all."""
    movement = locked_for(movement, author)
    first = Entry.objects.filter(transfers__movement=movement, transfers__credit_fund__code=UNIDENTIFIED, kind="gift").first()
    if movement.used and first is not None:
        return first
    _refuse_used(movement)
    return books.post_unidentified(movement=movement, author=author)


def locked_for(movement: Movement, author: Role, *, own: bool = False) -> Movement:
    """The line as it is now, its account locked, for a treasurer of that account. `own`: donors are known to their own section alone."""
    account = BankAccount.objects.select_for_update(of=("self",)).get(pk=movement.bank_account_id)
    whole = author.section_id is None and not own
    if author.name != "treasurer" or not (whole or author.section_id == account.section_id):
        raise Refused(Problem("line_of_another_section", "This line is on an account of another body. Its own treasurer settles it."))
    return Movement.objects.select_related("bank_account__book", "commodity").get(pk=movement.pk)


def _refuse_used(movement: Movement) -> None:
    if movement.used:
        raise Refused(Problem("line_settled", "This line was settled in another way already. Reload the page to see what still waits."))
