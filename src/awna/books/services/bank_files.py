"""Bank files come in here: statements stored without loss or doubling, in whatever order; what does not add up is kept and waits."""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from django.db import transaction

from awna.core.amounts import parse_minor
from awna.core.banking import statement
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Role

from ..models import BankAccount, Movement, Statement, StatementFile, StatementHold, StatementProfile
from .bank_details import altered_bookings, apply_notices, in_parts, keep_notices, notices_for, retold
from .bank_lines import Stored, changed_lines, store_lines
from .interim import Interim, files_with_waiting, is_told_finally, keep_interim, not_confirmed, posts_interim, settle_interim
from .profiles import profile_of
from .put_aside import aside_problem, refuse_aside
from .statements import say_closing_again, say_statements
from .vouchers import NOT_VOUCHED, vouched

READER = "awna.core.banking.statement:read_plain"
NEEDS_PROFILE = "statement_needs_profile"


@dataclass(frozen=True)
class StatementImport:
    """`new` movements of this file, and how many of its lines were known from earlier files; their movements, which name those files.

    `changed`: lines of earlier files that this one tells with other words. `filled`: booked lines whose details it gave. `held`: why the
    file waits and brought nothing. `notes`: why a statement in it brings nothing. `apart`: lines of batches whose parts stand among the new
    ones. `interim`: what became of lines of interim reports. `unconfirmed`: posted ones that a final statement does not hold.
    """

    file: StatementFile
    new: list[Movement]
    known: int
    known_lines: list[Movement] = field(default_factory=list)
    changed: list[Movement] = field(default_factory=list)
    filled: list[Movement] = field(default_factory=list)
    held: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    repeated: bool = False
    apart: list[Movement] = field(default_factory=list)
    interim: Interim = field(default_factory=Interim)
    unconfirmed: list[Movement] = field(default_factory=list)


@dataclass(frozen=True)
class _Read:
    """What a file says of one account."""

    final: list[statement.Statement]
    details: list[statement.Statement]
    interim: list[statement.Statement]
    unsound: list[Problem]


def store_statement(*, bank_account: BankAccount, data: bytes, filename: str, author: Role, request_id: str) -> StatementImport:
    """Read a bank file in the sandbox and keep what is new in it; nothing is posted.

    A damaged file is refused whole. One whose balances do not add up, or of which only what frames its lines is damaged, is kept, brings
    nothing, and waits until two people vouch for it.
    """
    digest = hmac.new(bank_account.book.secret_key, data, sha256).hexdigest()
    known_file = StatementFile.objects.filter(bank_account=bank_account, digest=digest).first()
    if known_file is not None:
        return release_file(file=known_file, author=author) if _waits_for_profile(known_file) else _again(known_file)
    content = _read(bank_account, data, filename)
    read = _of_account(content, bank_account)
    with transaction.atomic():
        bank_account = _locked(bank_account)
        file, _ = StatementFile.objects.get_or_create(
            bank_account=bank_account, digest=digest,
            defaults={"name": filename, "content": base64.b64encode(data).decode(), "author": author, "request_id": request_id})  # fmt: skip
        unsound = read.unsound + [problem for item in read.final for problem in _altered(bank_account, item)]
        if unsound:
            StatementHold.objects.create(file=file, profile=content.profile, problems=json.dumps([_plain(problem) for problem in unsound]))
            return StatementImport(file, [], 0, held=tuple(unsound))
        return _bring_in(bank_account, file, read, author)


@transaction.atomic
def keep_table(*, bank_account: BankAccount, data: bytes, filename: str, author: Role, request_id: str) -> StatementFile:
    """Keep a table (CSV) that no profile reads yet; `release_file` brings it in when the account has one."""
    account = _locked(bank_account)
    digest = hmac.new(account.book.secret_key, data, sha256).hexdigest()
    file, is_new = StatementFile.objects.get_or_create(
        bank_account=account, digest=digest,
        defaults={"name": filename, "content": base64.b64encode(data).decode(), "author": author, "request_id": request_id})  # fmt: skip
    if is_new:
        StatementHold.objects.create(file=file, problems=json.dumps([_plain(_without_profile())]))
    return file


