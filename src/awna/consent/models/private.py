"""What stewards say of themselves: interests that bar a yes, the two PINs, and the sealed mark that a yes was forced."""

import uuid

from django.db import models
from django.utils import timezone

from awna.kit.sealed import SealedTextField

from .proposals import Decision


class Interest(models.Model):
    """A person's tie to a payee, told by that person or by another steward: while it stands, this person cannot agree to pay it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="interests")
    custody = models.CharField(max_length=36)
    reason = SealedTextField(blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = SealedTextField(blank=True, default="")

    field_classes = {
        "id": "I", "role": "C", "custody": "I", "reason": "S", "said_at": "I", "ended_at": "I", "end_reason": "S",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.role_id} and {self.custody}"


class Pin(models.Model):
    """Hashes of a steward's PIN and of the other one, given under threat. Both always exist: who has set no second has a random one."""

    steward = models.OneToOneField("parties.Role", on_delete=models.PROTECT, related_name="pin")
    normal = models.CharField(max_length=256)
    duress = models.CharField(max_length=256)
    set_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "steward": "I", "normal": "S", "duress": "S", "set_at": "I"}
    unsealed = {"normal": "a slow hash already", "duress": "a slow hash already"}

    def __str__(self) -> str:
        return f"PIN of {self.steward_id}"


class Mark(models.Model):
    """Whether a yes was free, sealed; every mark has the same size, and none is opened before the cool-down ends."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="mark")
    sealed = models.TextField()

    field_classes = {"id": "I", "decision": "I", "sealed": "S"}
    unsealed = {"sealed": "sealed by the service, to one size for every mark"}

    def __str__(self) -> str:
        return f"mark of {self.decision_id}"
