"""Forms of the desk: bank file, translations."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.books.models import Milestone
from awna.donations.models import Pledge
from awna.kit.policies import Actor
from awna.parties.services import CREDIT_CHARS_MAX, LINE_CHARS_MAX, TEXT_CHARS_MAX

from .bank_lines import WaitingLine


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
