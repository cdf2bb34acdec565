"""Ways to hand a campaign on: short addresses, facts for the press, and whom the press asks."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone, translation

from awna.parties.models import Campaign


class ShortLink(models.Model):
    """A short address on this site that leads to one page of a campaign. It counts nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="short_links")
    code = models.CharField(max_length=12, unique=True)
    path = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "P", "code": "P", "path": "P", "made_at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "path"], name="campaigns_short_link_once")]

    def __str__(self) -> str:
        return f"{self.code} → {self.path}"

    def get_absolute_url(self) -> str:
        # The same in every language: which one it leads to stands in `path`.
        with translation.override(settings.LANGUAGE_CODE):
            return reverse("short_link", kwargs={"code": self.code})


class Fact(models.Model):
    """A sentence that others may quote, with its date and source."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="facts")
    text = models.CharField(max_length=400)
    language = models.CharField(max_length=8)
    dated_on = models.DateField()
    source = models.CharField(max_length=200)

    field_classes = {"id": "I", "campaign": "P", "text": "P", "language": "P", "dated_on": "P", "source": "P"}

    class Meta:
        ordering = ["-dated_on"]
        constraints = [models.UniqueConstraint(fields=["campaign", "text", "dated_on"], name="campaigns_fact_once")]

    def __str__(self) -> str:
        return self.text


class PressContact(models.Model):
    """The office that answers the press: a role and its own address, never a person's."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="press_contact")
    office = models.CharField(max_length=120)
    email = models.EmailField()

    field_classes = {"id": "I", "campaign": "P", "office": "P", "email": "P"}

    def __str__(self) -> str:
        return self.office
