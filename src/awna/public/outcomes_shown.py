"""Outcomes as a page shows them: promise, measures, forecast, and the state in words; missed ones exactly as large as kept ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.campaigns import outcome_state as state
from awna.campaigns.models import Forecast, Indicator, Measurement, Outcome, Photo
from awna.campaigns.services import reason_source, tell_photos
from awna.parties.models import Campaign
from awna.parties.services import LINE, PROSE, Source, Wording, least_finished, wordings

WORDS = {
    state.MET: _("Kept"), state.MET_LATE: _("Kept, later than promised"), state.MISSED: _("Not kept by its day"),
    state.LATE: _("Expected later than promised"), state.ON_THE_WAY: _("On the way"), state.UNKNOWN: _("Not measured yet"),
}  # fmt: skip
LIGHTS = {
    state.MET: "ok", state.MET_LATE: "wait", state.MISSED: "stop", state.LATE: "stop", state.ON_THE_WAY: "wait", state.UNKNOWN: "wait",
}  # fmt: skip
ORDER = (state.MET, state.MET_LATE, state.ON_THE_WAY, state.UNKNOWN, state.LATE, state.MISSED)


@dataclass(frozen=True)
class IndicatorShown:
    """One measure: its rows oldest first, and the last one."""

    row: Indicator
    title: Wording
    readings: Sequence[Measurement]

    @property
    def last(self) -> Measurement | None:
        return self.readings[-1] if self.readings else None


@dataclass(frozen=True)
class OutcomeShown:
    """One promise with all that is known of it."""

    row: Outcome
    title: Wording
    text: Wording
    state: str
    indicators: Sequence[IndicatorShown]
    forecasts: Sequence[Forecast]
    reasons: Sequence[Wording]

    @property
    def words(self) -> Any:
        return WORDS[self.state]

    @property
    def light(self) -> str:
        return LIGHTS[self.state]

    @property
    def forecast(self) -> Forecast | None:
        return self.forecasts[-1] if self.forecasts else None

    @property
    def said(self) -> list[tuple[Forecast, Wording]]:
        """Every forecast beside its reason, oldest first."""
        return list(zip(self.forecasts, self.reasons, strict=True))

    @property
    def reason(self) -> Wording | None:
        """Why it is expected when it is."""
        return self.reasons[-1] if self.reasons else None

    @property
    def told(self) -> Wording | None:
        """What a reader is told of the translations shown here, or nothing."""
        return least_finished([self.title, self.text, *(item.title for item in self.indicators), *self.reasons])

    @property
    def slip_days(self) -> int:
        """Days between promise and forecast; 0 where there is none or it is earlier."""
        expected = self.forecast.expected_on if self.forecast else None
        return max(0, (expected - self.row.promised_on).days) if expected else 0


def outcomes_of(campaign: Campaign, *, language: str, today: date | None = None) -> list[OutcomeShown]:
    """Every promise, by the day it was promised for: no state is put first or last. At most eight queries."""
    rows = list(_rows(campaign))
    tell_photos(campaign, _photos(rows), language)
    found = wordings(campaign, _sources(rows), language)
    return [_shown(row, found, today or timezone.localdate()) for row in rows]


def count_states(outcomes: Sequence[OutcomeShown]) -> list[dict[str, Any]]:
    """How many stand in each state, all of them, also those with none: for the strip of figures."""
    counted = Counter(outcome.state for outcome in outcomes)
    return [{"label": WORDS[name], "value": counted[name]} for name in ORDER]


def _rows(campaign: Campaign) -> Any:
    readings = Prefetch("measurements", queryset=Measurement.objects.order_by("measured_on", "stated_at").with_proofs())
    indicators = Prefetch("indicators", queryset=Indicator.objects.prefetch_related(readings))
    return campaign.outcomes.order_by("promised_on", "position").prefetch_related(indicators, "forecasts")


def _photos(rows: Sequence[Outcome]) -> list[Photo]:
    """Those that measurements rest on."""
    measured = [one for row in rows for item in row.indicators.all() for one in item.measurements.all()]
    return [proof.photo for one in measured for proof in one.proofs.all() if proof.photo is not None]


def _sources(rows: Sequence[Outcome]) -> list[Source]:
    sources = []
    for row in rows:
        sources += [
            Source(f"outcome.{row.pk}.title", row.language, row.title, ""),
            Source(f"outcome.{row.pk}.text", row.language, row.text, "", PROSE),
        ]
        sources += [reason_source(forecast) for forecast in row.forecasts.all()]
        sources += [Source(f"indicator.{item.pk}.title", row.language, item.title, "", LINE) for item in row.indicators.all()]
    return sources


def _shown(row: Outcome, found: dict[str, Wording], today: date) -> OutcomeShown:
    aims, shown = [], []
    for item in row.indicators.all():
        readings = list(item.measurements.all())
        aim = state.Aim(
            item.baseline, item.target, item.direction == Indicator.DOWN, [state.Reading(one.measured_on, one.value) for one in readings]
        )
        aims.append(aim)
        shown.append(IndicatorShown(item, found[f"indicator.{item.pk}.title"], readings))
    forecasts = list(row.forecasts.all())
    expected = forecasts[-1].expected_on if forecasts else None
    word = state.state_of(aims, promised_on=row.promised_on, expected_on=expected, today=today)
    reasons = [found[reason_source(one).subject] for one in forecasts]
    return OutcomeShown(row, found[f"outcome.{row.pk}.title"], found[f"outcome.{row.pk}.text"], word, shown, forecasts, reasons)
