"""Forms of works: an issue to a task, work done."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign

DATE = {"type": "date"}


class RequestForm(forms.Form):
    """A form that may be sent twice and counts once."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = str(uuid.uuid4())


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
