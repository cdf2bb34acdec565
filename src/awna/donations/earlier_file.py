"""Reads gifts and opening balances of a campaign that ran before its book, from CSV. Pure: bytes in, rows out, each bad cell named."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from awna.core.amounts import parse_minor
from awna.core.problems import Problem, Refused

EARLIER_BYTES_MAX = 5 * 1024 * 1024
EARLIER_ROWS_MAX = 20_000
KEY_CHARS_MAX, NAME_CHARS_MAX, EMAIL_CHARS_MAX, LANGUAGE_CHARS_MAX = 60, 160, 254, 8
REQUIRED = ("key", "amount", "currency")
COLUMNS = ("key", "kind", "date", "amount", "currency", "fund", "donor", "name", "email", "language")
GIFT, OPENING = "gift", "opening"
DECIMALS = {"point": ".", "comma": ","}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_QUOTED_FORMULA = re.compile(r"'[=+\-@\t\r]")


@dataclass(frozen=True)
class EarlierLine:
    """One row that could be read: a gift with what is known of its giver, or a part of the balance that a fund opens with."""

    key: str
    kind: str
    day: date | None
    minor: int
    currency: str
    fund: str
    donor: str
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class ReadRow:
    """A row of the file: its cells by column, and what it says or why it cannot be read."""

    number: int
    cells: dict[str, str]
    line: EarlierLine | None = None
    problems: tuple[Problem, ...] = field(default=())


def read_earlier(data: bytes, *, decimal: str, separator: str, scale: int) -> list[ReadRow]:
    """Every row of the file, good or bad. Refused where the file as a whole cannot be read.

    `decimal` and `separator` are words of DECIMALS and SEPARATORS: they are stated, never guessed. `scale`: decimals of the account's currency.
    """
    records = _records(data, separator)
    header = [cell.strip().casefold() for cell in records[0]]
    _refuse_bad_header(header)
    rows = [
        _read_row(record, number, header, decimal, scale)
        for number, record in enumerate(records[1:], start=2)
        if any(cell.strip() for cell in record)
    ]
    if not rows:
        raise Refused(Problem("earlier_empty", "The file has a header but no rows. Add one row for each gift."))
    return rows


def read_amount(text: str, *, decimal: str, scale: int) -> int:
    """Minor units above zero; both sets of Arabic digits are read, and the other mark is refused, because nobody can know what it means."""
    other = "," if decimal == "point" else "."
    if other in text:
        raise Refused(
            Problem(
                "decimal_mark_differs", "“%(asked)s” has a “%(other)s”, but the decimal mark is stated as “%(mark)s”. Write it without that sign.",
                {"asked": text, "other": other, "mark": DECIMALS[decimal]},
            )
        )  # fmt: skip
    minor = parse_minor(text.replace(DECIMALS[decimal], "."), scale)
    if minor <= 0:
        raise Refused(
            Problem("earlier_amount_not_positive", "“%(asked)s” is no amount that came in. Write one above zero.", {"asked": text})
        )
    return minor


def _records(data: bytes, separator: str) -> list[list[str]]:
    if len(data) > EARLIER_BYTES_MAX:
        raise Refused(
            Problem("earlier_file_too_large", "The file is larger than %(mb)s MB. Split it.", {"mb": EARLIER_BYTES_MAX // 1024**2})
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            Problem("earlier_not_utf8", "The file is not UTF-8 text (byte %(byte)s). Save it as CSV UTF-8.", {"byte": error.start})
        ) from error
    if "\x00" in text:
        raise Refused(Problem("earlier_not_csv", "The file is not a whole CSV file: %(reason)s. Save it again as CSV.", {"reason": "NUL"}))
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=SEPARATORS[separator], strict=True))
    except csv.Error as error:
        raise Refused(
            Problem("earlier_not_csv", "The file is not a whole CSV file: %(reason)s. Save it again as CSV.", {"reason": error})
        ) from error
    if not records or not any(cell.strip() for cell in records[0]):
        raise Refused(
            Problem(
                "earlier_file_empty", "The file is empty. Its first row names the columns: %(columns)s.", {"columns": ", ".join(COLUMNS)}
            )
        )
    if len(records) > EARLIER_ROWS_MAX + 1:
        raise Refused(Problem("earlier_too_many", "The file has %(n)s rows; at most %(max)s are read. Split it.",
                              {"n": len(records) - 1, "max": EARLIER_ROWS_MAX}))  # fmt: skip
    return records


def _refuse_bad_header(header: list[str]) -> None:
    problems = [
        Problem("earlier_column_wrong", "The column “%(name)s” is not expected here. Use each of these once: %(columns)s.",
                {"name": name, "columns": ", ".join(COLUMNS)}, f"row 1, column {index + 1}")
        for index, name in enumerate(header) if name not in COLUMNS or name in header[:index]
    ]  # fmt: skip
    problems += [
        Problem("earlier_column_missing", "There is no column “%(name)s”. Add it to the first row, or state another separator.",
                {"name": name}, "row 1")
        for name in REQUIRED if name not in header
    ]  # fmt: skip
    if problems:
        raise Refused(problems)


def _read_row(record: list[str], number: int, header: list[str], decimal: str, scale: int) -> ReadRow:
    if len(record) != len(header):
        problem = Problem("earlier_row_length", "The row has %(n)s cells, the header %(max)s. Look for a separator too many or too few.",
                          {"n": len(record), "max": len(header)}, f"row {number}")  # fmt: skip
        return ReadRow(number, dict(zip(header, record, strict=False)), None, (problem,))
    cells = dict(zip(header, (_plain(cell) for cell in record), strict=True))
    found: list[Problem] = []

    def cell(column: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(cells.get(column, ""))
        except Refused as refused:
            found.extend(problem.at(f"row {number}, column {column}") for problem in refused.problems)
            return None

    kind = cell("kind", _kind)
    line = EarlierLine(
        key=cell("key", lambda text: _text(text, KEY_CHARS_MAX, least=1)),
        kind=kind,
        # What a fund opens with has the day of the first statement.
        day=cell("date", lambda text: None if kind == OPENING and not text else _day(text)),
        minor=cell("amount", lambda text: read_amount(text, decimal=decimal, scale=scale)),
        currency=cells.get("currency", "").upper(),
        fund=cells.get("fund", ""),
        donor=cell("donor", lambda text: _text(text, KEY_CHARS_MAX)),
        name=cell("name", lambda text: _text(text, NAME_CHARS_MAX)),
        email=cell("email", _email),
        language=cell("language", lambda text: _text(text, LANGUAGE_CHARS_MAX)),
    )
    return ReadRow(number, cells, None if found else line, tuple(found))


def _plain(cell: str) -> str:
    """The cell as it was before a file of ours marked it, so that a spreadsheet does not run it."""
    cell = cell.strip()
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def _kind(text: str) -> str:
    kind = text.casefold() or GIFT
    if kind not in (GIFT, OPENING):
        raise Refused(Problem("earlier_kind_unknown", "“%(asked)s” is no kind of row. Write gift or opening.", {"asked": text}))
    return kind


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.translate(_DIGITS))
    except ValueError:
        raise Refused(Problem("date_unreadable", "“%(asked)s” is no date. Write it as 2026-12-01.", {"asked": text})) from None


def _email(text: str) -> str:
    if text and (not _EMAIL.fullmatch(text) or len(text) > EMAIL_CHARS_MAX):
        raise Refused(Problem("email_unreadable", "“%(asked)s” is no e-mail address. Correct it or leave it empty.", {"asked": text}))
    return text.lower()


def _text(text: str, chars_max: int, *, least: int = 0) -> str:
    if not least <= len(text) <= chars_max:
        raise Refused(
            Problem("earlier_text_wrong", "The cell must hold %(least)s to %(max)s characters.", {"least": least, "max": chars_max})
        )
    return text
