"""Receipts: issued with the next number, put on paper once, voided with a reason, issued again. One gift, one valid receipt."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.amounts import currency_scale
from awna.core.digest import canonical_json
from awna.core.problems import Problem, Refused
from awna.kit.jobs import enqueue, job_task
from awna.kit.mail import send_mail_text
from awna.kit.sealed import open_bytes, seal_bytes
from awna.kit.typeset import typeset
from awna.parties.models import Role

from ..models import Donor, Gift, Receipt, ReceiptGift, ReceiptPaper, ReceiptSeries
from ..receipt_packs import Pack, plain_pack
from .receipt_rules import gift_problems, ground_of, missing_of_donor, nameless_problems, refuse_other_body, tax_problems
from .receipt_words import Asked, write_content

PAPER_STANDARDS = ("a-3b", "ua-1")
PAPER_PLACE = "donations_receiptpaper"
REASON_CHARS_MAX = 300


@transaction.atomic
def issue_receipt(*, gift: Gift, author: Role, plain: bool = False) -> Receipt:
    """One receipt for one gift; asked twice it is the same. `plain`: a plain confirmation even where a tax receipt is possible."""
    return issue_for_gifts(gifts=[gift], author=author, plain=plain)


@transaction.atomic
def issue_for_gifts(
    *, gifts: Sequence[Gift], author: Role, plain: bool = False, gifts_year: int | None = None, replaces: Receipt | None = None
) -> Receipt:
    """One receipt for gifts of one donor in one currency. The number is taken last, under a lock that ends with the transaction."""
    found = _locked([gift.pk for gift in gifts])
    donor = found[0].donor
    refuse_other_body(role=author, campaign=donor.campaign, section_id=donor.section_id)
    known = ReceiptGift.objects.filter(gift__in=found, released_at=None).select_related("receipt")
    standing = {line.receipt for line in known}
    if len(standing) == 1 and len(known) == len(found) == (first := standing.pop()).lines.count():
        return first
    _refuse(found, bool(known))
    pack, tax = _rules(found, donor, plain)
    issuer, today = donor.section_id or donor.campaign_id, timezone.localdate()
    number = _next_number(issuer, today.year)
    asked = Asked(
        donor.campaign, donor.section, donor, found, pack, tax, gifts_year, f"{today.year}-{number:05d}", today,
        replaces.label if replaces else "",
    )  # fmt: skip
    content = canonical_json(write_content(asked))
    receipt = Receipt.objects.create(
        campaign=donor.campaign, section=donor.section, donor=donor, issuer=issuer, year=today.year, number=number,
        kind=("confirmation" if not tax else "annual" if gifts_year is not None else "single"), gifts_year=gifts_year, rules=pack.name,
        currency=found[0].commodity.code, scale=found[0].commodity.scale, total_minor=sum(gift.amount_minor for gift in found),
        content=content.decode(), digest=sha256(content).hexdigest(), issued_at=timezone.now(), issued_by=author, replaces=replaces,
    )  # fmt: skip
    ReceiptGift.objects.bulk_create([ReceiptGift(receipt=receipt, gift=gift) for gift in found])
    enqueue(put_on_paper, receipt=str(receipt.pk))
    _mail(receipt)
    return receipt


@transaction.atomic
def void_receipt(*, receipt: Receipt, author: Role, reason: str) -> Receipt:
    """From now on the receipt counts for nothing; it stays, with its number and the reason. Voided twice is once."""
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("campaign", "donor").get(pk=receipt.pk)
    refuse_other_body(role=author, campaign=receipt.campaign, section_id=receipt.section_id)
    if receipt.voided_at is not None:
        return receipt
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= REASON_CHARS_MAX:
        raise Refused(
            Problem("void_needs_a_reason", "Say in up to %(n)s characters why the receipt is voided.", {"n": REASON_CHARS_MAX}, "reason")
        )
    receipt.voided_at, receipt.void_reason, receipt.voided_by = timezone.now(), reason, author
    receipt.save(update_fields=["voided_at", "void_reason", "voided_by"])
    receipt.lines.filter(released_at=None).update(released_at=receipt.voided_at)
    return receipt


@transaction.atomic
def reissue_receipt(*, receipt: Receipt, author: Role, reason: str, plain: bool = False) -> Receipt:
    """Void it if it still stands, and issue another for the same gifts under today's rules, with what the donor tells now."""
    voided = void_receipt(receipt=receipt, author=author, reason=reason)
    after = Receipt.objects.filter(replaces=voided).first()
    if after is not None:
        return after
    gifts = [line.gift for line in voided.lines.select_related("gift")]
    return issue_for_gifts(gifts=gifts, author=author, plain=plain, gifts_year=voided.gifts_year, replaces=voided)


