"""Forms of the desk: bank file, translations, first run."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.books.models import Milestone
from awna.core.amounts import currency_scale, parse_minor
from awna.core.problems import Refused
from awna.donations.models import Pledge
from awna.kit.forms import problem_text
from awna.kit.policies import Actor
from awna.parties.services import CREDIT_CHARS_MAX, LINE_CHARS_MAX, TEXT_CHARS_MAX

from .bank_lines import WaitingLine
from .services import SectionPlan, SetUpPlan

SECTION_PARTS = 5


class StatementForm(forms.Form):
    bank_account = forms.ModelChoiceField(queryset=None, label=_("Account"), empty_label=None)
    file = forms.FileField(
        label=_("Bank file"), help_text=_("CAMT, MT940, OFX or a table (CSV), as your bank gives it. A file imported twice adds nothing.")
    )
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank_account"].queryset = accounts


@dataclass(frozen=True)
class BankFact:
    """What the bank did by itself; `lot` names the gift that it took back."""

    lot: str = ""


@dataclass(frozen=True)
class PaymentBack:
    """The payment of entry `seq` came back."""

    seq: str


class BankLineForm(forms.Form):
    """What one bank line is. The choice is looked up among what the treasurer may see; the services judge whether it fits."""

    choice = forms.CharField(label=_("What is this line?"), widget=forms.Select)
    movement = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, line: WaitingLine, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"line_{line.movement.pk}_%s", **kwargs)
        self.line, self.actor = line, actor
        likely = [(choice.value, choice.label) for choice in line.choices if choice.likely]
        others = [(choice.value, choice.label) for choice in line.choices if not choice.likely]
        groups = [(_("Suggested"), likely), (_("Others"), others)] if likely and others else likely + others
        self.fields["choice"].widget.choices = [("", _now("Choose")), *groups]

    def clean_choice(self) -> Pledge | Milestone | BankFact | PaymentBack | None:
        """The pledge, milestone or fact of the bank that was chosen; None: keep it as not yet identified."""
        kind, _colon, key = self.cleaned_data["choice"].partition(":")
        if kind == "back":
            return PaymentBack(key)
        if kind == "fact":
            return BankFact(key)
        book = self.line.movement.bank_account.book
        known = {
            "pledge": Pledge.objects.for_actor(self.actor).filter(bank_account__book=book).exclude(state="draft"),
            "remit": Milestone.objects.filter(book=book).select_related("proposal"),
        }
        if kind == "unidentified":
            return None
        try:
            return known[kind].get(pk=key)
        except (KeyError, ObjectDoesNotExist, ValidationError, ValueError):
            raise forms.ValidationError(_now("This is not among the choices any more. Choose again.")) from None


class SetUpForm(forms.Form):
    title = forms.CharField(label=_("What is being rebuilt"), max_length=160, help_text=_("For example: Wadi Sanad Clinic"))
    slug = forms.SlugField(label=_("Address of its page"), max_length=60, help_text=_("Letters, digits and hyphens: wadi-sanad-clinic"))
    place = forms.CharField(
        label=_("Place, as the public may know it"), max_length=120, help_text=_("A district is enough; never coordinates.")
    )
    goal = forms.CharField(label=_("Goal"), max_length=20, help_text=_("Digits with a point for decimals: 240000.00"))
    goal_currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Currency of the goal"), initial="USD")
    owner_name = forms.CharField(label=_("Body that owns the place"), max_length=160)
    owner_registration = forms.CharField(label=_("Its registration number"), max_length=120, required=False)
    owner_iban = forms.CharField(label=_("Its bank account (IBAN or number)"), max_length=34)
    stewards = forms.CharField(label=_("Stewards who release money: one e-mail address a line"), widget=forms.Textarea(attrs={"rows": 4}))
    required = forms.IntegerField(label=_("How many of them must agree"), min_value=2, initial=2)
    sections = forms.CharField(
        label=_("Collecting sections abroad: one a line"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Name; country; currency; IBAN; treasurer’s e-mail. For example: Neighbours North; DE; EUR; DE02120300000000202051; treasurer@example.org"))  # fmt: skip
    treasurer = forms.EmailField(label=_("Treasurer of the owner: e-mail"))
    site_lead = forms.EmailField(label=_("Site lead: e-mail"), required=False)
    buyer = forms.EmailField(label=_("Buyer: e-mail"), required=False)
    storekeeper = forms.EmailField(label=_("Storekeeper: e-mail"), required=False)
    coordinator = forms.EmailField(label=_("Brigade coordinator: e-mail"), required=False)

    def clean_stewards(self) -> list[str]:
        addresses = [line.strip().lower() for line in self.cleaned_data["stewards"].splitlines() if line.strip()]
        for address in addresses:
            validate_email(address)
        return addresses

    def clean_sections(self) -> list[SectionPlan]:
        plans = []
        for number, line in enumerate(self.cleaned_data["sections"].splitlines(), start=1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            if len(parts) != SECTION_PARTS or len(parts[1]) != 2 or len(parts[2]) != 3:
                raise forms.ValidationError(
                    _now("Line %(n)s: write name; two-letter country; three-letter currency; IBAN; e-mail."), params={"n": number})  # fmt: skip
            validate_email(parts[4])
            plans.append(SectionPlan(parts[0], parts[1].upper(), parts[2].upper(), parts[3].replace(" ", ""), parts[4].lower()))
        return plans

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("goal") and data.get("goal_currency"):
            try:
                data["goal_minor"] = parse_minor(data["goal"], currency_scale(data["goal_currency"]))
            except Refused as refused:
                self.add_error("goal", problem_text(refused.problems[0]))
        return data

    def plan(self) -> SetUpPlan:
        data = self.cleaned_data
        others = [
            (name, data[name].lower()) for name in ("treasurer", "site_lead", "buyer", "storekeeper", "coordinator") if data.get(name)
        ]
        names = (
            "slug",
            "title",
            "owner_name",
            "owner_registration",
            "place",
            "goal_minor",
            "goal_currency",
            "required",
            "stewards",
            "sections",
        )
        return SetUpPlan(**{name: data[name] for name in names}, owner_iban=data["owner_iban"].replace(" ", ""), others=others)


class PoFileForm(forms.Form):
    file = forms.FileField(label=_("PO file"), help_text=_("Made here, translated elsewhere. Each text in it is kept as a draft."))
    credit = forms.CharField(
        label=_("Name to thank in public"), help_text=_("Of the translator, if she wishes."), max_length=CREDIT_CHARS_MAX, required=False
    )


class TranslationForm(forms.Form):
    """`seen` is the version that the page showed: what another saved meanwhile is not written over."""

    text = forms.CharField(label=_("Translation"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 12}))
    credit = forms.CharField(
        label=_("Name to thank in public"), help_text=_("Of the translator, if she wishes."), max_length=CREDIT_CHARS_MAX, required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, line: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if line:
            self.fields["text"].widget = forms.TextInput(attrs={"maxlength": LINE_CHARS_MAX})


class VoucherForm(forms.Form):
    """A person's word on a fault (`subject`, `reason`), or a file: to bring in, or with `act` to put aside or to take up again."""

    act = forms.ChoiceField(choices=[("aside", "aside"), ("up", "up")], widget=forms.HiddenInput, required=False)
    account = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.UUIDField(widget=forms.HiddenInput, required=False)
    subject = forms.CharField(widget=forms.HiddenInput, max_length=120, required=False)
    reason = forms.CharField(label=_("Why this stands"), max_length=1000, required=False)
