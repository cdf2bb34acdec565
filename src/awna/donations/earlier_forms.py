"""Forms that bring in gifts of before the book: the file with its stated marks, and the yes to what the preview showed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

DECIMAL_WORDS = [("point", _("a point: 1250.50")), ("comma", _("a comma: 1250,50"))]
SEPARATOR_WORDS = [("comma", _("a comma")), ("semicolon", _("a semicolon")), ("tab", _("a tab"))]


class EarlierFileForm(forms.Form):
    """Neither mark has a default: what is not stated is asked for, never guessed."""

    bank_account = forms.ModelChoiceField(queryset=None, label=_("Account that received the gifts"), empty_label=None)
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "UTF-8. The first row names the columns: key, amount, currency, and where you have them kind, date, fund, donor, name, email, language."
        ),
    )
    decimal = forms.ChoiceField(label=_("Decimals are written with"), choices=DECIMAL_WORDS, widget=forms.RadioSelect)
    separator = forms.ChoiceField(label=_("Cells are separated by"), choices=SEPARATOR_WORDS, widget=forms.RadioSelect)

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank_account"].queryset = accounts


class TakeInForm(forms.Form):
    leave_refused = forms.BooleanField(
        label=_("Leave out the rows that are refused"), required=False, help_text=_("They can come in later, in a corrected file.")
    )

    def __init__(self, *args: Any, refused: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not refused:
            del self.fields["leave_refused"]
