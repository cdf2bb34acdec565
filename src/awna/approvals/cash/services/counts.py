"""Counts by two people: each types the figure alone; what differs is counted again, or explained and booked. Nothing is silent."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from awna.books.models import Document, Entry, Fund, Movement
from awna.books.services import carry_out, count_cash, store_document
from awna.books.services.cash import at_hand
from awna.books.services.statements import latest_slip
from awna.core.digest import canonical_json
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import CashBox, CashCount
from .boxes import SECONDS, campaign_of, locked_box, refuse_while_counting
from .papers import COUNT_SHEET, drawn, keep

DAYS_TO_AGREE = 30
REASON_CHARS_MIN, REASON_CHARS_MAX = 10, 300


@transaction.atomic
def type_count(*, box: CashBox, counted: int, author: Role) -> CashCount:
    """The first or the second figure of a count. The second person never sees the first; one of both holds the box."""
    refuse_unless_role(author, *SECONDS, campaign=campaign_of(box))
    box = locked_box(box)
    refuse_while_counting(box)
    slip = _slip_number(box)
    first = _open_count(box, slip)
    if first is not None and first.first.user_id == author.user_id:
        if first.first_minor == counted:
            return first
        raise Refused(
            Problem("second_person_is_author", "You typed your figure. The other person types theirs, without seeing yours.", {}, "counted")
        )
    again = None if first else _answered(box, slip, author, counted)
    if again is not None:
        return again
    problems = _count_problems(box, first, counted, author)
    if problems:
        raise Refused(problems)
    if first is None:
        return CashCount.objects.create(box=box, after_slip=slip, first=author, first_minor=counted)
    return _compare(box, first, counted, author)


def explain_count(*, count: CashCount, reason: str, photo: bytes = b"", fund: Fund | None = None, author: Role) -> CashCount:
    """Why the box holds more or less than the book says. More is booked at once; less asks the stewards to allow the loss."""
    refuse_unless_role(author, *SECONDS, campaign=campaign_of(count.box))
    kept = drawn(photo) if photo else b""
    with transaction.atomic():
        box = locked_box(count.box)
        count = CashCount.objects.select_related("first", "second").get(pk=count.pk)
        if count.state == CashCount.DONE:
            return count
        problems = _reason_problems(count, reason, author)
        if problems:
            raise Refused(problems)
        count.reason, count.photo = reason.strip(), keep(box.account.book, kept, kind=COUNT_SHEET) if kept else None
        return _book(box, count, fund)


@transaction.atomic
def book_count_loss(*, count: CashCount, author: Role) -> Entry:
    """The stewards allowed it: what is missing leaves the book as a loss."""
    refuse_unless_role(author, "treasurer", campaign=campaign_of(count.box))
    if count.loss is None:
        raise Refused(Problem("count_lost_nothing", "This count lost nothing."))
    second = next((role for role in (count.first, count.second) if role is not None and role.user_id != author.user_id), None)
    count.entry = carry_out(proposal=count.loss, author=author, second=second, request_id=f"count:{count.pk}:missing")
    count.save(update_fields=["entry"])
    return count.entry


def _compare(box: CashBox, count: CashCount, counted: int, second: Role) -> CashCount:
    count.second, count.second_minor, count.counted_at, count.expected_minor = second, counted, timezone.now(), at_hand(box.account)
    if count.first_minor != counted:
        count.state = CashCount.APART
    elif counted != count.expected_minor:
        count.state = CashCount.DIFFERS
    else:
        return _book(box, count, None)
    count.save()
    return count


def _book(box: CashBox, count: CashCount, fund: Fund | None) -> CashCount:
    if count.second is None or count.second_minor is None:
        raise Refused(Problem("count_by_one", "Two people count. The second one has not typed a figure yet."))
    found = count_cash(
        box=box.account, counted=count.second_minor, text=count.reason or "Counted, as the book says", paper=count.photo or _sheet(box, count),
        author=count.first, second=count.second, on=timezone.localdate(), expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE), fund=fund,
        request_id=f"count:{count.pk}",
    )  # fmt: skip
    count.state, count.entry, count.loss = CashCount.DONE, found.surplus, found.loss
    count.save()
    return count


def _sheet(box: CashBox, count: CashCount) -> Document:
    said = {
        "count": str(count.pk), "box": str(box.pk), "counted": str(count.second_minor), "expected": str(count.expected_minor),
        "people": [str(count.first_id), str(count.second_id)], "reason": count.reason,
    }  # fmt: skip
    return store_document(
        book=box.account.book, data=canonical_json(said), name=f"count-{count.pk}.json", media_type="application/json", kind=COUNT_SHEET
    )


def _open_count(box: CashBox, slip: int) -> CashCount | None:
    """The count that waits for its second person. One that slips were written after counts no more."""
    found = box.counts.select_related("first").filter(state=CashCount.FIRST).first()
    if found is not None and found.after_slip != slip:
        found.state, found.counted_at = CashCount.APART, timezone.now()
        found.save(update_fields=["state", "counted_at"])
        return None
    return found


def _answered(box: CashBox, slip: int, author: Role, counted: int) -> CashCount | None:
    """The second figure sent twice: the count that it ended."""
    last = box.counts.first()
    ended = last is not None and last.state == CashCount.DONE and last.after_slip + 1 == slip
    return last if last and ended and last.second_id == author.pk and last.second_minor == counted else None


def _count_problems(box: CashBox, first: CashCount | None, counted: int, author: Role) -> list[Problem]:
    problems = []
    if counted < 0:
        problems.append(Problem("counted_below_zero", "Type what you counted, zero or more.", {}, "counted"))
    if first is not None and box.holder.user_id not in (first.first.user_id, author.user_id):
        problems.append(
            Problem("holder_must_count", "The holder of the box counts too. %(who)s types the second figure.", {"who": box.holder.user})
        )
    if Movement.objects.filter(bank_account=box.account, used=0).exists() or box.payments.filter(entry=None, dropped_why="").exists():
        problems.append(Problem("slips_not_booked", "Some payments of this box wait for a signature. Sign or drop them, then count."))
    return problems


def _reason_problems(count: CashCount, reason: str, author: Role) -> list[Problem]:
    problems = []
    if count.state != CashCount.DIFFERS or count.second is None:
        problems.append(Problem("count_needs_no_reason", "This count does not wait for a reason."))
    elif author.user_id not in (count.first.user_id, count.second.user_id):
        problems.append(Problem("reason_of_a_counter", "One of the two who counted says why it differs."))
    if not REASON_CHARS_MIN <= len(reason.strip()) <= REASON_CHARS_MAX:
        problems.append(Problem("count_needs_a_reason", "Say why it differs, or that nobody knows, in %(min)s to %(max)s characters.",
                                {"min": REASON_CHARS_MIN, "max": REASON_CHARS_MAX}, "reason"))  # fmt: skip
    return problems


def _slip_number(box: CashBox) -> int:
    last = latest_slip(box.account)
    return (last.slip or 0) if last else 0
