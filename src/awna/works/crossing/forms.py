"""Forms of a closing: big buttons for a phone, and the choice of a way with its reason."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.access.models import CONFIDENCES, STATUSES
from awna.parties.models import Campaign

from ..forms import DATE, RequestForm

WHY_CHARS_MAX = 300
AS_MENDED = "mended"


class ClosingForm(RequestForm):
    """`status` comes from the button that was pressed."""

    crossing = forms.ModelChoiceField(queryset=None, label=_("Which crossing"), widget=forms.RadioSelect, empty_label=None)
    source = forms.CharField(max_length=200, label=_("Who says so"), help_text=_("Such as “two drivers”. No names."))
    confidence = forms.ChoiceField(choices=CONFIDENCES, initial="heard", label=_("How sure is it"), widget=forms.RadioSelect)
    valid_from = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=DATE))
    valid_until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs=DATE), help_text=_("Leave it empty when nobody knows.")
    )
    observed_on = forms.DateField(
        label=_("Seen on"), widget=forms.DateInput(attrs=DATE),
        help_text=_("An older report is kept and does not override what was seen after it."),
    )  # fmt: skip
    status = forms.ChoiceField(choices=STATUSES, widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crossing"].queryset = campaign.crossings.all()
        for name in ("valid_from", "observed_on"):
            self.fields[name].initial = timezone.localdate()


class AdoptForm(forms.Form):
    way = forms.ChoiceField(label=_("Which way"), widget=forms.RadioSelect)
    why = forms.CharField(
        max_length=WHY_CHARS_MAX, label=_("Why this one"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everyone will read it beside what moves and your office. No names, places or days."),
    )  # fmt: skip

    def __init__(self, *args: Any, ways: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = ways
        if len(ways) == 1:
            self.fields["way"].initial = ways[0][0]
