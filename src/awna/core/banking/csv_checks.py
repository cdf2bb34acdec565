"""Everything that makes a CSV profile ambiguous or impossible, said at once."""

import re
from datetime import date
from typing import TYPE_CHECKING

from awna.core.problems import Problem

if TYPE_CHECKING:
    from .csv_profile import CsvProfile

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
VERSION_MAX = 100_000
NAME_TEXT = "The name needs 2 to 60 small letters, digits and hyphens, not “%(found)s”."
_NUMBER_TEXT = "“%(found)s” must be a number from %(least)s to %(most)s."
_DATE_TEXT = "“%(found)s” must name day, month and year once each, such as %(example)s."


def problems_by_place(problems: list[Problem]) -> dict[str, Problem]:
    """One problem for each field: the first says what to do."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.where, problem)
    return found


def check_profile(profile: "CsvProfile") -> list[Problem]:
    """Everything that makes a profile ambiguous or impossible."""
    return [*_check_marks(profile), *_check_columns(profile), *_check_words(profile), *_check_patterns(profile)]


def _check_marks(profile: "CsvProfile") -> list[Problem]:
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
            problems.append(
                wrong(
                    "profile_choice_wrong",
                    "“%(found)s” cannot be chosen here. Choose one of: %(allowed)s.",
                    name,
                    value,
                    allowed=" ".join(repr(item) for item in allowed),
                )
            )
    if not NAME.fullmatch(profile.name):
        problems.append(wrong("profile_name_wrong", NAME_TEXT, "name", profile.name))
    if profile.thousands_mark == profile.decimal_mark:
        problems.append(
            wrong(
                "profile_marks_alike",
                "The mark of thousands must be another one than the decimal mark “%(found)s”.",
                "thousands_mark",
                profile.thousands_mark,
            )
        )
    for name in ("skip_head", "skip_foot", "unnamed_columns"):
        if not 0 <= getattr(profile, name) <= SKIP_ROWS_MAX:
            problems.append(wrong("profile_number_wrong", _NUMBER_TEXT, name, getattr(profile, name), least=0, most=SKIP_ROWS_MAX))
    if not 1 <= profile.version <= VERSION_MAX:
        problems.append(wrong("profile_number_wrong", _NUMBER_TEXT, "version", profile.version, least=1, most=VERSION_MAX))
    for name in ("date_format", "value_date_format"):
        if getattr(profile, name) or name == "date_format":
            problems += _check_date(name, getattr(profile, name))
    if any(character.isdigit() or character in "+-.," for character in profile.amount_prefix):
        problems.append(
            wrong(
                "profile_prefix_wrong",
                "“%(found)s” is no currency sign: it must have no digits, signs and marks.",
                "amount_prefix",
                profile.amount_prefix,
            )
        )
    return problems


def _check_date(name: str, pattern: str) -> list[Problem]:
    parts = _DATE_PARTS.findall(pattern)
    unknown = [part for part in parts if part not in _DATE_WORDS]
    whole = {"d"} <= set(parts) and bool({"m", "b", "B"} & set(parts)) and bool({"Y", "y"} & set(parts))
    if unknown or not whole or pattern.endswith("%") or len(pattern) > PATTERN_CHARACTERS_MAX or len(parts) != len(set(parts)):
        return [wrong("profile_date_wrong", _DATE_TEXT, name, pattern, example="%d.%m.%Y")]
    try:
        date(2026, 4, 3).strftime(pattern)
    except ValueError:
        return [wrong("profile_date_wrong", _DATE_TEXT, name, pattern, example="%d.%m.%Y")]
    return []


def _check_columns(profile: "CsvProfile") -> list[Problem]:
    problems = []
    for name, column in profile.used_columns:
        if isinstance(column, int) and not 1 <= column <= COLUMNS_MAX:
            problems.append(wrong("profile_number_wrong", _NUMBER_TEXT, name, column, least=1, most=COLUMNS_MAX))
        if isinstance(column, str) and not profile.header:
            problems.append(
                wrong("profile_column_unnamed", "A file without header has no column “%(found)s”. Give its number.", name, column)
            )
    if profile.booked_on == "":
        problems.append(wrong("profile_without_date", "Say which column holds the booking date.", "booked_on", ""))
    parts = (profile.debit != "") + (profile.credit != "")
    if (profile.amount == "") == (parts == 0) or parts == 1:
        problems.append(
            wrong(
                "profile_without_amount",
                "Name either one column of the amount, or both a column of money out and one of money in.",
                "amount",
                profile.amount,
            )
        )
    if profile.signed_parts and not parts:
        problems.append(
            wrong(
                "profile_parts_missing",
                "Signs of two columns mean nothing where one column holds the amount. Turn this off.",
                "signed_parts",
                True,
            )
        )
    if (profile.currency == "") == (not profile.fixed_currency and not profile.currency_pattern):
        problems.append(
            wrong(
                "profile_currency_unclear",
                "Give the currency by a column, a fixed currency or a pattern, and by one of them alone.",
                "currency",
                profile.currency,
            )
        )
    if profile.fixed_currency and not _CURRENCY.fullmatch(profile.fixed_currency):
        problems.append(
            wrong(
                "profile_currency_wrong",
                "“%(found)s” is no currency code of three capital letters.",
                "fixed_currency",
                profile.fixed_currency,
            )
        )
    return problems


def _check_words(profile: "CsvProfile") -> list[Problem]:
    problems = []
    if profile.indicator != "" and not (profile.credit_words and profile.debit_words):
        problems.append(
            wrong(
                "profile_words_missing",
                "Give the words for money in and those for money out, because a column says which it is.",
                "credit_words",
                "",
            )
        )
    if profile.indicator != "" and profile.amount == "":
        problems.append(
            wrong(
                "profile_indicator_idle",
                "Leave the column of the direction out where money out and money in have their own columns.",
                "indicator",
                profile.indicator,
            )
        )
    if set(profile.credit_words) & set(profile.debit_words):
        problems.append(
            wrong(
                "profile_words_alike",
                "A word cannot mean two things: %(found)s. Take it out of one list.",
                "debit_words",
                ", ".join(profile.debit_words),
            )
        )
    words = [*profile.booked_words, *profile.pending_words, *profile.ignored_words]
    if profile.status != "" and not profile.booked_words:
        problems.append(
            wrong("profile_booked_missing", "Give the words of booked rows, because a column says the status.", "booked_words", "")
        )
    if len(words) != len(set(words)):
        problems.append(
            wrong(
                "profile_words_alike",
                "A word cannot mean two things: %(found)s. Take it out of one list.",
                "pending_words",
                ", ".join(words),
            )
        )
    return problems


def _check_patterns(profile: "CsvProfile") -> list[Problem]:
    problems = []
    for name in ("account_pattern", "currency_pattern", "opening_pattern", "closing_pattern"):
        value = getattr(profile, name)
        if value and (value.count("{}") != 1 or value.count("*") > STARS_MAX or len(value) > PATTERN_CHARACTERS_MAX):
            problems.append(
                wrong(
                    "profile_pattern_wrong",
                    "“%(found)s” needs one pair of braces where the value stands, and at most %(most)s stars for anything else.",
                    name,
                    value,
                    most=STARS_MAX,
                )
            )
    given = (profile.account != "") + bool(profile.fixed_account) + bool(profile.account_pattern)
    if given > 1:
        problems.append(
            wrong(
                "profile_account_unclear",
                "Give the account by a column, a fixed account or a pattern, and by one of them alone.",
                "account",
                profile.account,
            )
        )
    return problems


def wrong(code: str, text: str, field: str, found: object, **more: object) -> Problem:
    return Problem(code, text, {"found": str(found)[:80], **more}, field)
