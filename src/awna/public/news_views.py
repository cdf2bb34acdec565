"""News in public: the list, one update, the feed for readers of Atom."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.translation import gettext as _

from awna.campaigns.models import Update
from awna.parties.models import Campaign

UPDATES_ON_A_PAGE = 20


def updates(request: HttpRequest, slug: str) -> HttpResponse:
    """All news in the reader's language, withdrawn ones in their place; where there is none, the news in any."""
    found = news_of(request.campaign, translation.get_language())
    page = Paginator(found, UPDATES_ON_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"title": _("News"), "page": page, "updates": page.object_list}
    return render(request, "public/updates.html", context)


def update(request: HttpRequest, slug: str, update: UUID) -> HttpResponse:
    """One update with its photos and what it rests on; a withdrawn one says when and why."""
    row = get_object_or_404(Update.objects.with_proofs().select_related("campaign"), pk=update, campaign=request.campaign)
    return render(request, "public/update.html", {"title": row.title_shown, "update": row})


def news_of(campaign: Campaign, language: str) -> Any:
    """Updates of a language, newest first, the pinned one on top; of all languages where it has none."""
    found = campaign.updates.with_proofs().in_language(language)
    if not found.exists():
        found = campaign.updates.with_proofs()
    return found.order_by("-pinned_at", "-published_at")
