"""Orchestrates rooms: a bank file becomes gifts; a body's first day becomes a campaign with its people."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from awna.books import services as books
from awna.books.models import BankAccount, Entry, Milestone, Movement
from awna.books.models.naming import UNIDENTIFIED
from awna.core.problems import Problem, Refused
from awna.donations import services as donations
from awna.donations.debit import services as debits
from awna.donations.models import Gift, Pledge
from awna.parties import services as parties
from awna.parties.models import Campaign, Role, Section

from .bank_import import ImportReport as ImportReport
from .bank_import import import_statement as import_statement

STEWARDS_MIN = 2


@transaction.atomic
def identify_line(*, movement: Movement, pledge: Pledge, author: Role, request_id: str) -> Gift:
    """This line pays this pledge, whether it waits or was put into Unidentified before."""
    movement = locked_for(movement, author, own=True)
    if movement.used:
        return donations.identify_gift(movement=movement, pledge=pledge, author=author, request_id=request_id)
    return donations.assign_movement(movement=movement, pledge=pledge, author=author)


@transaction.atomic
def remit_line(*, movement: Movement, milestone: Milestone, author: Role, request_id: str) -> Entry:
    """This line is one end of the money that this milestone sends on."""
    movement = locked_for(movement, author)
    first = Entry.objects.filter(transfers__movement=movement, kind__in=("remit", "fx")).first()
    if movement.used and first is not None and first.proposal_id == milestone.proposal_id:
        return first
    part = {"proposal": milestone.proposal, "milestone": milestone.n}
    if movement.used and _stands_unidentified(movement):
        return books.remit_booked_line(movement=movement, author=author, request_id=request_id, **part)
    _refuse_used(movement)
    return books.remit(movement=movement, author=author, request_id=request_id, **part)


@transaction.atomic
def book_fact(*, movement: Movement, lot: str = "", author: Role, request_id: str) -> Entry:
    """The bank did this by itself: a return or chargeback of the gift `lot`, a charge, interest, a payment that nobody ordered."""
    movement = locked_for(movement, author)
    first = Entry.objects.filter(transfers__movement=movement, kind="bank_forced").first()
    if movement.used and first is not None:
        return first
    if movement.used and _stands_unidentified(movement):
        return books.repost_line(
            movement=movement, author=author, request_id=request_id,
            post=lambda: books.post_bank_fact(movement=movement, lot=lot, author=author, request_id=request_id),
        )  # fmt: skip
    _refuse_used(movement)
    seq, _point, line = lot.partition(".")
    gift = Gift.objects.filter(book=movement.bank_account.book, batch=None, entry_seq=seq, line=line).first() if seq and line else None
    if gift is not None and movement.amount < 0:
        debits.note_return(movement=movement)
        return donations.record_return(gift=gift, movement=movement, author=author, request_id=request_id)
    return books.post_bank_fact(movement=movement, lot=lot, author=author, request_id=request_id)


@transaction.atomic
def book_back(*, movement: Movement, seq: str, author: Role, request_id: str) -> Entry:
    """The bank sent the payment of entry `seq` back: that entry is reversed by this line, and its money stands where it stood before."""
    movement = locked_for(movement, author)
    entry = Entry.objects.filter(book=movement.bank_account.book, seq=seq).first() if seq.isdecimal() else None
    row = entry.transfers.filter(movement__custody=movement.custody_id, amount=movement.amount).first() if entry else None
    if entry is None or row is None:
        raise Refused(Problem("payment_unknown", "No payment of this amount stands under that number. Reload the page and choose again."))
    before = Entry.objects.filter(transfers__movement=movement, kind="reverse", reverses=entry.seq).first()
    if movement.used and before is not None:
        return before
    if movement.used and _stands_unidentified(movement):
        books.free_line(movement=movement, author=author)
        movement = locked_for(movement, author)
    _refuse_used(movement)
    return books.reverse_entry(entry=entry, author=author, movements={row.line: movement}, request_id=request_id)


def _stands_unidentified(movement: Movement) -> bool:
    """The line was set aside, and nobody has said since whose gift it is."""
    entry = books.entry_using(movement)
    aside = entry is not None and entry.transfers.filter(kind="gift", credit_fund__code=UNIDENTIFIED).exists()
    return aside and not Gift.objects.filter(movement=movement).exists()


@transaction.atomic
def set_line_aside(*, movement: Movement, author: Role) -> Entry | None:
    """This line came in and nobody knows yet from whom: it waits in Unidentified, visible to all."""
    movement = locked_for(movement, author)
    first = Entry.objects.filter(transfers__movement=movement, transfers__credit_fund__code=UNIDENTIFIED, kind="gift").first()
    if movement.used and first is not None:
        return first
    _refuse_used(movement)
    return books.post_unidentified(movement=movement, author=author)


def locked_for(movement: Movement, author: Role, *, own: bool = False) -> Movement:
    """The line as it is now, its account locked, for a treasurer of that account. `own`: donors are known to their own section alone."""
    account = BankAccount.objects.select_for_update(of=("self",)).get(pk=movement.bank_account_id)
    whole = author.section_id is None and not own
    if author.name != "treasurer" or not (whole or author.section_id == account.section_id):
        raise Refused(Problem("line_of_another_section", "This line is on an account of another body. Its own treasurer settles it."))
    return Movement.objects.select_related("bank_account__book", "commodity").get(pk=movement.pk)


def _refuse_used(movement: Movement) -> None:
    if movement.used:
        raise Refused(Problem("line_settled", "This line was settled in another way already. Reload the page to see what still waits."))


@dataclass(frozen=True)
class SectionPlan:
    """A collecting body to set up: ISO country, currency, its account and its treasurer's address."""

    name: str
    country: str
    currency: str
    iban: str
    treasurer: str


