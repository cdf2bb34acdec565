"""Giving, one question per page: how much and what for, then who if they wish."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Book, Fund
from awna.books.models.naming import GOODS_GENERAL, UNALLOCATED, UNIDENTIFIED
from awna.campaigns.bill import claims
from awna.core.amounts import format_minor, parse_minor
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form

from .services import collecting_accounts

AMOUNTS_OFFERED = (10, 25, 50, 250)
NAME_CHARS_MAX = 120


class AccountChoice(forms.ModelChoiceField):
    def label_from_instance(self, account: BankAccount) -> str:
        return f"{account.holder} · {account.currency}"


class FundChoice(forms.ModelChoiceField):
    def label_from_instance(self, fund: Fund) -> Any:
        return _("Where the stewards need it most") if fund.code == UNALLOCATED else fund.title


class AmountForm(forms.Form):
    """How much, to which section, for what. After `is_valid`, `cleaned_data` holds `account`, `fund` and `amount_minor`."""

    pick = forms.ChoiceField(
        label=_("Amount"), choices=[(str(amount), str(amount)) for amount in AMOUNTS_OFFERED], widget=forms.RadioSelect, required=False
    )
    other = forms.CharField(
        label=_("Another amount"),
        help_text=_("For example 130.00. You can also write ١٣٠."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "in-s num"}),
    )
    account = AccountChoice(
        label=_("Who receives it?"), help_text=_("Each body collects under the law of its own country."), queryset=BankAccount.objects.none(),
        widget=forms.RadioSelect, empty_label=None,
    )  # fmt: skip
    fund = FundChoice(
        label=_("What is it for?"), help_text=_("The book refuses to spend a gift on anything else."), queryset=Fund.objects.none(),
        widget=forms.RadioSelect, empty_label=None,
    )  # fmt: skip

    line = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book, self.campaign = book, book.campaign
        accounts = collecting_accounts(book).select_related("commodity")
        funds = book.funds.exclude(code__in=[UNIDENTIFIED, GOODS_GENERAL]).order_by("code")
        self.fields["account"].queryset = accounts
        self.fields["account"].initial = next(iter(accounts), None)
        if len(accounts) == 1:
            self.fields["account"].widget = forms.HiddenInput()
        self.fields["fund"].queryset = funds
        self.fields["fund"].initial = funds.filter(code=UNALLOCATED).first()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed, account = cleaned.get("other") or cleaned.get("pick"), cleaned.get("account")
        if not typed:
            self.add_error("other", _("Choose an amount, or type another one."))
        elif account is not None:
            try:
                cleaned["amount_minor"] = parse_minor(typed, account.commodity.scale)
            except Refused as refused:
                refused_to_form(self, Refused([problem.at("other") for problem in refused.problems]))
            else:
                if cleaned["amount_minor"] <= 0:
                    self.add_error("other", _("Choose an amount above zero."))
                else:
                    self._find_line(cleaned)
        return cleaned

    def _find_line(self, cleaned: dict[str, Any]) -> None:
        """`budget_line` is the line of the bill that was named and has room for the amount."""
        cleaned["budget_line"] = None
        # Where gifts are sheltered nobody learns from a line what was just promised.
        if cleaned.get("line") and not self.book.sheltered:
            found = self.campaign.budget_lines.select_related("campaign").filter(code=cleaned["line"]).first()
            if found is None:
                self.add_error(
                    None,
                    _("The line that this gift was meant for is not in the bill any more. Choose another one, or give without a line."),
                )
                return
            try:
                claims.refuse_money(line=found, minor=cleaned["amount_minor"], currency=cleaned["account"].commodity.code)
            except Refused as refused:
                refused_to_form(self, Refused([problem.at("other") for problem in refused.problems]))
            cleaned["budget_line"] = found

    def as_query(self) -> dict[str, str]:
        """What the next page needs of this one; nothing of it names a person, so it may stand in an address."""
        account = self.cleaned_data["account"]
        return {
            "other": format_minor(self.cleaned_data["amount_minor"], account.commodity.scale),
            "account": str(account.pk),
            "fund": str(self.cleaned_data["fund"].pk),
            **({"line": self.cleaned_data["line"]} if self.cleaned_data.get("line") else {}),
        }


class DetailsForm(forms.Form):
    """Who gives, if they wish to say so."""

    name = forms.CharField(
        label=_("Your name"), help_text=_("For your receipt. No page shows it."), required=False, max_length=NAME_CHARS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send you the bank details and, when the money has arrived, the link to follow it. Nothing else."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=64)
