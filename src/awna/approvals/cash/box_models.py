"""Tables of cash boxes: holder and ceiling, counts by two people, small payments by slip, cash that is carried to a box."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Document, Entry, Milestone, Movement
from awna.campaigns.models import BudgetLine
from awna.consent.models import Proposal
from awna.consent.services import may_be_carried_out
from awna.kit.policies import Actor
from awna.parties.models import Role

from .receipt_models import ReceiptPage


class CashBoxQuerySet(models.QuerySet["CashBox"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(account__in=BankAccount.objects.for_actor(actor))


class CashBox(models.Model):
    """A box of one currency: who holds it, how much may lie in it, and how much may be carried to it at once, by which leave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="cash_box")
    name = models.CharField(max_length=60)
    holder = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    ceiling_minor = models.BigIntegerField()
    carried_max_minor = models.BigIntegerField(default=0)
    licence = models.CharField(max_length=200, blank=True)
    opened_on = models.DateField(default=timezone.localdate)

    objects = CashBoxQuerySet.as_manager()
    field_classes = {
        "id": "I", "account": "P", "name": "P", "holder": "I", "ceiling_minor": "P", "carried_max_minor": "I", "licence": "I", "opened_on": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ceiling_minor__gt=0, carried_max_minor__gte=0), name="approvals_box_limits"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cash_box", kwargs={"slug": self.account.book.campaign.slug, "box": self.pk})


class CashCount(models.Model):
    """What two people counted, each without seeing the other's figure; a difference has its reason and its entry."""

    FIRST, APART, DIFFERS, DONE = "first", "apart", "differs", "done"
    STATES = [
        (FIRST, _("waits for the second person")), (APART, _("the two figures differ: count again")),
        (DIFFERS, _("differs from the book: a reason is asked")), (DONE, _("done")),
    ]  # fmt: skip

    box = models.ForeignKey(CashBox, on_delete=models.PROTECT, related_name="counts")
    after_slip = models.PositiveIntegerField()
    first = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    first_minor = models.BigIntegerField()
    first_at = models.DateTimeField(default=timezone.now)
    second = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_minor = models.BigIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    expected_minor = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=FIRST)
    reason = models.CharField(max_length=300, blank=True)
    photo = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    loss = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    field_classes = {
        "id": "I", "box": "I", "after_slip": "I", "first": "I", "first_minor": "I", "first_at": "I", "second": "I", "second_minor": "I",
        "counted_at": "P", "expected_minor": "I", "state": "I", "reason": "I", "photo": "I", "entry": "P", "loss": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["box"], condition=models.Q(state__in=("first", "differs")), name="approvals_count_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.first_at:%Y-%m-%d}"

    @property
    def difference(self) -> int:
        """Minor units above or below what the book holds, once both counted the same."""
        return (self.second_minor or 0) - (self.expected_minor or 0)


class CashPayment(models.Model):
    """A small purchase out of a box: numbered page, purpose, budget line, photo of the paper; booked when a second person signs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(CashBox, on_delete=models.PROTECT, related_name="payments")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="cash_payments")
    page = models.OneToOneField(ReceiptPage, on_delete=models.PROTECT, related_name="payment")
    amount_minor = models.BigIntegerField()
    text = models.CharField(max_length=160)
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    photo = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField()
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="cash_payment")
    dropped_why = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "box": "I", "milestone": "I", "page": "I", "amount_minor": "I", "text": "I", "budget_line": "P", "photo": "I", "paid_on": "I",
        "author": "I", "second": "I", "entry": "P", "dropped_why": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-paid_on", "-page__serial"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="approvals_cash_payment_positive"),
            models.UniqueConstraint(fields=["box", "request_id"], name="approvals_cash_payment_request_once"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def waits(self) -> bool:
        return self.entry_id is None and not self.dropped_why


class CashArrival(models.Model):
    """Cash that came into a box under a release: drawn at the bank, or carried under the leave of the law before two witnesses."""

    DRAWN, CARRIED = "drawn", "carried"
    KINDS = [(DRAWN, _("drawn at the bank")), (CARRIED, _("carried"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(CashBox, on_delete=models.PROTECT, related_name="arrivals")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="cash_arrivals")
    kind = models.CharField(max_length=8, choices=KINDS)
    sent = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount_minor = models.BigIntegerField()
    arrived_on = models.DateField()
    page = models.OneToOneField(ReceiptPage, on_delete=models.PROTECT, null=True, blank=True, related_name="arrival")
    licence = models.CharField(max_length=200, blank=True)
    photo = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    witness_1 = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    witness_2 = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dropped_why = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "box": "I", "milestone": "I", "kind": "I", "sent": "I", "amount_minor": "I", "arrived_on": "I", "page": "I", "licence": "I",
        "photo": "I", "author": "I", "witness_1": "I", "witness_2": "I", "entry": "P", "dropped_why": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-arrived_on", "-request_id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="approvals_arrival_positive"),
            models.UniqueConstraint(fields=["box", "request_id"], name="approvals_arrival_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.arrived_on}"

    @property
    def waits(self) -> bool:
        return self.entry_id is None and not self.dropped_why

    @property
    def witnesses_needed(self) -> int:
        return 2 if self.kind == self.CARRIED else 1


class CashReversal(models.Model):
    """Something that was paid out of a box and is taken back: asked with a reason, allowed by the stewards, booked when the money lies there again."""

    sheet = models.OneToOneField("approvals.WageSheet", on_delete=models.PROTECT, null=True, blank=True, related_name="back")
    payment = models.OneToOneField(CashPayment, on_delete=models.PROTECT, null=True, blank=True, related_name="back")
    text = models.CharField(max_length=300)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    field_classes = {
        "id": "I", "sheet": "I", "payment": "I", "text": "I", "proposal": "P", "asked_by": "I", "author": "I", "entry": "P",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sheet=None) ^ models.Q(payment=None), name="approvals_reversal_of_one"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_allowed(self) -> bool:
        return self.entry_id is None and may_be_carried_out(self.proposal)
