"""Sections on the desk: what each is registered as, whether its permit runs, which rules its receipts follow."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.parties.legal.rules import collecting_problem, collecting_problems
from awna.parties.models import Role, Section
from awna.parties.services import change_section
from awna.parties.services.sections import FACT

from . import services
from .receipt_forms import FACT as FACT_FIELD
from .receipt_forms import SectionForm
from .receipt_packs import pack_of

KEEPERS = ("treasurer", "steward")
HISTORY_SHOWN_MAX = 100


def sections(request: HttpRequest, slug: str) -> HttpResponse:
    """Each section that this person may look into: does it collect, and what do its receipts say."""
    found = Section.objects.for_actor(request.actor).filter(campaign=request.campaign).order_by("name")
    barred = collecting_problems(request.campaign)
    rows = [{"section": one, "stopped": barred.get(one.pk), "ground": services.ground_of(one)} for one in found]
    return render(request, "donations/sections.html", {"title": _("Sections"), "rows": rows})


def section(request: HttpRequest, slug: str, section: UUID) -> HttpResponse:
    """Registration and permit with their history, and the rules for receipts with their state."""
    found = get_object_or_404(Section.objects.for_actor(request.actor), pk=section, campaign=request.campaign)
    pack = pack_of(found.country)
    form = SectionForm(request.POST if request.method == "POST" else None, section=found, pack=pack)
    if form.is_valid():
        try:
            change_section(section=found, author=_author(request, found), values=form.values(), facts=form.facts())
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Kept, with what stood before."))
            return redirect("section", slug=slug, section=found.pk)
    labels = {FACT + name.removeprefix(FACT_FIELD): field.label for name, field in form.fields.items() if name.startswith(FACT_FIELD)}
    labels |= {name: field.label for name, field in form.fields.items()}
    context = {
        "section": found, "pack": pack, "ground": services.ground_of(found), "stopped": collecting_problem(campaign=request.campaign, section=found),
        "accounts": found.bank_accounts.select_related("commodity", "custody").order_by("iban"), "history": _history(found, labels),
        "aside": "donations/_section.html",
    }  # fmt: skip
    return form_page(request, form=form, title=found.name, submit=_("Keep it"), desk=True, **context)


def _history(found: Section, labels: dict[str, Any]) -> list[dict[str, Any]]:
    rows = found.changes.select_related("author__user")[:HISTORY_SHOWN_MAX]
    return [{"it": row, "label": labels.get(row.field, row.field)} for row in rows]


def _author(request: HttpRequest, found: Section) -> Role:
    held = [role for role in request.actor.roles if role.name in KEEPERS]
    return next((role for role in held if role.section_id == found.pk), held[0])
