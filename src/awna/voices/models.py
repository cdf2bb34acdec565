"""Complaints and feedback with their answers; reports about harm to people, sealed for keys that are not on this server."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role, Section

ANSWERERS = ("steward", "treasurer", "coordinator", "site_lead")
"""The people in charge: they read and answer what is not about themselves."""
LEAD = "safeguarding"
FEEDBACK, COMPLAINT, HARM = "feedback", "complaint", "harm"
KINDS = [(COMPLAINT, _("A complaint")), (FEEDBACK, _("Feedback or an idea")), (HARM, _("A report about harm to a person"))]
FORM, PAPER, PHONE, SPOKEN = "form", "paper", "phone", "spoken"
WAYS = [(FORM, _("by the form")), (PAPER, _("on paper")), (PHONE, _("by telephone")), (SPOKEN, _("in person"))]
ANSWER_DAYS, KEEP_DAYS = 14, 90


class VoiceRules(models.Model):
    """Within how many days the campaign answers, and after how many it deletes the personal parts of what was answered."""

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="voice_rules")
    answer_days = models.PositiveSmallIntegerField(default=ANSWER_DAYS)
    keep_days = models.PositiveSmallIntegerField(default=KEEP_DAYS)
    changed_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")

    field_classes = {"id": "I", "campaign": "P", "answer_days": "P", "keep_days": "P", "changed_by": "I"}

    def __str__(self) -> str:
        return f"{self.answer_days} {self.keep_days}"


class LeadKey(models.Model):
    """The public half of a lead's key; the secret half was made elsewhere and never comes here. `title` is how reporters know her."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="lead_keys")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="lead_keys")
    title = models.CharField(max_length=120)
    public_key = models.CharField(max_length=80)
    added_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    field_classes = {"id": "I", "campaign": "P", "role": "I", "title": "P", "public_key": "P", "added_at": "P", "ended_at": "P"}

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "public_key"], name="voices_lead_key_once")]

    def __str__(self) -> str:
        return self.title


class VoiceQuerySet(models.QuerySet["Voice"]):
    def spoken(self) -> Self:
        """What the people in charge answer; sealed reports are not among them."""
        return self.exclude(kind=HARM)

    def waiting(self) -> Self:
        return self.filter(answered_at=None)

    def late(self, day: date) -> Self:
        return self.waiting().filter(due_on__lt=day)

    def for_actor(self, actor: Actor) -> Self:
        """What this person may read and answer: nothing that is about her office or herself; of another body's treasurer nothing."""
        held = [role for role in actor.roles if role.name in ANSWERERS]
        found = self.spoken().filter(campaign__in={role.campaign_id for role in held}).exclude(barred__user=actor.user)
        if all(role.section_id is not None for role in held):
            found = found.filter(section__in={role.section_id for role in held})
        for name in {role.name for role in actor.roles}:
            found = found.exclude(about__contains=f",{name},")
        return found

    def for_lead(self, actor: Actor) -> Self:
        """The sealed reports that a key of this lead opens."""
        return self.filter(kind=HARM, readers__role__in=[role.pk for role in actor.roles if role.name == LEAD]).distinct()


class Voice(models.Model):
    """One case. `about` names offices between commas, whose holders do not read it; `link_key` is the public half of the private link.

    Of a report about harm `sealed` holds everything and nothing else is kept but its number, days and state.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="voices")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="voices")
    code = models.CharField(max_length=9)
    kind = models.CharField(max_length=10, choices=KINDS)
    way = models.CharField(max_length=8, choices=WAYS, default=FORM)
    typed_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=8)
    about = models.CharField(max_length=80, blank=True)
    text = SealedTextField(blank=True)
    name = SealedTextField(blank=True)
    email = SealedTextField(blank=True)
    wants_public = models.BooleanField(default=False)
    sealed = models.BinaryField(null=True, blank=True)
    readers = models.ManyToManyField(LeadKey, related_name="voices", blank=True)
    link_key = models.CharField(max_length=80, unique=True, null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answer = SealedTextField(blank=True)
    sealed_answer = models.BinaryField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    public_text = models.TextField(blank=True)
    public_answer = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    delete_on = models.DateField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=64)

    objects = VoiceQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "P", "section": "I", "code": "I", "kind": "P", "way": "I", "typed_by": "I", "language": "I", "about": "I", "text": "C",
        "name": "C", "email": "C", "wants_public": "I", "sealed": "S", "link_key": "I", "asked_at": "P", "due_on": "P",
        "reminded_at": "I", "answer": "C", "sealed_answer": "S", "answered_at": "P", "answered_by": "I", "public_text": "P", "public_answer": "P",
        "published_at": "P", "delete_on": "I", "forgotten_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="voices_code_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="voices_request_once"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_late(self) -> bool:
        return self.answered_at is None and self.due_on < timezone.localdate()


class VoicePhoto(models.Model):
    """A photo that came with a case, drawn anew without what the camera wrote into it, and sealed as bytes."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="photos")
    media_type = models.CharField(max_length=20)
    data = models.BinaryField()

    field_classes = {"id": "I", "voice": "I", "media_type": "I", "data": "C"}

    def __str__(self) -> str:
        return f"photo {self.pk}"


class Barred(models.Model):
    """Somebody whom a case is about, so that she does not read it, whatever her office."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="barred")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    barred_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")

    field_classes = {"id": "I", "voice": "I", "user": "I", "barred_by": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["voice", "user"], name="voices_barred_once")]

    def __str__(self) -> str:
        return f"barred {self.pk}"
