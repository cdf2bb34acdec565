"""Expiry is posted, never a clock's side effect: what an ended question still holds goes back to free."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from awna.consent.models import Proposal
from awna.core.ledger import rules
from awna.core.problems import Refused

from ..models import Book, Entry, Milestone
from .accounts import Row
from .asides import PURPOSE as SET_ASIDE
from .posting import post_entry
from .releases import milestone_spot


def void_expired(*, book: Book) -> int:
    """Free what is still held for proposals of every purpose that expired or were withdrawn; asked again, it does nothing. How many ended.

    Money of a gift that is set aside waits for a person's word instead.
    """
    ended = 0
    for proposal in _ended_with_money(book):
        try:
            ended += void_held(proposal=proposal) is not None
        except Refused:
            continue  # a closed period or the like: it stands on the page, and the next hour asks again
    return ended


@transaction.atomic
def void_held(*, proposal: Proposal) -> Entry | None:
    """Held → free for whatever of this ended proposal was never released, whole, in the name of who filed it."""
    book = proposal.campaign.book
    parts = Milestone.objects.filter(proposal=proposal).select_related("fund", "commodity", "custody").order_by("n")
    held = {
        account.milestone_id: account.balance.minor
        for account in book.accounts.filter(stage=rules.HELD, proposal=proposal).select_related("balance")
    }
    rows = [
        Row(milestone_spot(part, rules.HELD), milestone_spot(part, rules.FREE), part.ceiling)
        for part in parts
        if held.get(part.pk, 0) == part.ceiling
    ]
    if not rows:
        return None
    count = Entry.objects.filter(book=book, proposal=proposal, kind="void").count()
    return post_entry(
        book=book, kind="void", rows=rows, author=proposal.filed_by, proposal=proposal, request_id=f"expired:{proposal.pk}:{count}"
    )


def _ended_with_money(book: Book) -> list[Proposal]:
    held = book.accounts.filter(stage=rules.HELD, balance__credits__gt=F("balance__debits")).values("proposal")
    asked = Proposal.objects.filter(campaign=book.campaign, pk__in=held).exclude(purpose=SET_ASIDE).select_related("campaign", "filed_by")
    today = timezone.localdate()
    return [one for one in asked.order_by("expires_on", "pk") if one.withdrawn_at is not None or one.expires_on < today]
