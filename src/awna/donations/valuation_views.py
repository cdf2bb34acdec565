"""The treasurer writes down what given goods are worth, by whose word and on which day."""

import uuid
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.kit.policies import Actor

from .models import Gift
from .services.valuation import SOURCE_CHARS_MAX, value_goods


class ValuationForm(forms.Form):
    """Worth, source and day."""

    amount = forms.CharField(
        label=gettext_lazy("Worth"), max_length=20, help_text=gettext_lazy("With a point for decimals, such as 130.00.")
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    source = forms.CharField(label=gettext_lazy("Who says so"), max_length=SOURCE_CHARS_MAX)
    on = forms.DateField(label=gettext_lazy("On the day"), widget=forms.DateInput(attrs={"type": "date"}))
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=40)


def value_gift(request: HttpRequest, slug: str, gift: UUID) -> HttpResponse:
    """A form for one gift of goods."""
    actor = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    found = get_object_or_404(Gift.objects.for_actor(actor).select_related("donor", "commodity"), donor__campaign=request.campaign, pk=gift)
    role = next((one for one in actor.roles if one.section_id == found.donor.section_id), actor.roles[0])
    form = ValuationForm(request.POST or None, initial={"request_id": uuid.uuid4().hex})
    if form.is_valid():
        try:
            value_goods(gift=found, author=role, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The valuation stands in the log beside the goods. It is not counted as money."))
            return redirect("gifts_desk", slug=slug)
    return form_page(
        request, form=form, title=_("What are these goods worth?"), submit=_("Write it down"), desk=True,
        back=reverse("gifts_desk", kwargs={"slug": slug}), intro=f"{found.commodity.name} · {found.received_on.isoformat()}",
    )  # fmt: skip
