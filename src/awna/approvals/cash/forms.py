"""Forms of wages: workers, rates elsewhere, a release for wages, a sheet, its payment; they read cells and leave every rule to the services."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Commodity, Fund, Milestone, Movement
from awna.campaigns.models import BudgetLine
from awna.core.amounts import format_minor, parse_minor
from awna.core.ledger.rules import BANK, CASH
from awna.core.problems import Refused
from awna.kit.forms import problem_text
from awna.kit.policies import Actor
from awna.parties.models import Campaign

from .models import Labourer, ReceiptBook, WageSheet
from .services.workers import CONTACT_CHARS_MAX, NAME_CHARS_MAX, SOURCE_CHARS_MAX, WORK_CHARS_MAX
from .wage_models import DAYS_MAX

DATE = {"type": "date"}
DIGITS = {"inputmode": "decimal", "autocomplete": "off"}
PHOTO = {"accept": "image/*"}
DAYS_TO_AGREE = 30


class RequestForm(forms.Form):
    """Sent twice it counts once."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = str(uuid.uuid4())


class MoneyField(forms.CharField):
    """A sum as people type it; `minor` reads it once the currency is known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, widget=forms.TextInput(attrs=DIGITS), **kwargs)


def read_minor(form: forms.Form, name: str, scale: int) -> int | None:
    """The sum of a field in minor units; what is no sum stands beside its field."""
    try:
        return parse_minor(form.cleaned_data[name], scale)
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(name, problem_text(problem))
        return None


def purses(campaign: Campaign, actor: Actor) -> Any:
    """Accounts at banks and cash boxes out of which this person may ask for money."""
    found = BankAccount.objects.for_actor(actor).filter(book__campaign=campaign, custody__type__in=(BANK, CASH))
    return found.select_related("commodity", "custody").order_by("custody__type", "holder", "iban")


class PurseChoice(forms.ModelChoiceField):
    def label_from_instance(self, account: BankAccount) -> str:
        kind = _("cash box") if account.custody.type == CASH else _("bank")
        return f"{account.iban.removeprefix('cash:')} · {account.currency} · {kind}"


class AskWagesForm(RequestForm):
    """A release for wages, for some weeks at once: each sheet takes its part of it."""

    text = forms.CharField(label=_("Which work"), max_length=160, help_text=_("Such as: day labour on the roof, June. No names."))
    account = PurseChoice(label=_("Paid out of"), queryset=BankAccount.objects.none())
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.none())
    amount = MoneyField(label=_("At most, in all"), help_text=_("In the currency of that account, such as 1250.50."))
    budget_line = forms.ModelChoiceField(label=_("Budget line"), queryset=BudgetLine.objects.none(), required=False)
    expires_on = forms.DateField(label=_("Decide until"), widget=forms.DateInput(attrs=DATE))

    def __init__(self, *args: Any, campaign: Campaign, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = purses(campaign, actor)
        self.fields["fund"].queryset = Fund.objects.filter(book__campaign=campaign).exclude(code="unidentified").order_by("title")
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(campaign=campaign).exclude(kind__in=("alternate", "component"))
        self.fields["expires_on"].initial = timezone.localdate() + timedelta(days=DAYS_TO_AGREE)


class LabourerForm(RequestForm):
    """One worker. Name and contact are sealed; lists and the public know the code alone."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_CHARS_MAX, help_text=_("Sealed: it stands on the paper that is signed, never in public.")
    )
    work = forms.CharField(label=_("Work"), max_length=WORK_CHARS_MAX, help_text=_("Such as mason or helper."))
    contact = forms.CharField(label=_("Contact"), max_length=CONTACT_CHARS_MAX, required=False, help_text=_("Sealed too."))
    is_local = forms.BooleanField(label=_("Lives in the district of the site"), required=False)
    email = forms.EmailField(
        label=_("Address with which this person signs in here"), required=False,
        help_text=_("Only for somebody who also has a role: nobody approves or pays the own wage."),
    )  # fmt: skip


