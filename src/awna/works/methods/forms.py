"""Forms of the ways to build: a file with what it is, and the yes to what its preview showed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import MethodFile

SPREAD_USUAL = 20  # per cent: what the form starts with; a declaration itself gives no range
SORT_WORDS = [
    ("factors", _("Factors, as CSV: what one unit of an item costs and brings with it")),
    ("methods", _("Elements and ways to build them, as CSV")),
    ("epd", _("An environmental declaration of one product, as ILCD+EPD JSON")),
]


class MethodFileForm(forms.Form):
    sort = forms.ChoiceField(label=_("What is in the file"), choices=SORT_WORDS, widget=forms.RadioSelect)
    file = forms.FileField(label=_("File"), help_text=_("UTF-8. Nothing is taken in before you have seen every row."))
    item = forms.SlugField(
        max_length=60, required=False, label=_("Code of the item"), help_text=_("For a declaration only: the item whose carbon it tells.")
    )
    unit = forms.CharField(
        max_length=12,
        required=False,
        label=_("Unit in which you count the item"),
        help_text=_("For a declaration only. Empty: as declared."),
    )
    convert = forms.DecimalField(
        max_digits=18, decimal_places=9, min_value=Decimal("0.000000001"), required=False, label=_("Declared units in one of yours"),
        help_text=_("For a declaration only: 0.012 where one block is 0.012 cubic metres."),
    )  # fmt: skip
    spread = forms.DecimalField(
        max_digits=5, decimal_places=1, min_value=0, max_value=100, required=False, initial=SPREAD_USUAL, label=_("How far it may be off, in %"),
        help_text=_("For a declaration only: it gives one figure, and yours is a range."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("sort") == "epd" and not cleaned.get("item"):
            self.add_error("item", _("Say which item the declaration is about."))
        return cleaned

    @property
    def given(self) -> dict[str, str]:
        """What goes with a declaration, as text."""
        wanted = ("item", "unit", "convert", "spread")
        return {name: str(self.cleaned_data[name]) for name in wanted if self.cleaned_data.get(name) not in (None, "")}


class TakeFileForm(forms.Form):
    leave_refused = forms.BooleanField(
        label=_("Leave out the rows that are refused"), required=False, help_text=_("They can come in later, in a corrected file.")
    )

    def __init__(self, *args: Any, found: MethodFile, refused: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        if not refused:
            del self.fields["leave_refused"]
