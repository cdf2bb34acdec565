"""What the columns of one bank's CSV mean, as data: nothing of it is guessed when a file is read."""

import codecs
import json
import re
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from typing import Any

from awna.core.problems import Problem, Refused

Column = str | int  # a header's name, a number from 1, or "" for a column that the bank does not give

ENCODINGS = (
    "utf-8", "utf-16", "ascii", "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-6", "iso-8859-9", "iso-8859-15",
    "windows-1250", "windows-1251", "windows-1252", "windows-1254", "windows-1256",
)  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'", "")
DECIMAL_MARKS = (".", ",", "٫")
THOUSANDS_MARKS = ("", ".", ",", "'", "’", " ", "\u00a0", "\u202f", "٬")
SKIP_ROWS_MAX = 200
COLUMNS_MAX = 200
PATTERN_CHARACTERS_MAX = 200
STARS_MAX = 3
NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE_PARTS = re.compile(r"%(.)")
_DATE_WORDS = frozenset("YymdbBHMSfz%")

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
    problems = [_wrong(name, "a field of a profile", name) for name in given if name not in known]
    if "name" not in given:
        problems.append(_wrong("name", "a short name", ""))
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in known and (found := _typed(name, value, problems)) is not None:
            values[name] = found
    profile = CsvProfile(**{"name": "", **values})
    problems += check_profile(profile)
    if problems:
        raise Refused(list(problems_by_place(problems).values()))
    return profile


