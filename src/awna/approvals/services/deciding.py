"""A steward's word on whatever is asked, and what is carried out by itself once enough was said: by page, paper, command or hour alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.services.rates import write_rates
from awna.consent import services as consent
from awna.consent.models import Decision, Proposal
from awna.core.problems import Refused
from awna.parties.models import Campaign, Role

from ..models import CarriedOut, PublicReason, QuoteRule, Release
from .asking import put_quote_rule_in_force
from .notices import tell_held, tell_stewards
from .spending import release

Act = Callable[[Proposal, Role], Any]


@dataclass(frozen=True)
class Follow:
    """What follows at once when enough stewards agreed, and when one declined. Both may be asked twice and do it once."""

    agreed: Act | None = None
    declined: Act | None = None


FOLLOWS: dict[str, Follow] = {
    Release.PURPOSE: Follow(lambda proposal, author: release(proposal=proposal, author=author)),
    QuoteRule.PURPOSE: Follow(lambda proposal, author: put_quote_rule_in_force(proposal=proposal)),
    "rates": Follow(lambda proposal, author: write_rates(proposal=proposal, author=author)),
    "open": Follow(lambda proposal, author: books.open_balances(proposal=proposal, author=author, request_id=f"open:{proposal.pk}")),
    "resume": Follow(lambda proposal, author: books.resume(proposal=proposal, author=author)),
    "policy": Follow(lambda proposal, author: books.renew_policy(proposal=proposal, author=author)),
}
"""By purpose. What is not here waits for a person at a desk. Rooms beside this one cannot be named here: see `follow`."""


def follow(purpose: str, then: Follow) -> None:
    """The desk, which knows every room, says what follows an answer in rooms that this one must not see."""
    FOLLOWS[purpose] = then


@transaction.atomic
def decide(
    *, proposal: Proposal, steward: Role, choice: str, reason: str = "", request_id: str, in_public: bool = False,
    signed: consent.Signed | None = None, pin: str = "",
) -> Decision:  # fmt: skip
    """Record one steward's word; where it is the last that is needed and nothing cools down, what was asked is done in the same transaction.

    `in_public`: the steward wants the reason of a decline to stand beside it on the public page. `signed`, `pin`: see consent.decide.
    """
    decision = consent.decide(
        proposal=proposal, steward=steward, choice=choice, reason=reason, request_id=request_id, signed=signed, pin=pin
    )
    answered(decision=decision, in_public=in_public, signed=signed)
    return decision


@transaction.atomic
def answered(*, decision: Decision, in_public: bool = False, signed: consent.Signed | None = None) -> bool:
    """What follows a word that stands, however it came. True when what was asked is done now."""
    proposal, then = decision.proposal, FOLLOWS.get(decision.proposal.purpose, Follow())
    if decision.choice == Decision.DECLINE:
        books.record_decline(proposal=proposal, steward=decision.steward, signed=signed, request_id=f"declined:{decision.pk}")
        if in_public:
            PublicReason.objects.get_or_create(decision=decision, defaults={"text": decision.reason})
        if then.declined:
            then.declined(proposal, decision.steward)
    done = decision.choice == Decision.APPROVE and carry_out(proposal=proposal, author=decision.steward)
    tell_stewards(campaign=proposal.campaign)
    return done


def carry_out(*, proposal: Proposal, author: Role) -> bool:
    """Do what enough stewards agreed to, if nothing more is needed for it today. True when it is done."""
    if CarriedOut.objects.filter(proposal=proposal).exists():
        return True
    then = FOLLOWS.get(proposal.purpose, Follow())
    if then.agreed is None:
        return False
    if not consent.may_be_carried_out(proposal):
        tell_held(proposal=proposal)
        return False
    then.agreed(proposal, author)
    CarriedOut.objects.create(proposal=proposal, author=author)
    return True


def carry_out_all_ready(*, campaign: Campaign) -> int:
    """What cooled down and is ready now: each on its own, so that one refusal stops no other. Returns how many were done."""
    waiting = Proposal.objects.filter(
        campaign=campaign, withdrawn_at=None, held_at=None, carried_out=None, purpose__in=FOLLOWS, expires_on__gte=timezone.localdate(),
        decisions__choice=Decision.APPROVE,
    ).distinct().order_by("filed_at")  # fmt: skip
    done = 0
    for proposal in waiting:
        last = proposal.decisions.filter(choice=Decision.APPROVE).select_related("steward").latest("decided_at")
        try:
            with transaction.atomic():
                done += carry_out(proposal=proposal, author=last.steward)
        except Refused:
            continue  # it stands in the queue with its state; the reason is shown to whoever opens it
    return done
