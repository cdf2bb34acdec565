"""What a report, a request and a decision must be, for forms and tables alike."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from awna.core.problems import Problem

from .models import CONFIDENCES, DECISIONS

SOURCE_CHARS_MAX = 200
ITEM_CHARS_MAX, NAME_CHARS_MAX, CODE_CHARS_MAX, UNIT_CHARS_MAX = 120, 120, 40, 12
INSPECTION_DAYS_MAX = 1_000
QUANTITY_MAX = Decimal("9999999999.99")
UNKNOWN_CHOICES = {
    "status": ("crossing_status_unknown", "“%(asked)s” is not a state of a crossing. Choose open, closed or restricted."),
    "condition": ("site_condition_unknown", "“%(asked)s” is not a condition of a site. Choose one of: %(known)s."),
    "outcome": ("decision_unknown", "“%(asked)s” is not a decision. Choose one of: %(known)s."),
    "confidence": ("confidence_unknown", "“%(asked)s” is not a degree of confidence. Choose seen, confirmed or heard."),
}


def unknown(where: str, asked: str, choices: list[tuple[str, Any]]) -> list[Problem]:
    code, text = UNKNOWN_CHOICES[where]
    return [] if asked in dict(choices) else [Problem(code, text, {"asked": asked, "known": ", ".join(dict(choices))}, where)]


def not_ahead(where: str, day: date | None) -> list[Problem]:
    if day is None or day <= timezone.localdate():
        return []
    return [Problem("access_day_ahead", "%(day)s lies ahead. Give a day that has come.", {"day": day}, where)]


def said_problems(valid_from: date, valid_until: date | None, source: str, confidence: str, observed_on: date | None) -> list[Problem]:
    """Of a report on a crossing or a site."""
    problems = [*unknown("confidence", confidence, CONFIDENCES), *not_ahead("observed_on", observed_on)]
    if not 0 < len(source.strip()) <= SOURCE_CHARS_MAX:
        problems.append(
            Problem("report_needs_a_source", "Say who reported this, in 1 to %(max)s characters.", {"max": SOURCE_CHARS_MAX}, "source")
        )
    if valid_until is not None and valid_until < valid_from:
        problems.append(Problem("report_ends_before_it_starts", "The report would end on %(until)s, before it starts on %(start)s. Correct one of them.",
                                {"until": valid_until, "start": valid_from}, "valid_until"))  # fmt: skip
    return problems


def pass_problems(item: str, quantity: Decimal | None, unit: str, asked_on: date) -> list[Problem]:
    """Of a request to pass."""
    problems = not_ahead("asked_on", asked_on)
    if not 0 < len(item) <= ITEM_CHARS_MAX:
        problems.append(Problem("pass_item_missing", "Name the item in 1 to %(max)s characters.", {"max": ITEM_CHARS_MAX}, "item"))
    if quantity is not None and not 0 < quantity <= QUANTITY_MAX:
        problems.append(
            Problem("pass_quantity_wrong", "A quantity must be above zero and up to %(max)s.", {"max": QUANTITY_MAX}, "quantity")
        )
    if len(unit) > UNIT_CHARS_MAX:
        problems.append(Problem("pass_unit_long", "Write the unit in at most %(max)s characters.", {"max": UNIT_CHARS_MAX}, "unit"))
    return problems


def decision_problems(asked_on: date, outcome: str, decided_on: date, reason: str, inspection_days: int | None) -> list[Problem]:
    """Of a decision on a request that was made on `asked_on`."""
    problems = [*unknown("outcome", outcome, DECISIONS), *not_ahead("decided_on", decided_on)]
    if decided_on < asked_on:
        problems.append(Problem("decided_before_asked", "It was decided on %(day)s, before it was asked on %(asked)s. Correct one of them.",
                                {"day": decided_on, "asked": asked_on}, "decided_on"))  # fmt: skip
    if len(reason) > SOURCE_CHARS_MAX:
        problems.append(Problem("reason_too_long", "Write the reason in at most %(max)s characters.", {"max": SOURCE_CHARS_MAX}, "reason"))
    if inspection_days is not None and not 0 <= inspection_days <= INSPECTION_DAYS_MAX:
        text = "The days in inspection must lie between 0 and %(max)s. Leave the field empty when nobody knows."
        problems.append(Problem("inspection_days_wrong", text, {"max": INSPECTION_DAYS_MAX}, "inspection_days"))
    return problems
