"""Open letters, their texts in several languages, and those who signed."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign


class OpenLetter(models.Model):
    """A letter of a campaign, as first written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="letters")
    code = models.SlugField(max_length=60)
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    text = models.TextField()
    opened_on = models.DateField(default=timezone.localdate)
    closed_on = models.DateField(null=True, blank=True)

    field_classes = {
        "id": "P", "campaign": "P", "code": "P", "language": "P", "title": "P", "text": "P", "opened_on": "P", "closed_on": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["-opened_on", "title"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="letters_code_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("letter", kwargs={"slug": self.campaign.slug, "letter": self.pk})


class LetterText(models.Model):
    """The letter in one more language, with its state of review."""

    STATES = [("machine", _("machine translation, not reviewed")), ("draft", _("draft")), ("reviewed", _("reviewed"))]

    letter = models.ForeignKey(OpenLetter, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default="machine")

    field_classes = {"id": "I", "letter": "P", "language": "P", "title": "P", "text": "P", "state": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "language"], name="letters_text_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class SignatureQuerySet(models.QuerySet["Signature"]):
    def counted(self) -> Self:
        """Those that confirmed by mail and have not taken their name back."""
        return self.filter(state=Signature.CONFIRMED)

    def shown(self) -> Self:
        """Those counted ones that asked to be named in public."""
        return self.counted().filter(show_name=True)


class Signature(models.Model):
    """One person or organisation under one letter. Who it is, is sealed; a withdrawn one keeps nothing of it."""

    PENDING, CONFIRMED, WITHDRAWN = "pending", "confirmed", "withdrawn"
    STATES = [(PENDING, _("not yet confirmed")), (CONFIRMED, _("confirmed")), (WITHDRAWN, _("withdrawn"))]
    PERSON, ORGANISATION = "person", "organisation"
    KINDS = [(PERSON, _("for myself")), (ORGANISATION, _("for an organisation"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(OpenLetter, on_delete=models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=12, choices=KINDS)
    name = SealedTextField(blank=True)
    place = SealedTextField(blank=True)
    office = SealedTextField(blank=True)
    email = SealedTextField(blank=True)
    email_index = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 (a withdrawn signature has none, and many have none)
    show_name = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=10, choices=STATES, default=PENDING)
    signed_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = SignatureQuerySet.as_manager()
    field_classes = {
        "id": "I", "letter": "P", "kind": "P", "name": "C", "place": "C", "office": "C", "email": "C", "email_index": "I", "show_name": "I",
        "language": "I", "state": "P", "signed_at": "I", "mailed_at": "I", "confirmed_at": "P",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "email_index"], name="letters_one_signature_per_address")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
