"""Goods that somebody offers: what, how many, and what was answered and why."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role

from .giving import Donor, Gift

OFFER_STATES = [
    ("open", _("not answered yet")),
    ("accepted", _("accepted")),
    ("partly", _("accepted in part")),
    ("declined", _("declined")),
]


class GoodsOfferQuerySet(models.QuerySet["GoodsOffer"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(donor__in=Donor.objects.for_actor(actor))


class GoodsOffer(models.Model):
    """An offer binds nobody and posts nothing. `gift`: what arrived of it and was counted by two people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="goods_offers")
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="offers")
    what = SealedTextField()
    quantity = models.PositiveIntegerField()
    unit = models.CharField(max_length=40)
    details = SealedTextField(blank=True)
    offered_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=OFFER_STATES, default="open")
    accepted = models.PositiveIntegerField(default=0)
    reason = SealedTextField(blank=True)
    answered_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, null=True, blank=True, related_name="offer")
    request_id = models.CharField(max_length=80)

    objects = GoodsOfferQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "I", "donor": "I", "what": "C", "quantity": "I", "unit": "I", "details": "C", "offered_at": "I", "state": "I",
        "accepted": "I", "reason": "C", "answered_by": "I", "answered_at": "I", "gift": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "request_id"], name="donations_offer_request_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="donations_offer_positive"),
            models.CheckConstraint(condition=models.Q(accepted__lte=models.F("quantity")), name="donations_offer_not_above"),
        ]

    def __str__(self) -> str:
        return f"offer {str(self.pk)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("offer", kwargs={"slug": self.campaign.slug, "token": self.donor.token})
