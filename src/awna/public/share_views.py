"""Sharing in public: short addresses, codes, cards, poster, badge; and all that the press asks for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.campaigns.models import ShortLink
from awna.kit.http import file_answer

from . import share
from .press import facts_of, press_photos, press_zip

HOUR_S = 3600


def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """To the page behind a short address of this site. Nothing is counted, nobody else is asked."""
    link = get_object_or_404(ShortLink, code=code.lower())
    return HttpResponseRedirect(link.path)


def share_page(request: HttpRequest, slug: str) -> HttpResponse:
    address = share.short_address(request.campaign)
    badge, page = (settings.AWNA_ORIGIN + reverse(name, kwargs={"slug": slug}) for name in ("badge", "campaign"))
    embed = f'<a href="{page}"><img src="{badge}" alt="{request.campaign.title_here}" width="360" height="92"></a>'
    return render(request, "public/share.html", {"title": _("Hand it on"), "address": address, "embed": embed})


def code_svg(request: HttpRequest, slug: str) -> HttpResponse:
    return _picture(share.code_svg(share.short_address(request.campaign)), "image/svg+xml")


def code_png(request: HttpRequest, slug: str) -> HttpResponse:
    return _picture(share.code_png(share.short_address(request.campaign)), "image/png")


def card(request: HttpRequest, slug: str) -> HttpResponse:
    return _picture(share.card_png(request.campaign), "image/png")


def poster(request: HttpRequest, slug: str) -> HttpResponse:
    return file_answer(share.poster_pdf(request.campaign), name=f"{slug}.pdf", media_type="application/pdf")


def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """A picture that any page on the net may show."""
    answer = _picture(share.badge_svg(request.campaign), "image/svg+xml; charset=utf-8")
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def press(request: HttpRequest, slug: str) -> HttpResponse:
    """Facts with date and source, photos that the press may use, marks, and which office answers."""
    campaign = request.campaign
    context = {
        "title": _("For the press"), "facts": facts_of(campaign), "photos": press_photos(campaign), "contact": getattr(campaign, "press_contact", None),
    }  # fmt: skip
    return render(request, "public/press.html", context)


def press_kit(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as one file."""
    return file_answer(press_zip(request.campaign), name=f"{slug}-press.zip", media_type="application/zip")


def _picture(data: bytes | str, media_type: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=media_type)
    answer["Cache-Control"] = f"public, max-age={HOUR_S}"
    return answer
