"""The forms of a letter: sign, and ask for the link that takes a name back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Signature

NAME_CHARS_MAX = 120


class SignForm(forms.Form):
    """One form for people and organisations."""

    kind = forms.ChoiceField(label=_("I sign"), choices=Signature.KINDS, widget=forms.RadioSelect, initial=Signature.PERSON)
    name = forms.CharField(
        label=_("Name"), help_text=_("Of the person or the organisation. One name is enough."), max_length=NAME_CHARS_MAX
    )
    office = forms.CharField(
        label=_("For an organisation: who signs"), help_text=_("Such as chair or secretary."), max_length=NAME_CHARS_MAX, required=False
    )
    place = forms.CharField(label=_("Place"), max_length=NAME_CHARS_MAX, required=False)
    email = forms.EmailField(label=_("E-mail"), help_text=_("For one link. It is never shown."))
    show_name = forms.BooleanField(label=_("Show this name in public"), required=False)


class WithdrawForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("The address that you signed with."))