def _without_profile() -> Problem:
    return Problem(NEEDS_PROFILE, "The file is a table (CSV), and nobody has said yet what its columns are.")


@transaction.atomic
def release_file(*, file: StatementFile, author: Role) -> StatementImport:
    """Bring in a file that waited: a table when its account has a profile, any other after two people have vouched for what does not add up."""
    hold = StatementHold.objects.select_related("file").get(file=file)
    account = _locked(file.bank_account)
    if file.statements.exists():
        return _again(file)
    refuse_aside(file)
    read = _of_account(_read(account, base64.b64decode(file.content), file.name), account)
    unsound = read.unsound + [problem for item in read.final for problem in _altered(account, item)]
    if unsound and not vouched(bank_account=account, subject=hold.subject):
        raise Refused([*unsound, NOT_VOUCHED])
    return _bring_in(account, file, read, author)


def held_files(bank_account: BankAccount) -> list[StatementHold]:
    """Files that wait, oldest first."""
    return list(StatementHold.objects.waiting().filter(file__bank_account=bank_account))


def _bring_in(account: BankAccount, file: StatementFile, read: _Read, author: Role) -> StatementImport:
    notices = keep_notices(account=account, file=file, statements=[*read.details, *read.final])
    batches = [notice for notice in notices if len(notice.lines) > 1]
    taken = apply_notices(account=account, file=file, notices=batches, author=author)
    brought, unconfirmed = Stored([], [], []), []
    for position, item in enumerate(read.final):
        _refuse_other_format(account, item)
        stored = store_lines(account=account, file=file, position=position, item=in_parts(account=account, item=item))
        again = retold(account=account, item=item, known=stored.known)
        brought = brought.and_also(stored).and_also(Stored([], [], again))
        unconfirmed += not_confirmed(account=account, item=item, told=[*stored.new, *stored.known, *stored.changed])
    brought = brought.and_also(_post_interim(account, file, read) if posts_interim(account) else Stored([], [], []))
    provisional = keep_interim(account=account, file=file, statements=read.interim)
    singles = {notice.pk: notice for notice in notices if len(notice.lines) == 1}
    singles |= {notice.pk: notice for notice in notices_for(account, brought.new)}
    told = apply_notices(account=account, file=file, notices=singles.values(), author=author)
    # Older ones too: what was stored before the book had its policy is said with the first statement after it.
    say_statements(book=account.book, statements=account.statements.order_by("file__stored_at", "position"), author=author)
    say_closing_again(account=account, file=file, author=author)
    settled = settle_interim(account=account)
    parts = {movement.pk for movement in taken.parts}
    known = [movement for movement in brought.known if movement.pk not in parts]
    return StatementImport(
        file, [*taken.parts, *brought.new], len(known), known, brought.changed, [*taken.filled, *told.filled], apart=taken.apart,
        interim=Interim(provisional, settled.confirmed, settled.withdrawn), unconfirmed=unconfirmed,
        notes=tuple(_notes(account, read, taken.waiting * bool(read.details) + told.waiting * bool(read.details))))  # fmt: skip


def _post_interim(account: BankAccount, file: StatementFile, read: _Read) -> Stored:
    """Lines of interim reports as movements, but of days that no final statement tells: what that does not hold is not the bank's last word."""
    brought = Stored([], [], [])
    for position, item in enumerate(read.interim, len(read.final)):
        lines = tuple(line for line in item.lines if line.booked_on is None or not is_told_finally(account, line.booked_on))
        brought = brought.and_also(store_lines(account=account, file=file, position=position, item=replace(item, lines=lines)))
    return brought


def _notes(account: BankAccount, read: _Read, waiting: int) -> list[Problem]:
    """What a person must know of the file beside its lines."""
    notes = [note for item in read.final if (note := statement.why_empty(item)) is not None]
    if waiting:
        text = "Details of %(n)s bookings are kept until the statement with these bookings comes."
        notes.append(Problem("details_wait", text, {"n": waiting}))
    if read.interim and posts_interim(account):
        text = "This account has interim reports alone, so their lines are posted. Lines that a later final statement does not hold are taken back."
        notes.append(Problem("interim_is_posted", text))
    elif read.interim:
        text = "The file is an interim report: its lines are shown and matched, and posted when the final statement (CAMT.053 or MT940) confirms them."
        notes.append(Problem("interim_waits", text))
    return notes


