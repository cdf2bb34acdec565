"""A line that was booked as something else than it was: the wrong entry is reversed, which gives the line back, and the right one follows at once."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from awna.consent.models import Proposal
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Entry, Movement, Transfer
from .acts import first_answer
from .bank import remit
from .mending import swapped_rows
from .periods import open_day
from .posting import post_entry


@transaction.atomic
def repost_line(*, movement: Movement, post: Callable[[], Entry], author: Role, second: Role | None = None, request_id: str) -> Entry:
    """Reverse the entry that used this line and post it again by `post`, in one transaction: the bank's balance never moves without its line."""
    book = movement.bank_account.book
    undo_id = f"{request_id}:free"
    if first_answer(book, request_id=undo_id, kind="reverse") is not None:
        return post()
    wrong = entry_using(movement)
    if wrong is None:
        raise Refused(Problem("line_not_booked", "Nothing is booked for this line, so nothing needs to be taken back. Book it."))
    _reverse_with_own_line(wrong, movement, author=author, second=second, request_id=undo_id)
    entry = post()
    movement.refresh_from_db()
    if movement.used == 0:
        raise Refused(Problem("line_not_posted_again", "The line must be booked again as what it is; nothing was changed."))
    return entry


@transaction.atomic
def remit_booked_line(
    *, proposal: Proposal, milestone: str, movement: Movement, author: Role, second: Role | None = None, request_id: str, fee: int = 0
) -> Entry:
    """A line that waits in Unidentified turns out to be money that another body sent on: one step from there to where it belongs."""
    movement = Movement.objects.select_related("bank_account__book", "commodity").get(pk=movement.pk)

    def post() -> Entry:
        fresh = Movement.objects.select_related("bank_account__book", "commodity").get(pk=movement.pk)
        return remit(proposal=proposal, milestone=milestone, movement=fresh, author=author, second=second, request_id=request_id, fee=fee)

    return repost_line(movement=movement, post=post, author=author, second=second, request_id=request_id)


@transaction.atomic
def free_line(*, movement: Movement, author: Role, second: Role | None = None) -> list[Entry]:
    """Reverse every entry that stands on this line, by the line itself, which is open again afterwards. Of a free line there is nothing to do."""
    standing = entries_using(movement)
    reversals = [
        _reverse_with_own_line(wrong, movement, author=author, second=second, request_id=f"undo:{movement.pk}:{wrong.seq}")
        for wrong in standing
    ]
    movement.refresh_from_db()
    return reversals


def entries_using(movement: Movement) -> list[Entry]:
    """The entries that stand on this line now, the newest first."""
    book = movement.bank_account.book_id
    gone = Entry.objects.filter(book=book, kind="reverse").exclude(reverses=None).values("reverses")
    rows = Transfer.objects.filter(movement=movement).exclude(kind="reverse").exclude(entry_seq__in=gone)
    return list(Entry.objects.filter(pk__in=rows.values("entry")).order_by("-seq"))


def standing_entries(movements: Iterable[Movement]) -> dict[Any, Entry]:
    """The same for many lines of one campaign at once: the line's id → the newest entry that stands on it."""
    gone = Entry.objects.filter(book=OuterRef("book"), kind="reverse", reverses=OuterRef("entry_seq"))
    rows = Transfer.objects.filter(movement__in=movements).exclude(kind="reverse").exclude(Exists(gone)).select_related("entry")
    return {row.movement_id: row.entry for row in rows.order_by("entry_seq")}


def entry_using(movement: Movement) -> Entry | None:
    """The entry that stands for this line now: the last one that used it and was not reversed."""
    return next(iter(entries_using(movement)), None)


def _reverse_with_own_line(wrong: Entry, movement: Movement, *, author: Role, second: Role | None, request_id: str) -> Entry:
    used = dict(Transfer.objects.filter(entry=wrong).exclude(movement=None).values_list("line", "movement"))
    if set(used.values()) != {movement.pk}:
        raise Refused(
            Problem("entry_uses_other_lines", "The entry of this line uses other lines too. Reverse it with the bank's opposite line.")
        )
    rows = [row if line not in used else row._replace(movement=str(movement.pk)) for line, row in enumerate(swapped_rows(wrong), 1)]
    return post_entry(
        book=wrong.book, kind="reverse", rows=rows, author=author, second=second, reverses=wrong.seq, request_id=request_id,
        effective_date=open_day(wrong.book, wrong.effective_date), proposal=wrong.proposal)  # fmt: skip
