"""Forms of the buyer and the store. Items have one numeric field each, with the unit beside it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.access.models import Crossing
from awna.approvals.models import Release
from awna.books.models import Milestone, Movement
from awna.core.ledger.rules import RELEASED
from awna.parties.models import Campaign

from .models import Consignment, Item, PurchaseOrder, Store, Supplier

QUANTITY_MAX = 10**9
FILE_BYTES_MAX = 10 * 1024 * 1024


class RequestForm(forms.Form):
    """A form that may be sent twice and counts once."""

    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)


class OrderForm(RequestForm):
    """An order of one item under one released milestone."""

    supplier = forms.ModelChoiceField(label=_("Supplier"), queryset=Supplier.objects.none())
    milestone = forms.ModelChoiceField(label=_("Released money"), queryset=Milestone.objects.none())
    item = forms.ModelChoiceField(label=_("Item"), queryset=Item.objects.none())
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=QUANTITY_MAX)
    amount = forms.CharField(label=_("Price of all"), help_text=_("In the currency of the release, such as 1250.50."), max_length=30)
    expected_on = forms.DateField(label=_("Expected on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].queryset = campaign.suppliers.all()
        self.fields["item"].queryset = campaign.items.all()
        self.fields["item"].label_from_instance = lambda item: f"{item.name} ({item.unit})"
        self.fields["milestone"].queryset = Milestone.objects.filter(book__campaign=campaign, accounts__stage=RELEASED).distinct()
        numbers = {row.proposal_id: row for row in Release.objects.filter(campaign=campaign)}
        self.fields["milestone"].label_from_instance = lambda part: f"{numbers.get(part.proposal_id, '')} · {part.n}"


class PayForm(RequestForm):
    """The bank line that paid the order, with its evidence."""

    movement = forms.ModelChoiceField(label=_("Bank line"), queryset=Movement.objects.none())
    evidence = forms.FileField(label=_("Invoice or other evidence"), required=False)
    evidence_kind = forms.CharField(label=_("What it is"), initial="invoice", max_length=40, required=False)

    def __init__(self, *args: Any, order: PurchaseOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["movement"].queryset = Movement.objects.filter(custody=order.milestone.custody_id, amount__lt=0, used=0)

    def clean_evidence(self) -> Any:
        file = self.cleaned_data["evidence"]
        if file and file.size > FILE_BYTES_MAX:
            raise forms.ValidationError(_("The file is larger than 10 MB. Make it smaller."))
        return file


class ShipForm(RequestForm):
    """A load of an order."""

    to_store = forms.ModelChoiceField(label=_("To which store"), queryset=Store.objects.none())
    crossing = forms.ModelChoiceField(label=_("Through which crossing"), queryset=Crossing.objects.none(), required=False)
    expected_on = forms.DateField(label=_("Expected on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, order: PurchaseOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_store"].queryset = order.campaign.stores.all()
        self.fields["crossing"].queryset = order.campaign.crossings.all()
        for line in order.lines.select_related("item"):
            self.fields[f"item_{line.item_id}"] = _number(f"{line.item.name}, {line.item.unit}", line.quantity)


class CountForm(RequestForm):
    """Good and damaged of each item of a load."""

    def __init__(self, *args: Any, consignment: Consignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in consignment.lines.select_related("item"):
            self.fields[f"good_{line.item_id}"] = _number(_("Good, %(unit)s") % {"unit": line.item.unit}, None)
            self.fields[f"damaged_{line.item_id}"] = _number(_("Damaged, %(unit)s") % {"unit": line.item.unit}, 0)


def _number(label: Any, initial: int | None) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "num xl", "inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=QUANTITY_MAX, initial=initial, widget=widget)