def problems_by_place(problems: list[Problem]) -> dict[str, Problem]:
    """One problem for each field: the first says what to do."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.where, problem)
    return found


def check_profile(profile: CsvProfile) -> list[Problem]:
    """Everything that makes a profile ambiguous or impossible."""
    return [*_check_marks(profile), *_check_columns(profile), *_check_words(profile), *_check_patterns(profile)]


def _check_marks(profile: CsvProfile) -> list[Problem]:
    problems = []
    choices: list[tuple[str, object, tuple[object, ...]]] = [
        ("encoding", profile.encoding, ENCODINGS),
        ("delimiter", profile.delimiter, DELIMITERS),
        ("quote", profile.quote, QUOTES),
        ("decimal_mark", profile.decimal_mark, DECIMAL_MARKS),
        ("thousands_mark", profile.thousands_mark, THOUSANDS_MARKS),
    ]
    for name, value, allowed in choices:
        if value not in allowed:
            problems.append(_wrong(name, "one of " + ", ".join(repr(item) for item in allowed), value))
    if not NAME.fullmatch(profile.name):
        problems.append(_wrong("name", "2 to 60 small letters, digits and hyphens", profile.name))
    if profile.thousands_mark == profile.decimal_mark:
        problems.append(_wrong("thousands_mark", "another mark than the decimal mark", profile.thousands_mark))
    for name in ("skip_head", "skip_foot", "unnamed_columns"):
        if not 0 <= getattr(profile, name) <= SKIP_ROWS_MAX:
            problems.append(_wrong(name, f"a number from 0 to {SKIP_ROWS_MAX}", getattr(profile, name)))
    if profile.version < 1:
        problems.append(_wrong("version", "a number from 1", profile.version))
    for name in ("date_format", "value_date_format"):
        if getattr(profile, name) or name == "date_format":
            problems += _check_date(name, getattr(profile, name))
    if any(character.isdigit() or character in "+-.," for character in profile.amount_prefix):
        problems.append(_wrong("amount_prefix", "a currency sign without digits and marks", profile.amount_prefix))
    return problems


def _check_date(name: str, pattern: str) -> list[Problem]:
    parts = _DATE_PARTS.findall(pattern)
    unknown = [part for part in parts if part not in _DATE_WORDS]
    whole = {"d"} <= set(parts) and bool({"m", "b", "B"} & set(parts)) and bool({"Y", "y"} & set(parts))
    if unknown or not whole or pattern.endswith("%") or len(pattern) > PATTERN_CHARACTERS_MAX or len(parts) != len(set(parts)):
        return [_wrong(name, "day, month and year once each, such as %d.%m.%Y", pattern)]
    try:
        date(2026, 4, 3).strftime(pattern)
    except ValueError:
        return [_wrong(name, "a pattern of dates, such as %d.%m.%Y", pattern)]
    return []


def _check_columns(profile: CsvProfile) -> list[Problem]:
    problems = []
    for name, column in profile.used_columns:
        if isinstance(column, int) and not 1 <= column <= COLUMNS_MAX:
            problems.append(_wrong(name, f"a column number from 1 to {COLUMNS_MAX}", column))
        if isinstance(column, str) and not profile.header:
            problems.append(_wrong(name, "a column number, because the file has no header", column))
    if profile.booked_on == "":
        problems.append(_wrong("booked_on", "the column of the booking date", ""))
    parts = (profile.debit != "") + (profile.credit != "")
    if (profile.amount == "") == (parts == 0) or parts == 1:
        problems.append(_wrong("amount", "either one column of the amount, or both a debit and a credit column", profile.amount))
    if profile.signed_parts and not parts:
        problems.append(_wrong("signed_parts", "false where one column holds the amount", True))
    if (profile.currency == "") == (not profile.fixed_currency and not profile.currency_pattern):
        problems.append(_wrong("currency", "a column, a fixed currency or a pattern, and one of them alone", profile.currency))
    if profile.fixed_currency and not _CURRENCY.fullmatch(profile.fixed_currency):
        problems.append(_wrong("fixed_currency", "three capital letters", profile.fixed_currency))
    return problems


def _check_words(profile: CsvProfile) -> list[Problem]:
    problems = []
    if profile.indicator != "" and not (profile.credit_words and profile.debit_words):
        problems.append(_wrong("credit_words", "words for money in and for money out, because a column says which it is", ""))
    if profile.indicator != "" and profile.amount == "":
        problems.append(_wrong("indicator", "left out where debit and credit have their own columns", profile.indicator))
    if set(profile.credit_words) & set(profile.debit_words):
        problems.append(_wrong("debit_words", "other words than for money in", ", ".join(profile.debit_words)))
    words = [*profile.booked_words, *profile.pending_words, *profile.ignored_words]
    if profile.status != "" and not profile.booked_words:
        problems.append(_wrong("booked_words", "the words of booked rows, because a column says the status", ""))
    if len(words) != len(set(words)):
        problems.append(_wrong("pending_words", "other words than for booked rows", ", ".join(words)))
    return problems


def _check_patterns(profile: CsvProfile) -> list[Problem]:
    problems = []
    for name in ("account_pattern", "currency_pattern", "opening_pattern", "closing_pattern"):
        value = getattr(profile, name)
        if value and (value.count("{}") != 1 or value.count("*") > STARS_MAX or len(value) > PATTERN_CHARACTERS_MAX):
            problems.append(_wrong(name, f"text with one {{}} and at most {STARS_MAX} stars, such as “Account: {{}};*”", value))
    given = (profile.account != "") + bool(profile.fixed_account) + bool(profile.account_pattern)
    if given > 1:
        problems.append(_wrong("account", "a column, a fixed account or a pattern, and one of them alone", profile.account))
    return problems


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


def _typed(name: str, value: object, problems: list[Problem]) -> object | None:
    """The value in the type of its field, or a problem and None."""
    if name in COLUMNS:
        wanted: str = "a column's name or number"
        fits = isinstance(value, str | int) and not isinstance(value, bool)
    elif name in ("text", "credit_words", "debit_words", "booked_words", "pending_words", "ignored_words"):
        kinds = str | int if name == "text" else str
        wanted = "a list"
        fits = isinstance(value, list | tuple) and all(isinstance(item, kinds) and not isinstance(item, bool) for item in value)
        value = tuple(value) if isinstance(value, list) else value
    else:
        default = next(item.default for item in fields(CsvProfile) if item.name == name)
        kind = str if default is MISSING else type(default)
        wanted = {str: "a text", int: "a whole number", bool: "true or false"}[kind]
        fits = type(value) is kind
    if not fits:
        problems.append(_wrong(name, wanted, value))
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


def _wrong(field: str, wanted: str, found: object) -> Problem:
    return Problem(
        "profile_field_wrong", "“%(field)s” must be %(wanted)s, not “%(found)s”.",
        {"field": field, "wanted": wanted, "found": str(found)[:80]}, field,
    )  # fmt: skip
