"""Brings in donors, gifts and opening balances of a campaign that ran before its book: judged row by row, taken in one transaction."""

import base64
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount, Book, Fund, Movement
from awna.books.models.naming import UNALLOCATED, UNIDENTIFIED
from awna.books.services.periods import first_statement
from awna.consent.models import Proposal
from awna.core.amounts import format_minor
from awna.core.digest import canonical_json, sha256
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..earlier_file import DECIMALS, GIFT, OPENING, SEPARATORS, EarlierLine, ReadRow, read_earlier
from ..models import Donor, token_digest
from ..models.earlier import EarlierGift, GiftImport

NEW, KNOWN, REFUSED = "new", "known", "refused"
LOOK_HOURS_MAX = 24
"""How long a file that was looked at and not brought in is kept, in hours."""
OPENING_DAYS = 30
"""Days that the stewards have to agree on an opening balance."""
TOKEN_BYTES = 24
_BATCH = 500


@dataclass(frozen=True)
class Judged:
    """What becomes of one row: it is new, known already as `stored`, or refused for `problems`."""

    read: ReadRow
    state: str
    fund: Fund | None = None
    stored: EarlierGift | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def line(self) -> EarlierLine | None:
        return self.read.line


@dataclass(frozen=True)
class Preview:
    """All rows of a file, and the sum of each state and kind in the account's one currency, in minor units."""

    rows: list[Judged]
    begins_on: date
    opening_minor: int | None

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def totals(self) -> list[tuple[str, str, int, int]]:
        """(state, kind, number of rows, minor units) of all that could be read."""
        number, minor = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for row in self.rows:
            if row.line is not None:
                number[row.state, row.line.kind] += 1
                minor[row.state, row.line.kind] += row.line.minor
        return [(state, kind, number[state, kind], minor[state, kind]) for state, kind in sorted(number)]


@transaction.atomic
def look_at_gifts(*, bank_account: BankAccount, data: bytes, decimal: str, separator: str, author: Role) -> GiftImport:
    """Keep the file, sealed, so that its rows can be looked at before anything is taken; the same file again finds the first import."""
    refuse_stranger(bank_account, author)
    BankAccount.objects.select_for_update(of=("self",)).get(pk=bank_account.pk)
    digest = sha256(data).hex()
    drafts = GiftImport.objects.filter(state="draft")
    drafts.filter(made_at__lt=timezone.now() - timedelta(hours=LOOK_HOURS_MAX)).delete()
    drafts.filter(bank_account=bank_account, digest=digest).delete()
    whole = GiftImport.objects.filter(bank_account=bank_account, digest=digest, state="done", refused=0).first()
    if whole is not None:
        return whole
    judge(bank_account=bank_account, data=data, decimal=decimal, separator=separator)
    return GiftImport.objects.create(
        bank_account=bank_account, digest=digest, content=base64.b64encode(data).decode(), decimal=decimal, separator=separator, author=author
    )  # fmt: skip


def preview(found: GiftImport) -> Preview:
    """What would become of each row today."""
    data = base64.b64decode(found.content)
    return judge(bank_account=found.bank_account, data=data, decimal=found.decimal, separator=found.separator)


@transaction.atomic
def take_gifts_in(*, found: GiftImport, author: Role, leave_refused: bool = False) -> GiftImport:
    """Take every new row, in one transaction; with rows that are refused only where the person said to leave them out.

    Nothing is posted: the money of these gifts lies in the opening balance. Rows of kind opening become one proposal to the stewards.
    """
    refuse_stranger(found.bank_account, author)
    account = (
        BankAccount.objects.select_for_update(of=("self",)).select_related("book__campaign", "commodity").get(pk=found.bank_account_id)
    )
    found = GiftImport.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if found.state == "done":
        return found
    data = base64.b64decode(found.content)
    seen = judge(bank_account=account, data=data, decimal=found.decimal, separator=found.separator)
    refused = seen.count(REFUSED)
    if refused and not leave_refused:
        raise Refused(
            Problem("earlier_rows_refused", "%(n)s rows are refused. Correct the file, or say that they are left out.", {"n": refused})
        )
    fresh = [row for row in seen.rows if row.state == NEW]
    found.opening = _propose_opening(account, fresh, found, author)
    _keep_rows(account, fresh, found)
    found.state, found.done_at, found.content = "done", timezone.now(), ""
    found.new, found.known, found.refused = len(fresh), seen.count(KNOWN), refused
    found.save(update_fields=["state", "done_at", "content", "new", "known", "refused", "opening"])
    return found


