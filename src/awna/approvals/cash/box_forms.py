"""Forms of cash boxes and receipt books; they read cells and leave every rule to the services."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Commodity, Fund, Milestone, Movement
from awna.campaigns.models import BudgetLine
from awna.core.amounts import format_minor
from awna.core.ledger.rules import BANK, CASH
from awna.kit.policies import Actor
from awna.parties.models import Campaign, Role, Section

from .forms import DATE, DAYS_TO_AGREE, DIGITS, PHOTO, MoneyField, PurseChoice, RequestForm
from .models import CashArrival, CashBox, ReceiptBook, ReceiptPage
from .services import HOLDERS, arrivals, next_serial, spending


def _photo(label: Any, *, required: bool, help_text: Any = "") -> forms.FileField:
    return forms.FileField(label=label, required=required, widget=forms.ClearableFileInput(attrs=PHOTO), help_text=help_text)


def _day(label: Any, initial: Any = timezone.localdate) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=DATE), initial=initial)


def _decide_until() -> Any:
    return timezone.localdate() + timedelta(days=DAYS_TO_AGREE)


class HolderChoice(forms.ModelChoiceField):
    def label_from_instance(self, role: Role) -> str:
        return f"{role.user} · {role.get_name_display()}"


def _holders(campaign: Campaign) -> Any:
    return Role.objects.filter(campaign=campaign, name__in=HOLDERS, ended_on=None).select_related("user").order_by("user__name", "pk")


class LimitsForm(forms.Form):
    """Who holds a box, and its limits."""

    holder = HolderChoice(label=_("Who holds it"), queryset=Role.objects.none())
    ceiling = MoneyField(label=_("At most in the box"), help_text=_("Such as 400.00. More is never brought in."))
    carried = MoneyField(
        label=_("At most carried to it at once"), required=False,
        help_text=_("Only where the law allows it and the bank does not serve the place. Empty: cash is drawn at the bank only."),
    )  # fmt: skip
    licence = forms.CharField(
        label=_("Licence or exemption for carrying cash"), max_length=200, required=False, help_text=_("Name the law and its paragraph.")
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = _holders(campaign)


class OpenBoxForm(LimitsForm):
    """A new box."""

    name = forms.CharField(
        label=_("Name of the box"), max_length=35, help_text=_("Such as: site office. It is public; no names of people.")
    )
    currency = forms.ModelChoiceField(label=_("Currency"), queryset=Commodity.objects.none(), to_field_name="code")
    section = forms.ModelChoiceField(
        label=_("Belongs to"), queryset=Section.objects.none(), required=False, empty_label=_("the owner of the campaign")
    )
    field_order = ["name", "currency", "section"]

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, campaign=campaign, **kwargs)
        self.fields["currency"].queryset = Commodity.objects.filter(kind="money", bank_accounts__book__campaign=campaign).distinct()
        self.fields["section"].queryset = Section.objects.filter(campaign=campaign)


class CountForm(forms.Form):
    counted = MoneyField(label=_("You counted"), help_text=_("All notes and coins, such as 287.50. Do not ask the other person."))


class ReasonForm(forms.Form):
    """Why a count differs from the book."""

    reason = forms.CharField(
        label=_("Why it differs"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("If nobody knows, say so. No names of people."),
    )  # fmt: skip
    fund = forms.ModelChoiceField(
        label=_("Out of which fund it is missing"), queryset=Fund.objects.none(), required=False, empty_label=_("money without a purpose")
    )
    photo = _photo(_("Photo of the sheet of the count"), required=False)

    def __init__(self, *args: Any, campaign: Campaign, is_short: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_short:
            self.fields["fund"].queryset = Fund.objects.filter(book__campaign=campaign).exclude(code="unidentified").order_by("title")
        else:
            del self.fields["fund"]


class _AskForm(RequestForm):
    """What every request for money around a box asks."""

    text = forms.CharField(label=_("What for"), max_length=160)
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.none())
    amount = MoneyField(label=_("At most"), help_text=_("In the currency of the box, such as 250.00."))
    expires_on = _day(_("Decide until"), _decide_until)

    def __init__(self, *args: Any, box: CashBox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].queryset = Fund.objects.filter(book=box.account.book).exclude(code="unidentified").order_by("title")


class TopUpForm(_AskForm):
    """Cash for a box, out of a bank or another box."""

    source = PurseChoice(label=_("Out of"), queryset=BankAccount.objects.none())
    field_order = ["request_id", "text", "source"]

    def __init__(self, *args: Any, box: CashBox, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, box=box, **kwargs)
        found = BankAccount.objects.for_actor(actor).filter(
            book=box.account.book, commodity=box.account.commodity, custody__type__in=(BANK, CASH)
        )
        self.fields["source"].queryset = found.exclude(pk=box.account_id).select_related("commodity", "custody")


class PettyForm(_AskForm):
    """Leave to pay small purchases out of a box."""

    budget_line = forms.ModelChoiceField(label=_("Budget line"), queryset=BudgetLine.objects.none(), required=False)

    def __init__(self, *args: Any, box: CashBox, **kwargs: Any) -> None:
        super().__init__(*args, box=box, **kwargs)
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(campaign=box.account.book.campaign).exclude(
            kind__in=("alternate", "component")
        )


def offer_parts(field: Any, left: dict[Milestone, int]) -> None:
    """Releases with what is left of each, read once."""
    field.queryset = Milestone.objects.filter(pk__in=[part.pk for part in left])
    field.choices = [
        (part.pk, f"{part.proposal.release.text} · {part.commodity.code} {format_minor(minor, part.commodity.scale)}")
        for part, minor in left.items()
    ]


class _PageFields(RequestForm):
    """The page of a receipt book, offered with the number that comes next."""

    needs_page = True
    book = forms.ModelChoiceField(label=_("Receipt book"), queryset=ReceiptBook.objects.none())
    serial = forms.IntegerField(label=_("Number of the page"), min_value=0, widget=forms.TextInput(attrs=DIGITS))

    def offer(self, campaign: Campaign) -> None:
        self.fields["book"].queryset = ReceiptBook.objects.filter(campaign=campaign)
        found = list(self.fields["book"].queryset)
        empty = [("", "–")] if not found or not self.needs_page else []
        self.fields["book"].choices = [*empty, *((book.pk, str(book)) for book in found)]
        self.fields["book"].initial = found[0].pk if found and self.needs_page else None
        self.fields["serial"].initial = next_serial(found[0]) if found and self.needs_page else None


class SpendForm(_PageFields):
    """A small purchase."""

    milestone = forms.ModelChoiceField(label=_("Under the release"), queryset=Milestone.objects.none())
    text = forms.CharField(label=_("What was bought"), max_length=160)
    amount = MoneyField(label=_("Paid"), help_text=_("Such as 12.50."))
    budget_line = forms.ModelChoiceField(label=_("Budget line"), queryset=BudgetLine.objects.none(), required=False)
    paid_on = _day(_("Day"))
    photo = _photo(
        _("Photo of the receipt"), required=True, help_text=_("With the number of the page on it. Place, time and camera are taken out.")
    )
    field_order = ["request_id", "milestone", "text", "amount", "paid_on", "budget_line", "book", "serial", "photo"]

    def __init__(self, *args: Any, box: CashBox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = box.account.book.campaign
        parts = Milestone.objects.filter(payee__ref=spending.PETTY_REF, custody=box.account.custody, proposal__withdrawn_at=None)
        left = spending.left_of_each(list(parts.select_related("proposal__release", "commodity")))
        offer_parts(self.fields["milestone"], {part: minor for part, minor in left.items() if minor > 0})
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(campaign=campaign).exclude(kind__in=("alternate", "component"))
        self.offer(campaign)


class ArrivalForm(_PageFields):
    """Cash that came into the box."""

    needs_page = False
    milestone = forms.ModelChoiceField(label=_("Under the release"), queryset=Milestone.objects.none())
    kind = forms.ChoiceField(label=_("How it came"), choices=CashArrival.KINDS, widget=forms.RadioSelect, initial=CashArrival.DRAWN)
    amount = MoneyField(label=_("Arrived"), help_text=_("What was counted when it arrived, such as 250.00."))
    arrived_on = _day(_("Day"))
    sent = forms.ModelChoiceField(
        label=_("Bank line by which it left"),
        queryset=Movement.objects.none(),
        required=False,
        empty_label=_("none: it came out of another box"),
    )
    photo = _photo(_("Photo of the slip"), required=False, help_text=_("Needed where cash was carried."))
    field_order = ["request_id", "milestone", "kind", "amount", "arrived_on", "sent", "book", "serial", "photo"]

    def __init__(self, *args: Any, box: CashBox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts, money = arrivals.top_ups(box), box.account.commodity
        offer_parts(self.fields["milestone"], {part: part.ceiling for part in parts})
        lines, sent = arrivals.lines_out(box, parts), self.fields["sent"]
        sent.queryset = Movement.objects.filter(pk__in=[line.pk for line in lines])
        labels = [(line.pk, f"{line.booked_on} · {format_minor(-line.amount, money.scale)}") for line in lines]
        sent.choices = [("", sent.empty_label), *labels]
        if not box.carried_max_minor:
            del self.fields["kind"]
        self.offer(box.account.book.campaign)
        for name in ("book", "serial"):
            self.fields[name].required = False


class ReceiptBookForm(RequestForm):
    """A book of numbered pages."""

    code = forms.CharField(label=_("Mark on the cover"), max_length=20, help_text=_("Such as A."))
    first = forms.IntegerField(label=_("First number"), min_value=0, initial=1, widget=forms.TextInput(attrs=DIGITS))
    last = forms.IntegerField(label=_("Last number"), min_value=0, initial=50, widget=forms.TextInput(attrs=DIGITS))
    holder = HolderChoice(label=_("Who holds it"), queryset=Role.objects.none())

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = _holders(campaign)


class PageForm(forms.Form):
    """What became of the next page, where nothing was written on it that counts."""

    what = forms.ChoiceField(
        label=_("What became of it"), choices=[(ReceiptPage.VOID, _("Spoilt: it stays in the book, crossed through")), (ReceiptPage.LOST, _("Lost"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    serial = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(label=_("How it happened"), max_length=300)
