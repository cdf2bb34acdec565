"""For which gifts a receipt may be issued, under whose rules, and what is still missing for one that a tax office takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from awna.books.models import Book, Entry, Transfer
from awna.consent.models import Proposal
from awna.core.problems import Problem, Refused
from awna.parties.models import Role, Section
from awna.parties.services import refuse_unless_role

from ..models import Donor, Gift, Receipt, ReceiptGift
from ..receipt_packs import DONOR_FIELDS, Pack, pack_of, plain_pack

SENT_BACK = ("bank_forced", "refund")
"""Kinds of entries that name a gift's line and take its money out again."""
WENT_BACK = Problem("gift_went_back", "The money of this gift went back, so no receipt is issued for it.")
PART_WENT_BACK = Problem(
    "gift_went_back_in_part",
    "Part of this gift went back. A receipt is for a whole gift, so none is issued; void one that was issued before, and confirm by letter what stayed.",
)


@dataclass(frozen=True)
class Ground:
    """Which rules apply to an issuer. `reasons`: why only a plain confirmation is issued; empty for tax receipts."""

    pack: Pack
    reasons: tuple[Problem, ...]

    @property
    def tax(self) -> bool:
        return not self.reasons


def ground_of(section: Section | None) -> Ground:
    """The country's rules where somebody reviewed them and the section told what they ask; else plain words, with every reason."""
    if section is None:
        return Ground(
            plain_pack(),
            (Problem("owner_issues_plain", "The owner of the place is no collecting section, so it issues plain confirmations."),),
        )
    pack = pack_of(section.country)
    if pack is None:
        reason = Problem(
            "country_without_rules", "There are no rules for receipts of the country %(country)s here.", {"country": section.country}
        )
        return Ground(plain_pack(), (reason,))
    reasons = []
    if not pack.reviewed:
        reasons.append(Problem("rules_not_reviewed", "Nobody who may say so has reviewed the rules “%(rules)s”. Until then no tax receipt is issued.",
                               {"rules": pack.name}))  # fmt: skip
    missing = [item["label"]["en"] for item in pack.issuer_fields if not section.receipt_facts.get(item["name"])]
    if missing or not section.address:
        names = ", ".join([*missing, *([] if section.address else ["Address"])])
        reasons.append(
            Problem("issuer_facts_missing", "The section has not told yet: %(names)s. Its page on the desk asks for it.", {"names": names})
        )
    return Ground(plain_pack() if reasons else pack, tuple(reasons))


def details_of(donor: Donor) -> dict[str, str]:
    """What the donor told for receipts, the name of the gift at least; `declared_on` is the day of a declaration."""
    told = dict(json.loads(donor.receipt_details)) if donor.receipt_details else {}
    return {"name": donor.name, **told}


@transaction.atomic
def tell_receipt_details(*, donor: Donor, details: dict[str, str], declares: bool = False) -> Donor:
    """Keep what the donor tells for her receipts; nothing else is asked, and receipts that stand keep what they say."""
    donor = Donor.objects.select_for_update(of=("self",)).select_related("section").get(pk=donor.pk)
    pack = (pack_of(donor.section.country) if donor.section else None) or plain_pack()
    told = {name: " ".join(text.split()) for name, text in details.items() if text.strip()}
    problems = [
        Problem("receipt_field_unknown", "Receipts do not ask for “%(name)s”.", {"name": name})
        for name in sorted(told.keys() - {*DONOR_FIELDS})
    ]
    problems += [
        Problem("receipt_field_too_long", "The rules allow %(n)s characters here. Shorten it.", {"n": pack.donor_fields[name]}, name)
        for name, text in told.items()
        if len(text) > pack.donor_fields.get(name, len(text))
    ]
    if problems:
        raise Refused(problems)
    if pack.declaration:
        before = details_of(donor).get("declared_on", "")
        told |= {"declared_on": before or timezone.localdate().isoformat()} if declares else {}
    donor.receipt_details = json.dumps(told, ensure_ascii=False, sort_keys=True)
    donor.save(update_fields=["receipt_details"])
    return donor


def missing_of_donor(donor: Donor, *, pack: Pack, amount: Decimal, currency: str) -> list[Problem]:
    """What the rules ask of the donor for this amount and she has not told, or told at too great a length."""
    told, asked = details_of(donor), dict(pack.donor_fields)
    for threshold in pack.holding(amount, currency):
        asked |= {name: asked.get(name, 200) for name in threshold.requires}
    missing = [name for name, most in asked.items() if not 0 < len(told.get(name, "")) <= most]
    if pack.declaration and not told.get("declared_on"):
        missing.append("declaration")
    text = "The rules ask the donor for what is not told yet: %(names)s. The private page of the gift has a form for it; or issue a plain confirmation."
    return [Problem("donor_facts_missing", text, {"names": ", ".join(missing)})] if missing else []


