"""Direct debit: who debits, mandates with what was signed, plans of instalments, runs with their files."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Fund
from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Role

from ..models.giving import Donor, Pledge

NOTICE_DAYS = 14
"""Calendar days by which a debit is announced, unless the mandate agrees on fewer (SEPA Direct Debit Core rulebook, 4.3)."""


class Creditor(models.Model):
    """The address of an account's holder in fields, as banks ask since November 2026, and the id under which it may debit.

    The account itself is named in `books` alone: whatever is shown, encoded or filed reads holder and IBAN from there.
    """

    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="creditor")
    street = models.CharField(max_length=70, blank=True)
    building = models.CharField(max_length=16, blank=True)
    post_code = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    creditor_id = models.CharField(max_length=35, blank=True)
    notice_days = models.PositiveSmallIntegerField(default=NOTICE_DAYS)

    field_classes = {
        "id": "I", "bank_account": "P", "street": "P", "building": "P", "post_code": "P", "town": "P", "country": "P", "creditor_id": "P",
        "notice_days": "P",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.town} {self.country}"


MANDATE_STATES = [("active", _("in force")), ("ended", _("ended"))]
SEQUENCES = [("FRST", _("first")), ("RCUR", _("recurring")), ("FNAL", _("last")), ("OOFF", _("once"))]
INTERVALS = [(1, _("every month")), (3, _("every three months")), (6, _("every six months")), (12, _("every year"))]


class MandateQuerySet(models.QuerySet["Mandate"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(bank_account__in=BankAccount.objects.for_actor(actor))


class Mandate(models.Model):
    """A payer's signed leave to debit one account. `text` is what was signed, with name and number; `digest` that of the text and its salt.

    Nothing of it changes after signing but the state, whose every change stands in `history`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="mandates")
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="mandates")
    reference = models.CharField(max_length=35, unique=True)
    creditor_id = models.CharField(max_length=35)
    name = SealedTextField()
    iban = SealedTextField()
    town = SealedTextField(blank=True)
    country = models.CharField(max_length=2)
    text = SealedTextField()
    digest = models.CharField(max_length=64)
    once = models.BooleanField(default=False)
    signed_on = models.DateField()
    state = models.CharField(max_length=10, choices=MANDATE_STATES, default="active")
    request_id = models.CharField(max_length=80, unique=True)

    objects = MandateQuerySet.as_manager()
    field_classes = {
        "id": "I", "bank_account": "P", "donor": "I", "reference": "I", "creditor_id": "P", "name": "C", "iban": "C", "town": "C", "country": "I",
        "text": "C", "digest": "I", "once": "I", "signed_on": "I", "state": "I", "request_id": "I",
    }  # fmt: skip

    def __str__(self) -> str:
        return self.reference


class MandateEvent(models.Model):
    """A mandate came into force or ended: when, why, and who wrote it down; nobody where a bank's return ended it."""

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="history")
    state = models.CharField(max_length=10, choices=MANDATE_STATES)
    reason = SealedTextField(blank=True)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "mandate": "I", "state": "I", "reason": "S", "author": "I", "at": "I"}

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.mandate_id}: {self.state}"


class Plan(models.Model):
    """A pledge in instalments: `count` of them, or without an end. Each becomes a pledge of its own when it falls due."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="plans")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="plans")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="plans")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="plans")
    amount_minor = models.BigIntegerField()
    months = models.PositiveSmallIntegerField(choices=INTERVALS, default=1)
    first_on = models.DateField()
    count = models.PositiveSmallIntegerField(null=True)
    made = models.PositiveSmallIntegerField(default=0)
    ended_on = models.DateField(null=True)
    request_id = models.CharField(max_length=80, unique=True)

    field_classes = {
        "id": "I", "donor": "I", "mandate": "I", "bank_account": "P", "fund": "P", "amount_minor": "I", "months": "I", "first_on": "I",
        "count": "I", "made": "I", "ended_on": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="donations_plan_positive")]

    def __str__(self) -> str:
        return f"plan {str(self.pk)[:8]}"


class Instalment(models.Model):
    """The pledge that a plan made for one of its days."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    pledge = models.OneToOneField(Pledge, on_delete=models.PROTECT, related_name="instalment")

    field_classes = {"id": "I", "plan": "I", "number": "I", "due_on": "I", "pledge": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="donations_instalment_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"


class DebitRunQuerySet(models.QuerySet["DebitRun"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(bank_account__in=BankAccount.objects.for_actor(actor))


class DebitRun(models.Model):
    """One file for the bank: frozen when it is made, given out after two people approved its digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="debit_runs")
    collect_on = models.DateField()
    notice_by = models.DateField()
    total_minor = models.BigIntegerField()
    content = SealedTextField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=80, unique=True)

    objects = DebitRunQuerySet.as_manager()
    field_classes = {
        "id": "I", "bank_account": "P", "collect_on": "I", "notice_by": "I", "total_minor": "I", "content": "C", "digest": "I", "made_by": "I",
        "made_at": "I", "dropped_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"debits of {self.collect_on}"


class Debit(models.Model):
    """One line of a run. `returned_on` and `reason` stand once the bank sent it back."""

    run = models.ForeignKey(DebitRun, on_delete=models.PROTECT, related_name="debits")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="debits")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="debits")
    amount_minor = models.BigIntegerField()
    end_to_end_id = models.CharField(max_length=35, unique=True)
    sequence = models.CharField(max_length=4, choices=SEQUENCES)
    live = models.BooleanField(default=True)
    returned_on = models.DateField(null=True)
    reason = models.CharField(max_length=35, blank=True)

    field_classes = {
        "id": "I", "run": "I", "mandate": "I", "pledge": "I", "amount_minor": "I", "end_to_end_id": "I", "sequence": "I", "live": "I",
        "returned_on": "I", "reason": "I",
    }  # fmt: skip

    class Meta:
        # A pledge is under way to the bank once at a time.
        constraints = [models.UniqueConstraint(fields=["pledge"], condition=models.Q(live=True), name="donations_debit_once_at_a_time")]

    def __str__(self) -> str:
        return self.end_to_end_id


class RunMark(models.Model):
    """Who approved a run, or took its file, and when; an approval counts for the digest that stood there."""

    run = models.ForeignKey(DebitRun, on_delete=models.PROTECT, related_name="marks")
    what = models.CharField(max_length=10, choices=[("approved", _("approved")), ("taken", _("taken"))])
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "run": "I", "what": "I", "author": "I", "digest": "I", "at": "I"}

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.what}"
