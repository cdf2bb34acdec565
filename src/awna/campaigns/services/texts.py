"""Which texts of updates, events, goals and outcomes are translated."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from awna.parties.models import Campaign
from awna.parties.services import LINE, PROSE, Source

from ..models import Event, Goal, Indicator, Outcome, Update

TRANSLATED_MAX = 500
"""Of each sort; the newest first."""


def text_sources(campaign: Campaign) -> list[Source]:
    """What this campaign says in its own words, apart from its title, as first written."""
    return [*_goals(campaign), *_updates(campaign), *_events(campaign), *_outcomes(campaign)]


def _goals(campaign: Campaign) -> Iterator[Source]:
    for row in Goal.objects.filter(campaign=campaign).order_by("kind", "title")[:TRANSLATED_MAX]:
        yield Source(f"goal.{row.pk}.title", campaign.source_language, row.title, _("Goal"))


def _updates(campaign: Campaign) -> Iterator[Source]:
    for row in Update.objects.filter(campaign=campaign, withdrawn_at=None).order_by("-published_at")[:TRANSLATED_MAX]:
        yield Source(f"update.{row.pk}.title", row.language, row.title, _("Title of an update"))
        yield Source(f"update.{row.pk}.text", row.language, row.text, _("Update “%(title)s”") % {"title": row.title}, PROSE)


def _events(campaign: Campaign) -> Iterator[Source]:
    for row in Event.objects.filter(campaign=campaign).order_by("-starts_at")[:TRANSLATED_MAX]:
        label = _("Event “%(title)s”") % {"title": row.title}
        yield Source(f"event.{row.pk}.title", row.language, row.title, _("Title of an event"))
        yield from (
            Source(f"event.{row.pk}.{name}", row.language, text, label, kind)
            for name, text, kind in (("text", row.text, PROSE), ("place_public", row.place_public, LINE))
            if text
        )


def _outcomes(campaign: Campaign) -> Iterator[Source]:
    for row in Outcome.objects.filter(campaign=campaign)[:TRANSLATED_MAX]:
        yield Source(f"outcome.{row.pk}.title", row.language, row.title, _("What was promised"))
        if row.text:
            yield Source(f"outcome.{row.pk}.text", row.language, row.text, _("Promise “%(title)s”") % {"title": row.title}, PROSE)
    for row in Indicator.objects.filter(outcome__campaign=campaign).select_related("outcome")[:TRANSLATED_MAX]:
        yield Source(
            f"indicator.{row.pk}.title", row.outcome.language, row.title, _("How “%(title)s” is measured") % {"title": row.outcome.title}
        )
