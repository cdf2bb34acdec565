"""SWIFT MT940 and MT942 statements as banks really send them; a file that breaks off is refused whole, naming tag and line.

An own reader: see docs/decisions/0003-bank-file-readers.md.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from awna.core.problems import Problem, Refused

from .mt940_details import describe
from .statement import PROBLEMS_SHOWN_MAX, Line, Statement

_TAG = re.compile(r":(1[23]D?|2[015]P?|28C?|34F|6[02][FM]|61|64|65F?|86|90[CD]|NS|ASN|SNS|940|942|MT940):(.*)")
_END = re.compile(r"-(\}.*|XXX)?")
_BLOCK = re.compile(r"\{\d:.*")
_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s{0,4}(?P<mark>R[CD]|[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>\d{1,20},\d{0,6}|,\d{1,6}|\d{1,20}\.\d{1,2}|\d{1,20}(?=[NFS][A-Z]{3}))(?P<code>[A-Z][A-Z0-9 ]{3})?(?P<refs>.*)",
    re.ASCII,
)
_BALANCE = re.compile(
    r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})?(?P<amount>\d{1,20},?\d{0,6}|,\d{1,6}|\d{1,20}\.\d{1,2})", re.ASCII
)
_FLOOR = re.compile(r"(?P<currency>[A-Z]{3})[CD]?\d{1,20},?\d{0,6}")
_TOTAL = re.compile(r"(?P<count>\d{1,5})[A-Z]{3}(?P<amount>\d{1,20},?\d{0,6})", re.ASCII)
_NO_REFERENCE = {"", "NONREF", "NOTPROVIDED", "EREF", "KREF", "PREF", "MARF", "NOREF"}
_IGNORED = {"13", "13D", "21", "34F", "64", "65", "90C", "90D", "NS", "940", "942", "MT940"}
MONTH_SHIFT_MIN = 6
ACCOUNT_WITH_CURRENCY_MIN = 10


@dataclass(frozen=True)
class _Field:
    tag: str
    text: str
    line_no: int

    @property
    def where(self) -> str:
        return f"line {self.line_no}, tag :{self.tag}:"


def looks_like_mt940(data: bytes) -> bool:
    return re.search(rb"(?m)^:20:", data[:20_000]) is not None or re.search(rb"\r:20:", data[:20_000]) is not None


def read_mt940(data: bytes, *, accept: frozenset[str] = frozenset()) -> list[Statement]:
    """Every statement of the file, all or nothing; `accept` holds codes of damage that a person has acknowledged."""
    fields = list(_fields(_decode(data)))
    problems: list[Problem] = []
    statements = [_read_statement(group, problems, accept) for group in _groups(fields, problems)]
    problems = [problem for problem in problems if problem.code not in accept]
    if problems:
        raise Refused(problems[:PROBLEMS_SHOWN_MAX])
    return [statement for statement in statements if statement is not None]


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 reads every byte")


def _fields(text: str) -> Iterator[_Field]:
    """Tags with their continuation lines; SWIFT block headers, end marks and prose around statements fall away."""
    current: list[str] | None = None
    tag, start = "", 0
    for line_no, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip().strip("\x01\x03\x1a")
        found = _TAG.fullmatch(line)
        if found or _END.fullmatch(line) or _BLOCK.match(line):
            if current is not None:
                yield _Field(tag, "\n".join(current), start)
            current = None
        if found:
            tag, start, current = found[1], line_no, [found[2]]
        elif current is not None and line.strip():
            current.append(line)
    if current is not None:
        yield _Field(tag, "\n".join(current), start)


def _groups(fields: list[_Field], problems: list[Problem]) -> list[list[_Field]]:
    """One group per :20:. Some banks repeat the number tag under a letter name (ASN, SNS); that one is only a header."""
    groups: list[list[_Field]] = []
    for item in fields:
        if item.tag == "20":
            groups.append([item])
        elif groups:
            groups[-1].append(item)
        elif item.tag not in _IGNORED:
            problems.append(
                Problem(
                    "statement_tag_out_of_place",
                    "The tag stands before the first :20:, so the beginning of the file is missing. "
                    "Nothing was read; download the file again.",
                    where=item.where,
                )
            )
            return groups
    return groups


def _read_statement(group: list[_Field], problems: list[Problem], accept: frozenset[str]) -> Statement | None:
    builder = _Builder(group[0], problems, accept)
    for item in group[1:]:
        builder.add(item)
    return builder.finish()


class _Builder:
    """Collects one statement, tag by tag."""

    def __init__(self, first: _Field, problems: list[Problem], accept: frozenset[str]) -> None:
        self.first, self.problems, self.accept = first, problems, accept
        self.last = first
        self.account = self.number = self.currency = ""
        self.opening: tuple[Decimal, date] | None = None
        self.closing: tuple[Decimal, date] | None = None
        self.interim = self.ended = False
        self.lines: list[Line] = []
        self.totals: list[tuple[_Field, int, int, Decimal]] = []
        self.described = True

    def add(self, item: _Field) -> None:
        self.last = item
        if item.tag == "25" and not self.account and not self.lines:
            self.account = "".join(item.text.split())
        elif item.tag in ("28", "28C"):
            self.number = self.number or item.text.strip()
        elif item.tag in ("60F", "60M"):
            self.opening = self.opening or self.balance(item)
        elif item.tag in ("62F", "62M"):
            self.closing, self.ended = self.balance(item), True
        elif item.tag == "61":
            self.add_line(item)
        elif item.tag == "86":
            self.describe(item)
        elif item.tag == "34F":
            self.add_floor(item)
        elif item.tag in ("90C", "90D") and (total := _TOTAL.match(item.text)) is not None:
            self.totals.append((item, -1 if item.tag == "90D" else 1, int(total["count"]), _decimal(total["amount"])))
            self.ended = True
        elif item.tag in ("90C", "90D", "64") or item.tag.startswith("65"):
            # An Oldenburg dialect closes with :65F: and null dates, which says that the statement is whole but no balance.
            self.ended = True
        elif item.tag not in _IGNORED and not item.tag.startswith("12"):
            self.refuse("statement_tag_out_of_place", "The tag does not belong here. Nothing was read; download the file again.", item)

    def add_floor(self, item: _Field) -> None:
        self.interim = True
        if (found := _FLOOR.match(item.text)) is not None:
            self.currency = self.currency or found["currency"]

    def add_line(self, item: _Field) -> None:
        head, _, extra = item.text.partition("\n")
        found = _LINE.fullmatch(head)
        value_on = _day(found["value"]) if found else None
        if found is None or value_on is None or self.closing is not None:
            self.refuse("statement_line_unreadable", "“%(found)s” is not a movement. Nothing was read; download the file again.", item)
            return
        # C and RD bring money in, D and RC take it out.
        sign = 1 if found["mark"] in ("C", "RD") else -1
        customer, _, bank = found["refs"].partition("//")
        reference = customer.strip()
        self.lines.append(
            Line(
                amount=sign * _decimal(found["amount"]),
                currency=self.currency,
                booked_on=_entry_day(value_on, found["entry"]),
                value_on=value_on,
                reference="" if reference.upper().rstrip("+") in _NO_REFERENCE else reference,
                text=" ".join(extra.split()),
                bank_reference="" if bank.strip().upper() in _NO_REFERENCE else bank.strip(),
                reversal=found["mark"].startswith("R"),
                transaction_code=(found["code"] or "").strip(),
                entry=len(self.lines) + 1,
            )
        )
        self.described = False

    def describe(self, item: _Field) -> None:
        """:86: describes the movement above it; before the first and after the closing balance it describes the statement."""
        if self.lines and not self.described and self.closing is None:
            self.lines[-1] = describe(self.lines[-1], item.text)
            self.described = True
        elif self.lines and self.closing is None:
            more = " ".join(item.text.split())
            self.lines[-1] = replace(self.lines[-1], text=f"{self.lines[-1].text} {more}".strip())

    def balance(self, item: _Field) -> tuple[Decimal, date] | None:
        found = _BALANCE.fullmatch(item.text.rstrip("- \n").strip())
        day = _day(found["day"]) if found else None
        if found is None or day is None:
            self.refuse("statement_balance_unreadable", "“%(found)s” is not a balance. Nothing was read; download the file again.", item)
            return None
        self.currency = self.currency or found["currency"] or ""
        if not self.currency or (found["currency"] or self.currency) != self.currency:
            self.refuse("statement_currency_changes", "“%(found)s” is in another currency than the rest of the statement.", item)
        return (-1 if found["mark"] == "D" else 1) * _decimal(found["amount"]), day

    def finish(self) -> Statement | None:
        if not self.ended and not self.interim:
            self.refuse(
                "statement_not_whole",
                "The statement breaks off after this tag: its closing balance :62F: is missing. Nothing was read; download the file again.",
                self.last,
            )
            if "statement_not_whole" not in self.accept:
                return None
        if not self.account:
            self.refuse("statement_without_account", "The statement names no account (tag :25:). Download it again.", self.first)
            if "statement_without_account" not in self.accept:
                return None
        self.check_totals()
        # An interim report names its currency late; else it is there already, and copying costs as much as reading.
        lines = tuple(line if line.currency == self.currency else replace(line, currency=self.currency) for line in self.lines)
        # Dutch banks write the currency behind the account number.
        account = self.account.removesuffix(self.currency) if len(self.account) > ACCOUNT_WITH_CURRENCY_MIN else self.account
        return Statement(
            account=account,
            currency=self.currency,
            opening=self.opening[0] if self.opening else None,
            closing=self.closing[0] if self.closing else None,
            opening_on=self.opening[1] if self.opening else None,
            closing_on=self.closing[1] if self.closing else None,
            message_id=self.first.text.strip(),
            number=self.number,
            kind="interim" if self.interim else "final",
            lines=lines,
            format="mt942" if self.interim else "mt940",
        )

    def check_totals(self) -> None:
        """An interim report has no closing balance; it says how many movements there are, and of how much."""
        for item, sign, count, amount in self.totals:
            found = [line.amount for line in self.lines if (line.amount > 0) == (sign > 0) and line.amount]
            if len(found) != count or sum(found, Decimal(0)) != sign * amount:
                self.refuse(
                    "statement_not_whole",
                    "“%(found)s” counts other movements than the file holds. Nothing was read; download the file again.",
                    item,
                )

    def refuse(self, code: str, text: str, item: _Field) -> None:
        self.problems.append(Problem(code, text, {"found": item.text[:60].replace("\n", " ")}, item.where))


def _decimal(text: str) -> Decimal:
    whole, _, decimals = text.replace(",", ".").partition(".")
    whole = whole.lstrip("0") or "0"
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def _day(text: str) -> date | None:
    """YYMMDD; 30 February is a day of bank years, and becomes the last of the month."""
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    if year >= 2080:
        year -= 100
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _entry_day(value_on: date, month_day: str | None) -> date:
    """MMDD of the booking, in the year that lies nearest to the value date."""
    if not month_day:
        return value_on
    month = int(month_day[:2])
    shift = 1 if value_on.month - month > MONTH_SHIFT_MIN else -1 if month - value_on.month > MONTH_SHIFT_MIN else 0
    return _day(f"{(value_on.year + shift) % 100:02d}{month_day}") or value_on
