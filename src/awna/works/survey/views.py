"""Pages of the damage: the coarse map for everyone; at the desk the map, buildings, files with a preview, rows to correct, a form for phones."""

import base64
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awna.campaigns.services import NEWS_ROLES
from awna.core.problems import Problem, Refused
from awna.core.survey.geojson import MEDIA_TYPE
from awna.core.survey.scales import SCALES
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page, refused_page

from . import services, shown
from .forms import RowForm, RulesForm, SeenForm, SurveyFileForm
from .models import GRADES, Building, SurveyFile, SurveyRow

A_PAGE = 25
PROBLEMS_SHOWN = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNKNOWN = "unknown"


def damage(request: HttpRequest, slug: str) -> HttpResponse:
    """What was damaged, for everyone: sums, and squares no finer than the campaign decided."""
    campaign, today = request.campaign, timezone.localdate()
    metres = services.public_metres_of(campaign)
    seen = shown.public_seen(campaign, today=today, metres=metres)
    context = {
        "total": len(seen), "rows": shown.grade_rows(shown.sums(seen), key=shown.CELLS), "map": shown.public_map(seen, metres=metres),
        "sources": shown.sources(campaign, today=today) if seen else [], "km": f"{metres / 1000:g}", "metres": metres,
    }  # fmt: skip
    return render(request, "works/survey/damage.html", context)


def public_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as GeoJSON."""
    data = shown.public_geojson(request.campaign, today=timezone.localdate())
    return file_answer(data, name=f"{slug}-damage.geojson", media_type=MEDIA_TYPE)


def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Every object on the map and in a list; the list and the map follow what is chosen."""
    campaign = request.campaign
    chosen = {"grade": request.GET.get("grade", ""), "site": request.GET.get("site", ""), "place": request.GET.get("place", "")}
    found = Building.objects.filter(campaign=campaign)
    sites = {services.site_code(site): site for site in campaign.sites.defer("place_exact").order_by("name")}
    if chosen["site"] in sites:
        found = found.filter(site=sites[chosen["site"]])
    counts = shown.counts_of(found)
    drawn = list(found)
    if chosen["grade"] in dict(GRADES) | {UNKNOWN: ""} and chosen["grade"]:
        wanted = "" if chosen["grade"] == UNKNOWN else chosen["grade"]
        drawn = [one for one in drawn if one.grade == wanted]
    places = shown.places_of(drawn)
    near = next((place for place in places if place.letter == chosen["place"]), None)
    if near is not None:
        drawn = [one for one in drawn if shown.in_place(one, near)]
    drawn.sort(key=shown.urgency)
    context = {
        "total": sum(counts.values()), "rows": shown.grade_rows(counts, key=shown.MAP), "map": shown.desk_map(drawn) if drawn else "",
        "places": places, "near": near,
        "page": Paginator(drawn, A_PAGE).get_page(request.GET.get("page")), "chosen": chosen, "sites": sites, "site_rows": shown.site_rows(campaign),
        "grades": [(grade or UNKNOWN, word) for grade, word in GRADES], "waiting": _waiting(campaign)[:A_PAGE], "site_names": {site.pk: site for site in sites.values()},
        "files": SurveyFile.objects.filter(campaign=campaign).defer("original", "reading")[:A_PAGE],
        "may_bring": request.actor.has_role(*services.BRING_ROLES), "may_rule": request.actor.has_role("steward"),
    }  # fmt: skip
    for one in context["page"]:
        one.site_shown = context["site_names"].get(one.site_id)
    return render(request, "works/survey/desk.html", context)


def building(request: HttpRequest, slug: str, building: UUID) -> HttpResponse:
    """One building: every observation with its source, its parts, its place among its neighbours."""
    row = get_object_or_404(Building.objects.select_related("site"), pk=building, campaign=request.campaign)
    seen = list(row.observations.select_related("element", "author", "photo", "file").defer("file__original", "file__reading"))
    for one in seen:
        one.scale_title = SCALES[one.scale].title if one.scale in SCALES and one.scale != "own" else ""
        one.photo_kept = one.photo if one.photo and one.photo.removed_at is None else None
    context = {
        "building": row, "seen": seen, "map": shown.map_around(row), "may_see_photos": request.actor.has_role(*NEWS_ROLES),
    }  # fmt: skip
    return render(request, "works/survey/building.html", context)


