"""Forms of works: a report on a crossing, an issue to a task, work done."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.access.models import CONFIDENCES, STATUSES
from awna.parties.models import Campaign

DATE = {"type": "date"}


class RequestForm(forms.Form):
    """A form that may be sent twice and counts once."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = str(uuid.uuid4())


class CrossingForm(RequestForm):
    crossing = forms.ModelChoiceField(queryset=None, label=_("Crossing"))
    status = forms.ChoiceField(choices=STATUSES, initial="closed", label=_("It is"))
    valid_from = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=DATE))
    valid_until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs=DATE), help_text=_("Leave it empty when nobody knows.")
    )
    source = forms.CharField(max_length=200, label=_("Who says so"), help_text=_("Such as “two drivers”. No names."))
    confidence = forms.ChoiceField(choices=CONFIDENCES, initial="heard", label=_("How sure is it"))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crossing"].queryset = campaign.crossings.all()
        self.fields["valid_from"].initial = timezone.localdate()


class IssueForm(RequestForm):
    item = forms.ModelChoiceField(queryset=None, label=_("Material"))
    store = forms.ModelChoiceField(queryset=None, label=_("From store"))
    quantity = forms.IntegerField(min_value=1, label=_("Quantity"), help_text=_("In the unit of the material."))
    issued_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DATE))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = campaign.items.all()
        self.fields["store"].queryset = campaign.stores.all()
        self.fields["issued_on"].initial = timezone.localdate()


class ProgressForm(RequestForm):
    quantity = forms.DecimalField(max_digits=12, decimal_places=2, label=_("Work done"))
    done_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DATE))
    note = forms.CharField(max_length=300, required=False, label=_("Note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = timezone.localdate()
