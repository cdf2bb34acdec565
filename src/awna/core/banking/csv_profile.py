"""What the columns of one bank's CSV mean, as data: nothing of it is guessed when a file is read."""

import codecs
import json
import re
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

from awna.core.problems import Problem, Refused

from .csv_checks import (
    COLUMNS_MAX,
    DECIMAL_MARKS,
    DELIMITERS,
    ENCODINGS,
    NAME_TEXT,
    PATTERN_CHARACTERS_MAX,
    QUOTES,
    SKIP_ROWS_MAX,
    THOUSANDS_MARKS,
    check_profile,
    problems_by_place,
    wrong,
)

# What a form that makes a profile needs to know stands here with the profile itself.
__all__ = [
    "COLUMNS",
    "COLUMNS_MAX",
    "DECIMAL_MARKS",
    "DELIMITERS",
    "ENCODINGS",
    "PATTERN_CHARACTERS_MAX",
    "QUOTES",
    "SKIP_ROWS_MAX",
    "THOUSANDS_MARKS",
    "Column",
    "CsvProfile",
    "check_profile",
    "pattern_value",
    "profile_from_fields",
    "profile_from_json",
    "profile_to_json",
]

Column = str | int  # a header's name, a number from 1, or "" for a column that the bank does not give


_TYPES = {
    "column_needed": "“%(found)s” must be the title of a column or its number.",
    "list_needed": "“%(found)s” must be a list of words.",
    "text_needed": "“%(found)s” must be a text.",
    "number_needed": "“%(found)s” must be a whole number.",
    "switch_needed": "“%(found)s” must be true or false.",
}

COLUMNS = ("booked_on", "value_on", "amount", "debit", "credit", "indicator", "currency", "reference", "counterparty", "counter_account",
           "bank_reference", "end_to_end_id", "mandate_id", "balance", "status", "account")  # fmt: skip


@dataclass(frozen=True)
class CsvProfile:
    """One layout. Columns are header names or numbers from 1. Patterns are plain text with `{}` for the value and `*` for anything."""

    name: str
    version: int = 1
    title: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    skip_head: int = 0  # lines above the header or the first row
    skip_foot: int = 0  # rows below the last movement
    unnamed_columns: int = 0  # at the end of each row, without a title
    date_format: str = "%Y-%m-%d"
    value_date_format: str = ""  # only where it differs
    decimal_mark: str = "."
    thousands_mark: str = ""
    amount_prefix: str = ""  # a currency sign before or behind the digits, such as £
    booked_on: Column = ""
    value_on: Column = ""
    amount: Column = ""
    debit: Column = ""
    credit: Column = ""
    indicator: Column = ""
    credit_words: tuple[str, ...] = ()
    debit_words: tuple[str, ...] = ()
    signed_parts: bool = False  # debit and credit columns that carry their own sign: the debit of -5 is money out
    inverted: bool = False
    currency: Column = ""
    fixed_currency: str = ""
    reference: Column = ""
    text: tuple[Column, ...] = ()
    counterparty: Column = ""
    counter_account: Column = ""
    bank_reference: Column = ""
    end_to_end_id: Column = ""
    mandate_id: Column = ""
    balance: Column = ""
    newest_first: bool = False
    status: Column = ""
    booked_words: tuple[str, ...] = ()
    pending_words: tuple[str, ...] = ()
    ignored_words: tuple[str, ...] = ()
    account: Column = ""
    fixed_account: str = ""
    account_pattern: str = ""
    currency_pattern: str = ""
    opening_pattern: str = ""
    closing_pattern: str = ""

    @property
    def used_columns(self) -> tuple[tuple[str, Column], ...]:
        """(field, column) of every column that is read."""
        named = [(name, getattr(self, name)) for name in COLUMNS]
        return tuple((name, column) for name, column in [*named, *(("text", column) for column in self.text)] if column != "")


def profile_to_json(profile: CsvProfile) -> str:
    """Only what differs from the defaults, in the order of the fields, so that a changed profile shows as a short difference."""
    defaults = {item.name: item.default for item in fields(CsvProfile)}
    given = {name: value for name, value in asdict(profile).items() if value != defaults[name] or name in ("name", "version")}
    return json.dumps(given, ensure_ascii=False, indent=2) + "\n"


def profile_from_json(text: str) -> CsvProfile:
    """The profile; raises Refused with all its problems at once."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Refused(Problem("profile_not_json", "The profile is not JSON: %(found)s.", {"found": str(error)[:120]})) from error
    if not isinstance(given, dict):
        raise Refused(Problem("profile_not_json", "The profile must be one JSON object, not %(found)s.", {"found": type(given).__name__}))
    return profile_from_fields(given)


def profile_from_fields(given: dict[str, Any]) -> CsvProfile:
    """The same from values, as a form gives them; unknown fields and wrong types are refused with the rest."""
    known = {item.name: item for item in fields(CsvProfile)}
    problems = [
        wrong("profile_field_unknown", "“%(found)s” is no field of a profile. Take it out or correct its name.", name, name)
        for name in given
        if name not in known
    ]
    if "name" not in given:
        problems.append(wrong("profile_name_wrong", NAME_TEXT, "name", ""))
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in known and (found := _typed(name, value, problems)) is not None:
            values[name] = found
    profile = CsvProfile(**{"name": "", **values})
    problems += check_profile(profile)
    if problems:
        raise Refused(list(problems_by_place(problems).values()))
    return profile


def _typed(name: str, value: object, problems: list[Problem]) -> object | None:
    """The value in the type of its field, or a problem and None."""
    if name in COLUMNS:
        wanted: str = _TYPES["column_needed"]
        fits = isinstance(value, str | int) and not isinstance(value, bool)
    elif name in ("text", "credit_words", "debit_words", "booked_words", "pending_words", "ignored_words"):
        kinds = str | int if name == "text" else str
        wanted = _TYPES["list_needed"]
        fits = isinstance(value, list | tuple) and all(isinstance(item, kinds) and not isinstance(item, bool) for item in value)
        value = tuple(value) if isinstance(value, list) else value
    else:
        default = next(item.default for item in fields(CsvProfile) if item.name == name)
        kind = str if default is MISSING else type(default)
        wanted = _TYPES[{str: "text_needed", int: "number_needed", bool: "switch_needed"}[kind]]
        fits = type(value) is kind
    if not fits:
        problems.append(wrong("profile_type_wrong", wanted, name, value))
        return None
    if isinstance(value, str) and name == "encoding":
        return _encoding(value)
    return value


def _encoding(name: str) -> str:
    """The name under which ENCODINGS lists it: `latin1` and `cp1252` are other names of two of them."""
    try:
        wanted = codecs.lookup(name).name
    except LookupError:
        return name
    return next((item for item in ENCODINGS if codecs.lookup(item).name == wanted), name)


def pattern_value(pattern: str, line: str) -> str | None:
    """What stands at `{}` where the whole line fits the pattern. Each part is looked for once, so no line takes long."""
    line, value = line.strip(), ""
    parts = re.split(r"(\{\}|\*)", pattern)
    if not line.startswith(parts[0]):
        return None
    position = len(parts[0])
    for at in range(1, len(parts), 2):
        gap, literal, last = parts[at], parts[at + 1], at + 2 == len(parts)
        found = len(line) - len(literal) if last and line.endswith(literal) else -1 if last else line.find(literal, position)
        if found < position:
            return None
        if gap == "{}":
            value = line[position:found].strip()
        position = found + len(literal)
    return value or None