@dataclass(frozen=True)
class SetUpPlan:
    """Everything that the first day needs."""

    slug: str
    title: str
    owner_name: str
    owner_registration: str
    place: str
    goal_minor: int
    goal_currency: str
    owner_iban: str
    required: int
    stewards: list[str]
    sections: list[SectionPlan] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    """(role name, e-mail address)"""


@transaction.atomic
def set_up_campaign(*, plan: SetUpPlan) -> tuple[Campaign, dict[str, str]]:
    """Create campaign, owner, sections and accounts, and invite everyone; return the links by address and role.

    The book waits until every key of every steward has signed its first policy.
    """
    problems = _set_up_problems(plan)
    if problems:
        raise Refused(problems)
    campaign = parties.create_campaign(
        slug=plan.slug, title=plan.title, place_public=plan.place, goal_minor=plan.goal_minor, goal_currency=plan.goal_currency,
        owner_name=plan.owner_name, owner_registration=plan.owner_registration,
    )  # fmt: skip
    book = books.open_book(campaign=campaign, author=None, required=plan.required, keyed=True)
    books.open_bank_account(book=book, section=None, holder=plan.owner_name, iban=plan.owner_iban, currency=plan.goal_currency)
    links = {f"steward {email}": parties.invite(campaign=campaign, email=email, role_name="steward") for email in plan.stewards}
    for wanted in plan.sections:
        section: Section = parties.create_section(campaign=campaign, name=wanted.name, country=wanted.country, currency=wanted.currency)
        books.open_bank_account(book=book, section=section, holder=wanted.name, iban=wanted.iban, currency=wanted.currency)
        links[f"treasurer {wanted.treasurer}"] = parties.invite(
            campaign=campaign, email=wanted.treasurer, role_name="treasurer", section=section)  # fmt: skip
    for role_name, email in plan.others:
        links[f"{role_name} {email}"] = parties.invite(campaign=campaign, email=email, role_name=role_name)
    return campaign, links


def _set_up_problems(plan: SetUpPlan) -> list[Problem]:
    problems = []
    if len(set(plan.stewards)) < max(plan.required, STEWARDS_MIN):
        problems.append(Problem(
            "too_few_stewards", "%(n)s different stewards are named and %(k)s must agree. Name at least %(least)s.",
            {"n": len(set(plan.stewards)), "k": plan.required, "least": max(plan.required, STEWARDS_MIN)}, "stewards"))  # fmt: skip
    if plan.required < STEWARDS_MIN:
        problems.append(Problem("quorum_of_one", "One steward alone must not release money. Ask for at least %(least)s.",
                                {"least": STEWARDS_MIN}, "required"))  # fmt: skip
    return problems


def setup_token() -> str:
    """The secret part of the first-run page's address; whoever reads the server's key folder knows it."""
    return hmac.new(settings.SECRET_KEY.encode(), b"awna first run", sha256).hexdigest()[:32]


def setup_is_open(token: str) -> bool:
    """The first-run page answers with the right token and only until there is a campaign."""
    return hmac.compare_digest(token, setup_token()) and not Campaign.objects.exists()
