"""Read a CSV by its profile: every cell means what the profile says, and what does not fit is refused by row and column."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from awna.core.amounts import currency_scale
from awna.core.problems import Problem, Refused

from .csv_profile import Column, CsvProfile, pattern_value
from .csv_table import Row, Table, cut_table, decode
from .statement import PROBLEMS_SHOWN_MAX, Line, Statement, Status

AMOUNT_DIGITS_MAX = 18
CELL_CHARACTERS_MAX = 4000
ANY = "*"
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹−", "01234567890123456789-")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Parsed:
    """What one row says. `line` is None where a problem stands, or where the profile says to ignore the row."""

    row: Row
    account: str
    line: Line | None
    problems: tuple[Problem, ...] = ()


def read_csv_all(data: bytes, profile: CsvProfile) -> list[Statement]:
    """A statement for each account and currency of the file, lines from old to new; all or nothing."""
    table = cut_table(decode(data, profile), profile)
    reader = RowReader(table, profile)
    parsed = [reader.read(row) for row in table.rows] if not reader.problems else []
    problems = [*reader.problems, *(problem for one in parsed for problem in one.problems)]
    if problems:
        raise Refused(problems[:PROBLEMS_SHOWN_MAX])
    groups: dict[tuple[str, str], list[Line]] = {}
    for one in reversed(parsed) if profile.newest_first else parsed:
        if one.line is not None:
            groups.setdefault((one.account, one.line.currency), []).append(one.line)
    groups = groups or {(reader.account, reader.currency): []}
    return [_statement(account, currency, lines, reader, alone=len(groups) == 1) for (account, currency), lines in groups.items()]


def _statement(account: str, currency: str, lines: list[Line], reader: "RowReader", *, alone: bool) -> Statement:
    booked = [line for line in lines if line.status == "booked"]
    days = [line.booked_on for line in booked if line.booked_on]
    running = [line for line in booked if line.balance is not None]
    opening, closing = (reader.opening, reader.closing) if alone else (None, None)
    if running and running[0] is booked[0] and running[0].balance is not None:
        opening = running[0].balance - running[0].amount if opening is None else opening
    if running and running[-1] is booked[-1]:
        closing = running[-1].balance if closing is None else closing
    return Statement(
        account="".join(account.split()),
        currency=currency,
        opening=opening,
        closing=closing,
        opening_on=min(days, default=None),
        closing_on=max(days, default=None),
        lines=tuple(lines),
        format="csv",
    )


class RowReader:
    """Knows where each field of the profile stands in this file."""

    def __init__(self, table: Table, profile: CsvProfile) -> None:
        self.table, self.profile = table, profile
        self.problems: list[Problem] = []
        self.places = {(name, column): self._place(name, column) for name, column in profile.used_columns}
        self.account = profile.fixed_account or self._from_head("account_pattern")
        self.currency = profile.fixed_currency or self._from_head("currency_pattern")
        if self.currency and not _CURRENCY.fullmatch(self.currency):
            self.problems.append(
                _bad("csv_currency_unreadable", "“%(found)s” is no currency code of three letters.", self.currency, "head")
            )
        self.opening, self.closing = (self._balance_from_head(name) for name in ("opening_pattern", "closing_pattern"))

    def _place(self, name: str, column: Column) -> int:
        if isinstance(column, int):
            return column - 1
        wanted = _words(column)
        found = [number for number, title in enumerate(self.table.columns) if _words(title) == wanted]
        if len(found) != 1:
            said = {"count": len(found), "column": column, "columns": ", ".join(self.table.columns)[:400]}
            missing = "The file has no column “%(column)s”, which the profile needs. Its columns are: %(columns)s."
            twice = "The file has %(count)s columns “%(column)s”. Give the number of the right one. Its columns are: %(columns)s."
            code, text = ("csv_column_twice", twice) if found else ("csv_column_missing", missing)
            self.problems.append(Problem(code, text, said, name))
        return found[0] if found else -1

    def _from_head(self, name: str) -> str:
        pattern: str = getattr(self.profile, name)
        if not pattern:
            return ""
        found = [value for line in self.table.head if (value := pattern_value(pattern, line[:CELL_CHARACTERS_MAX])) is not None]
        if len(set(found)) != 1:
            self.problems.append(
                Problem(
                    "csv_head_differs",
                    "The lines above the table hold %(count)s values for the pattern “%(pattern)s”; one is needed.",
                    {"count": len(set(found)), "pattern": pattern},
                    name,
                )
            )
        return found[0] if found else ""

    def _balance_from_head(self, name: str) -> Decimal | None:
        text = self._from_head(name)
        if not text:
            return None
        amount = parse_amount(text, self.profile)
        if amount is None:
            self.problems.append(_bad("csv_amount_unreadable", "“%(found)s” is not an amount as the profile writes them.", text, name))
        return amount

    def read(self, row: Row) -> Parsed:
        return _RowParser(self, row).parse()


class _RowParser:
    """One row, with every problem that it has."""

    def __init__(self, reader: RowReader, row: Row) -> None:
        self.reader, self.row, self.profile = reader, row, reader.profile
        self.problems: list[Problem] = []

    def parse(self) -> Parsed:
        profile = self.profile
        width = len(self.reader.table.columns)
        if width and any(self.row.cells[width + profile.unnamed_columns :]):
            self.refuse("csv_row_too_long", "The row has more cells than the header: %(found)s.", str(len(self.row.cells)), "")
        long = next((cell for cell in self.row.cells if len(cell) > CELL_CHARACTERS_MAX), None)
        if long is not None:
            self.refuse("csv_cell_too_long", "A cell begins “%(found)s” and never seems to end.", long[:40], "")
        status = self.status()
        if status == "ignored" or self.problems:
            return Parsed(self.row, "", None, tuple(self.problems))
        currency = self.currency()
        line = Line(
            amount=self.amount(currency),
            currency=currency,
            booked_on=self.day("booked_on", profile.date_format, status),
            value_on=self.day("value_on", profile.value_date_format or profile.date_format, status),
            reference=self.cell("reference") or self.cell("end_to_end_id"),
            counterparty=self.cell("counterparty"),
            counter_account="".join(self.cell("counter_account").split()),
            text=" ".join(text for column in profile.text if (text := self.cell("text", column))),
            bank_reference=self.cell("bank_reference"),
            status="pending" if status == "pending" else "booked",
            end_to_end_id=self.cell("end_to_end_id"),
            mandate_id=self.cell("mandate_id"),
            balance=self.number("balance", self.cell("balance")) if self.cell("balance") else None,
            entry=self.row.number,
        )
        account = self.cell("account") or self.reader.account
        return Parsed(self.row, account, None if self.problems else line, tuple(self.problems))

    def cell(self, name: str, column: Column | None = None) -> str:
        column = getattr(self.profile, name) if column is None else column
        place = self.reader.places.get((name, column), -1)
        return " ".join(self.row.cells[place].split()) if 0 <= place < len(self.row.cells) else ""

    def status(self) -> Status | str:
        profile = self.profile
        if profile.status == "":
            return "booked"
        word = self.cell("status")
        for words, status in ((profile.booked_words, "booked"), (profile.pending_words, "pending"), (profile.ignored_words, "ignored")):
            if word in words:
                return status
        if ANY in profile.booked_words:
            return "booked"
        self.refuse("csv_status_unknown", "“%(found)s” is no status that the profile knows.", word, "status")
        return "booked"

    def currency(self) -> str:
        if self.profile.currency == "":
            return self.reader.currency
        text = self.cell("currency").upper()
        if not _CURRENCY.fullmatch(text):
            self.refuse("csv_currency_unreadable", "“%(found)s” is no currency code of three letters.", text, "currency")
        return text

    def amount(self, currency: str) -> Decimal:
        amount = self._signed() if self.profile.amount != "" else self._parts()
        if -int(amount.normalize().as_tuple().exponent) > currency_scale(currency):
            self.refuse(
                "csv_amount_too_precise",
                "“%(found)s” has more decimals than its currency. Do the profile's decimal and thousands marks fit this file?",
                f"{amount:f}",
                "amount",
            )
        return -amount if self.profile.inverted else amount

    def _signed(self) -> Decimal:
        amount = self.number("amount", self.cell("amount"))
        if self.profile.indicator == "":
            return amount
        word = self.cell("indicator")
        if word not in (*self.profile.credit_words, *self.profile.debit_words):
            self.refuse("csv_direction_unknown", "“%(found)s” says neither money in nor money out.", word, "indicator")
        if amount < 0:
            self.refuse("csv_sign_twice", "“%(found)s” has a sign, and another column says the direction: which one holds?",
                        self.cell("amount"), "amount")  # fmt: skip
        return -amount if word in self.profile.debit_words else amount

    def _parts(self) -> Decimal:
        texts = {name: self.cell(name) for name in ("debit", "credit")}
        values = {name: self.number(name, text) for name, text in texts.items() if text}
        given = {name: value for name, value in values.items() if value} or dict(list(values.items())[:1])
        if len(given) != 1:
            self.refuse("csv_amount_unclear", "The row needs an amount in one of the columns of money out and money in, not “%(found)s”.",
                        " / ".join(texts.values()), "debit")  # fmt: skip
            return Decimal(0)
        ((name, value),) = given.items()
        if self.profile.signed_parts:
            if (value < 0) != (name == "debit") and value:
                self.refuse("csv_sign_twice", "“%(found)s” has the sign of the other column.", texts[name], name)
            return value
        if value < 0:
            self.refuse("csv_sign_twice", "“%(found)s” has a sign, and its column says the direction: which one holds?", texts[name], name)
        return -value if name == "debit" else value

    def number(self, name: str, text: str) -> Decimal:
        amount = parse_amount(text, self.profile)
        if amount is None:
            self.refuse("csv_amount_unreadable", "“%(found)s” is not an amount as the profile writes them.", text, name)
        return amount or Decimal(0)

    def day(self, name: str, pattern: str, status: str) -> date | None:
        column = getattr(self.profile, name)
        text = self.cell(name).translate(_DIGITS)
        if column == "" or (not text and name == "value_on") or (status == "pending" and column == self.profile.status):
            return None
        found = _parse_day(text, pattern)
        if found is None:
            said = {"found": text[:80], "pattern": pattern}
            where = self.where(column)
            self.problems.append(Problem("csv_date_unreadable", "“%(found)s” is not a date of the form %(pattern)s.", said, where))
        return found

    def refuse(self, code: str, text: str, found: str, name: str) -> None:
        self.problems.append(_bad(code, text, found, self.where(getattr(self.profile, name) if name else "")))

    def where(self, column: Column) -> str:
        return f"line {self.row.number}" + (f", column {column}" if column != "" else "")


@lru_cache
def _amount_pattern(decimal_mark: str, thousands_mark: str) -> re.Pattern[str]:
    point, group = re.escape(decimal_mark), re.escape(thousands_mark)
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|" if group else ""
    return re.compile(rf"((?:{grouped}\d+))?(?:{point}(\d*))?")


@lru_cache(maxsize=4096)  # the days of a file are few and its lines are many
def _parse_day(text: str, pattern: str) -> date | None:
    try:
        return datetime.strptime(text, pattern).date()
    except ValueError:
        return None


def parse_amount(text: str, profile: CsvProfile) -> Decimal | None:
    """Digits in the profile's marks, a sign before or behind, or brackets for money out; None for anything else."""
    text = text.translate(_DIGITS).strip()
    if profile.amount_prefix:
        text = text.replace(profile.amount_prefix, "", 1).strip()
    negative = text.startswith(("-", "(")) or text.endswith("-")
    if text.startswith("("):
        text = text[1:-1] if text.endswith(")") else ""
    elif text.startswith(("-", "+")):
        text = text[1:]
    elif text.endswith("-"):
        text = text[:-1]
    found = _amount_pattern(profile.decimal_mark, profile.thousands_mark).fullmatch(text.strip())
    if found is None or not (found[1] or found[2]) or len(text) > AMOUNT_DIGITS_MAX + 6:
        return None
    whole = (found[1] or "0").replace(profile.thousands_mark, "") if profile.thousands_mark else found[1] or "0"
    amount = Decimal(f"{whole}.{found[2]}" if found[2] else whole)
    return -amount if negative else amount


def _words(text: str) -> str:
    return " ".join(text.lstrip("\ufeff").split()).casefold()


def _bad(code: str, text: str, found: str, where: str) -> Problem:
    return Problem(code, text, {"found": found[:80]}, where)
