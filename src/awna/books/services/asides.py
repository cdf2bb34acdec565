"""Money set aside: the part of one gift that lies free is held, so that nothing can release, send or refund it, until it is lifted again.

Neither a release nor a payment: its proposal is never put to the stewards, names no payee outside, and expires after years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Account, Balance, Book, Entry, Milestone
from .accounts import Row
from .naming import ensure_custody
from .posting import post_entry
from .releases import hold_ceilings, milestone_spot

PURPOSE = "set_aside"
DAYS_ASIDE_MAX = 3650
"""A court takes years. Nothing is freed when they are over: money is lifted by an entry alone."""
NOBODY = "set aside"


@dataclass(frozen=True)
class Lying:
    """How much of a gift lies in one free account."""

    account: Account
    amount: int


@dataclass(frozen=True)
class SetAside:
    """Money of one custody and currency that is held for nobody, in minor units."""

    custody: Any
    code: str
    scale: int
    minor: int


@transaction.atomic
def set_aside(*, book: Book, lot: str, parts: Sequence[Lying], share: str = "", filed_by: Role, request_id: str) -> Proposal:
    """Hold these parts of a gift. `share`: whose gift of a closed batch it is. The log says no reason and names nobody."""
    payee = ensure_custody(book=book, type=rules.PAYEE, ref=NOBODY, title=NOBODY)
    today = timezone.localdate()
    payload: dict[str, Any] = {
        "payee": str(payee.pk), "lot": lot,
        "milestones": [
            {
                "n": str(n), "custody": str(part.account.custody_id), "fund": str(part.account.fund_id),
                "commodity": str(part.account.commodity_id), "ceiling": str(part.amount), "evidence": [], "earliest": today.isoformat(),
            }
            for n, part in enumerate(parts, 1)
        ],
    }  # fmt: skip
    if share:
        payload["share"] = share
    proposal = consent.file_proposal(
        campaign=book.campaign, purpose=PURPOSE, payload=payload, filed_by=filed_by, expires_on=today + timedelta(days=DAYS_ASIDE_MAX),
        request_id=request_id,
    )  # fmt: skip
    hold_ceilings(proposal=proposal, author=filed_by, lot=lot)
    return proposal


@transaction.atomic
def lift(*, proposal: Proposal, author: Role) -> Entry | None:
    """End a proposal that holds one gift, and free what is held or released under it. None where nothing is."""
    if proposal.purpose not in (PURPOSE, "refund"):
        raise Refused(Problem("not_set_aside", "This proposal holds no money of a single gift."))
    book, withdrawn_by = proposal.campaign.book, proposal.filed_by if author.name != consent.STEWARD else author
    consent.withdraw_proposal(proposal=proposal, author=withdrawn_by)
    lying = {
        milestone: (stage, int(net))
        for milestone, stage, net in Balance.objects.filter(
            book=book, account__proposal=proposal, account__stage__in=(rules.HELD, rules.RELEASED), credits__gt=F("debits")
        ).with_net().values_list("account__milestone", "account__stage", "net")
    }  # fmt: skip
    rows = [
        Row(milestone_spot(part, lying[part.pk][0]), milestone_spot(part, rules.FREE), lying[part.pk][1])
        for part in Milestone.objects.filter(proposal=proposal, pk__in=lying).select_related("fund", "commodity").order_by("n")
    ]
    if not rows:
        return None
    return post_entry(book=book, kind="void", rows=rows, author=author, request_id=f"lift:{proposal.pk}", proposal=proposal)


def sums_set_aside(book: Book) -> list[SetAside]:
    """What is held for nobody, by custody and currency: not available, and nobody is told whose it is. One question."""
    held = Balance.objects.filter(book=book, account__stage=rules.HELD, account__proposal__purpose=PURPOSE)
    rows = held.values_list("account__custody", "account__commodity__code", "account__commodity__scale")
    sums = rows.annotate(net=Sum(F("credits") - F("debits"))).order_by("account__commodity__code", "account__custody")
    return [SetAside(custody, code, scale, int(net)) for custody, code, scale, net in sums if net]
