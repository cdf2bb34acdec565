"""Receipts: the donor's own on her private page; issue, void and the run of a year on the treasurer's desk."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page, private, refused_page
from awna.parties.models import Role, Section

from . import services
from .models import Donor, Gift, Receipt, ReceiptGift
from .receipt_forms import AnnualForm, IssueForm, ReceiptDetailsForm, VoidForm
from .receipt_packs import pack_of, plain_pack

ROWS_A_PAGE = 50
STATES = ("standing", "voided", "waiting")
PDF = "application/pdf"


def my_receipts(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The donor's receipts, and the form with what the rules of her section's country ask."""
    donor = _donor(request, token)
    pack = (pack_of(donor.section.country) if donor.section else None) or plain_pack()
    told = services.details_of(donor)
    words = pack.declaration.get(pack.language_for(donor.language), "")
    form = ReceiptDetailsForm(
        request.POST or None, pack=pack, told=told, declaration=words.replace("{issuer}", donor.section.name if donor.section else "")
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.tell_receipt_details(donor=donor, details=form.details(), declares=form.cleaned_data.get("declares", False))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Kept. Only the treasurer of the section that received your gift can read it."))
            return private(redirect("my_receipts", slug=slug, token=token))
    context = {
        "form": form, "token": token, "title": _("Your receipts"), "receipts": donor.receipts.all(), "ground": services.ground_of(donor.section),
        "back": reverse("give_done", kwargs={"slug": slug, "token": token}) if donor.pledges.exists() else "",
    }  # fmt: skip
    return private(render(request, "donations/my_receipts.html", context), has_form=True)


def my_receipt_pdf(request: HttpRequest, slug: str, token: str, receipt: UUID) -> HttpResponse:
    """One of the donor's own, voided ones too: she may have to show what was taken back."""
    found = _donor(request, token).receipts.filter(pk=receipt).first()
    if found is None:
        raise Http404("There is no receipt at this address.")
    return private(_paper(request, found))


def receipts(request: HttpRequest, slug: str) -> HttpResponse:
    """Receipts by year and state; gifts that have none yet; and what is issued at present, with the reasons."""
    given = Gift.objects.for_actor(request.actor).filter(donor__campaign=request.campaign).dates("received_on", "year")
    years = {*_mine(request).order_by().values_list("year", flat=True).distinct(), *(day.year for day in given), timezone.localdate().year}
    year, state = request.GET.get("year", ""), request.GET.get("state", "")
    state = state if state in STATES else "standing"
    waiting = _waiting(request)
    found = (
        waiting if state == "waiting" else _mine(request).select_related("donor", "section").filter(voided_at__isnull=state == "standing")
    )
    if year.isascii() and year.isdigit() and len(year) == 4:
        found = found.filter(received_on__year=year) if state == "waiting" else found.filter(year=year)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    barred = services.gift_problems(shown) if state == "waiting" else services.wrong_receipts(shown)
    for gift in shown if state == "waiting" else ():
        barred[gift.pk] = [*barred.get(gift.pk, []), *services.nameless_problems(gift.donor)]
    context = {
        "title": _("Receipts"), "page": page, "state": state, "year": year, "years": sorted(years, reverse=True),
        "states": [("standing", _("issued")), ("voided", _("voided")), ("waiting", _("gifts without a receipt"))],
        "rows": [{"it": item, "barred": barred.get(item.pk, [])} for item in page.object_list],
        "bodies": [{"name": _body_name(request, section), "section": section, "ground": services.ground_of(section)} for section in _bodies(request)],
    }  # fmt: skip
    return render(request, "donations/receipts.html", context)


def issue_receipt(request: HttpRequest, slug: str, gift: UUID) -> HttpResponse:
    """What would be issued for one gift, and the button that does it."""
    found = get_object_or_404(
        Gift.objects.for_actor(request.actor).select_related("donor__section", "commodity", "book"),
        pk=gift,
        donor__campaign=request.campaign,
    )
    ground = services.ground_of(found.donor.section)
    form = IssueForm(request.POST if request.method == "POST" else None, tax=ground.tax)
    if form.is_valid():
        try:
            receipt = services.issue_receipt(
                gift=found, author=_author(request, found.donor.section_id), plain=form.cleaned_data.get("plain", False)
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Receipt %(number)s was issued.") % {"number": receipt.label})
            return redirect("receipts", slug=slug)
    problems = [] if form.is_bound else [*services.gift_problems([found]).get(found.pk, []), *services.nameless_problems(found.donor)]
    context = {
        "barred": problems, "closed": bool(problems), "gift": found, "ground": ground, "told": services.details_of(found.donor), "template": "donations/_issue.html",
        "aside": "donations/_ground.html",
    }  # fmt: skip
    return _act(request, form, title=_("Issue a receipt"), submit=_("Issue it"), **context)


def void_receipt(request: HttpRequest, slug: str, receipt: UUID) -> HttpResponse:
    """Take a receipt back, with the reason; its number stays taken."""
    found = get_object_or_404(_mine(request).select_related("donor", "section", "campaign"), pk=receipt)
    form = VoidForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        author, reason = _author(request, found.section_id), form.cleaned_data["reason"]
        try:
            if form.cleaned_data["again"]:
                after = services.reissue_receipt(receipt=found, author=author, reason=reason)
                said = _("Receipt %(number)s was voided; %(after)s takes its place.") % {"number": found.label, "after": after.label}
            else:
                services.void_receipt(receipt=found, author=author, reason=reason)
                said = _("Receipt %(number)s was voided.") % {"number": found.label}
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, said)
            return redirect("receipts", slug=slug)
    title = _("Void receipt %(number)s") % {"number": found.label}
    return _act(request, form, title=title, submit=_("Void it"), receipt=found, template="donations/_void.html")


def receipt_pdf(request: HttpRequest, slug: str, receipt: UUID) -> HttpResponse:
    return _paper(request, get_object_or_404(_mine(request), pk=receipt))


def annual_receipts(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """One receipt for each donor of a year: how far it is, and the button that starts or goes on."""
    section = _chosen_body(request)
    here = {"campaign": request.campaign, "section": section, "year": year}
    form = AnnualForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.start_annual_run(**here, author=_author(request, section.pk if section else None), plain=form.cleaned_data["plain"])
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The run has begun. This page shows how far it is."))
            return redirect(request.get_full_path())
    progress, over = services.annual_progress(**here), year < timezone.localdate().year
    context = {
        "year": year, "progress": progress, "ground": services.ground_of(section), "name": _body_name(request, section), "over": over,
        "closed": not form.is_bound and not (over and progress.waiting), "template": "donations/_annual.html", "aside": "donations/_ground.html",
    }  # fmt: skip
    return _act(request, form, title=_("Receipts of the year %(year)s") % {"year": year}, submit=_("Issue what is missing"), **context)


def _act(request: HttpRequest, form: Any, *, title: str, submit: str, **context: Any) -> HttpResponse:
    back = reverse("receipts", kwargs={"slug": request.campaign.slug})
    return form_page(request, form=form, title=title, submit=submit, desk=True, back=back, before=context.pop("template"), **context)


def _paper(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    try:
        return file_answer(services.paper_of(receipt), name=f"receipt-{receipt.label}.pdf", media_type=PDF)
    except Refused as refused:
        return refused_page(request, refused, title=_("Not yet"))


def _donor(request: HttpRequest, token: str) -> Donor:
    donor = Donor.objects.by_token(token)
    if donor is None or donor.campaign_id != request.campaign.pk:
        raise Http404("There is no gift at this address.")
    return donor


def _mine(request: HttpRequest) -> Any:
    return Receipt.objects.for_actor(request.actor).filter(campaign=request.campaign)


def _waiting(request: HttpRequest) -> Any:
    """Gifts on no valid receipt, oldest first."""
    gifts = Gift.objects.for_actor(request.actor).filter(donor__campaign=request.campaign)
    found = gifts.exclude(pk__in=ReceiptGift.objects.filter(released_at=None).values("gift"))
    return found.select_related("donor__section", "commodity", "book").order_by("received_on", "pk")


def _bodies(request: HttpRequest) -> list[Section | None]:
    """For whom this treasurer issues: own sections, and the owner for a role without one."""
    held = [role for role in request.actor.roles if role.name == "treasurer"]
    return list(dict.fromkeys(role.section for role in held))


def _body_name(request: HttpRequest, section: Section | None) -> str:
    return section.name if section else request.campaign.owner.name


def _chosen_body(request: HttpRequest) -> Section | None:
    bodies = _bodies(request)
    return next((body for body in bodies if body and str(body.pk) == request.GET.get("of")), bodies[0])


def _author(request: HttpRequest, section_id: Any) -> Role:
    """The role of the issuer's own body if the person holds it; the services refuse any other."""
    held = [role for role in request.actor.roles if role.name == "treasurer"]
    return next((role for role in held if role.section_id == section_id), held[0])
