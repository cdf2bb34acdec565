"""What the bank says comes in here: statements stored without loss or doubling, and the entries that follow from them alone."""

import base64
import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from awna.core.amounts import currency_scale, format_minor, parse_minor
from awna.core.banking import identity, statement
from awna.core.digest import keyed_id
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Role, Section

from ..models import BankAccount, Book, Custody, Entry, Movement, Statement, StatementFile, Transfer
from ..models.naming import CHARGES, UNIDENTIFIED
from .accounts import Row, Spot
from .acts import first_answer
from .naming import ensure_commodity, ensure_custody
from .periods import open_day
from .posting import post_entry
from .reading import balance_of
from .shelter import GiftAsk, take_gifts
from .statements import compare_accounts, say_statements

WORDS = ("reference", "text", "counterparty", "counter_account", "bank_reference")
"""What the bank wrote beside a line."""
_HEAD_CHARS = 13  # of an id: 48 bits and a hyphen
READER = "awna.core.banking.statement:read_plain"


@dataclass(frozen=True)
class StatementImport:
    """`new` movements of this file, and how many of its lines were known from earlier files."""

    file: StatementFile
    new: list[Movement]
    known: int


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


def store_statement(*, bank_account: BankAccount, data: bytes, filename: str, author: Role, request_id: str) -> StatementImport:
    """Read a bank file in the sandbox and keep what is new in it. A damaged file is refused whole; nothing is posted."""
    digest = hmac.new(bank_account.book.secret_key, data, sha256).hexdigest()
    known_file = StatementFile.objects.filter(bank_account=bank_account, digest=digest).first()
    if known_file is not None:
        return StatementImport(known_file, [], Movement.objects.filter(statement__file=known_file).count())
    plain = run_in_sandbox(READER, {"data": base64.b64encode(data).decode(), "name": filename})
    found = [statement.statement_from_plain(item) for item in plain]
    statements = _of_account(found, bank_account)
    with transaction.atomic():
        # Locked, so that two imports of one account follow each other and count the same line once.
        bank_account = (
            BankAccount.objects.select_for_update(of=("self",)).select_related("book", "commodity", "custody").get(pk=bank_account.pk)
        )
        file, _ = StatementFile.objects.get_or_create(
            bank_account=bank_account, digest=digest,
            defaults={"name": filename, "content": base64.b64encode(data).decode(), "author": author, "request_id": request_id})  # fmt: skip
        new: list[Movement] = []
        known = 0
        for position, item in enumerate(statements):
            stored = _store_one(bank_account, file, position, item)
            new += stored
            known += sum(1 for line in item.lines if line.status == "booked" and line.amount) - len(stored)
        # Older ones too: what was stored before the book had its policy is said with the first statement after it.
        say_statements(book=bank_account.book, statements=bank_account.statements.order_by("file__stored_at", "position"), author=author)
        return StatementImport(file, new, known)


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


def _of_account(found: list[statement.Statement], account: BankAccount) -> list[statement.Statement]:
    """The final statements of this account, each adding up; every fault of the file at once."""
    mine = [item for item in found if _is_number_of(item.account, account.iban)]
    if not mine:
        raise Refused(Problem(
            "statement_of_another_account", "The file is of account %(found)s, not of %(asked)s. Choose the account that it belongs to.",
            {"found": ", ".join(sorted({item.account for item in found})) or "?", "asked": account.iban}, "account"))  # fmt: skip
    final = [item for item in mine if item.kind == "final"]
    if not final:
        raise Refused(
            Problem(
                "statement_not_final",
                "The file holds only interim or detail reports. Ask the bank for the final statement (CAMT.053 or MT940).",
            )
        )
    problems = [problem for item in final for problem in statement.check_balance(item)]
    for item in final:
        currencies = {item.currency} | {line.currency for line in item.lines}
        if currencies - {account.currency, ""}:
            problems.append(Problem("statement_currency_differs", "The statement is in %(found)s, the account in %(asked)s.",
                                    {"found": ", ".join(sorted(currencies)), "asked": account.currency}, item.number))  # fmt: skip
        problems += [Problem("line_without_date", "A booked line has no date. Download the statement again.", {}, f"line {number}")
                     for number, line in enumerate(item.lines, 1) if line.status == "booked" and line.booked_on is None]  # fmt: skip
    if problems:
        raise Refused(problems)
    return final


