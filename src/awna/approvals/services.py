"""The only writers of approvals: propose a release, decide on it, release what was approved, void what ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import Book, Commodity, Custody, Document, Entry, Fund, Transfer
from awna.books.services import Row, Spot, balance_of, post_entry
from awna.campaigns.models import BudgetLine
from awna.consent import services as consent
from awna.consent.models import Decision, Proposal
from awna.core.amounts import format_minor
from awna.core.ledger.rules import BANK, CASH, COMMITTED, FREE, HELD, PAYEE, PURSES, RELEASED
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .models import Release

PROPOSER_ROLES = ("steward", "treasurer", "buyer", "site_lead")
STEWARD = "steward"
MILESTONES_MAX = 20
TEXT_CHARS_MAX = 300
UNIDENTIFIED = "unidentified"


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


@transaction.atomic
def propose_release(
    *, campaign: Campaign, payee: Custody, milestones: Sequence[MilestoneAsk], budget_line: BudgetLine | None = None,
    documents: Sequence[Document] = (), text: str, expires_on: date, filed_by: Role, request_id: str,
) -> Release:  # fmt: skip
    """File a release and hold its ceilings at once, so that the money cannot be promised twice. The same request gives the first answer."""
    refuse_unless_role(filed_by, *PROPOSER_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    payload = _payload(payee, milestones, budget_line, documents, text)
    known = Release.objects.filter(proposal__campaign=campaign, proposal__request_id=request_id).exists()
    problems = [] if known else _proposal_problems(campaign, payee, milestones, budget_line, text)
    if problems:
        raise Refused(problems)
    proposal = consent.file_proposal(
        campaign=campaign, purpose=Release.PURPOSE, payload=payload, filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )
    number = campaign.releases.count() + 1
    release_row, _made = Release.objects.get_or_create(
        proposal=proposal, defaults={"campaign": campaign, "number": number, "payee": payee, "budget_line": budget_line, "text": text}
    )
    post_entry(
        book=campaign.book, kind="hold", author=filed_by, effective_date=timezone.localdate(proposal.filed_at), proposal=proposal,
        request_id=f"hold:{proposal.pk}", rows=[_row(ask, proposal, FREE, HELD) for ask in milestones],
    )  # fmt: skip
    return release_row


@transaction.atomic
def decide_release(*, proposal: Proposal, steward: Role, choice: str, reason: str = "", request_id: str) -> Decision:
    """Record one steward's word; the word that completes the quorum releases the money in the same transaction."""
    decision = consent.decide(proposal=proposal, steward=steward, choice=choice, reason=reason, request_id=request_id)
    if choice == Decision.APPROVE and proposal.purpose == Release.PURPOSE and consent.is_approved(proposal):
        release(proposal=proposal, author=steward)
    return decision


@transaction.atomic
def release(*, proposal: Proposal, author: Role) -> Entry:
    """Held → released, for exactly what k stewards signed. Asked again, the first entry is the answer."""
    refuse_unless_role(author, STEWARD, campaign=proposal.campaign)
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    first = Entry.objects.filter(proposal=proposal, kind="release").first()
    if first is not None:
        return first
    problems = _release_problems(proposal)
    if problems:
        raise Refused(problems)
    rows = [
        Row(debit=spot_at(hold, HELD), credit=spot_at(hold, RELEASED), amount=hold.amount, resolves=(hold.entry_seq, hold.line))
        for hold in holds_of(proposal)
    ]
    return post_entry(
        book=proposal.campaign.book, kind="release", author=author, proposal=proposal,
        request_id=f"release:{proposal.pk}", rows=rows, documents=_signed_documents(proposal),
    )  # fmt: skip


@transaction.atomic
def void(*, proposal: Proposal, author: Role, request_id: str) -> Entry | None:
    """Take the proposal back and free what is held or released of it and not ordered. None when nothing was left to free."""
    refuse_unless_role(author, *PROPOSER_ROLES, campaign=proposal.campaign)
    book = proposal.campaign.book
    if _sum_at(book, proposal, COMMITTED):
        raise Refused(Problem("release_is_ordered", "Money of this release is committed to an order. Cancel or pay the order first."))
    consent.withdraw_proposal(proposal=proposal, author=author)
    rows = []
    for hold in holds_of(proposal):
        held, freed = spot_at(hold, HELD), spot_at(hold, FREE)
        if not _is_resolved(hold):
            rows.append(Row(debit=held, credit=freed, amount=hold.amount, resolves=(hold.entry_seq, hold.line)))
        elif left := milestone_balance(book, hold, RELEASED):
            rows.append(Row(debit=spot_at(hold, RELEASED), credit=freed, amount=left))
    if not rows:
        return Entry.objects.filter(proposal=proposal, kind="void").order_by("-seq").first()
    return post_entry(book=book, kind="void", author=author, proposal=proposal, request_id=request_id, rows=rows)


