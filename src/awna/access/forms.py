"""Forms of access: a crossing, a report, the condition of a site, a request to pass, a decision, a table."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign

from .models import CONDITIONS, CONFIDENCES, DECISIONS, STATUSES
from .rules import CODE_CHARS_MAX, INSPECTION_DAYS_MAX, ITEM_CHARS_MAX, NAME_CHARS_MAX, QUANTITY_MAX, SOURCE_CHARS_MAX, UNIT_CHARS_MAX

DATE = {"type": "date"}


class OnceForm(forms.Form):
    """A form that may be sent twice and counts once; `today` names the fields that begin with today."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    today: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = str(uuid.uuid4())
        for name in self.today:
            self.fields[name].initial = timezone.localdate()


class AddCrossingForm(forms.Form):
    name = forms.CharField(max_length=NAME_CHARS_MAX, label=_("Name"), help_text=_("As people call it, such as “North crossing”."))
    code = forms.SlugField(max_length=CODE_CHARS_MAX, label=_("Short name"), help_text=_("For tables: letters, digits, hyphens."))
    district = forms.CharField(
        max_length=NAME_CHARS_MAX, required=False, label=_("District"), help_text=_("Everyone reads it; nothing finer is published.")
    )


class SaidForm(OnceForm):
    """What reports on crossings and on sites have in common."""

    today = ("valid_from", "observed_on")
    valid_from = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=DATE))
    valid_until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs=DATE), help_text=_("Leave it empty when nobody knows.")
    )
    source = forms.CharField(max_length=SOURCE_CHARS_MAX, label=_("Who says so"), help_text=_("Such as “two drivers”. No names."))
    confidence = forms.ChoiceField(choices=CONFIDENCES, initial="heard", label=_("How sure is it"))
    observed_on = forms.DateField(
        label=_("Seen on"), required=False, widget=forms.DateInput(attrs=DATE),
        help_text=_("An older report is kept and does not override what was seen after it."),
    )  # fmt: skip


class ReportForm(SaidForm):
    status = forms.ChoiceField(choices=STATUSES, label=_("It is"), widget=forms.RadioSelect)
    field_order = ("status",)


class ConditionForm(SaidForm):
    site = forms.ModelChoiceField(queryset=None, label=_("Site"))
    condition = forms.ChoiceField(choices=CONDITIONS, label=_("How it is there"))
    field_order = ("site", "condition")

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = campaign.sites.all()


class PassForm(OnceForm):
    today = ("asked_on",)
    item = forms.CharField(max_length=ITEM_CHARS_MAX, label=_("What was asked to pass"), help_text=_("One item, such as “Cement, 50 kg”."))
    quantity = forms.DecimalField(max_digits=12, decimal_places=2, max_value=QUANTITY_MAX, required=False, label=_("Quantity"))
    unit = forms.CharField(max_length=UNIT_CHARS_MAX, required=False, label=_("Unit"))
    asked_on = forms.DateField(label=_("Asked on"), widget=forms.DateInput(attrs=DATE))
    wanted_on = forms.DateField(label=_("To pass on"), required=False, widget=forms.DateInput(attrs=DATE))


class DecisionForm(OnceForm):
    today = ("decided_on",)
    outcome = forms.ChoiceField(choices=DECISIONS, label=_("What was decided, or what happened"), widget=forms.RadioSelect)
    decided_on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs=DATE))
    reason = forms.CharField(
        max_length=SOURCE_CHARS_MAX,
        required=False,
        label=_("Reason given"),
        help_text=_("Leave it empty when none was given; that is counted."),
    )
    inspection_days = forms.IntegerField(min_value=0, max_value=INSPECTION_DAYS_MAX, required=False, label=_("Days in inspection"))


class TableForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"), help_text=_("Its first row names the columns. Nothing is taken before you have seen every row.")
    )
