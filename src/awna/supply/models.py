"""Items, suppliers, stores, orders and consignments: papers over the book. How much lies where is a balance of the book, not a column here."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.access.models import Crossing
from awna.books.models import Commodity, Custody, Entry, Fund, Milestone
from awna.campaigns.models import BudgetLine, Site
from awna.consent.models import Proposal
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role


class Item(models.Model):
    """A material as people ask for it, in the one unit in which it is counted."""

    KINDS = [("material", _("Building material")), ("medical", _("Medical")), ("equipment", _("Equipment"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=12)
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="+")

    field_classes = {"id": "P", "campaign": "P", "code": "P", "name": "P", "unit": "P", "commodity": "P"}

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="supply_item_code_once"),
            models.UniqueConstraint(fields=["campaign", "commodity"], name="supply_item_commodity_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Supplier(models.Model):
    """Somebody who sells to the campaign. Its custody is the payee that releases and payments name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="suppliers")
    name = models.CharField(max_length=160)
    bank_account = SealedTextField(blank=True)
    custody = models.OneToOneField(Custody, on_delete=models.PROTECT, related_name="supplier")

    field_classes = {"id": "P", "campaign": "P", "name": "I", "bank_account": "C", "custody": "I"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="supply_supplier_name_once")]

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A place where goods lie. Its custody is the stock in the book."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="stores")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="stores")
    name = models.CharField(max_length=120)
    custody = models.OneToOneField(Custody, on_delete=models.PROTECT, related_name="store")

    field_classes = {"id": "P", "campaign": "P", "site": "I", "name": "I", "custody": "I"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="supply_store_name_once")]

    def __str__(self) -> str:
        return self.name


class PurchaseOrder(models.Model):
    """What was ordered under one milestone of one approved release; its amount is committed in the book."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="orders")
    number = models.PositiveIntegerField()
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="orders")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="orders")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="orders")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    amount_minor = models.BigIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    ordered_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(default=timezone.now)
    expected_on = models.DateField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "P", "campaign": "P", "number": "P", "supplier": "I", "proposal": "P", "milestone": "P", "budget_line": "P",
        "amount_minor": "P", "entry": "P", "ordered_by": "I", "ordered_at": "I", "expected_on": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="supply_order_number_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="supply_order_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.supplier}"

    def get_absolute_url(self) -> str:
        return reverse("order", kwargs={"slug": self.campaign.slug, "number": self.number})


class OrderLine(models.Model):
    """An item of an order, in whole units of the item."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()

    field_classes = {"id": "I", "order": "P", "item": "P", "quantity": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "item"], name="supply_order_item_once")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item.unit} {self.item}"


class Consignment(models.Model):
    """A load under way: from a supplier or a store, perhaps through a crossing, to a store."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="consignments")
    number = models.PositiveIntegerField()
    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="consignments")
    from_store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, blank=True, related_name="sent")
    to_store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="awaited")
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, null=True, blank=True, related_name="consignments")
    custody = models.OneToOneField(Custody, on_delete=models.PROTECT, related_name="consignment")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    shipped_on = models.DateField()
    expected_on = models.DateField(null=True, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "P", "number": "I", "order": "I", "from_store": "I", "to_store": "I", "crossing": "I", "custody": "P",
        "fund": "P", "shipped_on": "I", "expected_on": "I", "entry": "P", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="supply_consignment_number_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="supply_consignment_request_once"),
            models.CheckConstraint(condition=models.Q(order=None) ^ models.Q(from_store=None), name="supply_consignment_one_origin"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def get_absolute_url(self) -> str:
        return reverse("consignment", kwargs={"slug": self.campaign.slug, "number": self.number})


class ConsignmentLine(models.Model):
    """An item of a load: how much left. What is still under way is the book's balance in transit."""

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()

    field_classes = {"id": "I", "consignment": "I", "item": "I", "quantity": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consignment", "item"], name="supply_consignment_item_once")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item.unit} {self.item}"


class Receipt(models.Model):
    """A count at a store: what was good, what was damaged. Nothing is corrected here; another count stands beside it."""

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="receipts")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    good = models.PositiveBigIntegerField()
    damaged = models.PositiveBigIntegerField(default=0)
    counted_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    counted_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "consignment": "I", "item": "I", "good": "P", "damaged": "P", "counted_by": "I", "counted_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consignment", "item", "request_id"], name="supply_receipt_request_once")]

    def __str__(self) -> str:
        return f"{self.good} {self.item.unit} {self.item}"
