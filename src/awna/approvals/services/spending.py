"""Money on its way through a release: held → released for what the stewards signed; freed again where it is not needed."""

from django.db import transaction
from django.utils import timezone

from awna.books.models import Book, Document, Entry, Transfer
from awna.books.services import Row, Spot, post_entry
from awna.campaigns.bill import claims
from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.ledger.rules import COMMITTED, FREE, HELD, RELEASED
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import Release

PROPOSER_ROLES = ("steward", "treasurer", "buyer", "site_lead")
STEWARD = "steward"


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
    holds = holds_of(proposal)
    for hold in holds:
        held, freed = spot_at(hold, HELD), spot_at(hold, FREE)
        if not _is_resolved(hold):
            rows.append(Row(debit=held, credit=freed, amount=hold.amount, resolves=(hold.entry_seq, hold.line)))
        elif left := milestone_balance(book, hold, RELEASED):
            rows.append(Row(debit=spot_at(hold, RELEASED), credit=freed, amount=left))
    for commodity in {hold.commodity for hold in holds}:
        freed = sum(row.amount for row in rows if row.credit.commodity == str(commodity.pk))
        set_apart = sum(hold.amount for hold in holds if hold.commodity == commodity)
        claims.end_claim(campaign=proposal.campaign, ref=f"release:{proposal.pk}:{commodity.code}", left_minor=set_apart - freed)
    if not rows:
        return Entry.objects.filter(proposal=proposal, kind="void").order_by("-seq").first()
    return post_entry(book=book, kind="void", author=author, proposal=proposal, request_id=request_id, rows=rows)


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
