"""Tables of the set-up: what was answered so far, and what is left to do afterwards."""

import json
import uuid

from django.db import models

from awna.kit.sealed import SealedTextField


class SetUp(models.Model):
    """The first day of one campaign. `links` holds the invitations for a day, for whoever passes them on by hand."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.OneToOneField("parties.Campaign", on_delete=models.CASCADE, null=True, blank=True, related_name="set_up")
    began_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    public_metres = models.PositiveIntegerField(null=True, blank=True)
    links = SealedTextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    field_classes = {
        "id": "I", "campaign": "I", "began_at": "I", "finished_at": "I", "public_metres": "I", "links": "C",
        "settled_at": "I",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.campaign_id or 'begun'} {self.began_at:%Y-%m-%d}"

    @property
    def link_list(self) -> list[tuple[str, str, str]]:
        """(role, address, link) of each invitation; empty once the day is over."""
        return [(role, email, link) for role, email, link in json.loads(self.links or "[]")]


class SetUpStep(models.Model):
    """What was typed on one step, right or wrong: nothing that somebody typed is lost. Deleted when the campaign stands."""

    set_up = models.ForeignKey(SetUp, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=30)
    typed = SealedTextField()
    is_good = models.BooleanField(default=False)
    saved_at = models.DateTimeField(auto_now=True)

    field_classes = {"id": "I", "set_up": "I", "name": "I", "typed": "C", "is_good": "I", "saved_at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["set_up", "name"], name="one_answer_per_step")]

    def __str__(self) -> str:
        return self.name