def _is_number_of(found: str, iban: str) -> bool:
    """MT940 gives bank code and account number with a slash; both stand in the IBAN, the number padded with zeros."""
    number = "".join(found.split()).upper()
    if number == iban:
        return True
    bank, slash, rest = number.partition("/")
    return bool(slash) and bool(bank) and bank in iban[4:] and bool(rest) and iban[4:].replace(bank, "", 1).lstrip("0") == rest.lstrip("0")


def _store_one(account: BankAccount, file: StatementFile, position: int, item: statement.Statement) -> list[Movement]:
    _refuse_gap(account, item)
    scale = account.commodity.scale
    stored = Statement.objects.create(
        pk=UUID(keyed_id(account.book.secret_key, "statement", file.digest, str(position))), bank_account=account, file=file, number=item.number, position=position, opening_minor=_minor(item.opening, scale),
        closing_minor=_minor(item.closing, scale), opening_on=item.opening_on, closing_on=item.closing_on)  # fmt: skip
    booked = [line for line in item.lines if line.status == "booked" and line.amount]
    placed = identity.place_lines(
        statement.Statement(**{**item.__dict__, "lines": tuple(booked)}),
        secret=account.book.secret_key,
        seen=_seen(account, booked),
        account=account.iban,
    )
    lines = {
        movement_id(account, one.key, one.occurrence, day=one.line.booked_on): (number, one)
        for number, one in enumerate(placed, 1)
        if not one.known
    }
    words = {pk: {name: getattr(one.line, name) for name in WORDS} for pk, (_, one) in lines.items()}
    # Read back from a mirror after a loss: the line is in the book, and only its words are new.
    adopted = {movement.pk: movement for movement in Movement.objects.filter(pk__in=lines)}
    for movement in adopted.values():
        Movement.objects.filter(pk=movement.pk).update(**words[movement.pk])
    return [
        Movement.objects.create(
            pk=pk, bank_account=account, custody=account.custody, commodity=account.commodity, statement=stored, line_key=one.key,
            occurrence=one.occurrence, position=number, amount=parse_minor(statement.plain(one.line.amount), scale),
            booked_on=one.line.booked_on, value_on=one.line.value_on, **words[pk])
        for pk, (number, one) in lines.items() if pk not in adopted
    ]  # fmt: skip


def movement_id(account: BankAccount, key: str, occurrence: int = 1, *, day: date | None = None) -> UUID:
    """The public id of a line: the same whenever the line is read, and unknown without the book's secret.

    Lines of one day begin alike, so they lie together in every index: a long book writes few pages for a batch of them.
    """
    found = keyed_id(account.book.secret_key, "movement", str(account.custody_id), key, str(occurrence))
    head = keyed_id(account.book.secret_key, "movements of a day", str(account.custody_id), day.isoformat() if day else "")
    return UUID(head[:_HEAD_CHARS] + found[_HEAD_CHARS:])


def _seen(account: BankAccount, lines: Iterable[statement.Line]) -> dict[str, list[identity.Period]]:
    """For each key of these lines, the periods of its stored occurrences, in order."""
    keys = {identity.line_key(line, account=account.iban, secret=account.book.secret_key) for line in lines}
    seen: dict[str, list[identity.Period]] = {}
    found = Movement.objects.filter(bank_account=account, line_key__in=keys).select_related("statement").order_by("line_key", "occurrence")
    for movement in found:
        seen.setdefault(movement.line_key, []).append(_period(movement.statement, account.commodity.scale))
    return seen


def _period(stored: Statement, scale: int) -> identity.Period:
    def balance(minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(minor).scaleb(-scale)

    return identity.Period(
        "final", stored.number, stored.opening_on, stored.closing_on, balance(stored.opening_minor), balance(stored.closing_minor)
    )


def _refuse_gap(account: BankAccount, item: statement.Statement) -> None:
    """A statement that follows must open with what the one before closed with; else one between them is missing."""
    if item.opening is None or item.opening_on is None:
        return
    before = (
        account.statements.filter(closing_on__lt=item.opening_on).exclude(closing_minor=None).order_by("-closing_on", "-position").first()
    )
    opening = _minor(item.opening, account.commodity.scale)
    later = account.statements.filter(opening_on__lte=item.opening_on, closing_on__gte=item.opening_on).exists()
    if before is not None and before.closing_minor != opening and not later:
        raise Refused(Problem(
            "statement_missing_between",
            "The statement opens with %(opening)s %(code)s, but the one before it (to %(day)s) closed differently. Import the missing statement first.",
            {"opening": statement.plain(item.opening), "code": account.currency, "day": before.closing_on}, item.number))  # fmt: skip


def _minor(amount: Decimal | None, scale: int) -> int | None:
    return None if amount is None else parse_minor(statement.plain(amount), scale)
