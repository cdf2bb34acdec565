"""What providers told us: settings, deliveries as they came, and what each payment, refund and payout is by all that was said of it."""

import json
import uuid
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount
from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField

from ..models.giving import Gift

PROVIDERS = [("stripe", "Stripe"), ("gocardless", "GoCardless"), ("paypal", "PayPal")]
KINDS = [("payment", _("gift")), ("refund", _("refund")), ("payout", _("payout")), ("other", _("other"))]
STATUSES = [
    ("under way", _("under way")), ("paid", _("received at the provider")), ("refunded", _("refunded")), ("disputed", _("disputed")),
    ("failed", _("failed")),
]  # fmt: skip
RANKS = {"under way": 0, "paid": 1, "refunded": 1, "disputed": 2, "failed": 3}
"""Of two facts of one moment the higher counts: rows of a report keep their date when they are rewritten."""


class ProviderQuerySet(models.QuerySet["Provider"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(bank_account__in=BankAccount.objects.for_actor(actor))


class Provider(models.Model):
    """A provider's account that a section (or the owner) configured; its id is a part of the webhook's address. Off until switched on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="provider")
    name = models.CharField(max_length=12, choices=PROVIDERS)
    secret = SealedTextField(blank=True)
    enabled = models.BooleanField(default=False)

    objects = ProviderQuerySet.as_manager()
    field_classes = {"id": "I", "bank_account": "P", "name": "P", "secret": "S", "enabled": "P"}

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.bank_account.iban}"

    def get_absolute_url(self) -> str:
        return reverse("provider", kwargs={"slug": self.bank_account.book.campaign.slug, "provider": self.pk})


class ProviderEvent(models.Model):
    """One event as it came, once. `problem`: why it could not be read; the event stays."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="events")
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=60, blank=True)
    content = SealedTextField()
    stored_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, db_index=True)
    problem = models.CharField(max_length=200, blank=True)

    field_classes = {
        "id": "I", "provider": "I", "event_id": "I", "kind": "I", "content": "C", "stored_at": "I", "processed_at": "I", "problem": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="donations_providerevent_once")]

    def __str__(self) -> str:
        return self.event_id


class ProviderItem(models.Model):
    """A payment, refund or payout. Its columns are what its facts say together, in the order of their moments, however they came in.

    `differs`: facts disagree about amount or currency; nothing is booked before a person looked.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=8, choices=KINDS)
    external_id = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=STATUSES)
    at = models.CharField(max_length=40)
    amount = models.BigIntegerField(null=True)
    fee = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    payout = models.CharField(max_length=100, blank=True)
    differs = models.BooleanField(default=False)
    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, null=True, related_name="provider_item")
    booked_at = models.DateTimeField(null=True)

    field_classes = {
        "id": "I", "provider": "I", "kind": "I", "external_id": "I", "status": "I", "at": "I", "amount": "I", "fee": "I", "currency": "I",
        "reference": "I", "payout": "I", "differs": "I", "gift": "I", "booked_at": "I",
    }  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["provider", "payout"], name="donations_item_of_payout")]
        constraints = [models.UniqueConstraint(fields=["provider", "kind", "external_id"], name="donations_provideritem_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"

    def get_absolute_url(self) -> str:
        """Of a payout: what it holds."""
        slug = self.provider.bank_account.book.campaign.slug
        return reverse("provider_payout", kwargs={"slug": slug, "provider": self.provider_id, "payout": self.pk})


class ProviderFact(models.Model):
    """What was said of an item, once each; together they are its history."""

    item = models.ForeignKey(ProviderItem, on_delete=models.PROTECT, related_name="facts")
    digest = models.CharField(max_length=64)
    fact = SealedTextField()
    stored_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "item": "I", "digest": "I", "fact": "C", "stored_at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "digest"], name="donations_providerfact_once")]

    def __str__(self) -> str:
        return self.digest[:8]

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.fact))
