"""Forms of a closing: big buttons for a phone, and the choice of a way with its reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.access.forms import SaidForm
from awna.access.models import CONFIDENCES, STATUSES
from awna.parties.models import Campaign

WHY_CHARS_MAX = 300
AS_MENDED = "mended"


class ClosingForm(SaidForm):
    """`status` comes from the button that was pressed."""

    crossing = forms.ModelChoiceField(queryset=None, label=_("Which crossing"), widget=forms.RadioSelect, empty_label=None)
    status = forms.ChoiceField(choices=STATUSES, widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crossing"].queryset = campaign.crossings.all()
        self.fields["confidence"].widget = forms.RadioSelect(choices=CONFIDENCES)


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
