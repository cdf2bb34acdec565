"""The public page of releases: what was released, what was declined, and what left the bank around both."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .. import public_list as told


def releases(request: HttpRequest, slug: str) -> HttpResponse:
    """Releases and declines, equally visible; names neither givers, stewards nor payees."""
    rows, later = told.told_releases(request.campaign)
    book = getattr(request.campaign, "book", None)
    context = {
        "rows": rows, "later": later, "outside": told.payments_outside(book) if book else [], "short": told.short_now(book) if book else [],
        "unexplained": told.not_explained(book) if book else [], "title": _("Releases and declines"),
        "keyed": bool(rows and rows[0].release.proposal.epoch.keyed),
    }  # fmt: skip
    return render(request, "approvals/releases.html", context)