# -- reading the book -----------------------------------------------------------------------------------------------


def holds_of(proposal: Proposal) -> list[Transfer]:
    """The hold line of each milestone."""
    return list(Transfer.objects.filter(entry__proposal=proposal, kind="hold").with_accounts().select_related("credit_account__milestone"))


def spot_at(hold: Transfer, stage: str) -> Spot:
    """The account of a milestone at a stage; free money belongs to no milestone."""
    account = hold.credit_account
    bound = stage != FREE
    return Spot(
        stage=stage, custody=str(account.custody_id), fund=str(account.fund_id), commodity=str(account.commodity_id),
        proposal=str(account.proposal_id) if bound else "", milestone=str(account.milestone.n) if bound and account.milestone else "",
    )  # fmt: skip


def milestone_balance(book: Book, hold: Transfer, stage: str) -> int:
    """Minor units that lie at one stage of one milestone."""
    accounts = book.accounts.filter(stage=stage, milestone_id=hold.credit_account.milestone_id).select_related("balance")
    return sum(account.balance.minor for account in accounts)


def _sum_at(book: Book, proposal: Proposal, stage: str) -> int:
    return sum(account.balance.minor for account in book.accounts.filter(stage=stage, proposal=proposal).select_related("balance"))


def _is_resolved(hold: Transfer) -> bool:
    return Transfer.objects.filter(book=hold.book_id, resolves_seq=hold.entry_seq, resolves_line=hold.line).exists()


def _signed_documents(proposal: Proposal) -> list[Document]:
    return list(Document.objects.filter(book=proposal.campaign.book, digest__in=proposal.content["documents"]))


# -- what may be asked ----------------------------------------------------------------------------------------------


def _payload(
    payee: Custody, milestones: Sequence[MilestoneAsk], budget_line: BudgetLine | None, documents: Sequence[Document], text: str
) -> dict[str, object]:
    return {
        "payee": str(payee.pk),
        "budget_line": str(budget_line.pk) if budget_line else "",
        "milestones": [
            {
                "n": ask.n,
                "custody": str(ask.custody.pk),
                "fund": str(ask.fund.pk),
                "commodity": str(ask.commodity.pk),
                "ceiling": str(ask.ceiling),
                "evidence": sorted(ask.evidence),
                "earliest": ask.earliest.isoformat(),
            }
            for ask in milestones
        ],
        "documents": sorted(document.digest for document in documents),
        "text": text,
    }


def _row(ask: MilestoneAsk, proposal: Proposal, debit: str, credit: str) -> Row:
    place = {"custody": str(ask.custody.pk), "fund": str(ask.fund.pk), "commodity": str(ask.commodity.pk)}
    return Row(
        debit=Spot(stage=debit, **place), credit=Spot(stage=credit, **place, proposal=str(proposal.pk), milestone=ask.n), amount=ask.ceiling
    )


def _proposal_problems(
    campaign: Campaign, payee: Custody, milestones: Sequence[MilestoneAsk], budget_line: BudgetLine | None, text: str
) -> list[Problem]:
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
    return problems or _balance_problems(campaign.book, milestones)


def _milestone_problems(campaign: Campaign, payee: Custody, ask: MilestoneAsk) -> list[Problem]:
    problems = []
    if ask.ceiling <= 0:
        problems.append(
            Problem("ceiling_not_positive", "Milestone %(n)s asks for nothing. Give an amount above zero.", {"n": ask.n}, "amount")
        )
    if ask.custody.book_id != campaign.book.pk or ask.custody.type not in PURSES or ask.custody.pk == payee.pk:
        problems.append(Problem("purse_unknown", "Milestone %(n)s cannot be paid from there. Choose another account of the campaign.",
                                {"n": ask.n}, "custody"))  # fmt: skip
    if ask.fund.book_id != campaign.book.pk or ask.fund.code == UNIDENTIFIED:
        problems.append(Problem("fund_cannot_be_released", "Milestone %(n)s names a fund that cannot pay. Match unidentified money to its gifts first.",
                                {"n": ask.n}, "fund"))  # fmt: skip
    return problems


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


def _release_problems(proposal: Proposal) -> list[Problem]:
    if proposal.purpose != Release.PURPOSE:
        return [Problem("not_a_release", "This proposal does not ask for money.")]
    if proposal.withdrawn_at is not None:
        return [Problem("proposal_withdrawn", "This proposal was withdrawn. File a new one if it is still needed.")]
    if proposal.expires_on < timezone.localdate():
        return [Problem("proposal_expired", "This proposal expired on %(expired)s. File it again.", {"expired": proposal.expires_on})]
    if not consent.is_approved(proposal):
        return [Problem("proposal_not_approved", "%(signed)s of %(required)s stewards have signed. Wait for the others.",
                        {"signed": consent.count_approvals(proposal), "required": proposal.epoch.required})]  # fmt: skip
    return []
