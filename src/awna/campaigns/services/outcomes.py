"""Writers of outcomes: promise, measure, forecast. A promise stays as it was made; what was measured is never changed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from awna.books.models import Document
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Forecast, Indicator, Measurement, Outcome, Photo, Proof
from .news import proof_problems, proofs_of

OUTCOME_ROLES = ("steward", "site_lead")


@transaction.atomic
def promise_outcome(
    *, campaign: Campaign, code: str, title: str, text: str = "", language: str, promised_on: date, author: Role,
    stated_on: date | None = None,
) -> Outcome:  # fmt: skip
    """Promise something by a day; `stated_on`: when it was promised, if not today. The same code again is the same promise; with other words or another day it is refused."""
    refuse_unless_role(author, *OUTCOME_ROLES, campaign=campaign)
    if not title.strip():
        raise Refused(Problem("outcome_without_title", "Say in one sentence what will be so. Write a title.", {}, "title"))
    stated_on = stated_on or timezone.localdate()
    if stated_on > timezone.localdate():
        raise Refused(Problem("promise_from_the_future", "Nothing was promised after today. Look at the date.", {}, "stated_on"))
    outcome, made = Outcome.objects.get_or_create(
        campaign=campaign, code=code,
        defaults={"title": title.strip(), "text": text.strip(), "language": language, "promised_on": promised_on, "stated_on": stated_on,
                  "position": campaign.outcomes.count()},
    )  # fmt: skip
    if not made and (outcome.title, outcome.promised_on) != (title.strip(), promised_on):
        raise Refused(Problem("outcome_promise_fixed", "“%(code)s” was promised for %(day)s and stays so. State a forecast with its reason, "
                              "or make a new promise.", {"code": code, "day": outcome.promised_on}, "promised_on"))  # fmt: skip
    return outcome


@transaction.atomic
def add_indicator(
    *, outcome: Outcome, title: str, unit: str, baseline: Decimal, baseline_on: date, target: Decimal, author: Role, direction: str = Indicator.UP,
) -> Indicator:  # fmt: skip
    """Say how the outcome is measured. The same title again is the same indicator; with other figures it is refused."""
    refuse_unless_role(author, *OUTCOME_ROLES, campaign=outcome.campaign)
    if direction not in dict(Indicator.DIRECTIONS) or (target < baseline if direction == Indicator.UP else target > baseline):
        raise Refused(Problem("indicator_runs_back", "The target lies behind the baseline. Look at both figures and at the direction.", {},
                              "target"))  # fmt: skip
    indicator, made = Indicator.objects.get_or_create(
        outcome=outcome, title=title.strip(),
        defaults={"unit": unit, "direction": direction, "baseline": baseline, "baseline_on": baseline_on, "target": target,
                  "position": outcome.indicators.count()},
    )  # fmt: skip
    if not made and (indicator.target, indicator.baseline, indicator.direction) != (target, baseline, direction):
        raise Refused(Problem("indicator_fixed", "“%(title)s” has other figures already. Give the new one its own title.",
                              {"title": title}, "title"))  # fmt: skip
    return indicator


@transaction.atomic
def record_measurement(
    *, indicator: Indicator, value: Decimal, measured_on: date, source: str, author: Role, request_id: str,
    documents: Sequence[Document] = (), entries: Sequence[int] = (), photos: Sequence[Photo] = (),
) -> Measurement:  # fmt: skip
    """Write down a dated figure with its source and proofs; the same request gives the first answer again."""
    campaign = indicator.outcome.campaign
    refuse_unless_role(author, *OUTCOME_ROLES, campaign=campaign)
    problems = proof_problems(campaign, documents, entries, photos)
    if not source.strip():
        problems.append(Problem("measurement_without_source", "Say who counted, and how. Write the source.", {}, "source"))
    if measured_on > timezone.localdate():
        problems.append(Problem("measurement_from_the_future", "Nothing is measured after today. Look at the date.", {}, "measured_on"))
    if problems:
        raise Refused(problems)
    row, made = Measurement.objects.get_or_create(
        indicator=indicator, request_id=request_id,
        defaults={"value": value, "measured_on": measured_on, "source": source.strip(), "author": author, "author_role": author.name},
    )  # fmt: skip
    if made:
        Proof.objects.bulk_create(Proof(measurement=row, **proof) for proof in proofs_of(documents, entries, photos))
    return row


@transaction.atomic
def state_forecast(*, outcome: Outcome, expected_on: date | None, reason: str, author: Role, request_id: str) -> Forecast:
    """Say when it is expected as seen today, or that nobody can say. Later than promised needs its reason."""
    refuse_unless_role(author, *OUTCOME_ROLES, campaign=outcome.campaign)
    if (expected_on is None or expected_on > outcome.promised_on) and not reason.strip():
        raise Refused(Problem("forecast_without_reason", "It was promised for %(day)s. Write why it will be later; everyone reads it.",
                              {"day": outcome.promised_on}, "reason"))  # fmt: skip
    forecast, _made = Forecast.objects.get_or_create(
        outcome=outcome, request_id=request_id,
        defaults={"expected_on": expected_on, "reason": reason.strip(), "author": author, "author_role": author.name},
    )  # fmt: skip
    return forecast
