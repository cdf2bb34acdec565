"""Goods of an accepted offer came: counted into a store by two people, as a gift of whoever offered them."""

import uuid
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.core.problems import Refused
from awna.donations.models import GoodsOffer
from awna.donations.services import record_gift_in_kind
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.kit.policies import Actor
from awna.parties.models import Role
from awna.supply.models import Item, Store

COUNTERS = ("treasurer", "steward", "storekeeper", "site_lead", "buyer")
QUANTITY_MAX = 10**9


class CameForm(forms.Form):
    """What was counted, where it lies now, and who counted with you."""

    store = forms.ModelChoiceField(label=gettext_lazy("Into which store"), queryset=Store.objects.none())
    item = forms.ModelChoiceField(label=gettext_lazy("Item"), queryset=Item.objects.none())
    quantity = forms.IntegerField(label=gettext_lazy("Counted"), min_value=1, max_value=QUANTITY_MAX)
    received_on = forms.DateField(label=gettext_lazy("On the day"), widget=forms.DateInput(attrs={"type": "date"}))
    second = forms.ModelChoiceField(
        label=gettext_lazy("Who counted with you"),
        queryset=Role.objects.none(),
        help_text=gettext_lazy("Two people stand for goods from outside."),
    )
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = request.campaign
        self.fields["store"].queryset = campaign.stores.select_related("custody")
        self.fields["item"].queryset = campaign.items.select_related("commodity")
        self.fields["item"].label_from_instance = lambda item: f"{item.name} ({item.unit})"
        others = Role.objects.filter(campaign=campaign, ended_on=None, name__in=COUNTERS).exclude(user=request.user)
        self.fields["second"].queryset = others.select_related("user").order_by("user__name", "pk")
        self.fields["second"].label_from_instance = lambda role: f"{role.user.name or role.user.email} ({role.get_name_display()})"

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


def goods_came(request: HttpRequest, slug: str, offer: UUID) -> HttpResponse:
    """Count what arrived; what came may be more or less than was offered."""
    actor = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    mine = GoodsOffer.objects.for_actor(actor).filter(campaign=request.campaign).select_related("donor")
    found = get_object_or_404(mine, pk=offer)
    start = {"request_id": uuid.uuid4().hex, "quantity": found.accepted, "received_on": timezone.localdate()}
    form = CameForm(request.POST or None, initial=start, request=request)
    if form.is_valid():
        said = form.cleaned_data
        thing = said["item"].commodity
        role = next((one for one in actor.roles if one.section_id == found.donor.section_id), actor.roles[0])
        try:
            record_gift_in_kind(
                custody=said["store"].custody, commodity=thing, amount=said["quantity"] * 10**thing.scale, author=role, second=said["second"],
                received_on=said["received_on"], request_id=said["request_id"], offer=found,
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The goods stand in the book. You can write down now what they are worth."))
            return redirect("offers_desk", slug=slug)
    return form_page(
        request, form=form, title=_("Count what came"), submit=_("Write it down"), desk=True, back=reverse("offers_desk", kwargs={"slug": slug}),
        intro=_("Accepted of this offer: %(n)s %(unit)s, %(what)s.") % {"n": found.accepted, "unit": found.unit, "what": found.what},
    )  # fmt: skip
