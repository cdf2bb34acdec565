"""Forms for rates of exchange: one by hand, many from a file; both go to the stewards."""

from django import forms
from django.utils.translation import gettext_lazy as _

DECIMAL_WORDS = [("point", _("a point: 0.0205")), ("comma", _("a comma: 0,0205"))]
SEPARATOR_WORDS = [("comma", _("a comma")), ("semicolon", _("a semicolon")), ("tab", _("a tab"))]


class RateForm(forms.Form):
    """One rate: how much one unit of a currency is worth in another."""

    of = forms.CharField(label=_("One unit of"), max_length=3, help_text=_("Three letters, such as UAH."))
    to = forms.CharField(label=_("is worth, in"), max_length=3)
    rate = forms.CharField(label=_("Rate"), max_length=40, help_text=_("With a point for decimals, such as 0.0205."))
    on = forms.CharField(label=_("On the day"), max_length=10, help_text=_("Such as 2026-12-01."))
    source = forms.CharField(label=_("Who says so"), max_length=120)
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def cells(self) -> dict[str, str]:
        data = self.cleaned_data
        return {"from": data["of"], "to": data["to"], "rate": data["rate"], "date": data["on"], "source": data["source"]}


class RateFileForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), help_text=_("UTF-8, with the columns date, from, to, rate, source."))
    decimal = forms.ChoiceField(label=_("Decimals are written with"), choices=DECIMAL_WORDS, widget=forms.RadioSelect)
    separator = forms.ChoiceField(label=_("Cells are separated by"), choices=SEPARATOR_WORDS, widget=forms.RadioSelect)
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=80)
