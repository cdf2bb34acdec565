"""Desk pages of letters: wordings, organisations to be checked, paper sheets, lists."""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page

from .. import services
from ..forms import SCAN_MB_MAX, AuthorityForm, SheetForm, StrikeForm, VersionForm
from ..models import OpenLetter, Organisation, PaperSheet

CHECKED_SHOWN, SHEETS_SHOWN = 50, 100


def desk_letters(request: HttpRequest, slug: str) -> HttpResponse:
    """The letters of the campaign with their figures."""
    rows = [(letter, services.count_signatures(letter)) for letter in request.campaign.letters.all()]
    return render(request, "letters/desk_letters.html", {"title": _("Letters"), "rows": rows})


def desk_letter(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """One letter: what waits for somebody at the desk."""
    row = _letter(request, letter)
    confirmed = row.organisations.filter(state=Organisation.CONFIRMED).order_by("confirmed_at")
    count, versions = services.count_all(row)
    context = {
        "letter": row, "title": row.title, "count": count, "versions": versions, "now": timezone.now(),
        "to_check": confirmed.filter(authority=""), "checked": confirmed.exclude(authority="").order_by("-authority_on")[:CHECKED_SHOWN],
        "sheets": row.sheets.all()[:SHEETS_SHOWN], "imports": row.imports.order_by("-taken_at"),
        "may_write": request.actor.has_role(*services.WRITERS),
    }  # fmt: skip
    return render(request, "letters/desk_letter.html", context)


def new_version(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """A new wording, with the words of today to start from."""
    row = _letter(request, letter)
    form = VersionForm(request.POST or None, initial={"title": row.title, "text": row.text})
    if form.is_valid():
        try:
            version = services.issue_version(letter=row, author=request.actor.role(*services.WRITERS), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Wording %(number)s can be signed from now on.") % {"number": version.number})
            return redirect("desk_letter", slug=slug, letter=row.pk)
    intro = _("Who signed an earlier wording stays under that one. Translations have to be made anew.")
    return form_page(
        request, form=form, title=_("A new wording"), submit=_("Publish this wording"), intro=intro, desk=True, back=_back(row)
    )


def close(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """End the signing."""
    row = _letter(request, letter)
    try:
        services.close_letter(letter=row, author=request.actor.role(*services.WRITERS))
    except Refused as refused:
        return refused_page(request, refused, back=_back(row), desk=True)
    messages.success(request, _("The letter is closed."))
    return redirect("desk_letter", slug=slug, letter=row.pk)


def check_authority(request: HttpRequest, slug: str, organisation: UUID) -> HttpResponse:
    """Note what showed that somebody may sign for an organisation."""
    body = get_object_or_404(Organisation, pk=organisation, letter__campaign=request.campaign)
    form = AuthorityForm(request.POST or None, initial={"authority": body.authority})
    if form.is_valid():
        try:
            services.note_authority(organisation=body, author=request.actor.role(*services.WRITERS), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("“%(name)s” counts from now on.") % {"name": body.name})
            return redirect("desk_letter", slug=slug, letter=body.letter_id)
    intro = _("%(name)s. Signed by: %(office)s, %(signatory)s.") % {
        "name": body.name,
        "office": body.office,
        "signatory": body.signatory or "–",
    }
    return form_page(
        request, form=form, title=_("Authority to sign"), submit=_("Note it and count"), intro=intro, desk=True, back=_back(body.letter)
    )


def sheet(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """Enter a paper sheet; its scan is digested and forgotten."""
    row = _letter(request, letter)
    form = SheetForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        said = dict(form.cleaned_data)
        scan = said.pop("scan")
        if scan.size > SCAN_MB_MAX * 1024**2:
            form.add_error("scan", _("The file is larger than %(mb)s MB. Take a smaller picture.") % {"mb": SCAN_MB_MAX})
        else:
            digest = hashlib.sha256(b"".join(scan.chunks())).hexdigest()
            try:
                services.enter_sheet(letter=row, scan_digest=digest, author=request.actor.role(*services.COUNTERS), **said)
            except Refused as refused:
                refused_to_form(form, refused)
            else:
                messages.success(request, _("The sheet is counted."))
                return redirect("desk_letter", slug=slug, letter=row.pk)
    return form_page(
        request, form=form, title=_("Enter a paper sheet"), submit=_("Count this sheet"), desk=True, back=_back(row), multipart=True
    )


def strike(request: HttpRequest, slug: str, sheet: int) -> HttpResponse:
    """Take a sheet out of the count."""
    found = get_object_or_404(PaperSheet, pk=sheet, letter__campaign=request.campaign)
    form = StrikeForm(request.POST or None)
    if form.is_valid():
        try:
            services.strike_sheet(sheet=found, author=request.actor.role(*services.COUNTERS), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("desk_letter", slug=slug, letter=found.letter_id)
    return form_page(request, form=form, title=_("Strike this sheet"), submit=_("Strike it"), desk=True, back=_back(found.letter))


def _letter(request: HttpRequest, letter: UUID) -> OpenLetter:
    return get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)


def _back(row: OpenLetter) -> str:
    return reverse("desk_letter", kwargs={"slug": row.campaign.slug, "letter": row.pk})