def add(request: HttpRequest, slug: str, building: UUID | None = None) -> HttpResponse:
    """What somebody saw on the spot, from a phone."""
    known = get_object_or_404(Building, pk=building, campaign=request.campaign) if building else None
    author = request.actor.role(*services.SEE_ROLES)
    photos = request.actor.has_role(*NEWS_ROLES)
    author = request.actor.role(*NEWS_ROLES) if photos else author
    form = SeenForm(request.POST or None, request.FILES or None, campaign=request.campaign, named=known is not None, photos=photos)
    back = reverse("damage_building", args=[slug, known.pk]) if known else reverse("damage_desk", args=[slug])
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        photo = given.pop("photo", None)
        try:
            made = services.record_observation(
                campaign=request.campaign, building=known, author=author, photo=photo.read() if photo else None,
                language=(get_language() or "en").split("-")[0], **given,
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded."))
            if made.photo is not None and made.photo.accepted_at is None:
                return redirect("look_at_photo", slug, made.photo.pk)
            return redirect("damage_building", slug, made.building_id)
    title = _("What did you see on “%(building)s”?") % {"building": known} if known else _("What did you see?")
    intro = _("Only where it is safe to be. What was seen before stays beside it.")
    return form_page(request, form=form, title=title, submit=_("Record"), intro=intro, back=back, desk=True)


def bring(request: HttpRequest, slug: str) -> HttpResponse:
    """A file of published damage or of forms from phones: it is read and looked at before anything is taken."""
    form = SurveyFileForm(request.POST or None, request.FILES or None, campaign=request.campaign)
    if form.is_valid():
        given = dict(form.cleaned_data)
        sent = given.pop("file")
        try:
            made = services.look_at_survey(
                campaign=request.campaign, data=sent.read(services.FILE_BYTES_MAX + 1), filename=sent.name,
                author=request.actor.role(*services.BRING_ROLES), **given,
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("damage_file", slug, made.pk)
    intro = _("You see what is in it, by grade and on a map, before anything is taken.")
    return form_page(
        request, form=form, title=_("Bring in what was seen"), submit=_("Look at it"), intro=intro, desk=True,
        back=reverse("damage_desk", args=[slug]),
    )  # fmt: skip


def look(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    """What is in a file, by grade, with the rows that wait and why; POST takes it or puts it away. Of a file that was taken: what came."""
    kept = get_object_or_404(SurveyFile.objects.defer("original"), pk=file, campaign=request.campaign)
    author = request.actor.role(*services.BRING_ROLES)
    if request.method == "POST":
        if "drop" in request.POST:
            services.drop_survey(file=kept, author=author)
            messages.success(request, _("Put away. Nothing of it was kept."))
            return redirect("damage_desk", slug)
        try:
            taken = services.take_survey(file=kept, author=author)
        except Refused as refused:
            return refused_page(request, refused, back=reverse("damage_desk", args=[slug]), title=_("The file was not taken"), desk=True)
        return redirect("damage_file", slug, taken.pk)
    if kept.state == SurveyFile.DONE:
        counts = shown.counts_of(Building.objects.filter(observations__file=kept).distinct())
        context: dict[str, Any] = {"waiting": _waiting(request.campaign).filter(file=kept)[:PROBLEMS_SHOWN], "problems": []}
    else:
        survey = services.reading_of(kept)
        counts = survey.counts()
        last = survey.latest()
        context = {
            "map": shown.reading_map(last) if last else "", "problems": (survey.problems + survey.notes)[:PROBLEMS_SHOWN],
            "problem_count": len(survey.problems) + len(survey.notes), "held_count": len(survey.held),
            "scales": sorted({SCALES[one.scale].title for one in survey.observations if one.scale in SCALES}),
            "days": sorted({one.observed for one in survey.observations if one.observed})[:3],
        }  # fmt: skip
    context |= {"file": kept, "rows": shown.grade_rows(counts, key=shown.MAP), "total": sum(counts.values())}
    return render(request, "works/survey/file.html", context)


def original(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    """The very bytes that were brought in."""
    kept = get_object_or_404(SurveyFile, pk=file, campaign=request.campaign)
    ending = "".join(sign for sign in kept.filename.rpartition(".")[2] if sign.isascii() and sign.isalnum())[:8] or "bin"
    return file_answer(base64.b64decode(kept.original), name=f"{kept.digest[:12]}.{ending}", media_type="application/octet-stream")


def row(request: HttpRequest, slug: str, row: int) -> HttpResponse:
    """A row that waits, with its cells and the reason: put it right, or leave it out."""
    held = get_object_or_404(
        SurveyRow.objects.select_related("file__campaign").defer("file__original"), pk=row, file__campaign=request.campaign
    )
    author, form = request.actor.role(*services.BRING_ROLES), RowForm(request.POST or None, campaign=request.campaign)
    if request.method == "POST" and "leave" in request.POST:
        services.leave_row(row=held, author=author)
        messages.success(request, _("Left out. Its cells stay on record."))
        return redirect("damage_desk", slug)
    if form.is_valid():
        try:
            services.correct_row(row=held, author=author, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Corrected and taken."))
            return redirect("damage_desk", slug)
    context = {"row": held, "form": form, "problem": Problem(held.code, held.text, held.params, held.where), "cells": held.cells.items()}
    return render(request, "works/survey/row.html", context, status=422 if form.errors else 200)


def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """How finely everyone is told where damage was found."""
    form = RulesForm(request.POST or None, initial={"public_metres": services.public_metres_of(request.campaign)})
    if form.is_valid():
        try:
            author = request.actor.role("steward")
            services.set_public_metres(campaign=request.campaign, metres=form.cleaned_data["public_metres"], author=author)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Kept. The public page follows at once."))
            return redirect("damage_desk", slug)
    intro = _(
        "Everyone sees sums for each square, never a building, its name or a note, and nothing sooner than the delay of this campaign."
    )
    return form_page(
        request, form=form, title=_("Damage in public"), submit=_("Keep"), intro=intro, desk=True, back=reverse("damage_desk", args=[slug])
    )


def phone_form(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for Kobo or ODK, in English and Arabic, with the sites of this campaign."""
    try:
        data = services.survey_form(request.campaign)
    except Refused as refused:
        return refused_page(request, refused, back=reverse("damage_desk", args=[slug]), title=_("There is no form yet"), desk=True)
    return file_answer(data, name=f"{slug}-damage-form.xlsx", media_type=XLSX)


def desk_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Every object with its place, for those who may see it."""
    return file_answer(shown.desk_geojson(request.campaign), name=f"{slug}-damage-exact.geojson", media_type=MEDIA_TYPE)


def _waiting(campaign: Any) -> Any:
    return (
        SurveyRow.objects.filter(file__campaign=campaign, state=SurveyRow.WAITING)
        .select_related("file")
        .defer("file__original", "file__reading")
    )
