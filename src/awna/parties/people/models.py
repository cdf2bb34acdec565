"""What happened to roles, what waits for a second person's yes, and sign-ins that were lost."""

import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ASK_DAYS = 7
"""How long a question to a second person stands."""


class RoleChange(models.Model):
    """One step in the log of roles: who did what to whom, and when. Only ever added to."""

    PAGE, COMMAND, LINK = "page", "command", "link"
    WAYS = [(PAGE, _("on the page")), (COMMAND, _("by a command on the server")), (LINK, _("by a mailed link"))]

    campaign = models.ForeignKey("parties.Campaign", on_delete=models.CASCADE, related_name="role_changes")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=24)
    person = models.ForeignKey("parties.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invitation = models.ForeignKey("parties.Invitation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    role_name = models.CharField(max_length=20, blank=True)
    section = models.ForeignKey("parties.Section", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey("parties.Role", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=8, choices=WAYS, default=PAGE)

    field_classes = {
        "id": "I", "campaign": "I", "at": "I", "what": "I", "person": "I", "invitation": "I", "role_name": "I", "section": "I", "by": "I", "way": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.what} {self.role_name}".strip()


class RoleAsk(models.Model):
    """A step that one person asked for and a second one must agree to before it happens."""

    INVITE, GIVE, END, DEACTIVATE = "invite", "give", "end", "deactivate"
    KINDS = [(kind, kind) for kind in (INVITE, GIVE, END, DEACTIVATE)]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("parties.Campaign", on_delete=models.CASCADE, related_name="role_asks")
    kind = models.CharField(max_length=10, choices=KINDS)
    role_name = models.CharField(max_length=20)
    section = models.ForeignKey("parties.Section", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("parties.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invitation = models.ForeignKey("parties.Invitation", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey("parties.Role", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)

    field_classes = {
        "id": "I", "campaign": "I", "kind": "I", "role_name": "I", "section": "I", "person": "I", "invitation": "I", "asked_by": "I",
        "asked_at": "I", "answered_by": "I", "answered_at": "I", "agreed": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.role_name}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.asked_at > timezone.now() - timedelta(days=ASK_DAYS)


class LostSignIn(models.Model):
    """Somebody who cannot sign in any more: the mailed link opens it, two colleagues of each campaign confirm who asks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("parties.User", on_delete=models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=128)
    began_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    # The code itself is shown on the page of the link alone; here stands a slow hash of it.
    field_classes = {
        "id": "I", "user": "C", "token_digest": "I", "code_hash": "I", "began_at": "I", "expires_at": "I", "asked_at": "I", "wrong_codes": "I",
        "stopped_at": "I", "done_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-began_at", "pk"]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None and self.done_at is None and self.expires_at > timezone.now()


class LostSignInWord(models.Model):
    """One colleague spoke with the person and heard the code."""

    lost = models.ForeignKey(LostSignIn, on_delete=models.CASCADE, related_name="words")
    role = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "lost": "I", "role": "I", "said_at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lost", "role"], name="one_word_of_a_colleague")]

    def __str__(self) -> str:
        return f"{self.lost_id} {self.role_id}"
