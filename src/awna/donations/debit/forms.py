"""Forms of direct debit: the account that debits, a signed mandate with its plan, the end of a mandate, a run."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Book
from awna.books.models.naming import GOODS_GENERAL, UNIDENTIFIED
from awna.core.amounts import parse_minor
from awna.core.problems import Refused
from awna.kit.forms import problem_text

from .mandates import INSTALMENTS_MAX, NOTICE_DAYS_MAX, TEXT_CHARACTERS_MAX
from .models import INTERVALS, NOTICE_DAYS

NOT_TO_GIVE_FOR = (GOODS_GENERAL, UNIDENTIFIED)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class CreditorForm(forms.Form):
    """The holder's address in fields, and under which id it debits."""

    street = forms.CharField(label=_("Street"), max_length=70, required=False)
    building = forms.CharField(label=_("House number"), max_length=16, required=False)
    post_code = forms.CharField(label=_("Postcode"), max_length=16, required=False)
    town = forms.CharField(label=_("Town"), max_length=35)
    country = forms.CharField(label=_("Country, two letters"), max_length=2)
    creditor_id = forms.CharField(
        label=_("Creditor identifier"), max_length=45, required=False, help_text=_("Only for direct debits. The central bank gives it out.")
    )
    notice_days = forms.IntegerField(
        label=_("Days by which debits are announced"), min_value=1, max_value=NOTICE_DAYS_MAX, initial=NOTICE_DAYS,
        help_text=_("14, unless every mandate agrees on fewer."),
    )  # fmt: skip


class MandateForm(forms.Form):
    """What a payer signed on paper, and the instalments that follow."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    account = forms.ModelChoiceField(label=_("Into which account"), queryset=BankAccount.objects.none())
    fund = forms.ModelChoiceField(label=_("Purpose"), queryset=BankAccount.objects.none())
    name = forms.CharField(label=_("Name of the account's holder"), max_length=140)
    iban = forms.CharField(label=_("IBAN"), max_length=42)
    town = forms.CharField(label=_("Town"), max_length=35, required=False, help_text=_("Needed for accounts outside the EEA."))
    country = forms.CharField(label=_("Country, two letters"), max_length=2, required=False)
    email = forms.EmailField(label=_("Email for announcements"), required=False)
    text = forms.CharField(label=_("The words that were signed"), max_length=TEXT_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 6}))
    signed_on = _day(_("Signed on"))
    amount = forms.CharField(label=_("Amount of each debit"), max_length=20)
    months = forms.TypedChoiceField(label=_("How often"), choices=INTERVALS, coerce=int)
    count = forms.IntegerField(label=_("How many times; empty for no end"), min_value=1, max_value=INSTALMENTS_MAX, required=False)
    first_on = _day(_("First debit due on"))

    def __init__(self, *args: Any, accounts: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts
        self.fields["fund"].queryset = book.funds.exclude(code__in=NOT_TO_GIVE_FOR).order_by("title")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        account, amount = values.get("account"), values.get("amount")
        if account and amount:
            try:
                values["amount_minor"] = parse_minor(amount, account.commodity.scale)
            except Refused as refused:
                self.add_error("amount", problem_text(refused.problems[0]))
        return values


class EndForm(forms.Form):
    """Why a mandate ends."""

    reason = forms.CharField(label=_("Why does it end?"), max_length=200)


class RunForm(forms.Form):
    """A file for one account and day."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    account = forms.ModelChoiceField(label=_("Into which account"), queryset=BankAccount.objects.none())
    collect_on = _day(_("Collect on"))

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts
