"""Forms of the release pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.books.models import Custody, Fund
from awna.campaigns.models import BudgetLine
from awna.consent.models import Decision
from awna.core.ledger.rules import BANK, CASH, PAYEE, PURSES
from awna.parties.models import Campaign

EVIDENCE_KINDS = [
    ("invoice", _("Invoice")),
    ("delivery", _("Delivery note")),
    ("inspection", _("Inspection report")),
    ("guarantee", _("Guarantee")),
]


class DecisionForm(forms.Form):
    """One steward's word. `confirmed` is set by the second page only."""

    choice = forms.ChoiceField(choices=Decision.CHOICES)
    reason = forms.CharField(
        label=_("Reason or question"), help_text=_("Needed to ask or decline."), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    request_id = forms.CharField(max_length=60)
    confirmed = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") in (Decision.ASK, Decision.DECLINE) and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why, so that the others can answer."))
        return cleaned


class ReleaseForm(forms.Form):
    """A release in one milestone."""

    text = forms.CharField(label=_("What the money buys"), max_length=300)
    payee = forms.ModelChoiceField(label=_("Payee"), queryset=Custody.objects.none())
    custody = forms.ModelChoiceField(label=_("Paid from"), queryset=Custody.objects.none())
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.none())
    amount = forms.CharField(label=_("At most"), help_text=_("In the currency of that account, such as 1250.50."), max_length=30)
    budget_line = forms.ModelChoiceField(label=_("Budget line"), queryset=BudgetLine.objects.none(), required=False)
    evidence = forms.MultipleChoiceField(
        label=_("Evidence needed before it is paid"), choices=EVIDENCE_KINDS, widget=forms.CheckboxSelectMultiple, required=False
    )
    earliest = forms.DateField(label=_("Not paid before"), widget=forms.DateInput(attrs={"type": "date"}))
    expires_on = forms.DateField(label=_("Decide until"), widget=forms.DateInput(attrs={"type": "date"}))
    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        custodies = Custody.objects.filter(book__campaign=campaign)
        self.fields["payee"].queryset = custodies.filter(type__in=(PAYEE, BANK, CASH))
        self.fields["custody"].queryset = custodies.filter(type__in=PURSES)
        self.fields["fund"].queryset = Fund.objects.filter(book__campaign=campaign).exclude(code="unidentified").order_by("title")
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(campaign=campaign)
