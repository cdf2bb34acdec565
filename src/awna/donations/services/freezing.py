"""A gift that somebody asks about is frozen: its money is set aside in the book until the stewards thaw it, or refuse it and give it back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry
from awna.books.models.naming import UNIDENTIFIED
from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Freeze, Gift
from ..models.freezes import GROUNDS, NOTE_CHARS_MAX
from .receipt_rules import refuse_other_body
from .ways import lying_at

THAW = "thaw"
DAYS_TO_AGREE = 30


@transaction.atomic
def freeze_gift(*, gift: Gift, author: Role, ground: str = "doubt", note: str = "") -> Gift:
    """From now on what lies of this gift can be neither released nor sent on nor given back, and no receipt is issued. Frozen twice is once.

    A refund that was asked for or agreed before is taken back: the question of the gift comes first.
    """
    gift = _locked(gift)
    refuse_other_body(role=author, campaign=gift.donor.campaign, section_id=gift.donor.section_id)
    if gift.frozen_at is not None:
        return gift
    if gift.returned_seq is not None:
        raise Refused(Problem("gift_went_back", "This gift went back already, so there is nothing to freeze."))
    if ground not in dict(GROUNDS):
        raise Refused(Problem("freeze_ground_unknown", "“%(asked)s” is no ground for freezing a gift. Choose one of the list.",
                              {"asked": ground}, "ground"))  # fmt: skip
    note = " ".join(note.split())
    if len(note) > NOTE_CHARS_MAX:
        raise Refused(Problem("freeze_note_too_long", "The note has %(n)s characters. Shorten it to %(max)s.",
                              {"n": len(note), "max": NOTE_CHARS_MAX}, "note"))  # fmt: skip
    lift_refunds(gift=gift, author=author)
    gift.frozen_at = timezone.now()
    gift.save(update_fields=["frozen_at"])
    Freeze.objects.create(gift=gift, ground=ground, note=note, begun_by=author, begun_at=gift.frozen_at)
    set_frozen_aside(gift=gift, author=author)
    return gift


@transaction.atomic
def ask_thaw(*, gift: Gift, author: Role) -> Proposal:
    """Ask the stewards to make the money available again. Asked twice is once while the question is open."""
    gift = _locked(gift)
    refuse_other_body(role=author, campaign=gift.donor.campaign, section_id=gift.donor.section_id)
    freeze = Freeze.objects.running().filter(gift=gift).select_related("proposal").first()
    if freeze is None:
        raise Refused(Problem("gift_not_frozen", "This gift is not frozen, so there is nothing to thaw."))
    _refuse_refund_running(gift)
    before = list(Proposal.objects.filter(campaign=gift.book.campaign_id, purpose=THAW, request_id__startswith=f"thaw:{freeze.pk}:"))
    for one in before:
        if _is_open(one):
            return one
    rows = freeze.proposal.content["milestones"] if freeze.proposal else []
    return consent.file_proposal(
        campaign=gift.donor.campaign, purpose=THAW, payload={"freeze": freeze.pk, "milestones": rows}, filed_by=author,
        expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE), request_id=f"thaw:{freeze.pk}:{len(before)}",
    )  # fmt: skip


@transaction.atomic
def thaw_gift(*, proposal: Proposal, author: Role) -> Gift:
    """The stewards agreed: the money lies free again, and a receipt may be issued."""
    if proposal.purpose != THAW or not consent.is_approved(proposal):
        raise Refused(Problem("thaw_not_agreed", "The stewards have not agreed to make this money available again. Ask them first."))
    freeze = Freeze.objects.select_related("gift").get(pk=proposal.content["freeze"])
    gift = _locked(freeze.gift)
    if freeze.ended_at is not None:
        return gift
    _refuse_refund_running(gift)
    lift_refunds(gift=gift, author=author)
    let_go(gift=gift, author=author)
    Freeze.objects.filter(pk=freeze.pk).update(ended_at=timezone.now(), ended_by=author)
    gift.frozen_at = None
    gift.save(update_fields=["frozen_at"])
    return gift


def set_frozen_aside(*, gift: Gift, author: Role) -> Proposal | None:
    """Hold what of a frozen gift lies free. None where nothing does: it waits in a batch or in Unidentified, is goods, or was spent."""
    parts = [books.Lying(account, amount) for account, amount in lying_at(gift, rules.FREE) if account.fund.code != UNIDENTIFIED]
    freeze = Freeze.objects.select_for_update().get(gift=gift, ended_at=None)
    if not parts:
        return None
    n = Proposal.objects.filter(campaign=gift.book.campaign_id, request_id__startswith=f"freeze:{freeze.pk}:").count()
    proposal = books.set_aside(
        book=gift.book, lot=gift.lot, parts=parts, share=gift.reference if gift.batch_id else "", filed_by=author,
        request_id=f"freeze:{freeze.pk}:{n}",
    )  # fmt: skip
    freeze.proposal = proposal
    freeze.save(update_fields=["proposal"])
    return proposal


def let_go(*, gift: Gift, author: Role) -> None:
    """Free what is set aside for this gift, within a transaction that thaws it, refuses it, or books that the bank took it back."""
    freeze = Freeze.objects.running().filter(gift=gift).exclude(proposal=None).select_related("proposal__campaign").first()
    if freeze is not None and freeze.proposal is not None and freeze.proposal.withdrawn_at is None:
        books.lift(proposal=freeze.proposal, author=author)


def freezes_of(gifts: Sequence[Gift]) -> dict[Any, Freeze]:
    """Gift → its running freeze, with `aside` minor units set aside and `asked` whether the stewards are asked to thaw it."""
    running = {one.gift_id: one for one in Freeze.objects.running().filter(gift__in=gifts).select_related("proposal")}
    asked = [one for one in Proposal.objects.filter(campaign__in={g.book.campaign_id for g in gifts}, purpose=THAW) if _is_open(one)]
    thawing = {one.content["freeze"] for one in asked}
    for one in running.values():
        standing = one.proposal is not None and one.proposal.withdrawn_at is None
        one.aside = sum(int(part["ceiling"]) for part in one.proposal.content["milestones"]) if standing and one.proposal else 0
        one.asked = one.pk in thawing
    return running


def lift_refunds(*, gift: Gift, author: Role) -> None:
    """Free what refunds of this gift still hold or have released, and end them; an expired one holds its money until then."""
    for asked in _refunds(gift):
        books.lift(proposal=asked, author=author)


def _refunds(gift: Gift) -> list[Proposal]:
    """Refunds of this gift that may hold money: neither declined nor paid."""
    if gift.returned_seq is not None:
        return []
    asked = Proposal.objects.filter(campaign=gift.book.campaign_id, purpose="refund", request_id__startswith=f"back:{gift.pk}:")
    return list(asked.filter(withdrawn_at=None).select_related("campaign"))


def _refuse_refund_running(gift: Gift) -> None:
    asked = _refunds(gift)
    agreed = Entry.objects.filter(book=gift.book, kind="release", proposal__in=asked).exists()
    if agreed or any(one.expires_on >= timezone.localdate() for one in asked):
        raise Refused(
            Problem(
                "gift_is_being_given_back", "The stewards were asked to give this gift back. They must decline that before it can thaw."
            )
        )


def _is_open(proposal: Proposal) -> bool:
    today = timezone.localdate()
    return proposal.withdrawn_at is None and proposal.expires_on >= today and not proposal.decisions.filter(choice="decline").exists()


def _locked(gift: Gift) -> Gift:
    rows = Gift.objects.select_for_update(of=("self",)).select_related("donor__campaign", "batch__fund", "book")
    return rows.get(pk=gift.pk)
