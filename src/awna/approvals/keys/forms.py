"""Forms of the keys' pages: the rules of a policy, a change of it, the two PINs, a suspension, a paper answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Commodity
from awna.consent.models import StewardKey
from awna.core.amounts import currency_scale, format_minor, parse_minor
from awna.core.consent.quorum import word_code
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.parties.models import Role

BANDS, CAPS = 3, 2
DAYS_MAX, RECOVERY_DAYS, SUSPEND_DAYS_MAX, PAUSE_DAYS_MAX = 90, 30, 7, 14
CHANGE_OPEN_DAYS = 45
"""A change stays open to be signed this long unless said otherwise: longer than any usual waiting period."""
PIN_DIGITS_MIN, PIN_DIGITS_MAX = 6, 12
WORD_CHARACTERS_MAX = 80


class KeyChoice(forms.ModelMultipleChoiceField):
    """Keys by whose they are, what they are and the words of their fingerprint."""

    def label_from_instance(self, key: StewardKey) -> str:
        return f"{key.steward.user} · {key.get_kind_display()} · {key.label} {word_code(key.fingerprint)}"


class PeopleChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, role: Role) -> str:
        return str(role.user)


def days(label: Any, *, most: int = DAYS_MAX, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, max_value=most, required=False,
                              widget=forms.NumberInput(attrs={"class": "in-s", "inputmode": "numeric"}))  # fmt: skip


class RulesForm(forms.Form):
    """How many stewards agree to what, how long things wait. `rules()` gives what the policy says."""

    required = forms.IntegerField(
        label=_("How many stewards must agree"), min_value=1, max_value=50, widget=forms.NumberInput(attrs={"class": "in-s"})
    )
    cool_down = days(
        _("Days between the deciding yes and the money moving"), help_text=_("Time in which a steward who was forced can be helped.")
    )
    change_wait = days(_("Days that a change of this policy waits in public"))
    recovery_wait = days(_("Days that a recovery by paper keys waits in public"), help_text=_("30 when left empty."))
    suspend_days = days(_("Days for which one steward can suspend a key, at most"), most=SUSPEND_DAYS_MAX)
    pause_days = days(_("Days for which one steward can pause everything, at most"), most=PAUSE_DAYS_MAX)

    def __init__(self, *args: Any, stewards: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stewards, self.scales = list(stewards), scales_of(stewards)
        choices = [("", "–"), *((code, code) for code in sorted(self.scales))]
        for n in range(1, BANDS + 1):
            self._add_band(n, choices)
        for n in range(1, CAPS + 1):
            self.fields[f"cap{n}_currency"] = forms.ChoiceField(label=_("Cap %(n)s: currency") % {"n": n}, choices=choices, required=False)
            self.fields[f"cap{n}_per_day"] = _amount(_("Cap %(n)s: released in one day at most") % {"n": n})
        for role in self.stewards:
            who = {"name": str(role.user)}
            self.fields[f"office_{role.pk}"] = _word(_("Office of %(name)s, such as medical or finance") % who)
            self.fields[f"household_{role.pk}"] = _word(_("Household of %(name)s, if she shares one with another steward") % who)

    def _add_band(self, n: int, choices: list[tuple[str, str]]) -> None:
        self.fields[f"band{n}_currency"] = forms.ChoiceField(label=_("Band %(n)s: currency") % {"n": n}, choices=choices, required=False)
        self.fields[f"band{n}_upto"] = _amount(_("Band %(n)s: releases up to, empty for any amount") % {"n": n})
        for name, label in (("k", _("Band %(n)s: stewards who must agree")), ("offices", _("Band %(n)s: different offices among them"))):
            self.fields[f"band{n}_{name}"] = forms.IntegerField(
                label=label % {"n": n}, min_value=1, max_value=50, required=False, widget=forms.NumberInput(attrs={"class": "in-s"})
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for n in range(1, BANDS + 1):
            if cleaned.get(f"band{n}_currency") and not cleaned.get(f"band{n}_k"):
                self.add_error(f"band{n}_k", _("Say how many stewards must agree in this band."))
            self._clean_amount(cleaned, f"band{n}_currency", f"band{n}_upto")
        for n in range(1, CAPS + 1):
            if cleaned.get(f"cap{n}_currency") and not cleaned.get(f"cap{n}_per_day"):
                self.add_error(f"cap{n}_per_day", _("Say how much may be released in one day."))
            self._clean_amount(cleaned, f"cap{n}_currency", f"cap{n}_per_day")
        return cleaned

    def _clean_amount(self, cleaned: dict[str, Any], currency: str, name: str) -> None:
        scale = self.scales.get(cleaned.get(currency, ""))
        if cleaned.get(name) and scale is None:
            self.add_error(currency, _("Choose the currency of this amount."))
        elif cleaned.get(name) and scale is not None:
            try:
                cleaned[name] = str(parse_minor(cleaned[name], scale))
            except Refused as refused:
                refused_to_form(self, Refused([problem.at(name) for problem in refused.problems]))

    def currencies(self) -> list[str]:
        """Codes that bands and caps name."""
        names = [f"band{n}_currency" for n in range(1, BANDS + 1)] + [f"cap{n}_currency" for n in range(1, CAPS + 1)]
        return sorted({self.cleaned_data[name] for name in names if self.cleaned_data.get(name)})

    def rules(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """The rules part of the policy; what was left empty is left out. `ids`: code → the commodity that the log names."""
        said = self.cleaned_data
        bands = [
            {"commodity": ids[said[f"band{n}_currency"]], "k": said[f"band{n}_k"]}
            | ({"upto": said[f"band{n}_upto"]} if said[f"band{n}_upto"] else {})
            | ({"offices": said[f"band{n}_offices"]} if said[f"band{n}_offices"] else {})
            for n in range(1, BANDS + 1) if said.get(f"band{n}_currency")
        ]  # fmt: skip
        caps = [
            {"commodity": ids[said[f"cap{n}_currency"]], "per_day": said[f"cap{n}_per_day"]}
            for n in range(1, CAPS + 1) if said.get(f"cap{n}_currency")
        ]  # fmt: skip
        parts: dict[str, Any] = {"bands": bands, "caps": caps}
        for field, part in (("office", "offices"), ("household", "households")):
            parts[part] = [
                {"steward": str(role.pk), field: word} for role in self.stewards if (word := said.get(f"{field}_{role.pk}", "").strip())
            ]
        waits = {name: said[name] for name in ("cool_down", "change_wait", "recovery_wait", "suspend_days", "pause_days")}
        return {name: part for name, part in parts.items() if part} | {name: wait for name, wait in waits.items() if wait is not None}


def scales_of(stewards: Sequence[Role]) -> dict[str, int]:
    """Currencies that a rule may name, with their decimals: those of the books, and that of the campaign's goal before any account is open."""
    goals = {role.campaign.goal_currency for role in stewards if role.campaign.goal_currency}
    return {code: currency_scale(code) for code in goals} | dict(Commodity.objects.filter(kind="money").values_list("code", "scale"))


