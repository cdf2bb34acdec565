"""The translators' desk: which texts wait in which language, one text beside its original, and all of them as a file."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from awna.campaigns import services as campaigns
from awna.core.problems import Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import file_answer, refused_page
from awna.kit.languages import own_name
from awna.letters import services as letters
from awna.parties import services as parties
from awna.parties.legal import services as legal
from awna.parties.models import Campaign, Translation
from awna.parties.services import Source, Work

from .forms import PoFileForm, TranslationForm
from .translation_file import po_file, take_po

PROBLEMS_SHOWN = 20
EARLIER_SHOWN = 5


def sources_of(campaign: Campaign) -> list[Source]:
    """Every text of the campaign that is translated, whichever room keeps it."""
    return [
        *parties.campaign_sources(campaign),
        *legal.text_sources(campaign),
        *campaigns.text_sources(campaign),
        *letters.text_sources(campaign),
    ]


def translations(request: HttpRequest, slug: str) -> HttpResponse:
    """How far each language is."""
    sources = sources_of(request.campaign)
    rows = []
    for code, _name in settings.LANGUAGES:
        counts = parties.count_states(parties.work_on(request.campaign, sources, code))
        total = sum(counts.values())
        if total:
            rows.append({"code": code, "own_name": own_name(code), "counts": counts, "total": total})
    return render(request, "desk/translations.html", {"rows": rows, "original": request.campaign.source_language})


def translation_list(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The texts of one language, what needs work first; and the same as a file, out and in."""
    sources = sources_of(_in_language(request, language))
    form = PoFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            taken = take_po(
                campaign=request.campaign, sources=sources, language=language, data=form.cleaned_data["file"].read(),
                author=_translator(request), credit=form.cleaned_data["credit"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(
                request, _("%(new)s translations were kept, %(same)s said the same.") % {"new": taken.changed, "same": taken.same}
            )
            for problem in taken.problems[:PROBLEMS_SHOWN]:
                messages.warning(request, problem_text(problem))
            return redirect("translation_list", slug=slug, language=language)
    work = parties.work_on(request.campaign, sources, language)
    context = {"work": work, "counts": parties.count_states(work), "language": language, "own_name": own_name(language), "form": form}
    return render(request, "desk/translation_list.html", context, status=422 if form.errors else 200)


def translation_po(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    data = po_file(_in_language(request, language), sources_of(request.campaign), language=language)
    return file_answer(data, name=f"{slug}.{language}.po", media_type="text/x-gettext-translation; charset=utf-8")


def translate(request: HttpRequest, slug: str, language: str, subject: str) -> HttpResponse:
    """One text beside its original."""
    work, after = _one(request, language, subject)
    row = work.translation
    form = TranslationForm(
        request.POST or None, line=work.source.kind == parties.LINE,
        initial={"text": row.text if row else "", "credit": row.credit if row else "", "seen": row.version if row else 0},
    )  # fmt: skip
    if form.is_valid():
        try:
            parties.translate_text(
                campaign=request.campaign, source=work.source, language=language, author=_translator(request), **form.cleaned_data
            )
        except Refused as refused:
            refused_to_form(form, refused)
            # What was typed stays; the next save knows that its writer has seen the other wording.
            form.data = form.data.copy()
            form.data["seen"] = str(_version(request.campaign, subject, language))
        else:
            messages.success(request, _("Your translation is kept."))
            return redirect("translate", slug=slug, language=language, subject=after.subject) if after else _listed(slug, language)
    return render(request, "desk/translate.html", _page(request, work, form, language, after), status=422 if form.errors else 200)


def review_translation(request: HttpRequest, slug: str, language: str, subject: str) -> HttpResponse:
    """Somebody stands for a translation that another wrote."""
    work, _after = _one(request, language, subject)
    if work.translation is None:
        raise Http404("There is no translation to review.")
    try:
        parties.review_text(translation=work.translation, source=work.source, reviewer=_translator(request))
    except Refused as refused:
        return refused_page(request, refused, back=request.path.removesuffix("review/"), desk=True)
    messages.success(request, _("The translation is reviewed and shown as such."))
    return _listed(slug, language)


def _page(request: HttpRequest, work: Work, form: TranslationForm, language: str, after: Source | None) -> dict[str, Any]:
    row = work.translation
    return {
        "form": form, "work": work, "language": language, "own_name": own_name(language), "after": after,
        "source_rtl": translation.get_language_info(work.source.language)["bidi"], "rtl": translation.get_language_info(language)["bidi"],
        "may_review": row is not None and work.state in (Translation.MACHINE, Translation.DRAFT),
        "earlier": row.earlier.all()[:EARLIER_SHOWN] if row else [],
    }  # fmt: skip


def _one(request: HttpRequest, language: str, subject: str) -> tuple[Work, Source | None]:
    """The text, and the next one that needs work."""
    work = parties.work_on(_in_language(request, language), sources_of(request.campaign), language)
    found = next((row for row in work if row.source.subject == subject), None)
    if found is None:
        raise Http404("The campaign has no such text.")
    waiting = [row.source for row in work if row.state in parties.ORDER[:3] and row is not found]
    return found, waiting[0] if waiting else None


def _in_language(request: HttpRequest, language: str) -> Campaign:
    if language not in dict(settings.LANGUAGES):
        raise Http404("This site does not speak that language.")
    return request.campaign


def _version(campaign: Campaign, subject: str, language: str) -> int:
    found = Translation.objects.filter(campaign=campaign, subject=subject, language=language).values_list("version", flat=True).first()
    return found or 0


def _listed(slug: str, language: str) -> HttpResponse:
    return redirect("translation_list", slug=slug, language=language)


def _translator(request: HttpRequest) -> Any:
    return request.actor.role(*parties.TRANSLATORS)
