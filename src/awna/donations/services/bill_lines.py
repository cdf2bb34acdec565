"""The line of the bill of quantities for which a gift or an offer is meant: how long a promise keeps it, and when it stays for good."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from awna.campaigns.bill import claims
from awna.campaigns.models import BudgetLine
from awna.parties.models import Campaign

from ..models import Gift, GoodsOffer, Pledge

LINE_DAYS_HELD = 21
"""Days that a promise without its money keeps a part of a budget line from others."""


def ask_line(*, pledge: Pledge, line: BudgetLine) -> None:
    claims.claim_money(line=line, minor=pledge.amount_minor, currency=pledge.currency.code, ref=_of_pledge(pledge), counts=False)


def hold_line(*, pledge: Pledge) -> None:
    """The pledge counts, and so does its part of the line for some days; refused where others were faster."""
    until = timezone.localdate() + timedelta(days=LINE_DAYS_HELD)
    claims.count_claim(campaign=pledge.donor.campaign, ref=_of_pledge(pledge), holds_until=until)


def keep_lines(*, campaign: Campaign, pledges: Sequence[Pledge]) -> None:
    """The money came: the line stays given."""
    claims.keep_claims(campaign=campaign, refs=[_of_pledge(pledge) for pledge in pledges])


def forget_lines(*, campaign: Campaign, pledges: Sequence[Pledge]) -> None:
    claims.forget_claims(campaign=campaign, refs=[_of_pledge(pledge) for pledge in pledges])


def free_line(*, gift: Gift, back_minor: int) -> None:
    """Money went back to its giver: its part of the line is open again."""
    if gift.pledge_id is not None:
        campaign = gift.book.campaign
        claims.end_claim(campaign=campaign, ref=f"pledge:{gift.pledge_id}", left_minor=max(0, gift.amount_minor - back_minor))


def line_of_pledge(pledge: Pledge) -> BudgetLine | None:
    return claims.claimed_line(campaign=pledge.donor.campaign, ref=_of_pledge(pledge))


def ask_goods_line(*, offer: GoodsOffer, line: BudgetLine) -> None:
    claims.claim_goods(line=line, quantity=Decimal(offer.quantity), unit=offer.unit, ref=_of_offer(offer), counts=False)


def cover_line(*, gift: Gift, line: BudgetLine) -> None:
    """Goods that came unasked cover a part of a line: what is open there, or they are refused for it."""
    claims.claim_goods(line=line, quantity=Decimal(gift.amount_minor).scaleb(-gift.commodity.scale), unit=line.unit, ref=f"gift:{gift.pk}")


def settle_goods_line(*, offer: GoodsOffer, accepted: int) -> None:
    """What was accepted of an offer counts; of a declined one nothing."""
    if accepted:
        claims.count_claim(campaign=offer.campaign, ref=_of_offer(offer), quantity=Decimal(accepted))
    else:
        claims.end_claim(campaign=offer.campaign, ref=_of_offer(offer))


def line_of_offer(offer: GoodsOffer) -> BudgetLine | None:
    return claims.claimed_line(campaign=offer.campaign, ref=_of_offer(offer))


def _of_pledge(pledge: Pledge) -> str:
    return f"pledge:{pledge.pk}"


def _of_offer(offer: GoodsOffer) -> str:
    return f"offer:{offer.pk}"