def judge(*, bank_account: BankAccount, data: bytes, decimal: str, separator: str) -> Preview:
    """Every row with its state. Refused where the file cannot be read, or the account has no statement to open with."""
    if decimal not in DECIMALS or separator not in SEPARATORS:
        raise Refused(Problem("marks_not_stated", "State the decimal mark (%(marks)s) and the separator (%(separators)s); they are never guessed.",
                              {"marks": ", ".join(DECIMALS), "separators": ", ".join(SEPARATORS)}))  # fmt: skip
    begins_on, opening = book_begins(bank_account)
    read = read_earlier(data, decimal=decimal, separator=separator, scale=bank_account.commodity.scale)
    funds = {fund.code: fund for fund in Fund.objects.filter(book=bank_account.book)}
    keys = [row.line.key for row in read if row.line]
    stored = {}
    for start in range(0, len(keys), _BATCH):
        rows = EarlierGift.objects.filter(bank_account=bank_account, row_key__in=keys[start : start + _BATCH]).select_related("gift_import")
        stored |= {row.row_key: row for row in rows}
    times, givers = Counter(keys), dict[str, tuple[str, str]]()
    judged = [_judge_row(row, bank_account, funds, stored, times, givers, begins_on) for row in read]
    return Preview(_judge_openings(judged, bank_account, opening), begins_on, opening)


def book_begins(account: BankAccount) -> tuple[date, int | None]:
    """The first day whose money the account's statements tell, and what the first of them opens with."""
    first = first_statement(account)
    if first is None or first.opening_on is None:
        raise Refused(Problem(
            "account_has_no_statement", "The account has no bank file with an opening balance yet. Bring in its first one, so that no money counts twice."))  # fmt: skip
    line = Movement.objects.filter(bank_account=account).order_by("booked_on").first()
    after = first.opening_on + timedelta(days=1)
    return min(after, line.booked_on) if line else after, first.opening_minor


def _judge_row(
    row: ReadRow, account: BankAccount, funds: dict[str, Fund], stored: dict[str, EarlierGift], times: Counter[str],
    givers: dict[str, tuple[str, str]], begins_on: date,
) -> Judged:  # fmt: skip
    line = row.line
    if line is None:
        return Judged(row, REFUSED, problems=row.problems)
    fund, known = funds.get(line.fund or UNALLOCATED), stored.get(line.key)
    if known is not None and times[line.key] == 1:
        same = (known.kind, known.received_on, known.amount_minor, known.fund_id) == (line.kind, line.day, line.minor, fund and fund.pk)
        return Judged(row, KNOWN, fund, known) if same else Judged(row, REFUSED, fund, known, (_changed(known, row.number),))
    problems = [*_line_problems(line, account, fund, begins_on, row.number)]
    if times[line.key] > 1:
        problems.append(Problem("earlier_key_twice", "The key “%(key)s” stands in the file %(n)s times. Give each row its own.",
                                {"key": line.key, "n": times[line.key]}, f"row {row.number}, column key"))  # fmt: skip
    if line.donor and givers.setdefault(line.donor, (line.name, line.email)) != (line.name, line.email):
        problems.append(Problem("earlier_donor_differs", "The donor “%(donor)s” has another name or address in a row above. Write them alike.",
                                {"donor": line.donor}, f"row {row.number}, column donor"))  # fmt: skip
    return Judged(row, REFUSED, fund, problems=tuple(problems)) if problems else Judged(row, NEW, fund)


def _line_problems(line: EarlierLine, account: BankAccount, fund: Fund | None, begins_on: date, number: int) -> list[Problem]:
    problems = []
    if line.currency != account.currency:
        problems.append(Problem("earlier_currency_differs", "The account is kept in %(has)s, the row says “%(asked)s”. Bring it in for another account.",
                                {"has": account.currency, "asked": line.currency}, f"row {number}, column currency"))  # fmt: skip
    if fund is None or fund.code == UNIDENTIFIED:
        problems.append(Problem("earlier_fund_unknown", "The book has no fund “%(asked)s” for this. Write the code of one, or leave the cell empty.",
                                {"asked": line.fund}, f"row {number}, column fund"))  # fmt: skip
    if line.kind == GIFT and line.day is not None and line.day >= begins_on:
        problems.append(Problem(
            "earlier_gift_in_statements", "The bank files tell of every day from %(begins)s on, so this gift comes in through its line there, not twice.",
            {"begins": begins_on}, f"row {number}, column date"))  # fmt: skip
    if line.language and line.language not in dict(settings.LANGUAGES):
        problems.append(Problem("earlier_language_unknown", "“%(asked)s” is no language of these pages. Use one of: %(languages)s.",
                                {"asked": line.language, "languages": ", ".join(dict(settings.LANGUAGES))}, f"row {number}, column language"))  # fmt: skip
    if line.kind == OPENING and (line.name or line.email or line.donor):
        problems.append(Problem("earlier_opening_of_donor", "An opening balance belongs to no donor. Leave donor, name and email empty.",
                                {}, f"row {number}"))  # fmt: skip
    return problems