def paper_of(receipt: Receipt) -> bytes:
    """The PDF. Made from the content at the first call and kept: every later call gives the same bytes."""
    kept = ReceiptPaper.objects.filter(receipt=receipt).first()
    if kept is None:
        pdf = set_paper(receipt)
        sealed = seal_bytes(pdf, place=PAPER_PLACE)
        try:
            with transaction.atomic():
                kept = ReceiptPaper.objects.create(receipt=receipt, sealed=sealed, digest=sha256(pdf).hexdigest())
        except IntegrityError:  # somebody else made it at the same moment
            kept = ReceiptPaper.objects.get(receipt=receipt)
    return open_bytes(bytes(kept.sealed), place=PAPER_PLACE)


def set_paper(receipt: Receipt) -> bytes:
    """The same content gives the same bytes."""
    said = receipt.said
    return typeset(f"donations/typeset/{said['template']}.typ", said, standards=PAPER_STANDARDS)


@job_task
def put_on_paper(receipt: str) -> None:
    """Set the paper beside the request that issued it."""
    paper_of(Receipt.objects.get(pk=receipt))


def _locked(keys: Sequence[Any]) -> list[Gift]:
    """The gifts as they are now, oldest first; each locked, so that two who ask for one follow each other."""
    list(Gift.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    found = Gift.objects.filter(pk__in=keys).select_related(
        "donor__campaign__owner", "donor__section", "commodity", "book", "batch", "pledge"
    )
    return list(found.order_by("received_on", "entry_seq", "line"))


def _refuse(gifts: Sequence[Gift], known: bool) -> None:
    problems = [problem for found in gift_problems(gifts).values() for problem in found]
    if known:
        problems.append(
            Problem("gift_has_a_receipt", "A gift here stands on a receipt already. Void that one first; one gift has one valid receipt.")
        )
    if len({(gift.donor_id, gift.commodity_id) for gift in gifts}) != 1:
        problems.append(Problem("receipt_mixes_gifts", "One receipt is for gifts of one donor in one currency. Issue one for each."))
    problems += nameless_problems(gifts[0].donor)
    if problems:
        raise Refused(problems)


def _rules(gifts: Sequence[Gift], donor: Donor, plain: bool) -> tuple[Pack, bool]:
    """The rules that apply and whether they make a tax receipt. Refused where these could, and something is missing for it."""
    ground = ground_of(donor.section)
    if plain or not ground.tax or donor.section is None:
        return plain_pack(), False
    thing, total = gifts[0].commodity, sum(gift.amount_minor for gift in gifts)
    problems = [problem for gift in gifts for problem in tax_problems(gift, section=donor.section)]
    if thing.kind == "money":
        amount = Decimal(total).scaleb(-currency_scale(thing.code))
        problems += missing_of_donor(donor, pack=ground.pack, amount=amount, currency=thing.code)
    if problems:
        raise Refused(problems)
    return ground.pack, True


def _next_number(issuer: Any, year: int) -> int:
    """The series stays locked until the transaction ends: a number that was not used in the end was never taken."""
    ReceiptSeries.objects.get_or_create(issuer=issuer, year=year)
    series = ReceiptSeries.objects.select_for_update().get(issuer=issuer, year=year)
    ReceiptSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    return series.last + 1


def receipts_address(donor: Donor) -> str:
    """The donor's private page of receipts."""
    return settings.AWNA_ORIGIN + reverse("my_receipts", kwargs={"slug": donor.campaign.slug, "token": donor.token})


def _mail(receipt: Receipt) -> None:
    donor = receipt.donor
    if not donor.email:
        return
    with translation.override(donor.language):
        send_mail_text(
            to=donor.email,
            campaign=donor.campaign_id,
            section=donor.section_id,
            kind="receipt",
            subject=_("Your receipt %(number)s") % {"number": receipt.label},
            body=_("%(number)s for your gift is ready. It stands on your private page, from which you can print or save it:\n%(link)s\n")
            % {"number": receipt.label, "link": receipts_address(donor)},
        )
