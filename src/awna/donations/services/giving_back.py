"""A gift goes back to the account that it came from and to no other: asked by the treasurer, agreed by the stewards, paid by a bank line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount, Custody, Entry, Movement
from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.ledger.rules import PAYEE
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import Gift
from .bill_lines import free_line
from .freezing import let_go, lift_refunds, set_frozen_aside
from .shelter import propose_refund
from .ways import left_of

DAYS_TO_AGREE = 30
LINES_MAX = 5
"""Outgoing bank lines of the same amount that are offered as the one that gave a gift back."""


@dataclass(frozen=True)
class GoingBack:
    """Where a gift stands on its way back: asked, agreed (then `lines` may have paid it), or paid."""

    proposal: Proposal
    agreed: bool
    lines: tuple[Movement, ...] = ()


@transaction.atomic
def ask_refund(*, gift: Gift, author: Role) -> Proposal:
    """Hold what is left of the gift and ask the stewards to give it back to its origin. Asked twice is once while the question is open.

    Of a frozen gift this asks whether it is refused: the money that was set aside is held for the refund instead.
    """
    gift = Gift.objects.select_for_update(of=("self",)).select_related("donor__campaign", "batch__book", "book", "movement").get(pk=gift.pk)
    _refuse_stranger(gift, author)
    asked = refunds_of([gift])
    if gift.pk in asked:
        return asked[gift.pk].proposal
    origin = _origin(gift)
    let_go(gift=gift, author=author)
    lift_refunds(gift=gift, author=author)  # one that expired unanswered still holds the money
    left = left_of(gift)
    if gift.returned_seq is not None or left <= 0:
        raise Refused(
            Problem("nothing_left_to_give_back", "Nothing of this gift lies free any more: it went back, or it was released and spent.")
        )
    before = Proposal.objects.filter(campaign=gift.book.campaign_id, purpose="refund", request_id__startswith=f"back:{gift.pk}:").count()
    return propose_refund(
        gift=gift, amount=left, payee=origin, filed_by=author, expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE),
        request_id=f"back:{gift.pk}:{before}",
    )  # fmt: skip


@transaction.atomic
def pay_back(*, gift: Gift, movement: Movement, author: Role) -> Entry:
    """This outgoing line of the very account that received the gift gave it back. A line to another account than the origin is refused."""
    gift = Gift.objects.select_for_update(of=("self",)).select_related("donor__campaign", "book", "movement").get(pk=gift.pk)
    _refuse_stranger(gift, author)
    BankAccount.objects.select_for_update(of=("self",)).get(pk=movement.bank_account_id)
    movement = Movement.objects.select_related("bank_account__book", "commodity").get(pk=movement.pk)
    found = refunds_of([gift]).get(gift.pk)
    if gift.movement is None or movement.bank_account_id != gift.movement.bank_account_id:
        raise Refused(
            Problem("refund_from_another_account", "The gift came to another account. It goes back from the one that received it.")
        )
    if found is None or not found.agreed:
        raise Refused(Problem("refund_not_agreed", "The stewards have not agreed to give this gift back. Ask them first."))
    entry = books.pay_refund(proposal=found.proposal, movement=movement, author=author, request_id=f"paid back:{gift.pk}:{movement.pk}")
    if gift.returned_seq is None:
        gift.returned_seq = entry.seq
        gift.save(update_fields=["returned_seq"])
        free_line(gift=gift, back_minor=-movement.amount)
    return entry


@transaction.atomic
def decline_refund(*, proposal: Proposal, author: Role) -> None:
    """A steward said no: what was held is free again, or set aside again where the gift is frozen."""
    books.lift(proposal=proposal, author=author)
    gift = Gift.objects.filter(pk=_gift_of(proposal)).select_related("donor__campaign", "batch__fund", "book").first()
    if gift is not None and gift.frozen_at is not None:
        set_frozen_aside(gift=gift, author=proposal.filed_by)


def refunds_of(gifts: Sequence[Gift]) -> dict[Any, GoingBack]:
    """Gift → its open question or agreed refund; nothing for gifts that stay."""
    if not gifts:
        return {}
    book, today = gifts[0].book, timezone.localdate()
    by_key = {f"back:{gift.pk}": gift for gift in gifts}
    proposals = Proposal.objects.filter(campaign=book.campaign_id, purpose="refund", withdrawn_at=None, request_id__startswith="back:")
    released = set(Entry.objects.filter(book=book, kind="release", proposal__in=proposals).values_list("proposal", flat=True))
    found = {}
    for one in proposals.order_by("filed_at"):
        gift = by_key.get(one.request_id.rpartition(":")[0])
        declined = one.decisions.filter(choice="decline").exists()
        if gift is not None and (one.pk in released or (one.expires_on >= today and not declined)):
            found[gift.pk] = GoingBack(
                one, one.pk in released, _lines(gift, one) if one.pk in released and gift.returned_seq is None else ()
            )
    return found


def release_refund(*, proposal: Proposal, author: Role) -> Entry:
    """With the stewards' last word the held money is ready for the bank line that gives it back."""
    if proposal.purpose != "refund" or not consent.is_approved(proposal):
        raise Refused(Problem("refund_not_agreed", "The stewards have not agreed to give this gift back. Ask them first."))
    return books.release_held(proposal=proposal, author=author)


def _gift_of(proposal: Proposal) -> UUID | None:
    about, _, key = proposal.request_id.rpartition(":")[0].partition(":")
    return UUID(key) if about == "back" else None


def _origin(gift: Gift) -> Custody:
    """The payee is the account of the bank line that brought the gift; nobody types another."""
    if gift.movement is None or not gift.movement.counter_account:
        raise Refused(
            Problem(
                "refund_origin_unknown",
                "The bank did not say from which account this gift came, so it cannot go back by this way. Ask the bank.",
            )
        )
    return books.ensure_custody(book=gift.book, type=PAYEE, ref=f"origin:{gift.movement_id}", title=gift.movement.counter_account)


def _lines(gift: Gift, proposal: Proposal) -> tuple[Movement, ...]:
    amount = sum(int(part["ceiling"]) for part in proposal.content["milestones"])
    waiting = Movement.objects.unfinished(gift.book).filter(
        bank_account=gift.movement and gift.movement.bank_account_id, amount=-amount, used=0
    )
    return tuple(waiting.order_by("-booked_on")[:LINES_MAX])


def _refuse_stranger(gift: Gift, author: Role) -> None:
    """A gift is its own body's: the treasurer of that section, or of the owner."""
    refuse_unless_role(author, "treasurer", campaign=gift.donor.campaign)
    if author.section_id != gift.donor.section_id:
        raise Refused(Problem("gift_of_another_body", "This gift came to another body, which has its own treasurer. Ask there."))
