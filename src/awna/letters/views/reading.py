"""Pages that anyone may read: the letters, one letter with those who signed, all organisations, the print page, the CSV file."""

import csv
import io
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.books.services.plain import safe_cell
from awna.kit.http import file_answer

from .. import services
from ..countries import country_name
from ..forms import SignForm
from ..models import OpenLetter, Organisation
from .signing import signed_up

FIRST_SHOWN, PAGE_ROWS, NAMES_SHOWN_MAX = 20, 100, 300
CSV_HEAD = (
    "name",
    "name_english",
    "abbreviation",
    "country",
    "place",
    "link",
    "signed_by",
    "state",
    "authority",
    "listed_by",
    "version",
    "date",
)


def letters(request: HttpRequest, slug: str) -> HttpResponse:
    """The letters of a campaign; the only one is shown at once."""
    found = list(request.campaign.letters.all())
    if len(found) == 1:
        return redirect(found[0].get_absolute_url())
    rows = [(letter, services.wording_of(letter, _language()).title, services.count_signatures(letter)) for letter in found]
    return render(request, "letters/list.html", {"title": _("Open letters"), "rows": rows})


def letter(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """The letter, who signed, and the form to sign."""
    row = _letter_of(request, letter)
    form = SignForm(request.POST or None)
    done, crowd = signed_up(request, row, form) if request.method == "POST" else (None, None)
    if done is not None:
        return done
    context = {**_letter_context(row), "form": form, "crowd": crowd}
    return render(request, "letters/letter.html", context, status=429 if crowd else 422 if form.errors else 200)


def _letter_of(request: HttpRequest, letter: UUID) -> OpenLetter:
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    row.campaign = request.campaign  # asked for already
    return row


def _letter_context(row: OpenLetter) -> dict[str, Any]:
    (count, versions), (words, languages) = services.count_all(row), services.wordings_of(row, _language())
    bodies = (
        row.organisations.shown()
        .select_related("listed_in")
        .annotate(checked=Case(When(authority="", then=0), default=1))
        .order_by("state", "-checked", "confirmed_at", "name")
    )
    named = row.signatures.shown().order_by("-confirmed_at")[:NAMES_SHOWN_MAX]
    return {
        "letter": row, "title": words.title, "words": words, "paragraphs": [part for part in words.text.splitlines() if part.strip()],
        "text_state": _state_words(words.state), "languages": languages, "count": count, "unnamed": count.people - count.people_named,
        "organisations": [_shown(body) for body in bodies[:FIRST_SHOWN]], "more": bodies.count() > FIRST_SHOWN, "people": named,
        "versions": versions if len(versions) > 1 else [], "now": timezone.now(),
    }  # fmt: skip


def _state_words(state: str) -> str:
    return {"draft": _("draft"), "machine": _("machine translation, not reviewed")}.get(state, "")


def organisations(request: HttpRequest, slug: str, letter: UUID, page: int = 1) -> HttpResponse:
    """All organisations, a hundred on a page, by country and name."""
    row = _letter_of(request, letter)
    bodies = row.organisations.shown().select_related("listed_in").order_by("country", "name", "pk")
    total = bodies.count()
    pages = max(1, -(-total // PAGE_ROWS))
    if not 1 <= page <= pages:
        raise Http404("This list has no such page.")
    context = {
        "letter": row, "title": _("Organisations"), "wording": services.wording_of(row, _language()).title, "page": page, "pages": range(1, pages + 1),
        "organisations": [_shown(body) for body in bodies[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]], "count": services.count_signatures(row),
        "now": timezone.now(),
    }  # fmt: skip
    return render(request, "letters/organisations.html", context)


def printed(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """The letter for paper: every wording, organisations by country, how many people, and the date."""
    row = _letter_of(request, letter)
    (count, versions), words = services.count_all(row), services.wording_of(row, _language())
    bodies = sorted(
        (_shown(body) for body in row.organisations.shown().select_related("listed_in")),
        key=lambda one: (one["country"] == "", one["country"], one["row"].name),
    )
    context = {
        "letter": row, "title": words.title, "words": words, "paragraphs": [part for part in words.text.splitlines() if part.strip()],
        "text_state": _state_words(words.state), "count": count, "versions": versions, "now": timezone.now(),
        "countries": [(name, list(group)) for name, group in groupby(bodies, key=lambda one: one["country"])],
    }  # fmt: skip
    return render(request, "letters/print.html", context)


def organisations_csv(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """The organisations for a spreadsheet; a name that begins like a formula is made harmless. People are not in it."""
    row = _letter_of(request, letter)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    for body in row.organisations.shown().select_related("listed_in", "version").order_by("country", "name", "pk"):
        listed = str(body.listed_in) if body.listed_in and body.state == Organisation.LISTED else ""
        day = timezone.localdate(body.confirmed_at).isoformat() if body.confirmed_at else ""
        cells = [body.name, body.name_english, body.abbreviation, body.country, body.place, body.link, body.office, body.state, body.authority, listed,
                 str(body.version.number), day]  # fmt: skip
        writer.writerow([safe_cell(cell) for cell in cells])
    return file_answer(out.getvalue().encode("utf-8-sig"), name=f"{row.code}.organisations.csv", media_type="text/csv; charset=utf-8")


def _shown(body: Organisation) -> dict[str, Any]:
    """An organisation as a page says it."""
    return {
        "row": body,
        "country": country_name(body.country, _language()),
        "checked": bool(body.authority),
        "listed": body.state == Organisation.LISTED,
    }


def _language() -> str:
    return translation.get_language() or "en"
