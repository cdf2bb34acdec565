"""Which texts of updates, photos, events, facts, goals and outcomes are translated."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from awna.parties.models import Campaign
from awna.parties.services import LINE, PROSE, Source, Wording, wordings

from ..models import Event, Fact, Forecast, Goal, Indicator, Outcome, Update
from .photos import photo_source

TRANSLATED_MAX = 500
"""Of each sort; the newest first."""


def text_sources(campaign: Campaign) -> list[Source]:
    """What this campaign says in its own words, apart from its title, as first written."""
    return [*_goals(campaign), *_updates(campaign), *_photos(campaign), *_events(campaign), *_facts(campaign), *_outcomes(campaign)]


def _goals(campaign: Campaign) -> Iterator[Source]:
    for row in Goal.objects.filter(campaign=campaign).order_by("kind", "title")[:TRANSLATED_MAX]:
        yield Source(f"goal.{row.pk}.title", campaign.source_language, row.title, _("Goal"))


def _updates(campaign: Campaign) -> Iterator[Source]:
    for row in Update.objects.filter(campaign=campaign, withdrawn_at=None).order_by("-published_at")[:TRANSLATED_MAX]:
        yield Source(f"update.{row.pk}.title", row.language, row.title, _("Title of an update"))
        yield Source(f"update.{row.pk}.text", row.language, row.text, _("Update “%(title)s”") % {"title": row.title}, PROSE)


def _photos(campaign: Campaign) -> Iterator[Source]:
    for row in campaign.photos.kept()[:TRANSLATED_MAX]:
        yield photo_source(row)


def _facts(campaign: Campaign) -> Iterator[Source]:
    for row in campaign.facts.all()[:TRANSLATED_MAX]:
        yield fact_source(row)


def fact_source(row: Fact) -> Source:
    return Source(f"fact.{row.pk}.text", row.language, row.text, _("Fact for the press"), PROSE)


def _events(campaign: Campaign) -> Iterator[Source]:
    for row in Event.objects.filter(campaign=campaign).order_by("-starts_at")[:TRANSLATED_MAX]:
        yield from (source for source in _event_sources(row) if source.text)


def _event_sources(row: Event) -> list[Source]:
    label = _("Event “%(title)s”") % {"title": row.title}
    kinds = {"title": LINE, "text": PROSE, "place_public": LINE, "cancelled_reason": LINE}
    return [
        Source(f"event.{row.pk}.{name}", row.language, getattr(row, name), label if name != "title" else _("Title of an event"), kind)
        for name, kind in kinds.items()
    ]


def event_words(campaign: Campaign, rows: Sequence[Event], language: str) -> list[dict[str, Wording]]:
    """Of each event title, text, place and the reason of its end in the best words there are for a reader; one query for all."""
    sources = [_event_sources(row) for row in rows]
    found = wordings(campaign, [source for group in sources for source in group], language)
    return [{source.subject.rsplit(".", 1)[1]: found[source.subject] for source in group} for group in sources]


def _outcomes(campaign: Campaign) -> Iterator[Source]:
    for row in Outcome.objects.filter(campaign=campaign)[:TRANSLATED_MAX]:
        yield Source(f"outcome.{row.pk}.title", row.language, row.title, _("What was promised"))
        if row.text:
            yield Source(f"outcome.{row.pk}.text", row.language, row.text, _("Promise “%(title)s”") % {"title": row.title}, PROSE)
    for row in Indicator.objects.filter(outcome__campaign=campaign).select_related("outcome")[:TRANSLATED_MAX]:
        yield Source(
            f"indicator.{row.pk}.title", row.outcome.language, row.title, _("How “%(title)s” is measured") % {"title": row.outcome.title}
        )
    for forecast in Forecast.objects.filter(outcome__campaign=campaign).exclude(reason="").select_related("outcome")[:TRANSLATED_MAX]:
        yield reason_source(forecast)


def reason_source(forecast: Forecast) -> Source:
    """Why a promise is expected at another day; said in the language of the promise."""
    outcome = forecast.outcome
    return Source(
        f"forecast.{forecast.pk}.reason", outcome.language, forecast.reason, _("Why “%(title)s” moves") % {"title": outcome.title}
    )
