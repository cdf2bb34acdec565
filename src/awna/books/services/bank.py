"""Accounts at banks and providers, and the entries that follow from their lines alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from awna.core.amounts import currency_scale, format_minor
from awna.core.digest import keyed_id
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role, Section

from ..models import BankAccount, Book, Custody, Entry, Movement, Transfer
from ..models.naming import CHARGES, UNIDENTIFIED
from .accounts import Row, Spot
from .acts import first_answer, refuse_tied
from .naming import ensure_commodity, ensure_custody
from .periods import open_day
from .posting import post_entry
from .reading import balance_of
from .shelter import GiftAsk, take_gifts
from .statements import compare_accounts

_HEAD_CHARS = 13  # of an id: 48 bits and a hyphen


def open_bank_account(*, book: Book, section: Section | None, holder: str, iban: str, currency: str) -> BankAccount:
    """A bank account and its custody; the same number and currency is the same account."""
    return open_purse(book=book, section=section, holder=holder, number="".join(iban.split()).upper(), currency=currency, type=rules.BANK)


def open_provider_account(
    *, book: Book, section: Section | None, holder: str, number: str, currency: str, settles_to: BankAccount
) -> BankAccount:
    """The account at a payment provider, which pays out to one bank account of the same currency."""
    if settles_to.currency != currency or settles_to.custody.type != rules.BANK:
        raise Refused(Problem("settlement_account_wrong", "A provider pays out to a bank account of the campaign in the same currency."))
    return open_purse(book=book, section=section, holder=holder, number=number, currency=currency, type=rules.PROVIDER,
                      settles_to=settles_to.custody)  # fmt: skip


@transaction.atomic
def open_purse(
    *, book: Book, section: Section | None, holder: str, number: str, currency: str, type: str, settles_to: Custody | None = None
) -> BankAccount:
    """An account at a bank or provider, or a cash box, with its custody; the same number and currency is the same purse."""
    commodity = ensure_commodity(code=currency, kind="money", scale=currency_scale(currency), name=currency)
    found = BankAccount.objects.filter(book=book, iban=number, commodity=commodity).first()
    if found is not None:
        return found
    custody = ensure_custody(book=book, type=type, ref=f"{type}:{number}:{currency}", title=f"{holder} {currency}", settles_to=settles_to)
    return BankAccount.objects.create(book=book, section=section, holder=holder, iban=number, commodity=commodity, custody=custody)


def post_unidentified(*, movement: Movement, author: Role) -> Entry | None:
    """`post_all_unidentified` for one line. None in a sheltered book: there it waits in the batch of what is not identified."""
    return post_all_unidentified(movements=[movement], author=author)[0]


def post_all_unidentified(*, movements: Sequence[Movement], author: Role) -> list[Entry | None]:
    """Money that no room claimed enters the book as gifts not yet identified; each lot stays the same when it is allocated."""
    if any(movement.amount < 0 for movement in movements):
        raise Refused(
            Problem(
                "movement_goes_out",
                "This line is money that left the account. Match it with a payment or a remittance, or post it as forced by the bank.",
            )
        )
    if not movements:
        return []
    fund = movements[0].custody.book.fund(UNIDENTIFIED)
    # A line that was freed by a reversal may come in again, as another entry.
    freed = Counter(Transfer.objects.filter(movement__in=movements, kind="reverse").values_list("movement", flat=True))
    asks = [
        GiftAsk(movement, fund, f"unidentified:{movement.pk}" + (f":{freed[movement.pk]}" if freed[movement.pk] else ""))
        for movement in movements
    ]
    return [taken.entry for taken in take_gifts(asks=asks, author=author)]


@transaction.atomic
def remit(
    *, proposal: Any, milestone: str, movement: Movement, author: Role, second: Role | None = None, request_id: str, fee: int = 0
) -> Entry:
    """One end of sending released money on: a line out of the section's account, or the line in at the proposal's target.

    Out: released → transit. In: transit → free of the target, what the banks kept on the way as a fee; in another currency as an exchange
    within the band of the rate written down, where `fee` says how much the banks kept before it, in the currency that was sent.
    """
    from ..models import Milestone

    book = movement.bank_account.book
    part = Milestone.objects.select_related("fund", "commodity", "payee", "proposal").filter(proposal=proposal, n=milestone).first()
    if part is None:
        raise Refused(Problem("milestone_unknown", "The proposal has no milestone “%(n)s”.", {"n": milestone, "code": ""}))
    refuse_tied(part.proposal, author=author, second=second)
    transit = ensure_custody(book=book, type=rules.REMITTANCE, ref=f"remittance:{proposal.pk}:{milestone}", title=f"Remittance {milestone}",
                             settles_to=part.payee)  # fmt: skip
    bound = {"proposal": str(proposal.pk), "milestone": milestone}
    fund, sent = str(part.fund_id), str(part.commodity_id)
    under_way = Spot(rules.TRANSIT, str(transit.pk), fund, sent, **bound)
    common = {"book": book, "author": author, "second": second, "effective_date": open_day(book, movement.booked_on), "proposal": proposal}
    if movement.amount < 0:
        row = Row(Spot(rules.RELEASED, str(part.custody_id), fund, sent, **bound), under_way, -movement.amount, movement=str(movement.pk))
        return post_entry(kind="remit", rows=[row], request_id=request_id, **common)
    first = first_answer(
        book, request_id=request_id, kind="remit" if movement.commodity_id == part.commodity_id else "fx", movement=movement
    )
    return first or _remit_in(part, transit, under_way, movement, common, request_id, fee)


def _remit_in(part: Any, transit: Any, under_way: Spot, movement: Movement, common: dict[str, Any], request_id: str, fee: int) -> Entry:
    if movement.custody_id != part.payee_id:
        raise Refused(
            Problem("target_differs", "The line is not of the account that the proposal names as its target. Choose the line there.")
        )
    rest = balance_of(common["book"], stage=rules.TRANSIT, custody=transit, commodity=part.commodity)
    target = Spot(rules.FREE, str(part.payee_id), under_way.fund, str(movement.commodity_id))
    exchanged = movement.commodity_id != part.commodity_id
    if exchanged:
        _refuse_bad_rate(part, movement, rest - fee)
        _refuse_above_cap(part, fee)
        trading_from, trading_to = (Spot(rules.TRADING, None, under_way.fund, code) for code in (under_way.commodity, target.commodity))
        rows = [Row(under_way, trading_from, rest - fee), Row(trading_to, target, movement.amount, movement=str(movement.pk))]
    else:
        rows = [Row(under_way, target, movement.amount, movement=str(movement.pk))]
    entry = post_entry(kind="fx" if exchanged else "remit", rows=rows, request_id=request_id, **common)
    kept = balance_of(common["book"], stage=rules.TRANSIT, custody=transit, commodity=part.commodity)
    if kept > 0:
        _refuse_above_cap(part, kept)
        outside = Spot(rules.EXT, None, under_way.fund, under_way.commodity)
        post_entry(kind="fee", rows=[Row(under_way, outside, kept)], request_id=f"{request_id}:fee", **common)
    return entry


def _refuse_bad_rate(part: Any, movement: Movement, paid: int) -> None:
    """Another currency arrives within the band of the rate, or at least what the stewards named."""
    from .exchange import refuse_outside_band

    if paid <= 0:
        raise Refused(Problem("nothing_under_way", "Nothing of this milestone is under way. Book the line that left first."))
    least = int(part.proposal.content.get("least_arrival") or 0)
    if least and movement.amount < least:
        raise Refused(Problem("arrival_below_least", "Less arrived than the stewards allowed. Ask them again."))
    if not least:
        refuse_outside_band(movement.bank_account.book, paid=(paid, part.commodity), got=(movement.amount, movement.commodity),
                            on=movement.booked_on)  # fmt: skip


def _refuse_above_cap(part: Any, kept: int) -> None:
    """What the banks kept on the way must fit what the stewards allowed for charges; the verifier asks the same."""
    from ..models import Milestone

    cap = Milestone.objects.filter(proposal=part.proposal_id, n=CHARGES, commodity=part.commodity_id).first()
    allowed = cap.ceiling if cap else 0
    if kept > allowed:
        scale, code = part.commodity.scale, part.commodity.code
        raise Refused(Problem(
            "charges_above_cap", "The banks kept %(kept)s %(code)s on the way; the release allows %(allowed)s. Ask the stewards for a higher cap.",
            {"kept": format_minor(kept, scale), "allowed": format_minor(allowed, scale), "code": code}))  # fmt: skip


def book_equals_bank(book: Book) -> list[tuple[BankAccount, int, int]]:
    """(account, minor units in the book, minor units at the bank by its latest statement) for each account with a statement."""
    return [(one.account, one.in_book, one.at_bank) for one in compare_accounts(book)]


def movement_id(account: BankAccount, key: str, occurrence: int = 1, *, day: date | None = None) -> UUID:
    """The public id of a line: the same whenever the line is read, and unknown without the book's secret.

    Lines of one day begin alike, so they lie together in every index: a long book writes few pages for a batch of them.
    """
    found = keyed_id(account.book.secret_key, "movement", str(account.custody_id), key, str(occurrence))
    head = keyed_id(account.book.secret_key, "movements of a day", str(account.custody_id), day.isoformat() if day else "")
    return UUID(head[:_HEAD_CHARS] + found[_HEAD_CHARS:])
