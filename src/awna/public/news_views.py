"""News, events and outcomes in public; feeds and calendars of them; photos while their people agree."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from awna.approvals.cash.shown import local_share
from awna.campaigns.models import Event, PhotoFile, Update
from awna.campaigns.services import event_words, seats_left, tell_in, tell_photos, translated_updates
from awna.core.standards import atom, ical
from awna.kit.markup import render_light
from awna.parties.models import Campaign
from awna.parties.services import least_finished

from .outcomes_shown import count_states, outcomes_of

UPDATES_ON_A_PAGE = 20
FEED_ENTRIES = 30
GONE = 410
PRODUCT = "-//Awna//Awna//EN"


def updates(request: HttpRequest, slug: str) -> HttpResponse:
    """All news in the reader's language, withdrawn ones in their place; where there is none, the news in any."""
    language = translation.get_language()
    page = Paginator(news_of(request.campaign, language), UPDATES_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    tell_in(request.campaign, shown, language)
    return render(request, "public/updates.html", {"title": _("News"), "page": page, "updates": shown})


def update(request: HttpRequest, slug: str, update: UUID) -> HttpResponse:
    """One update with its photos and what it rests on; a withdrawn one says when and why."""
    row = get_object_or_404(Update.objects.with_proofs().select_related("campaign"), pk=update, campaign=request.campaign)
    tell_in(request.campaign, [row], translation.get_language())
    tell_photos(request.campaign, row.photos, translation.get_language())
    return render(request, "public/update.html", {"title": row.title_shown, "update": row})


def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """News for readers of Atom; a withdrawn update stays with its reason, so that readers replace what they kept."""
    language = translation.get_language()
    rows = sorted(news_of(request.campaign, language)[:FEED_ENTRIES], key=lambda row: row.published_at, reverse=True)
    tell_in(request.campaign, rows, language)
    data = atom.write_feed(
        [_feed_entry(row) for row in rows], title=request.campaign.title_here, url=_whole("updates", slug), feed_url=_whole("feed", slug),
        author=_owner(request.campaign), language=language, updated=request.campaign.created_at,
    )  # fmt: skip
    return HttpResponse(data, content_type=atom.MEDIA_TYPE)


def photo(request: HttpRequest, slug: str, photo: UUID, name: str) -> HttpResponse:
    """One file of a photo. Asked for anew each time, so that a photo whose consent ended is gone at once."""
    row = get_object_or_404(request.campaign.photos, pk=photo)
    if row.removed_at:
        return HttpResponse(status=GONE)
    file = get_object_or_404(PhotoFile, photo=row, name=name)
    if not row.is_shown():
        raise Http404("This photo is not shown now.")
    answer = HttpResponse(bytes(file.data), content_type=file.media_type)
    answer["Cache-Control"] = "no-cache"
    answer["ETag"] = f'"{row.digest[:32]}-{name}"'
    return answer


def events(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes, then what was."""
    found = list(request.campaign.events.all())
    shown = events_shown(request.campaign, found)
    context = {
        "title": _("Events"), "coming": [item for item in shown if not item["event"].is_past],
        "past": [item for item in reversed(shown) if item["event"].is_past],
    }  # fmt: skip
    return render(request, "public/events.html", context)


def event(request: HttpRequest, slug: str, event: UUID) -> HttpResponse:
    row = get_object_or_404(Event, pk=event, campaign=request.campaign)
    (shown,) = events_shown(request.campaign, [row])
    # How many come tells where a crowd will be: a campaign at risk does not say.
    left = None if request.campaign.at_risk else seats_left(row)
    return render(request, "public/event.html", {"title": shown["title"].text, "shown": shown, "event": row, "left": left})


def event_file(request: HttpRequest, slug: str, event: UUID) -> HttpResponse:
    """One event for a calendar."""
    return _calendar(request, [get_object_or_404(Event, pk=event, campaign=request.campaign)])


def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """All events, as a calendar to subscribe to; cancelled ones say so there too."""
    return _calendar(request, list(request.campaign.events.all()))


def outcomes(request: HttpRequest, slug: str) -> HttpResponse:
    """What was promised and what became of it."""
    shown = outcomes_of(request.campaign, language=translation.get_language())
    wages = {"share": local_share(request.campaign), "rates": request.campaign.benchmark_rates.select_related("commodity")}
    return render(request, "public/outcomes.html", {"title": _("Results"), "outcomes": shown, "counted": count_states(shown), **wages})


def news_of(campaign: Campaign, language: str) -> Any:
    """Updates written in or translated into a language, newest first, the pinned one on top; of all languages where it has none."""
    found = campaign.updates.with_proofs().filter(
        Q(language=language) | Q(pk__in=translated_updates(campaign, language), withdrawn_at=None)
    )
    if not found.exists():
        found = campaign.updates.with_proofs()
    return found.pinned_first()


def events_shown(campaign: Campaign, rows: list[Event]) -> list[dict[str, Any]]:
    """Each event with its words in the reader's language where somebody translated them, and what to say of the translation."""
    words = event_words(campaign, rows, translation.get_language())
    return [{"event": row, "told": least_finished(said.values()), **said} for row, said in zip(rows, words, strict=True)]


def _feed_entry(row: Update) -> atom.FeedEntry:
    html = str(render_light(row.text_shown))
    if row.told:
        html += render_to_string("public/_told.html", {"told": row.told})
    if row.withdrawn_at:
        html = str(render_light(_("Withdrawn: %(reason)s") % {"reason": row.withdrawn_reason}))
    return atom.FeedEntry(
        key=str(row.pk), title=row.title_shown, html=html, url=settings.AWNA_ORIGIN + row.get_absolute_url(),
        author=str(row.get_author_role_display()) or _owner(row.campaign), language=row.language_shown, published=row.published_at,
        updated=row.withdrawn_at or row.published_at,
    )  # fmt: skip


def _calendar(request: HttpRequest, rows: list[Event]) -> HttpResponse:
    found = [
        ical.CalendarEvent(
            uid=f"{item['event'].pk}@awna", title=item["title"].text, starts=item["event"].starts_at, ends=item["event"].ends_at,
            changed=item["event"].changed_at, sequence=item["event"].version, text=item["text"].text, place=item["place_public"].text,
            url=settings.AWNA_ORIGIN + item["event"].get_absolute_url(), language=item["title"].language,
            cancelled=item["event"].cancelled_at is not None,
        )
        for item in events_shown(request.campaign, rows)
    ]  # fmt: skip
    return HttpResponse(ical.write_calendar(found, name=request.campaign.title_here, product=PRODUCT), content_type=ical.MEDIA_TYPE)


def _owner(campaign: Campaign) -> str:
    owner = getattr(campaign, "owner", None)
    return owner.name if owner else campaign.title_here


def _whole(name: str, slug: str) -> str:
    return settings.AWNA_ORIGIN + reverse(name, kwargs={"slug": slug})
