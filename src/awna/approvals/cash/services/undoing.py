"""Taking back what was paid out of a box: one person says why, the stewards allow it, another puts the money back, and a reversal is booked."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from awna.books.models import BankAccount
from awna.books.services import propose_reversal, reverse_entry
from awna.books.services.cash import put_back
from awna.core.ledger.rules import CASH
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import CashPayment, CashReversal, WageSheet
from .boxes import SECONDS

DAYS_TO_AGREE = 30
REASON_CHARS_MIN, REASON_CHARS_MAX = 10, 300


@transaction.atomic
def ask_back(*, of: WageSheet | CashPayment, text: str, author: Role) -> CashReversal:
    """Ask the stewards to let the whole payment be reversed."""
    campaign = of.milestone.proposal.campaign
    refuse_unless_role(author, *SECONDS, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    about = {"sheet": of} if isinstance(of, WageSheet) else {"payment": of}
    known = CashReversal.objects.filter(**about).first()
    if known is not None:
        return known
    if of.entry is None:
        raise Refused(Problem("not_booked_yet", "This is not booked. Drop it instead."))
    if of.milestone.custody.type != CASH:
        raise Refused(
            Problem(
                "paid_by_a_bank",
                "This was paid with a bank's line. When the bank's opposite line comes, take the payment back among the bank lines.",
            )
        )
    if not REASON_CHARS_MIN <= len(text.strip()) <= REASON_CHARS_MAX:
        raise Refused(Problem("back_needs_a_reason", "Say why it is taken back, in %(min)s to %(max)s characters.",
                              {"min": REASON_CHARS_MIN, "max": REASON_CHARS_MAX}, "why"))  # fmt: skip
    proposal = propose_reversal(
        entry=of.entry, text=text.strip(), filed_by=author, expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE),
        request_id=f"back:{of.entry.pk}",
    )  # fmt: skip
    return CashReversal.objects.create(text=text.strip(), proposal=proposal, asked_by=author, **about)


@transaction.atomic
def take_back(*, back: CashReversal, author: Role) -> CashReversal:
    """The money lies in the box again. Whoever asked is the second person; the days of a sheet may stand on another."""
    refuse_unless_role(author, *SECONDS, campaign=back.proposal.campaign)
    back = CashReversal.objects.select_for_update(of=("self",)).select_related("proposal__campaign", "asked_by").get(pk=back.pk)
    if back.entry_id:
        return back
    if author.user_id == back.asked_by.user_id:
        raise Refused(Problem("second_person_is_author", "The second person must be somebody else than the author, even in another role."))
    of = back.sheet or back.payment
    if of is None or of.entry is None:
        raise Refused(Problem("not_booked_yet", "This is not booked. Drop it instead."))
    amount = of.total_minor if isinstance(of, WageSheet) else of.amount_minor
    request_id = f"back:{back.pk}:done"
    back.entry = reverse_entry(entry=of.entry, author=author, second=back.asked_by, proposal=back.proposal, request_id=request_id)
    put_back(
        box=BankAccount.objects.get(custody=of.milestone.custody), amount=amount, text=f"Taken back, entry {of.entry.seq}", author=author,
        second=back.asked_by, on=timezone.localdate(), request_id=request_id,
    )  # fmt: skip
    back.author = author
    back.save(update_fields=["entry", "author"])
    if isinstance(of, WageSheet):
        of.rows.update(live=False)
    return back
