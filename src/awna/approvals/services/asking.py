"""Ask the stewards for money: payee, purpose, parts with ceilings, papers, quotes; any change is a new proposal that replaces the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import Book, Commodity, Custody, Document, Fund
from awna.books.services import Row, Spot, balance_of, post_entry, store_document
from awna.campaigns.bill import claims
from awna.campaigns.models import BudgetLine
from awna.consent import services as consent
from awna.consent.models import Interest, Proposal
from awna.core.amounts import format_minor
from awna.core.digest import canonical_json
from awna.core.ledger.rules import BANK, CASH, FREE, HELD, PAYEE, PURSES
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import QuoteRule, Release
from .spending import PROPOSER_ROLES, STEWARD, void

MILESTONES_MAX = 20
TEXT_CHARS_MAX = 300
UNIDENTIFIED = "unidentified"
ADVANCE, INSTALMENT, RETENTION = "advance", "instalment", "retention"
KINDS = (ADVANCE, INSTALMENT, RETENTION)
GUARANTEE = "guarantee"
SHEET_KIND = "request"
QUOTES_WANTED = 3
QUOTES_MAX = 10


@dataclass(frozen=True)
class MilestoneAsk:
    """One part of the payment: out of which purse and fund, at most how much (minor units), on what evidence, not before when."""

    n: str
    custody: Custody
    fund: Fund
    commodity: Commodity
    ceiling: int
    earliest: date
    evidence: tuple[str, ...] = ()
    kind: str = INSTALMENT


@dataclass(frozen=True)
class QuoteAsk:
    """What one seller would take: whose quote, the sum in minor units, and the paper that says so."""

    seller: str
    commodity: Commodity
    amount: int
    document: Document


@dataclass(frozen=True)
class _Asked:
    """A whole request, to be checked and written as one."""

    campaign: Campaign
    payee: Custody
    milestones: Sequence[MilestoneAsk]
    budget_line: BudgetLine | None
    documents: Sequence[Document]
    text: str
    quotes: Sequence[QuoteAsk]
    quotes_reason: str
    replaces: Release | None


@transaction.atomic
def propose_release(
    *, campaign: Campaign, payee: Custody, milestones: Sequence[MilestoneAsk], budget_line: BudgetLine | None = None,
    documents: Sequence[Document] = (), text: str, expires_on: date, filed_by: Role, request_id: str, quotes: Sequence[QuoteAsk] = (),
    quotes_reason: str = "", replaces: Release | None = None,
) -> Release:  # fmt: skip
    """File a release and hold its ceilings at once, so that the money cannot be promised twice. The same request gives the first answer.

    `replaces`: the release that this one asks again with changes; what the old one held is freed first, and no word on it counts for the new.
    """
    refuse_unless_role(filed_by, *PROPOSER_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    if Interest.objects.filter(role__user=filed_by.user_id, role__campaign=campaign, custody=str(payee.pk), ended_at=None).exists():
        raise Refused(Problem("proposer_is_interested", "You declared a tie to this payee, so somebody else must ask for it.", {}, "payee"))
    asked = _Asked(campaign, payee, milestones, budget_line, documents, text, quotes, quotes_reason, replaces)
    known = Release.objects.filter(proposal__campaign=campaign, proposal__request_id=request_id).exists()
    if replaces is not None and not known:
        if replaces.campaign_id != campaign.pk:
            raise Refused(Problem("release_of_another_campaign", "That release belongs to another campaign. Choose one of this."))
        void(proposal=replaces.proposal, author=filed_by, request_id=f"replaced:{replaces.pk}")
    problems = [] if known else _proposal_problems(asked)
    if problems:
        raise Refused(problems)
    proposal = consent.file_proposal(
        campaign=campaign, purpose=Release.PURPOSE, payload=_payload(asked), filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )
    number = campaign.releases.count() + 1
    release_row, _made = Release.objects.get_or_create(
        proposal=proposal,
        defaults={"campaign": campaign, "number": number, "payee": payee, "budget_line": budget_line, "text": text, "replaces": replaces},
    )
    if budget_line is not None and not known:
        for commodity in sorted({ask.commodity.code for ask in milestones}):
            claims.claim_money(
                line=budget_line, minor=sum(ask.ceiling for ask in milestones if ask.commodity.code == commodity), currency=commodity,
                ref=f"release:{proposal.pk}:{commodity}", kind="release",
            )  # fmt: skip
    post_entry(
        book=campaign.book, kind="hold", author=filed_by, effective_date=timezone.localdate(proposal.filed_at), proposal=proposal,
        request_id=f"hold:{proposal.pk}", rows=[_row(ask, proposal, FREE, HELD) for ask in milestones],
    )  # fmt: skip
    return release_row


# -- three quotes ---------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_quote_rule(*, commodity: Commodity, above: int, filed_by: Role, expires_on: date, request_id: str) -> Proposal:
    """Ask the stewards above which sum in a currency a release needs three quotes or a written reason."""
    refuse_unless_role(filed_by, STEWARD, campaign=filed_by.campaign)
    if above < 0 or commodity.kind != "money":
        raise Refused(Problem("quote_rule_wrong", "Give a sum of money of zero or more, above which three quotes are needed.", {}, "above"))
    payload = {"quotes_above": [{"commodity": str(commodity.pk), "above": str(above)}]}
    return consent.file_proposal(
        campaign=filed_by.campaign,
        purpose=QuoteRule.PURPOSE,
        payload=payload,
        filed_by=filed_by,
        expires_on=expires_on,
        request_id=request_id,
    )


def put_quote_rule_in_force(*, proposal: Proposal) -> QuoteRule:
    """The stewards agreed: from now on the new sum counts."""
    if proposal.purpose != QuoteRule.PURPOSE or not consent.is_approved(proposal):
        raise Refused(Problem("quote_rule_not_agreed", "Not enough stewards agreed on this rule yet."))
    (said,) = proposal.content["quotes_above"]
    rule, _made = QuoteRule.objects.get_or_create(
        proposal=proposal,
        defaults={"campaign": proposal.campaign, "commodity_id": said["commodity"], "above_minor": int(said["above"])},
    )
    return rule


def quote_rules(campaign: Campaign) -> dict[object, QuoteRule]:
    """Currency → the rule in force."""
    return {rule.commodity_id: rule for rule in campaign.quote_rules.select_related("commodity").order_by("since", "pk")}


# -- what may be asked ----------------------------------------------------------------------------------------------


def _payload(asked: _Asked) -> dict[str, object]:
    papers = {document.digest for document in asked.documents} | {quote.document.digest for quote in asked.quotes}
    payload: dict[str, object] = {
        "payee": str(asked.payee.pk), "budget_line": str(asked.budget_line.pk) if asked.budget_line else "",
        "milestones": [_milestone_payload(ask) for ask in asked.milestones], "text": asked.text,
    }  # fmt: skip
    if asked.quotes:
        payload["quotes"] = [
            {"seller": quote.seller, "commodity": str(quote.commodity.pk), "minor": str(quote.amount), "document": quote.document.digest}
            for quote in asked.quotes
        ]
    if asked.quotes_reason.strip():
        payload["quotes_reason"] = asked.quotes_reason.strip()
    if asked.replaces is not None:
        payload["replaces"] = asked.replaces.proposal.digest
    # The log holds no free text. What it leaves out stands in a paper of its own, whose salted digest is signed with the rest.
    sheet = store_document(
        book=asked.campaign.book, data=canonical_json(payload), name="request.json", media_type="application/json", kind=SHEET_KIND
    )
    return payload | {"documents": sorted(papers | {sheet.digest})}


def _milestone_payload(ask: MilestoneAsk) -> dict[str, object]:
    said: dict[str, object] = {
        "n": ask.n, "custody": str(ask.custody.pk), "fund": str(ask.fund.pk), "commodity": str(ask.commodity.pk), "ceiling": str(ask.ceiling),
        "evidence": sorted(ask.evidence), "earliest": ask.earliest.isoformat(),
    }  # fmt: skip
    return said if ask.kind == INSTALMENT else said | {"kind": ask.kind}


def _row(ask: MilestoneAsk, proposal: Proposal, debit: str, credit: str) -> Row:
    place = {"custody": str(ask.custody.pk), "fund": str(ask.fund.pk), "commodity": str(ask.commodity.pk)}
    return Row(
        debit=Spot(stage=debit, **place), credit=Spot(stage=credit, **place, proposal=str(proposal.pk), milestone=ask.n), amount=ask.ceiling
    )


def _proposal_problems(asked: _Asked) -> list[Problem]:
    campaign, payee, milestones, budget_line, text = asked.campaign, asked.payee, asked.milestones, asked.budget_line, asked.text
    problems = []
    if payee.book_id != campaign.book.pk or payee.type not in (PAYEE, BANK, CASH):
        problems.append(
            Problem(
                "payee_unknown", "This payee cannot be paid from this campaign. Choose a supplier or a purse of the campaign.", {}, "payee"
            )
        )
    if budget_line is not None and budget_line.campaign_id != campaign.pk:
        problems.append(
            Problem(
                "budget_line_of_another_campaign", "That budget line belongs to another campaign. Choose one of this.", {}, "budget_line"
            )
        )
    if not 0 < len(text.strip()) <= TEXT_CHARS_MAX:
        problems.append(
            Problem("release_needs_a_text", "Say what the money buys, in 1 to %(max)s characters.", {"max": TEXT_CHARS_MAX}, "text")
        )
    if not 0 < len(milestones) <= MILESTONES_MAX or len({ask.n for ask in milestones}) != len(milestones):
        problems.append(
            Problem("milestones_wrong", "A release has 1 to %(max)s milestones, each with its own number.", {"max": MILESTONES_MAX})
        )
    for ask in milestones:
        problems += _milestone_problems(campaign, payee, ask)
    problems += _quote_problems(asked)
    return problems or _balance_problems(campaign.book, milestones)


def _milestone_problems(campaign: Campaign, payee: Custody, ask: MilestoneAsk) -> list[Problem]:
    problems = []
    if ask.ceiling <= 0:
        problems.append(
            Problem("ceiling_not_positive", "Milestone %(n)s asks for nothing. Give an amount above zero.", {"n": ask.n}, "amount")
        )
    if ask.kind not in KINDS:
        problems.append(
            Problem(
                "milestone_kind_unknown", "“%(asked)s” is not a kind of payment: advance, instalment or retention.", {"asked": ask.kind}
            )
        )
    if ask.kind == ADVANCE and (payee.type != PAYEE or GUARANTEE not in ask.evidence):
        problems.append(
            Problem(
                "advance_needs_a_guarantee", "Milestone %(n)s is an advance: it goes to a payee outside, against a guarantee.", {"n": ask.n}
            )
        )
    if ask.custody.book_id != campaign.book.pk or ask.custody.type not in PURSES or ask.custody.pk == payee.pk:
        problems.append(Problem("purse_unknown", "Milestone %(n)s cannot be paid from there. Choose another account of the campaign.",
                                {"n": ask.n}, "custody"))  # fmt: skip
    if ask.fund.book_id != campaign.book.pk or ask.fund.code == UNIDENTIFIED:
        problems.append(Problem("fund_cannot_be_released", "Milestone %(n)s names a fund that cannot pay. Match unidentified money to its gifts first.",
                                {"n": ask.n}, "fund"))  # fmt: skip
    return problems


def _quote_problems(asked: _Asked) -> list[Problem]:
    """Above the sum that the stewards set: three quotes of different sellers, or a reason that everybody can read."""
    rules, sums = quote_rules(asked.campaign), dict[object, int]()
    for ask in asked.milestones:
        sums[ask.commodity.pk] = sums.get(ask.commodity.pk, 0) + ask.ceiling
    above = [rules[key] for key, minor in sums.items() if key in rules and minor > rules[key].above_minor]
    sellers = {" ".join(quote.seller.split()).casefold() for quote in asked.quotes} - {""}
    if above and len(sellers) < QUOTES_WANTED and not asked.quotes_reason.strip():
        rule = above[0]
        return [Problem(
            "quotes_missing", "Above %(code)s %(sum)s a release needs %(wanted)s quotes of different sellers, or a reason why there are fewer.",
            {"code": rule.commodity.code, "sum": format_minor(rule.above_minor, rule.commodity.scale), "wanted": QUOTES_WANTED}, "quotes_reason")]  # fmt: skip
    if len(asked.quotes) > QUOTES_MAX or any(quote.amount <= 0 or not quote.seller.strip() for quote in asked.quotes):
        return [Problem("quote_wrong", "A quote names its seller and a sum above zero.", {}, "quotes_reason")]
    return []


def _balance_problems(book: Book, milestones: Sequence[MilestoneAsk]) -> list[Problem]:
    """What is asked of each purse, fund and currency, against what lies free there."""
    asked: dict[tuple[Custody, Fund, Commodity], int] = {}
    for ask in milestones:
        place = (ask.custody, ask.fund, ask.commodity)
        asked[place] = asked.get(place, 0) + ask.ceiling
    problems = []
    for (custody, fund, commodity), amount in asked.items():
        free = balance_of(book, stage=FREE, custody=custody, fund=fund, commodity=commodity)
        if amount > free:
            problems.append(Problem(
                "release_exceeds_restricted_balance",
                "%(code)s %(asked)s was asked; %(free)s is free in “%(fund)s” there. Ask for less, or wait for more gifts.",
                {"code": commodity.code, "asked": format_minor(amount, commodity.scale), "free": format_minor(free, commodity.scale),
                 "fund": fund.title}, "amount"))  # fmt: skip
    return problems
