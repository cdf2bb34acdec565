"""Forms of receipts and sections: what a donor tells for hers, what a treasurer decides, what a section is."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Section
from awna.parties.services import SECTION_FIELDS

from .receipt_packs import Pack
from .services.receipts import REASON_CHARS_MAX

FACT = "fact_"
DONOR_LABELS = {
    "name": _("Your name, as it should stand on the receipt"), "title": _("Title, such as Ms or Dr"), "first_name": _("First name"),
    "last_name": _("Last name"), "address": _("Postal address"), "postcode": _("Postcode"),
}  # fmt: skip
DONOR_HINTS = {
    "name": "name",
    "title": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "address": "street-address",
    "postcode": "postal-code",
}


class ReceiptDetailsForm(forms.Form):
    """Only what the rules of the country ask; everything may stay empty, and then a plain confirmation is issued."""

    def __init__(self, *args: Any, pack: Pack, declaration: str, told: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(pack.donor_fields) or {"name": 120}
        for threshold in pack.thresholds:
            names |= {name: names.get(name, 200) for name in threshold.requires}
        for name, most in names.items():
            self.fields[name] = forms.CharField(
                label=DONOR_LABELS[name], required=False, max_length=most, initial=told.get(name, ""),
                widget=forms.TextInput(attrs={"autocomplete": DONOR_HINTS[name]}),
            )  # fmt: skip
        if declaration:
            self.fields["declares"] = forms.BooleanField(label=declaration, required=False, initial=bool(told.get("declared_on")))

    def details(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if name != "declares"}


class IssueForm(forms.Form):
    """One receipt, after a look at what will be issued."""

    plain = forms.BooleanField(label=_("Issue a plain confirmation, not a tax receipt"), required=False)

    def __init__(self, *args: Any, tax: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not tax:
            del self.fields["plain"]


class VoidForm(forms.Form):
    """Void a receipt, and if wanted issue another at once."""

    reason = forms.CharField(
        label=_("Why is it voided?"),
        help_text=_("The reason stays with the receipt; the donor may ask for it."),
        max_length=REASON_CHARS_MAX,
    )
    again = forms.BooleanField(label=_("Issue another one for the same gifts at once"), required=False)


class AnnualForm(forms.Form):
    """The receipts of one year of one body."""

    plain = forms.BooleanField(label=_("Issue plain confirmations, not tax receipts"), required=False)


class SectionForm(forms.Form):
    """Registration, permit, and what receipts of the country ask of their issuer."""

    name = forms.CharField(label=_("Registered name"), max_length=160)
    territory = forms.CharField(label=_("Territory in which it collects"), max_length=120, required=False)
    address = forms.CharField(label=_("Postal address"), help_text=_("It stands on receipts."), max_length=200, required=False)
    register_body = forms.CharField(
        label=_("Who registered it"), help_text=_("Such as a court or a commission."), max_length=160, required=False
    )
    registration = forms.CharField(label=_("Number in the register"), max_length=120, required=False)
    register_url = forms.URLField(label=_("Where the register can be read"), required=False, assume_scheme="https")
    permit_number = forms.CharField(label=_("Number of the permit to collect"), max_length=80, required=False)
    permit_from = forms.DateField(label=_("Permit from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    permit_until = forms.DateField(
        label=_("Permit until"), help_text=_("After this day the giving page no longer offers the section."), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args: Any, section: Section, pack: Pack | None, **kwargs: Any) -> None:
        initial = {name: getattr(section, name) for name in SECTION_FIELDS}
        initial |= {name: value.isoformat() for name, value in initial.items() if hasattr(value, "isoformat")}
        super().__init__(*args, initial=initial, **kwargs)
        language = (get_language() or "en").split("-")[0]
        for item in pack.issuer_fields if pack else ():
            label = item["label"].get(language, item["label"]["en"])
            self.fields[FACT + item["name"]] = forms.CharField(
                label=label, required=False, max_length=300, initial=section.receipt_facts.get(item["name"], "")
            )

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SECTION_FIELDS}

    def facts(self) -> dict[str, str]:
        return {name.removeprefix(FACT): text for name, text in self.cleaned_data.items() if name.startswith(FACT)}
