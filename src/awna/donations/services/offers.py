"""Offers of goods: made by anybody, accepted whole or in part or declined with a reason, and the offerer is told. Nothing is posted here."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.campaigns.models import BudgetLine
from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import GoodsOffer
from . import bill_lines
from .gifts import new_donor

WHAT_CHARS_MAX = 200
DETAILS_CHARS_MAX = 1000
UNIT_CHARS_MAX = 40
REASON_CHARS_MAX = 500
QUANTITY_MAX = 1_000_000
OPEN_MAX = 500
"""Offers of a campaign that wait at once; more would hide the true ones."""


@transaction.atomic
def offer_goods(
    *, campaign: Campaign, what: str, quantity: int, unit: str, details: str = "", name: str = "", email: str = "", language: str = "en",
    request_id: str, budget_line: BudgetLine | None = None,
) -> GoodsOffer:  # fmt: skip
    """Keep an offer until somebody answers it. It obliges nobody. `budget_line`: the line whose goods or work it is; no more than is open there."""
    first = GoodsOffer.objects.filter(campaign=campaign, request_id=request_id).select_related("campaign", "donor").first()
    if first is not None:
        return first
    what, unit = " ".join(what.split()), " ".join(unit.split())
    problems = []
    if not 0 < len(what) <= WHAT_CHARS_MAX:
        problems.append(Problem("offer_without_goods", "Say in 1 to %(max)s characters what you offer.", {"max": WHAT_CHARS_MAX}, "what"))
    if not 0 < len(unit) <= UNIT_CHARS_MAX:
        problems.append(Problem("offer_without_unit", "Say in what you count it, such as pieces or boxes.", {}, "unit"))
    if not 0 < quantity <= QUANTITY_MAX:
        problems.append(Problem("offer_quantity_wrong", "Offer 1 to %(max)s.", {"max": QUANTITY_MAX}, "quantity"))
    if len(details) > DETAILS_CHARS_MAX:
        problems.append(Problem("offer_details_too_long", "Shorten it to %(max)s characters.", {"max": DETAILS_CHARS_MAX}, "details"))
    if not problems and GoodsOffer.objects.filter(campaign=campaign, state="open").count() >= OPEN_MAX:
        problems.append(
            Problem("offers_wait", "So many offers wait for an answer that no more can be taken. Please come back in some days.")
        )
    if problems:
        raise Refused(problems)
    donor = new_donor(campaign=campaign, section=None, name=name, email=email, language=language)
    offer = GoodsOffer.objects.create(
        campaign=campaign, donor=donor, what=what, quantity=quantity, unit=unit, details=details.strip(), request_id=request_id
    )
    if budget_line is not None:
        bill_lines.ask_goods_line(offer=offer, line=budget_line)
    return offer


@transaction.atomic
def answer_offer(*, offer: GoodsOffer, accepted: int, reason: str = "", author: Role) -> GoodsOffer:
    """Take all of it, a part, or (0) none; less than all needs a reason, which the offerer reads. An answer stands."""
    offer = GoodsOffer.objects.select_for_update(of=("self",)).select_related("campaign", "donor").get(pk=offer.pk)
    refuse_unless_role(author, "treasurer", campaign=offer.campaign)
    if author.section_id != offer.donor.section_id:
        raise Refused(Problem("gift_of_another_body", "This gift came to another body, which has its own treasurer. Ask there."))
    reason = " ".join(reason.split())
    if offer.state != "open":
        if (offer.accepted, offer.reason) == (accepted, reason):
            return offer
        raise Refused(Problem("offer_is_answered", "This offer was answered already, and the offerer was told. Write to them instead."))
    problems = []
    if not 0 <= accepted <= offer.quantity:
        problems.append(Problem("accepted_above_offer", "They offer %(n)s. Accept that or less; 0 declines it.",
                                {"n": offer.quantity}, "accepted"))  # fmt: skip
    if accepted < offer.quantity and not 0 < len(reason) <= REASON_CHARS_MAX:
        problems.append(Problem("offer_needs_a_reason", "Say in 1 to %(max)s characters why not all of it is taken. The offerer reads it.",
                                {"max": REASON_CHARS_MAX}, "reason"))  # fmt: skip
    if problems:
        raise Refused(problems)
    bill_lines.settle_goods_line(offer=offer, accepted=accepted)
    offer.state = "accepted" if accepted == offer.quantity else "partly" if accepted else "declined"
    offer.accepted, offer.reason, offer.answered_by, offer.answered_at = accepted, reason, author, timezone.now()
    offer.save(update_fields=["state", "accepted", "reason", "answered_by", "answered_at"])
    _tell(offer)
    return offer


def _tell(offer: GoodsOffer) -> None:
    donor = offer.donor
    if not donor.email:
        return
    said = {
        "accepted": offer.accepted, "quantity": offer.quantity, "unit": offer.unit, "what": offer.what, "reason": offer.reason,
        "link": settings.AWNA_ORIGIN + offer.get_absolute_url(),
    }  # fmt: skip
    with translation.override(donor.language):
        if offer.state == "declined":
            body = _(
                "Thank you for offering %(quantity)s %(unit)s: %(what)s. We cannot take it.\n\n%(reason)s\n\nThis page says it too:\n%(link)s\n"
            )
        elif offer.state == "partly":
            body = _(
                "Thank you for offering %(quantity)s %(unit)s: %(what)s. We take %(accepted)s of it.\n\n%(reason)s\n\nThis page says what happens next:\n%(link)s\n"
            )
        else:
            body = _(
                "Thank you for offering %(quantity)s %(unit)s: %(what)s. We gladly take it.\n\nThis page says what happens next:\n%(link)s\n"
            )
        send_mail_text(
            to=donor.email,
            subject=_("Your offer of goods"),
            body=body % said,
            campaign=donor.campaign_id,
            section=donor.section_id,
            kind="gift",
        )
