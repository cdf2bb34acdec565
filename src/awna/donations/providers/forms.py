"""Forms of payment providers: choose one, switch it on, bring in its report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount

from .adapter import REPORT_BYTES_MAX
from .models import PROVIDERS


class NewProviderForm(forms.Form):
    """Which provider pays out to which account."""

    name = forms.ChoiceField(label=_("Provider"), choices=PROVIDERS)
    account = forms.ModelChoiceField(label=_("It pays out to"), queryset=BankAccount.objects.none())

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts


class SettingForm(forms.Form):
    """On or off, and the secret that its deliveries are signed with."""

    enabled = forms.BooleanField(label=_("Switched on"), required=False)
    secret = forms.CharField(
        label=_("Webhook secret"), max_length=200, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is sealed and never shown again. Leave it empty to keep the one that is there."),
    )  # fmt: skip


class ReportForm(forms.Form):
    """A report as the provider gives it."""

    file = forms.FileField(label=_("Report, CSV or zip"), help_text=_("At most 20 MB and 50,000 rows."))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > REPORT_BYTES_MAX:
            raise forms.ValidationError(_("The file is too large. Ask the provider for a shorter period."))
        return file
