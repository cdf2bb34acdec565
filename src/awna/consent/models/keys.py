"""The stewards' keys: who holds which, on what they sign, and when a key or the whole book is stopped."""

import base64
import json
import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.consent.policy import StewardKey as CoreKey

from .proposals import PolicyEpoch, Proposal

KINDS = [(PASSKEY, "passkey"), (PAPER, "paper key")]


class StewardKey(models.Model):
    """The public half of one key of one steward. It counts only in epochs that name it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("parties.Campaign", on_delete=models.PROTECT, related_name="steward_keys")
    steward = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="steward_keys")
    kind = models.CharField(max_length=10, choices=KINDS)
    public = models.CharField(max_length=120)
    credential_id = models.CharField(max_length=1400, blank=True)
    rp = models.CharField(max_length=253, blank=True)
    site = models.CharField(max_length=300, blank=True)
    label = models.CharField(max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "steward": "I", "kind": "P", "public": "P", "credential_id": "I", "rp": "P", "site": "P", "label": "I",
        "fingerprint": "P", "made_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "fingerprint"], name="consent_key_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="consent_key_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:8]}"

    @property
    def core(self) -> CoreKey:
        """The key as the rules and the log know it."""
        return CoreKey(str(self.steward_id), self.kind, base64.b64decode(self.public), self.rp, self.site)


class EpochKey(models.Model):
    """A key that counts in an epoch."""

    epoch = models.ForeignKey(PolicyEpoch, on_delete=models.PROTECT, related_name="keys")
    key = models.ForeignKey(StewardKey, on_delete=models.PROTECT, related_name="epochs")

    field_classes = {"id": "I", "epoch": "P", "key": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["epoch", "key"], name="consent_epoch_key_once")]

    def __str__(self) -> str:
        return f"{self.key} in {self.epoch}"


class EpochSteward(models.Model):
    """A steward of an epoch, with household and office where the policy names them: two of one household count once."""

    epoch = models.ForeignKey(PolicyEpoch, on_delete=models.PROTECT, related_name="stewards")
    steward = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="epochs")
    household = models.CharField(max_length=80, blank=True)
    office = models.CharField(max_length=80, blank=True)

    field_classes = {"id": "I", "epoch": "P", "steward": "P", "household": "P", "office": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["epoch", "steward"], name="consent_epoch_steward_once")]

    def __str__(self) -> str:
        return f"{self.steward_id} in {self.epoch}"


class Founding(models.Model):
    """How a book with keys will be founded: the number and the rules that all keys sign. It ends with the first epoch."""

    campaign = models.OneToOneField("parties.Campaign", on_delete=models.PROTECT, related_name="founding")
    required = models.PositiveSmallIntegerField()
    rules = models.TextField(blank=True, default="")
    made_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "I", "required": "P", "rules": "P", "made_at": "I"}

    def __str__(self) -> str:
        return f"{self.required} stewards"

    @property
    def said_rules(self) -> dict[str, Any]:
        return dict(json.loads(self.rules)) if self.rules else {}


class FoundingWord(models.Model):
    """One key's signature on the founding policy with this digest; void as soon as that policy differs."""

    key = models.OneToOneField(StewardKey, on_delete=models.CASCADE, related_name="founding_word")
    digest = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64)
    signature = models.TextField()
    auth = models.TextField(blank=True, default="")
    client = models.TextField(blank=True, default="")
    made_at = models.DateTimeField(default=timezone.now)

    field_classes = dict.fromkeys(["key", "digest", "nonce", "signature", "auth", "client"], "P") | {"id": "I", "made_at": "I"}

    def __str__(self) -> str:
        return f"{self.key} under {self.digest[:8]}"


class Nonce(models.Model):
    """A random value that the server asked one steward to sign with, about one thing; used once."""

    steward = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="nonces")
    about = models.CharField(max_length=120)
    nonce = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    field_classes = {"id": "I", "steward": "I", "about": "I", "nonce": "P", "made_at": "I", "used_at": "I"}

    def __str__(self) -> str:
        return f"{self.about} {self.nonce[:8]}"


class Suspension(models.Model):
    """A key that one steward stopped for a few days: what it signs in them does not count."""

    key = models.ForeignKey(StewardKey, on_delete=models.PROTECT, related_name="suspensions")
    by = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="suspensions_said")
    since = models.DateField()
    until = models.DateField()
    entry_seq = models.BigIntegerField()
    reason = models.TextField(blank=True, default="")

    field_classes = {"id": "I", "key": "P", "by": "P", "since": "P", "until": "P", "entry_seq": "P", "reason": "I"}

    def __str__(self) -> str:
        return f"{self.key} until {self.until}"


class Pause(models.Model):
    """A stop of everything that rests on the stewards, said by one of them; `ended_by` is the proposal that ended it early."""

    campaign = models.ForeignKey("parties.Campaign", on_delete=models.PROTECT, related_name="pauses")
    by = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="pauses_said")
    since = models.DateField()
    until = models.DateField()
    entry_seq = models.BigIntegerField()
    reason = models.TextField(blank=True, default="")
    ended_by = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="pauses_ended")

    field_classes = {"id": "I", "campaign": "I", "by": "P", "since": "P", "until": "P", "entry_seq": "P", "reason": "I", "ended_by": "P"}

    def __str__(self) -> str:
        return f"until {self.until}"