def initial_of(required: int, rules: dict[str, Any]) -> dict[str, Any]:
    """What the form shows of rules that stand already."""
    money = {str(one.pk): one for one in Commodity.objects.filter(kind="money")}
    initial: dict[str, Any] = {"required": required}
    initial |= {name: rules[name] for name in ("cool_down", "change_wait", "recovery_wait", "suspend_days", "pause_days") if name in rules}
    for n, band in enumerate(rules.get("bands", ()), 1):
        one = money[band["commodity"]]
        upto = format_minor(int(band["upto"]), one.scale) if band.get("upto") else ""
        values = {"currency": one.code, "upto": upto, "k": band["k"], "offices": band.get("offices")}
        initial |= {f"band{n}_{name}": value for name, value in values.items()}
    for n, cap in enumerate(rules.get("caps", ()), 1):
        one = money[cap["commodity"]]
        initial |= {f"cap{n}_currency": one.code, f"cap{n}_per_day": format_minor(int(cap["per_day"]), one.scale)}
    for field, part in (("office", "offices"), ("household", "households")):
        initial |= {f"{field}_{one['steward']}": one[field] for one in rules.get(part, ())}
    return initial


class ChangeForm(RulesForm):
    """A new policy put before the stewards: who, which keys, which rules."""

    people = PeopleChoice(
        label=_("Stewards from then on"), help_text=_("Somebody new needs the role of a steward and keys of her own first."),
        queryset=Role.objects.none(), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    drop = KeyChoice(
        label=_("Keys that no longer count"), queryset=StewardKey.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    add = KeyChoice(
        label=_("New keys that count from then on"), queryset=StewardKey.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    expires_on = forms.DateField(label=_("Open to be signed until"), widget=forms.DateInput(attrs={"type": "date"}))
    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)

    field_order = ("people", "drop", "add", "required")

    def __init__(self, *args: Any, dropped: Iterable[Any], added: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everyone = [role.pk for role in self.stewards]
        self.fields["people"].queryset = Role.objects.filter(pk__in=everyone).select_related("user")
        self.fields["drop"].queryset, self.fields["add"].queryset = dropped, added
        self.fields["expires_on"].initial = timezone.localdate() + timedelta(days=CHANGE_OPEN_DAYS)


class PinForm(forms.Form):
    """The everyday PIN and the one to give under threat."""

    pin = forms.CharField(label=_("Your PIN"), help_text=_("6 to 12 digits."), max_length=20)
    pin_again = forms.CharField(label=_("Your PIN again"), max_length=20)
    duress_pin = forms.CharField(
        label=_("The other PIN, for when somebody forces you"), max_length=20,
        help_text=_("Everything looks the same with it, but the money stays held when the cool-down ends, and the other stewards are told then."),
    )  # fmt: skip
    duress_pin_again = forms.CharField(label=_("The other PIN again"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "in-s"})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("pin", "duress_pin"):
            typed = cleaned.get(name, "")
            if typed and not (typed.isdigit() and PIN_DIGITS_MIN <= len(typed) <= PIN_DIGITS_MAX):
                self.add_error(name, _("A PIN has 6 to 12 digits."))
            if typed != cleaned.get(f"{name}_again", ""):
                self.add_error(f"{name}_again", _("The two are not the same. Type both again."))
        if cleaned.get("pin") and cleaned.get("pin") == cleaned.get("duress_pin"):
            self.add_error("duress_pin", _("The two PINs must differ."))
        return cleaned


class SuspendForm(forms.Form):
    """Which day a suspension ends, and why."""

    days = forms.IntegerField(
        label=_("For how many days"),
        min_value=1,
        max_value=SUSPEND_DAYS_MAX,
        initial=SUSPEND_DAYS_MAX,
        widget=forms.NumberInput(attrs={"class": "in-s"}),
    )
    reason = forms.CharField(
        label=_("Why"), help_text=_("The other stewards read it; the public log holds the key and the dates alone."), max_length=300
    )


class AnswerForm(forms.Form):
    """The answer of a paper key, typed or out of a scanned code."""

    text = forms.CharField(
        label=_("Answer of the paper key"), help_text=_("It begins with AWNA1. Line breaks do not matter."), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)


def _amount(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=30, widget=forms.TextInput(attrs={"class": "in-s", "inputmode": "decimal"})
    )


def _word(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=WORD_CHARACTERS_MAX)
