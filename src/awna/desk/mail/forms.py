"""Forms of mail and notices."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from awna.kit.codes import CODE_DIGITS
from awna.kit.languages import own_name
from awna.kit.notices.models import NoticeChoice


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the mail"), max_length=3 * CODE_DIGITS, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"})
    )  # fmt: skip


class ChoiceForm(forms.Form):
    """How often, and in which language."""

    pace = forms.ChoiceField(label=_("When should we mail you?"), choices=NoticeChoice.PACES, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("In which language?"), required=False, help_text=_("Of mails and of notices to come."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        languages = [(code, own_name(code)) for code, _name in settings.LANGUAGES]
        self.fields["language"].choices = [("", _("The language of the place")), *languages]
