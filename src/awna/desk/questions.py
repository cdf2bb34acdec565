"""What else the stewards are asked besides releases: rates, an opening balance, a gift that goes back, a loss; carried out once enough agree."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books import services as books
from awna.books.models import Commodity, Fund
from awna.books.services.rates import write_rates
from awna.consent import services as consent
from awna.consent.models import Decision, Proposal
from awna.core.amounts import group_minor
from awna.donations.services import thaw_gift
from awna.donations.services.freezing import THAW
from awna.donations.services.giving_back import decline_refund, release_refund
from awna.parties.models import Campaign, Role

TITLES = {
    "rates": gettext_lazy("Write down rates of exchange"),
    "open": gettext_lazy("Take over an opening balance"),
    "refund": gettext_lazy("Give a gift back to its origin"),
    THAW: gettext_lazy("Make money available again that was set aside"),
    "reclass": gettext_lazy("Use money for another purpose"),
    "loss": gettext_lazy("Write off a loss"),
    "reverse": gettext_lazy("Take an entry back"),
    "correction": gettext_lazy("Correct an entry"),
}
CARRIED_OUT_AT_ONCE = ("rates", "open", "refund", THAW)
"""What the stewards' last word carries out, for a refund as far as its bank line; the others wait for a person."""


@dataclass(frozen=True)
class Question:
    """One proposal in plain lines. It names no giver: a steward decides on a sum and its purpose."""

    proposal: Proposal
    title: str
    lines: list[str]
    approvals: int
    required: int
    mine: str


def open_questions(*, campaign: Campaign, reader: Role) -> list[Question]:
    """Everything that still waits for stewards, the next to expire first; of releases their own page tells."""
    found = Proposal.objects.open_for(campaign).filter(purpose__in=TITLES).select_related("epoch").order_by("expires_on", "filed_at")
    mine = dict(Decision.objects.filter(proposal__in=found, steward__user=reader.user_id).values_list("proposal", "choice"))
    return [Question(one, str(TITLES[one.purpose]), _lines(one), one.approvals, one.epoch.required, mine.get(one.pk, "")) for one in found]


@transaction.atomic
def answer_question(*, proposal: Proposal, steward: Role, choice: str, reason: str = "", request_id: str) -> bool:
    """One steward's word; with the last one that is needed what needs nothing more is carried out. True when it was."""
    consent.decide(proposal=proposal, steward=steward, choice=choice, reason=reason, request_id=request_id)
    if choice == Decision.DECLINE and proposal.purpose == "refund":
        # What was held for it is free again, or set aside again where the gift is frozen; the treasurer may ask anew.
        decline_refund(proposal=proposal, author=steward)
    if choice != Decision.APPROVE or proposal.purpose not in CARRIED_OUT_AT_ONCE or not consent.is_approved(proposal):
        return False
    if proposal.purpose == "rates":
        write_rates(proposal=proposal, author=steward)
    elif proposal.purpose == "refund":
        release_refund(proposal=proposal, author=steward)
    elif proposal.purpose == THAW:
        thaw_gift(proposal=proposal, author=steward)
    else:
        books.open_balances(proposal=proposal, author=steward, request_id=f"open:{proposal.pk}")
    return True


def _lines(proposal: Proposal) -> list[str]:
    content = proposal.content
    if proposal.purpose == "rates":
        said = _("%(day)s: 1 %(of)s = %(rate)s %(to)s, says %(source)s")
        return [
            said % {"day": one["date"], "of": one["from"], "rate": one["rate"], "to": one["to"], "source": one["source"]}
            for one in content["rates"]
        ]
    if proposal.purpose in ("refund", THAW):
        return [_amount(one["commodity"], one["fund"], one["ceiling"]) for one in content["milestones"]]
    return [_amount(row["credit"]["commodity"], row["credit"]["fund"], row["amount"]) for row in content.get("rows", [])]


def _amount(commodity: str, fund: Any, minor: str) -> str:
    thing, purpose = Commodity.objects.get(pk=commodity), Fund.objects.get(pk=fund)
    return f"{thing.code} {group_minor(int(minor), thing.scale)} · {purpose.title_here}"
