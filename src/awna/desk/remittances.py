"""Money that a section sends on, both ends of it, and what the section checks before it sends; nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import BankAccount, Book, Commodity, Milestone, Transfer
from awna.books.models.naming import CHARGES
from awna.books.services.exchange import Rate, rates_of
from awna.books.services.rates import rates_between
from awna.consent import services as consent
from awna.core.amounts import group_minor
from awna.core.ledger.rules import EXT, PURSES, RELEASED, TRADING, TRANSIT
from awna.donations.models import Gift
from awna.kit.policies import Actor
from awna.parties.models import Campaign

TRANSIT_DAYS_MAX = 10
"""Days after which money under way stands in red: a transfer between countries takes less."""
STATEMENT_DAYS_MAX = 7
"""The last statement before sending is no older than this many days."""


@dataclass(frozen=True)
class End:
    """One line of a bank: the day, and the minor units that left or arrived."""

    day: date
    minor: int
    commodity: Commodity
    entry: int


@dataclass(frozen=True)
class Check:
    """One thing that is so, or must be done first."""

    ok: bool
    text: str


@dataclass(frozen=True)
class Exchanged:
    """What the banks exchanged in truth, and the rate written down for that day beside it, where there is one."""

    paid: int
    of: Commodity
    got: int
    to: Commodity
    day: date
    written: Rate | None

    @property
    def rate(self) -> Decimal:
        value = Decimal(self.got).scaleb(-self.to.scale) / Decimal(self.paid).scaleb(-self.of.scale)
        return value.quantize(Decimal("0.000001")).normalize()


@dataclass
class Remittance:
    """One milestone that pays a purse of the campaign. `under_way`: minor units that left and neither arrived nor were kept as charges."""

    milestone: Milestone
    source: BankAccount
    target: BankAccount
    out: list[End] = field(default_factory=list)
    arrived: list[End] = field(default_factory=list)
    exchanged: list[Exchanged] = field(default_factory=list)
    charges: int = 0
    under_way: int = 0
    waiting: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def commodity(self) -> Commodity:
        return self.milestone.commodity

    @property
    def age_days(self) -> int:
        """Days since the first line left, while something is under way."""
        return (timezone.localdate() - min(end.day for end in self.out)).days if self.under_way and self.out else 0

    @property
    def is_late(self) -> bool:
        return self.age_days > TRANSIT_DAYS_MAX


def read_remittances(*, campaign: Campaign, actor: Actor) -> list[Remittance]:
    """Every remittance of which this person may see an end, the newest first; money under way stands before all."""
    mine = set(BankAccount.objects.for_actor(actor).filter(book__campaign=campaign).values_list("custody", flat=True))
    found = Milestone.objects.filter(Q(custody__in=mine) | Q(payee__in=mine), book__campaign=campaign, payee__type__in=PURSES).exclude(
        n=CHARGES
    )
    milestones = list(found.select_related("commodity", "fund", "proposal", "book__campaign").order_by("-proposal__filed_at", "n"))
    accounts = _accounts({one.custody_id for one in milestones} | {one.payee_id for one in milestones})
    rates = rates_of(milestones[0].book) if milestones else []
    shown = [
        _read(one, accounts[one.custody_id], accounts[one.payee_id], rates)
        for one in milestones
        if one.custody_id in accounts and one.payee_id in accounts
    ]
    return sorted(shown, key=lambda one: (not one.under_way, not one.waiting))


def _accounts(custodies: Iterable[object]) -> dict[object, BankAccount]:
    found = BankAccount.objects.filter(custody__in=list(custodies)).select_related("commodity", "section", "book__campaign", "custody")
    return {account.custody_id: account for account in found}


def _read(milestone: Milestone, source: BankAccount, target: BankAccount, rates: Sequence[Rate]) -> Remittance:
    one, book = Remittance(milestone, source, target), milestone.book
    gone = book.entries.filter(kind="reverse").values("reverses")
    rows = Transfer.objects.filter(
        Q(debit_account__milestone=milestone) | Q(credit_account__milestone=milestone), book=book, kind__in=("remit", "fx", "fee")
    ).exclude(entry_seq__in=gone)  # fmt: skip
    for row in rows.select_related("entry", "commodity", "movement").order_by("entry_seq", "line"):
        day = row.movement.booked_on if row.movement else row.entry.effective_date
        if row.credit_stage == TRANSIT:
            one.out.append(End(day, row.amount, row.commodity, row.entry_seq))
            one.under_way += row.amount
        elif row.debit_stage == TRANSIT:
            one.under_way -= row.amount
            _arrive(one, row, day, rates)
    one.waiting = _waiting(milestone)
    one.checks = checks_before(one, rates) if one.waiting and not one.out else []
    return one


def _waiting(milestone: Milestone) -> int:
    """Minor units that the stewards released under this very milestone and that have not left."""
    found = milestone.book.accounts.filter(milestone=milestone, stage=RELEASED).select_related("balance")
    return sum(account.balance.minor for account in found)


def _arrive(one: Remittance, row: Transfer, day: date, rates: Sequence[Rate]) -> None:
    """Money that left the way: to the target, into an exchange, or kept by a bank."""
    if row.credit_stage == EXT:
        one.charges += row.amount
    elif row.credit_stage == TRADING:
        got = row.entry.transfers.filter(debit_stage=TRADING).select_related("commodity", "movement").get()
        when = got.movement.booked_on if got.movement else day
        written = [rate for rate in rates_between(rates, of=row.commodity.code, to=got.commodity.code) if rate.on <= when.isoformat()]
        one.exchanged.append(Exchanged(row.amount, row.commodity, got.amount, got.commodity, when, written[0] if written else None))
        one.arrived.append(End(when, got.amount, got.commodity, row.entry_seq))
    else:
        one.arrived.append(End(day, row.amount, row.commodity, row.entry_seq))


def checks_before(one: Remittance, rates: Sequence[Rate]) -> list[Check]:
    """What the section sees to before it sends, each said as it is."""
    today, source, book = timezone.localdate(), one.source, one.milestone.book
    checks = [_signed(one), _statement(source, today), _equal(source), _holes(source), _frozen(book, source)]
    section = source.section
    if section is not None:
        problem = section.permit_problem(today)
        checks.append(
            Check(
                problem is None,
                _("The permit of the section runs today.") if problem is None else _("The permit of the section does not run today."),
            )
        )
    checks.append(_target(one))
    if one.target.commodity_id != one.milestone.commodity_id:
        checks.append(_rate(one, rates))
    return checks


def _signed(one: Remittance) -> Check:
    amount = f"{one.commodity.code} {group_minor(one.waiting, one.commodity.scale)}"
    ok = consent.count_approvals(one.milestone.proposal) >= one.milestone.proposal.epoch.required
    said = _("The stewards released %(amount)s for this way.") if ok else _("The stewards have not released %(amount)s yet.")
    return Check(ok, said % {"amount": amount})


def _statement(account: BankAccount, today: date) -> Check:
    last = account.statements.exclude(closing_on=None).order_by("-closing_on").first()
    if last is None or last.closing_on is None:
        return Check(False, _("No statement of the account came in yet. Bring one in first."))
    ok = (today - last.closing_on).days <= STATEMENT_DAYS_MAX
    said = _("The last statement closes on %(day)s.") if ok else _("The last statement closes on %(day)s. Bring in a newer one first.")
    return Check(ok, said % {"day": last.closing_on})


def _equal(account: BankAccount) -> Check:
    compared = books.compare_account(account)
    if compared is not None and compared.equal:
        return Check(True, _("Book and bank say the same balance."))
    return Check(False, _("Book and bank do not say the same balance. Settle the lines that wait first."))


def _holes(account: BankAccount) -> Check:
    n = len(books.holes_of(account))
    return Check(
        n == 0, _("The statements are without a hole.") if n == 0 else _("Statements are missing between others. Bring them in first.")
    )


def _frozen(book: Book, account: BankAccount) -> Check:
    n = Gift.objects.filter(book=book, movement__bank_account=account).exclude(frozen_at=None).count()
    return Check(
        n == 0,
        _("No gift of this account is frozen.") if n == 0 else _("Gifts of this account are frozen: %(n)s. Their money stays.") % {"n": n},
    )


def _target(one: Remittance) -> Check:
    ok = one.target.section_id is None
    words = {"holder": one.target.holder, "iban": one.target.iban}
    said = (
        _("It goes to %(holder)s, %(iban)s, the account that the stewards named.")
        if ok
        else _("%(holder)s, %(iban)s is not the owner's account.")
    )
    return Check(ok, said % words)


def _rate(one: Remittance, rates: Sequence[Rate]) -> Check:
    found = rates_between(rates, of=one.commodity.code, to=one.target.currency)
    words = {"of": one.commodity.code, "to": one.target.currency}
    if not found:
        return Check(False, _("It arrives in %(to)s and no rate from %(of)s is written down. Write one down first.") % words)
    words |= {"rate": f"1 {found[0].of} = {found[0].value} {found[0].to}", "day": found[0].on}
    return Check(True, _("It arrives in %(to)s; the last rate is %(rate)s of %(day)s.") % words)
