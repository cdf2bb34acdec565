"""Offering goods: the form for anybody, the offerer's private page, and the treasurer's list with its answers."""

import uuid
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from awna.campaigns.bill import claims
from awna.campaigns.bill.standing import Standing
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, private
from awna.kit.policies import Actor

from .forms import NAME_CHARS_MAX
from .models import Donor, GoodsOffer
from .services.offers import (
    DETAILS_CHARS_MAX,
    QUANTITY_MAX,
    REASON_CHARS_MAX,
    UNIT_CHARS_MAX,
    WHAT_CHARS_MAX,
    answer_offer,
    offer_goods,
)

ROWS_A_PAGE = 50


class OfferForm(forms.Form):
    """What is offered, and how to answer."""

    what = forms.CharField(label=gettext_lazy("What do you offer?"), max_length=WHAT_CHARS_MAX)
    quantity = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=QUANTITY_MAX)
    unit = forms.CharField(
        label=gettext_lazy("Counted in"), max_length=UNIT_CHARS_MAX, help_text=gettext_lazy("Such as pieces, boxes or litres.")
    )
    details = forms.CharField(
        label=gettext_lazy("Condition, age, where it is, and when it could come"), max_length=DETAILS_CHARS_MAX, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Your name"), help_text=gettext_lazy("No page shows it."), required=False, max_length=NAME_CHARS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), help_text=gettext_lazy("The answer goes there. Without it, keep the page that follows."),
        required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    line = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=64)


class AnswerForm(forms.Form):
    """How much of an offer is taken, and why not all."""

    accepted = forms.IntegerField(label=gettext_lazy("How many do you take?"), min_value=0, help_text=gettext_lazy("0 declines the offer."))
    reason = forms.CharField(
        label=gettext_lazy("Why not all"), max_length=REASON_CHARS_MAX, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The offerer reads it. Needed where you take less than was offered."),
    )  # fmt: skip


def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer goods; nothing is sent before the offer was accepted."""
    code = request.POST.get("line") or request.GET.get("line", "")
    wanted = claims.open_line(campaign=request.campaign, code=code) if code else None
    start = {"line": wanted.line.code, "what": wanted.line.title, "unit": wanted.line.unit} if wanted else {}
    form = OfferForm(request.POST or None, initial={"request_id": uuid.uuid4().hex, **start})
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "line"}
        try:
            made = offer_goods(
                campaign=request.campaign, language=get_language() or "en", budget_line=wanted.line if wanted else None, **given
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return private(redirect("offer", slug=slug, token=made.donor.token))
    return form_page(
        request, form=form, title=_("Offer goods"), submit=_("Offer it"), back=reverse("give", kwargs={"slug": slug}),
        intro=" ".join([*_line_words(wanted), _("Tell us before you send anything. We answer whether the place can use it, and where it should go.")]),
    )  # fmt: skip


def _line_words(wanted: Standing | None) -> list[str]:
    if wanted is None:
        return []
    values = {"line": wanted.line, "open": format(wanted.open_quantity, "f"), "unit": wanted.line.unit}
    return [_("Your offer is meant for “%(line)s”, where %(open)s %(unit)s are still open.") % values]


def offer_status(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The offerer's private page: what was answered, and what arrived."""
    donor = Donor.objects.by_token(token)
    found = donor.offers.select_related("gift__commodity").first() if donor and donor.campaign_id == request.campaign.pk else None
    if found is None:
        raise Http404("There is no offer at this address.")
    return private(render(request, "donations/offer.html", {"offer": found, "token": token, "title": _("Your offer of goods")}))


def offers_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The offers of the reader's own body: those that wait first."""
    found = _mine(request).select_related("donor", "gift__commodity").order_by("answered_at", "-offered_at")
    waiting = found.filter(state="open").order_by("offered_at")
    page = Paginator(found.exclude(state="open").order_by("-answered_at"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "donations/offers_desk.html", {"waiting": waiting[:ROWS_A_PAGE], "page": page, "title": _("Offers of goods")})


def answer(request: HttpRequest, slug: str, offer: UUID) -> HttpResponse:
    """Accept, accept a part, or decline."""
    found = get_object_or_404(_mine(request).select_related("donor"), pk=offer)
    form = AnswerForm(request.POST or None, initial={"accepted": found.quantity})
    if form.is_valid():
        roles = [role for role in request.actor.roles if role.name == "treasurer"]
        role = next((one for one in roles if one.section_id == found.donor.section_id), roles[0])
        try:
            answer_offer(offer=found, author=role, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The answer stands, and the offerer reads it."))
            return redirect("offers_desk", slug=slug)
    return form_page(
        request, form=form, title=_("Answer the offer"), submit=_("Answer"), desk=True, back=reverse("offers_desk", kwargs={"slug": slug}),
        intro=" · ".join(part for part in (f"{found.quantity} {found.unit}: {found.what}", found.details) if part),
    )  # fmt: skip


def _mine(request: HttpRequest) -> QuerySet[GoodsOffer]:
    actor = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    return GoodsOffer.objects.for_actor(actor).filter(campaign=request.campaign)
