"""Forms of a steward's word, of the pause and of declared interests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.books.models import Custody
from awna.consent.models import Decision
from awna.core.ledger.rules import PAYEE
from awna.parties.models import Campaign


class DecisionForm(forms.Form):
    """One steward's word. `confirmed` is set by the second page only."""

    choice = forms.ChoiceField(choices=Decision.CHOICES)
    reason = forms.CharField(
        label=_("Reason or question"), help_text=_("Needed to ask or decline."), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    in_public = forms.BooleanField(label=_("If I decline, show this reason on the public page, without my name"), required=False)
    pin = forms.CharField(
        label=_("Your PIN"), required=False, max_length=64, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("If you have set one."),
    )  # fmt: skip
    request_id = forms.CharField(max_length=60)
    confirmed = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") in (Decision.ASK, Decision.DECLINE) and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why, so that the others can answer."))
        return cleaned


class PauseForm(forms.Form):
    """Stop everything that needs the stewards."""

    reason = forms.CharField(
        label=_("Why"), help_text=_("Your colleagues read it."), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)


class InterestForm(forms.Form):
    """A family or business tie with somebody who is paid."""

    payee = forms.ModelChoiceField(label=_("Payee"), queryset=Custody.objects.none())
    reason = forms.CharField(label=_("What ties you to them"), max_length=300)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payee"].queryset = Custody.objects.filter(book__campaign=campaign, type=PAYEE).exclude(ref__startswith="origin:")
