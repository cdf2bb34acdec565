"""Legal pages in public, each wording at an address of its own; and on the desk, where they are written and reviewed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.kit.languages import own_name
from awna.kit.snapshots import Values

from ..models import Campaign, Role, Section
from .drafts import propose
from .forms import LawyerForm, LegalTextForm
from .models import KINDS, LegalText
from .rules import body_of_owner, collecting_problems
from .services import KEEPERS, OPEN_BLANK, body_key, newest_texts, note_lawyer, publish_legal_texts, reading_of

OWNER = "owner"


def legal(request: HttpRequest, slug: str) -> HttpResponse:
    """Every body of the campaign with its pages."""
    context = {"title": _("Imprint, privacy, terms, complaints"), "bodies": _bodies(request.campaign)}
    return render(request, "parties/legal/legal.html", context)


def legal_page(request: HttpRequest, slug: str, body: str, kind: str, number: int | None = None) -> HttpResponse:
    """One page in the reader's language; a translation that nobody reviewed stands beside the original."""
    section, language = _section(request.campaign, body), (get_language() or "en").split("-")[0]
    found = reading_of(campaign=request.campaign, section=section, kind=kind, language=language, number=number)
    if found is None:
        raise Http404("There is no such page.")
    reading, rows = found
    context = {
        "title": reading.it.get_kind_display(), "reading": reading, "rows": rows, "body": body, "name": _name(request.campaign, section), "section": section,
        "language": own_name(reading.it.language), "is_foreign": reading.it.language != language, "newest": rows[0],
    }  # fmt: skip
    return render(request, "parties/legal/page.html", context)


def legal_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Which pages of which body stand, and which are missing."""
    mine = [one for one in _bodies(request.campaign) if _author(request, one["section"]) is not None]
    return render(request, "parties/legal/desk.html", {"title": _("Legal pages"), "bodies": mine})


def write_legal(request: HttpRequest, slug: str, body: str, kind: str) -> HttpResponse:
    """Write a page, from its wording of today or from the proposal."""
    section = _section(request.campaign, body)
    author, last = _author_or_404(request, section, kind), _last(request.campaign, section, kind)
    language = last.language if last else (get_language() or "en").split("-")[0]
    fresh = last is None or "proposal" in request.GET
    text = (
        propose(campaign=request.campaign, section=section, kind=kind, origin=settings.AWNA_ORIGIN) if fresh or last is None else last.text
    )
    form = LegalTextForm(request.POST or None, initial={"text": text, "language": language})
    if form.is_valid():
        said = form.cleaned_data
        try:
            publish_legal_texts(
                campaign=request.campaign, section=section, texts={kind: said["text"]}, language=said["language"], author=author
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The page is public. Earlier wordings stay readable."))
            return redirect("legal_desk", slug=slug)
    intro = _("It stands in public under the name of %(body)s as soon as you send it.") % {"body": _name(request.campaign, section)}
    return form_page(
        request, form=form, title=dict(KINDS)[kind], submit=_("Publish it"), intro=intro, desk=True, back=reverse("legal_desk", kwargs={"slug": slug}),
        aside="parties/legal/_writing.html", last=last, body=body, kind=kind, blanks=text.count(OPEN_BLANK),
    )  # fmt: skip


def review_legal(request: HttpRequest, slug: str, body: str, kind: str) -> HttpResponse:
    """Note who read the wording of today."""
    section = _section(request.campaign, body)
    author, last = _author_or_404(request, section, kind), _last(request.campaign, section, kind)
    if last is None:
        raise Http404("There is no such page.")
    form = LawyerForm(request.POST or None)
    if form.is_valid():
        try:
            note_lawyer(legal_text=last, author=author, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Name and day stand on the page from now on."))
            return redirect("legal_desk", slug=slug)
    intro = _(
        "Only for somebody who knows the law and read wording %(number)s. It says so in public; a new wording has to be read again."
    ) % {"number": last.number}
    return form_page(
        request, form=form, title=_("Read by somebody who knows the law"), submit=_("Note it"), intro=intro, desk=True,
        back=reverse("legal_desk", kwargs={"slug": slug}),
    )  # fmt: skip


def each_legal_page(campaign: Campaign) -> Iterator[Values]:
    """For copies of the site: every page as it stands."""
    for row in newest_texts(campaign).values():
        yield {"body": body_key(row.section), "kind": row.kind}


def each_legal_version(campaign: Campaign) -> Iterator[Values]:
    """For copies of the site: every wording that there was."""
    for row in LegalText.objects.filter(campaign=campaign).select_related("section"):
        yield {"body": body_key(row.section), "kind": row.kind, "number": row.number}


def _bodies(campaign: Campaign) -> list[dict[str, Any]]:
    """The owner first: name, key for addresses, pages by kind, and why it collects nothing."""
    texts, problems = newest_texts(campaign), collecting_problems(campaign)
    sections: list[Section | None] = [None, *campaign.sections.order_by("name")]
    return [
        {
            "section": section, "name": _name(campaign, section), "key": body_key(section), "problem": problems.get(section and section.pk),
            "pages": [{"kind": kind, "label": label, "it": texts.get((section and section.pk, kind))} for kind, label in KINDS],
        }
        for section in sections
    ]  # fmt: skip


def _name(campaign: Campaign, section: Section | None) -> str:
    return section.name if section else body_of_owner(campaign)


def _section(campaign: Campaign, body: str) -> Section | None:
    if body == OWNER:
        return None
    try:
        return Section.objects.get(campaign=campaign, pk=UUID(body))
    except (ValueError, Section.DoesNotExist) as error:
        raise Http404("There is no such body.") from error


def _last(campaign: Campaign, section: Section | None, kind: str) -> LegalText | None:
    return LegalText.objects.filter(campaign=campaign, section=section, kind=kind).order_by("-number").first()


def _author(request: HttpRequest, section: Section | None) -> Role | None:
    """The role in which this person may write for a body."""
    held = [role for role in request.actor.roles if role.name in KEEPERS]
    own = [role for role in held if section is not None and role.section_id == section.pk]
    return next(iter([*own, *(role for role in held if role.section_id is None)]), None)


def _author_or_404(request: HttpRequest, section: Section | None, kind: str) -> Role:
    author = _author(request, section)
    if author is None or kind not in dict(KINDS):
        raise Http404("There is no such page.")
    return author
