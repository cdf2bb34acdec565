"""Forms for anyone: read by mail, come to an event, type the mailed code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Subscription

NAME_CHARS_MAX = 80


class SubscribeForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("A code comes to this address. It is never shown, and deleted when you leave."))
    rhythm = forms.ChoiceField(label=_("How often"), choices=Subscription.RHYTHMS, widget=forms.RadioSelect, initial=Subscription.WEEKLY)


class GuestForm(forms.Form):
    name = forms.CharField(label=_("Name"), help_text=_("One name is enough."), max_length=NAME_CHARS_MAX)
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("A code comes to this address. Name and address are deleted 30 days after the event.")
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), help_text=_("Six digits from the mail."), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "in-s"}),
    )  # fmt: skip
