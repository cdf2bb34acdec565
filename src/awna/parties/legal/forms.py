"""Writing a legal page, and noting who read it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.languages import own_name

from ..services.translations import TEXT_CHARS_MAX

ROWS = 24


class LegalTextForm(forms.Form):
    """The whole text of one page in the language in which it counts."""

    text = forms.CharField(
        label=_("Text"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": ROWS, "dir": "auto"}),
        help_text=_("An empty line begins a new paragraph. What stands in ⟦ ⟧ is still to be filled in, or its line to be deleted."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language of this text"), help_text=_("This text counts; translations stand beside it until somebody has reviewed them.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [(code, own_name(code)) for code, _name in settings.LANGUAGES]


class LawyerForm(forms.Form):
    """Who read a wording, and when."""

    lawyer = forms.CharField(label=_("Who read it"), max_length=160, help_text=_("Name and office, as it may stand in public. Ask first."))
    lawyer_on = forms.DateField(label=_("On which day"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"}))