def gift_problems(gifts: Sequence[Gift]) -> dict[Any, list[Problem]]:
    """Gift → why there can be no receipt for it; gifts of one book, asked together. Nothing for those that may have one."""
    if not gifts:
        return {}
    book = gifts[0].book
    gone, returning = _gone_lots(book, gifts), _refunds_of(book)
    found: dict[Any, list[Problem]] = {}
    for gift in gifts:
        share = gift.reference if gift.batch_id else ""
        back = 0 if gift.entry_seq is None or gift.batch_id else gone.get((gift.entry_seq, gift.line), 0)
        in_part = 0 < back < gift.amount_minor
        problems = [PART_WENT_BACK] if in_part else []
        problems += [problem for problem in _own_problems(gift) if not in_part or problem.code != WENT_BACK.code]
        if back >= gift.amount_minor and WENT_BACK not in problems:
            problems.append(WENT_BACK)
        if (gift.lot, share) in returning and not in_part:
            problems.append(
                Problem("gift_is_being_given_back", "The stewards were asked to give this gift back, so no receipt is issued for it.")
            )
        if problems:
            found[gift.pk] = problems
    return found


def nameless_problems(donor: Donor) -> list[Problem]:
    """A receipt names its giver. Someone who told no name is asked for it, and nobody types one for her."""
    if details_of(donor)["name"].strip() or any(details_of(donor).get(name) for name in ("first_name", "last_name")):
        return []
    text = "The giver told no name, and a receipt names its giver. She can tell it on the private page of the gift, for receipts alone; then issue it."
    return [Problem("giver_told_no_name", text)]


def wrong_receipts(receipts: Sequence[Receipt]) -> dict[Any, list[Problem]]:
    """Receipt that still stands → why it should be voided: the money of one of its gifts went back or is in doubt since."""
    lines = list(ReceiptGift.objects.filter(receipt__in=receipts, released_at=None).select_related("gift__book"))
    found: dict[Any, list[Problem]] = {}
    barred = gift_problems([line.gift for line in lines])
    for line in lines:
        found.setdefault(line.receipt_id, []).extend(barred.get(line.gift_id, []))
    return {receipt: problems for receipt, problems in found.items() if problems}


def tax_problems(gift: Gift, *, section: Section) -> list[Problem]:
    """Why this gift cannot stand on a tax receipt, though the rules are reviewed."""
    if gift.kind != "money":
        return [
            Problem(
                "goods_need_a_valuation", "The rules here are for gifts of money. Issue a plain confirmation, which describes the goods."
            )
        ]
    permit = section.permit_problem(gift.received_on)
    text = "The gift came on %(day)s, outside the days of the section's permit. Issue a plain confirmation."
    return [Problem("gift_outside_permit", text, {"day": gift.received_on})] if permit else []


def refuse_other_body(*, role: Role, campaign: Any, section_id: Any) -> None:
    """Only the issuer's own treasurer acts for its receipts: a section's for the section, one without a section for the owner."""
    refuse_unless_role(role, "treasurer", campaign=campaign)
    if role.section_id != section_id:
        raise Refused(Problem("receipts_of_another_body", "These are receipts of another body, which has its own treasurer. Ask there."))


def _own_problems(gift: Gift) -> list[Problem]:
    problems = []
    if gift.entry_seq is None:
        problems.append(
            Problem(
                "gift_waits_in_a_batch", "The gift waits in a batch with others and is not in the book yet. Come back when it is closed."
            )
        )
    if gift.kind == "money" and gift.pledge_id is None:
        problems.append(Problem("gift_not_identified", "Nobody knows yet whose gift this is. Identify it first."))
    if gift.returned_seq is not None:
        problems.append(WENT_BACK)
    if gift.frozen_at is not None:
        problems.append(Problem("gift_is_frozen", "This gift is frozen while somebody asks about it, so no receipt is issued for it."))
    return problems


def _gone_lots(book: Book, gifts: Sequence[Gift]) -> dict[tuple[int, int], int]:
    """Line → how much of its money the bank took back or was refunded; all of it where its entry was reversed."""
    alone = {(gift.entry_seq, gift.line): gift.amount_minor for gift in gifts if gift.entry_seq is not None and not gift.batch_id}
    seqs = {seq for seq, _line in alone}
    back = Transfer.objects.filter(book=book, kind__in=SENT_BACK, lot_seq__in=seqs).values_list("lot_seq", "lot_line")
    gone = {(seq, line): total for seq, line, total in back.annotate(total=Sum("amount")).order_by()}
    reversed_seqs = set(Entry.objects.filter(book=book, reverses__in=seqs).values_list("reverses", flat=True))
    return gone | {place: minor for place, minor in alone.items() if place[0] in reversed_seqs}


def _refunds_of(book: Book, today: date | None = None) -> set[tuple[str, str]]:
    """(lot, share) of every gift whose refund is asked for or paid."""
    today = today or timezone.localdate()
    paid = set(Entry.objects.filter(book=book, kind="refund").exclude(proposal=None).values_list("proposal", flat=True))
    asked = Proposal.objects.filter(campaign=book.campaign_id, purpose="refund")
    return {
        (str(one.content.get("lot", "")), str(one.content.get("share", "")))
        for one in asked
        if one.pk in paid or (one.withdrawn_at is None and one.expires_on >= today)
    }