def _judge_openings(judged: Sequence[Judged], account: BankAccount, opening: int | None) -> list[Judged]:
    """The parts of the opening balance stand or fall together, because only all of them make what the bank said."""
    parts = [row for row in judged if row.line and row.line.kind == OPENING]
    if all(row.state == KNOWN for row in parts):
        return list(judged)
    problem = _opening_problem(parts, account, opening)
    if problem is None:
        return list(judged)

    def fallen(row: Judged) -> Judged:
        if row.line is None or row.line.kind != OPENING or row.state == REFUSED:
            return row
        return replace(row, state=REFUSED, problems=(*row.problems, problem.at(f"row {row.read.number}, column amount")))

    return [fallen(row) for row in judged]


def _opening_problem(parts: Sequence[Judged], account: BankAccount, opening: int | None) -> Problem | None:
    if books.closed_through(account.book) is not None:
        return Problem("first_period_is_over", "Balances are taken over only before the first period is closed. Post a correction.")
    if EarlierGift.objects.filter(bank_account=account, kind=OPENING).exists():
        return Problem("opening_brought_in_before", "The opening balance of this account was brought in before. It comes in once.")
    if any(row.state == REFUSED for row in parts):
        return Problem("opening_part_refused", "Another part of the opening balance is refused, and they stand or fall together.")
    total = sum(row.line.minor for row in parts if row.line)
    if total != opening:
        scale = account.commodity.scale
        return Problem("opening_is_not_the_statements", "The first statement opens with %(has)s %(code)s; the parts make %(asked)s. They must be the same.",
                       {"has": format_minor(opening or 0, scale), "asked": format_minor(total, scale), "code": account.currency})  # fmt: skip
    return None


def _changed(known: EarlierGift, number: int) -> Problem:
    scale = known.bank_account.commodity.scale
    return Problem(
        "earlier_row_changed", "A row with the key “%(key)s” came in on %(day)s and says something else: %(amount)s, %(received)s. It stays as it is.",
        {"key": known.row_key, "day": timezone.localdate(known.gift_import.done_at), "amount": format_minor(known.amount_minor, scale),
         "received": known.received_on or known.get_kind_display()}, f"row {number}, column key",
    )  # fmt: skip


def _propose_opening(account: BankAccount, fresh: Sequence[Judged], found: GiftImport, author: Role) -> Proposal | None:
    """The parts by fund before the stewards; the evidence names the first statement and the sums, and no giver."""
    parts = Counter[Any]()
    funds = {}
    for row in fresh:
        if row.line is not None and row.fund is not None and row.line.kind == OPENING:
            parts[row.fund.pk] += row.line.minor
            funds[row.fund.pk] = row.fund
    if not parts:
        return None
    book: Book = account.book
    statement = first_statement(account)
    evidence = {
        "about": "opening balance", "account": account.iban, "currency": account.currency, "statement": statement.number if statement else "",
        "opens_on": str(statement.opening_on if statement else ""), "file": found.digest,
        "parts": [{"fund": funds[key].code, "amount_minor": minor} for key, minor in sorted(parts.items(), key=lambda part: funds[part[0]].code)],
    }  # fmt: skip
    document = books.store_document(book=book, data=canonical_json(evidence), name="opening-balance.json", media_type="application/json")
    return books.propose_opening_balance(
        bank_account=account, parts=[(funds[key], minor) for key, minor in parts.items()], documents=[document], filed_by=author,
        expires_on=timezone.localdate() + timedelta(days=OPENING_DAYS), request_id=f"opening:{found.pk}",
    )  # fmt: skip


def _keep_rows(account: BankAccount, fresh: Sequence[Judged], found: GiftImport) -> None:
    """One donor for each act of giving, or for each donor code of this file; nobody is merged by likeness."""
    donors: dict[str, Donor] = {}
    rows = []
    for judged in fresh:
        line, donor = judged.line, None
        if line is None:
            continue
        if line.kind == GIFT:
            donor = donors.setdefault(f"code {line.donor}" if line.donor else f"row {judged.read.number}", _donor(account, line))
        rows.append(
            EarlierGift(gift_import=found, bank_account=account, row_key=line.key, kind=line.kind, donor=donor, fund=judged.fund,
                        amount_minor=line.minor, received_on=line.day)
        )  # fmt: skip
    Donor.objects.bulk_create(donors.values(), batch_size=_BATCH)
    EarlierGift.objects.bulk_create(rows, batch_size=_BATCH)


def _donor(account: BankAccount, line: EarlierLine) -> Donor:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return Donor(
        campaign=account.book.campaign, section=account.section, name=line.name, email=line.email, language=line.language or "en",
        token=token, token_digest=token_digest(token),
    )  # fmt: skip


def refuse_stranger(account: BankAccount, author: Role) -> None:
    """Donors are known to the treasurer of their own body alone."""
    refuse_unless_role(author, "treasurer", campaign=account.book.campaign)
    if author.section_id != account.section_id:
        raise Refused(Problem("gifts_of_another_body", "This account belongs to another body. Its own treasurer brings in its gifts."))