@transaction.atomic
def post_waiting_interim(*, bank_account: BankAccount, author: Role) -> list[StatementImport]:
    """Bring in what waits of interim reports, once they are all that the bank of the account gives."""
    account = _locked(bank_account)
    if not posts_interim(account):
        raise Refused(
            Problem(
                "interim_not_posted", "Lines of interim reports are not posted on this account. Say first that its bank gives no others."
            )
        )
    brought = []
    for file in files_with_waiting(account):
        read = _of_account(_read(account, base64.b64decode(file.content), file.name), account)
        if not file.statements.exists():
            stored = _post_interim(account, file, read)
            say_statements(book=account.book, statements=file.statements.order_by("position"), author=author)
            brought.append(StatementImport(file, stored.new, len(stored.known), stored.known, stored.changed))
    settle_interim(account=account)
    return brought


def _waits_for_profile(file: StatementFile) -> bool:
    """A table that was kept while nobody had said what its columns are; now somebody has."""
    hold = StatementHold.objects.waiting().filter(file=file).first()
    return hold is not None and [one["code"] for one in hold.found] == [NEEDS_PROFILE] and profile_of(file.bank_account) is not None


def _again(file: StatementFile) -> StatementImport:
    """The same bytes once more: nothing is new, and a file that waits still says why."""
    hold = StatementHold.objects.filter(file=file, file__statements=None).first()
    held = tuple(Problem(one["code"], one["text"], one["params"], one["where"]) for one in hold.found) if hold else ()
    held = (aside,) if (aside := aside_problem(file)) else held
    known = list(Movement.objects.filter(statement__file=file).with_file().order_by("position"))
    return StatementImport(file, [], len(known), known, held=held, repeated=True)


def _locked(account: BankAccount) -> BankAccount:
    """Locked, so that two imports of one account follow each other and count the same line once."""
    return BankAccount.objects.select_for_update(of=("self",)).select_related("book", "commodity", "custody").get(pk=account.pk)


@dataclass(frozen=True)
class _Content:
    """What was read of a file: by the profile of a table, and in spite of which damage, that two people must vouch for."""

    statements: list[statement.Statement]
    profile: StatementProfile | None = None
    damage: tuple[Problem, ...] = ()


def _read(account: BankAccount, data: bytes, filename: str) -> _Content:
    """Read by the file's own format; a table is read by the account's profile, and refused where the account has none."""
    try:
        return _Content(_parsed(data, filename))
    except Refused as refused:
        profile = profile_of(account)
        if refused.codes == [NEEDS_PROFILE] and profile is not None:
            return _Content(_parsed(data, filename, profile=profile.content), profile)
        if not set(refused.codes) <= statement.ACCEPTABLE:
            raise
        try:
            return _Content(_parsed(data, filename, accept=refused.codes), damage=tuple(refused.problems))
        except Refused:
            raise refused from None


def _parsed(data: bytes, filename: str, *, profile: str | None = None, accept: Sequence[str] = ()) -> list[statement.Statement]:
    payload = {"data": base64.b64encode(data).decode(), "name": filename, "profile": profile, "accept": list(accept)}
    return [statement.statement_from_plain(item) for item in run_in_sandbox(READER, payload)]