class LabourerChangeForm(LabourerForm):
    """What is known of a worker, and that somebody left."""

    ended = forms.BooleanField(
        label=_("Does not work here any more"), required=False, help_text=_("Offered on no new sheet; what was paid stays.")
    )

    def __init__(self, *args: Any, labourer: Labourer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"]
        for name in ("name", "work", "contact", "is_local"):
            self.fields[name].initial = getattr(labourer, name)
        self.fields["ended"].initial = labourer.ended_on is not None


class BenchmarkForm(RequestForm):
    """What an hour of such work is paid elsewhere."""

    work = forms.CharField(label=_("Work"), max_length=WORK_CHARS_MAX, help_text=_("In the same word as on the list of workers."))
    commodity = forms.ModelChoiceField(label=_("Currency"), queryset=Commodity.objects.none())
    rate = MoneyField(label=_("For an hour"), help_text=_("Such as 3.50."))
    source = forms.CharField(
        label=_("Who says so"), max_length=SOURCE_CHARS_MAX, help_text=_("A labour office, a union, a list. It is public.")
    )
    seen_on = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs=DATE))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commodity"].queryset = Commodity.objects.filter(kind="money", bank_accounts__book__campaign=campaign).distinct()
        self.fields["seen_on"].initial = timezone.localdate()


class MilestoneChoice(forms.ModelChoiceField):
    """Releases for wages with what is left of each."""

    left: dict[Any, int]

    def label_from_instance(self, part: Milestone) -> str:
        left = f"{part.commodity.code} {format_minor(self.left.get(part.pk, 0), part.commodity.scale)}"
        return str(_("%(text)s: %(left)s left") % {"text": part.proposal.release.text, "left": left})


class SheetForm(RequestForm):
    """A new sheet: which release it is paid from, and its days."""

    milestone = MilestoneChoice(label=_("Paid from the release"), queryset=Milestone.objects.none())
    title = forms.CharField(label=_("Which work"), max_length=120, help_text=_("Such as: roof, week 23. No names."))
    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=DATE))
    last_on = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs=DATE), help_text=_("At most %(max)s days on one sheet.") % {"max": DAYS_MAX}
    )

    def __init__(self, *args: Any, milestones: Any, left: dict[Any, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["milestone"].left = left
        self.fields["milestone"].queryset = milestones
        today = timezone.localdate()
        self.fields["first_on"].initial, self.fields["last_on"].initial = today - timedelta(days=today.weekday()), today


class DropForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=300)


class PayForm(forms.Form):
    """The signed list, photographed, and where the cash came from."""

    photo = forms.FileField(
        label=_("Photo of the signed list"), widget=forms.ClearableFileInput(attrs=PHOTO),
        help_text=_("Everybody on it signed. Place, time and camera are taken out of the photo; it stays sealed."),
    )  # fmt: skip
    paid_on = forms.DateField(label=_("Paid on"), widget=forms.DateInput(attrs=DATE))
    movement = forms.ModelChoiceField(label=_("Bank line that drew the cash"), queryset=Movement.objects.none())
    book = forms.ModelChoiceField(label=_("Receipt book"), queryset=ReceiptBook.objects.none(), required=False, empty_label=_("none"))
    serial = forms.IntegerField(label=_("Number of the page"), required=False, min_value=0, widget=forms.TextInput(attrs=DIGITS))

    def __init__(self, *args: Any, sheet: WageSheet, lines: list[Movement], books: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"].initial = max(timezone.localdate(), sheet.last_on)
        if sheet.milestone.custody.type == CASH:
            del self.fields["movement"]
        else:
            self.fields["movement"].queryset = Movement.objects.filter(pk__in=[line.pk for line in lines])
            self.fields["movement"].label_from_instance = lambda line: (
                f"{line.booked_on} · {format_minor(-line.amount, sheet.milestone.commodity.scale)}"
            )
        if not books:
            del self.fields["book"], self.fields["serial"]
        else:
            self.fields["book"].queryset = books
