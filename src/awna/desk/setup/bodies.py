"""The questions of the set-up about bodies and people: sections, accounts, stewards, everybody else."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.core.banking.references import is_iban
from awna.parties.models import ROLE_NAMES

from .forms import currency_code
from .rows import RowsForm, StepForm

OWNER = "@owner"
STEWARDS_MIN = 2
ACCOUNT_CHARS_MAX = 34
LIKE_AN_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
INVITED = [(name, label) for name, label in ROLE_NAMES if name not in ("steward", "bridge", "volunteer")]


class SectionsForm(RowsForm):
    row_needs = ("name", "country", "currency")

    def row_fields(self) -> dict[str, forms.Field]:
        return {
            "name": forms.CharField(label=_("Name of the section"), max_length=160),
            "country": forms.CharField(label=_("Country, two letters"), max_length=2),
            "currency": forms.CharField(label=_("Its currency, three letters"), max_length=3),
            "registration": forms.CharField(label=_("Registration number, if it has one"), max_length=120),
        }

    def row_title(self, number: int) -> str:
        return _now("Section %(number)s") % {"number": number}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for row in self.filled:
            key = f"row-{row['at']}-"
            if row["country"] and not re.fullmatch(r"[A-Za-z]{2}", row["country"]):
                self.add_error(f"{key}country", _now("Type the two letters of the country, such as DE or GB."))
            if row["currency"]:
                _try(self, f"{key}currency", row["currency"])
        for name in _twice(row["name"] for row in self.filled):
            self.add_error(None, _now("Two sections are called “%(name)s”. Give them different names.") % {"name": name})
        return data

    @property
    def names(self) -> list[str]:
        return [row["name"] for row in self.filled if row["name"]] if hasattr(self, "cleaned_data") else []


class AccountsForm(RowsForm):
    row_needs = ("body", "number", "currency")
    beside = False

    def row_fields(self) -> dict[str, forms.Field]:
        return {
            "body": forms.ChoiceField(label=_("Whose account"), choices=[("", "–"), *bodies(self.so_far)]),
            "number": forms.CharField(label=_("IBAN, or number of the account"), max_length=ACCOUNT_CHARS_MAX + 8),
            "currency": forms.CharField(label=_("Currency"), max_length=3),
        }

    def row_title(self, number: int) -> str:
        return _now("Account %(number)s") % {"number": number}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for row in self.filled:
            key = f"row-{row['at']}-"
            if row["currency"]:
                _try(self, f"{key}currency", row["currency"])
            number = "".join((row["number"] or "").split()).upper()
            if LIKE_AN_IBAN.fullmatch(number) and not is_iban(number):
                self.add_error(
                    f"{key}number", _now("The check digits of this IBAN do not fit: a sign is mistyped. Compare it with the bank’s paper.")
                )
            if len(number) > ACCOUNT_CHARS_MAX:
                self.add_error(f"{key}number", _now("A number of an account has at most %(n)s signs.") % {"n": ACCOUNT_CHARS_MAX})
        for number in _twice(
            "".join(row["number"].split()).upper() + " " + (row["currency"] or "").upper() for row in self.filled if row["number"]
        ):
            self.add_error(None, _now("The account %(number)s stands here twice.") % {"number": number})
        held = {row["body"] for row in self.filled}
        for body, label in bodies(self.so_far):
            if body not in held:
                self.add_error(None, _now("“%(body)s” has no account yet. Add one: money comes in and goes out there.") % {"body": label})
        return data


class StewardsForm(RowsForm):
    rows_least = 3
    required = forms.IntegerField(
        label=_("How many of them must agree before money is released"), min_value=STEWARDS_MIN, initial=STEWARDS_MIN,
        error_messages={"min_value": _("One steward alone must not release money. Ask for at least %(limit_value)s.")})  # fmt: skip

    def row_fields(self) -> dict[str, forms.Field]:
        return {"email": forms.EmailField(label=_("E-mail address"))}

    def row_title(self, number: int) -> str:
        return _now("Steward %(number)s") % {"number": number}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        named = {row["email"].lower() for row in self.filled if row["email"]}
        wanted = max(data.get("required") or STEWARDS_MIN, STEWARDS_MIN)
        if len(named) < wanted:
            self.add_error(
                "row-0-email",
                _now("%(n)s different stewards are named and %(k)s must agree. Name at least %(least)s.")
                % {"n": len(named), "k": wanted, "least": wanted},
            )
        return data


class PeopleForm(RowsForm):
    row_needs = ("role", "email", "body")

    def row_fields(self) -> dict[str, forms.Field]:
        return {
            "role": forms.ChoiceField(label=_("Role"), choices=[("", "–"), *INVITED]),
            "email": forms.EmailField(label=_("E-mail address")),
            "body": forms.ChoiceField(label=_("For which body"), choices=[("", "–"), *bodies(self.so_far)]),
        }

    def row_title(self, number: int) -> str:
        return _now("Person %(number)s") % {"number": number}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        treasurers = {row["body"] for row in self.filled if row["role"] == "treasurer"}
        for body, label in bodies(self.so_far):
            if body not in treasurers:
                self.add_error(None, _now("“%(body)s” has no treasurer yet. Nobody else may bring in its bank files.") % {"body": label})
        return data


def bodies(so_far: Mapping[str, StepForm]) -> list[tuple[str, str]]:
    """The owner and the sections that were named on the steps before, as choices."""
    owner, sections = so_far.get("owner"), so_far.get("sections")
    name = getattr(owner, "cleaned_data", {}).get("owner_name") or _now("The owner of the place")
    return [(OWNER, name), *((one, one) for one in (sections.names if isinstance(sections, SectionsForm) else []))]


def _try(form: forms.Form, key: str, text: str) -> None:
    try:
        currency_code(text)
    except ValidationError as error:
        form.add_error(key, error)


def _twice(values: Any) -> list[str]:
    return sorted(value for value, count in Counter(value for value in values if value).items() if count > 1)
