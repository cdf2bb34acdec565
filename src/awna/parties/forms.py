"""Forms of people and bodies."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AcceptForm(forms.Form):
    name = forms.CharField(label=_("Your name, as colleagues will see it"), max_length=120)
    password = forms.CharField(label=_("Choose a password"), widget=forms.PasswordInput, help_text=_("At least ten characters."))
