"""The page on which treasurers and stewards see whether the site is well, and what its operator must do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from awna.books.models import Book
from awna.books.services import log_standing

from .doctor.findings import WELL
from .doctor.heads import heads_look, kept_heads, second_place_look
from .doctor.round import round_of


def health(request: HttpRequest, slug: str) -> HttpResponse:
    """What does not ask another machine; `awna doctor` looks at those too."""
    found = round_of(get_object_or_404(Book.objects.select_related("campaign"), campaign=request.campaign))
    context = {
        "title": _("Is the site well?"),
        "faults": [one for one in found if one.state != WELL],
        "well": [one.name for one in found if one.state == WELL],
    }
    return render(request, "desk/health.html", context)


def heads(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the signed head of the book is kept, and whether anything of it lies outside this machine."""
    book = get_object_or_404(Book.objects.select_related("campaign"), campaign=request.campaign)
    context = {
        "title": _("Where the head of the book is kept"),
        "standing": log_standing(book),
        "heads": kept_heads(book),
        "faults": [*second_place_look(), *heads_look(book)],
    }
    return render(request, "desk/heads.html", context)
