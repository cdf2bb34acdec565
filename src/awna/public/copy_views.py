"""The page about a static copy of the site: when it was made, from which heads of the logs, and how to check it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

MANIFEST, NOTE = "snapshot/manifest.txt", "snapshot/snapshot.note"


def about(request: HttpRequest) -> HttpResponse:
    """At the site itself it only says what a copy is."""
    facts = getattr(request, "snapshot", None)
    return render(
        request, "public/snapshot.html", {"title": _("About this copy"), "facts": facts, "manifest": f"/{MANIFEST}", "note": f"/{NOTE}"}
    )