def _of_account(content: _Content, account: BankAccount) -> _Read:
    """What the file says of this account; every fault of the file at once, those that people may vouch for apart."""
    found, nameless = content.statements, content.profile is not None or bool(content.damage)
    mine = [item for item in found if _is_number_of(item.account, account.iban) or (nameless and not item.account)]
    if not mine:
        raise Refused(Problem(
            "statement_of_another_account", "The file is of account %(found)s, not of %(asked)s. Choose the account that it belongs to.",
            {"found": ", ".join(sorted({item.account for item in found})) or "?", "asked": account.iban}, "account"))  # fmt: skip
    final, details, interim = ([item for item in mine if item.kind == kind] for kind in ("final", "detail", "interim"))
    problems = []
    for item in [*final, *interim]:
        currencies = {item.currency} | {line.currency for line in item.lines}
        if currencies - {account.currency, ""}:
            problems.append(Problem("statement_currency_differs", "The statement is in %(found)s, the account in %(asked)s.",
                                    {"found": ", ".join(sorted(currencies)), "asked": account.currency}, item.number))  # fmt: skip
        problems += [Problem("line_without_date", "A booked line has no date. Download the statement again.", {}, f"line {number}")
                     for number, line in enumerate(item.lines, 1) if line.status == "booked" and line.booked_on is None]  # fmt: skip
    if problems:
        raise Refused(problems)
    return _Read(final, details, interim, [*content.damage, *(problem for item in final for problem in statement.check_balance(item))])


def _is_number_of(found: str, iban: str) -> bool:
    """MT940 gives bank code and account number with a slash; both stand in the IBAN, the number padded with zeros. OFX the number alone."""
    number = "".join(found.split()).upper()
    if number == iban:
        return True
    bank, slash, rest = number.partition("/")
    return bool(slash) and bool(bank) and bank in iban[4:] and bool(rest) and iban[4:].replace(bank, "", 1).lstrip("0") == rest.lstrip("0")


def _altered(account: BankAccount, item: statement.Statement) -> list[Problem]:
    """Lines that the bank told before with another amount under the same reference of its own."""
    found = changed_lines(account=account, item=item, same_amount=False)
    told = [(number, first.booked_on) for number, first in found] + [
        (number, line.booked_on) for number, line in altered_bookings(account=account, item=item)
    ]
    return [
        Problem(
            "statement_row_altered",
            "The line of %(day)s has another amount than an earlier file gave for the same reference of the bank. Ask the bank which is right.",
            {"day": day}, f"line {number}",
        )
        for number, day in told
    ]  # fmt: skip


def _refuse_other_format(account: BankAccount, item: statement.Statement) -> None:
    """One format tells one period: two formats word the same line differently, and it would count twice."""
    kind = family(item.format)
    if not kind or item.closing_on is None:
        return
    begins = item.opening_on or item.closing_on
    near = account.statements.filter(slip=None, opening_on__lte=item.closing_on, closing_on__gte=begins).exclude(format="")
    for other in near:
        # A statement that opens with the balance of a day does not tell of that day, so touching is no overlap.
        first, last = max(begins, other.opening_on), min(item.closing_on, other.closing_on)
        touches = first == last and ((item.closing_on != other.closing_on and begins != other.opening_on) or _join(account, item, other))
        if family(other.format) != kind and not touches:
            raise Refused(Problem(
                "statement_in_another_format",
                "The days %(first)s to %(last)s came in as %(was)s already; a second format would count their lines twice. "
                "Go on with %(was)s, or begin with %(now)s after them.",
                {"first": first, "last": last, "was": other.format, "now": item.format}, item.number))  # fmt: skip


def _join(account: BankAccount, item: statement.Statement, other: Statement) -> bool:
    """Two statements of one day of which one opens with what the other closed with; of one that is told again both balances are equal."""
    opening, closing = (
        None if amount is None else parse_minor(statement.plain(amount), account.commodity.scale) for amount in (item.opening, item.closing)
    )
    follows = opening is not None and opening == other.closing_minor and opening not in (other.opening_minor, closing)
    leads = closing is not None and closing == other.opening_minor and closing not in (other.closing_minor, opening)
    return follows or leads


def family(name: str) -> str:
    """`camt.053.001.08` → `camt`: all versions of a format word a line alike, and so do MT940 and its interim report."""
    return name.split(".")[0].replace("mt942", "mt940")


def _plain(problem: Problem) -> dict[str, Any]:
    params = {name: str(value) for name, value in problem.params.items()}
    return {"code": problem.code, "text": problem.text, "params": params, "where": problem.where}
