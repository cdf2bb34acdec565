"""One wording of one legal page of one body. A wording is never changed: people relied on it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

IMPRINT, PRIVACY, TERMS, COMPLAINTS = "imprint", "privacy", "terms", "complaints"
KINDS = [
    (IMPRINT, _("Who we are (imprint)")), (PRIVACY, _("Privacy notice")), (TERMS, _("Terms of giving and taking part")),
    (COMPLAINTS, _("Where to complain")),
]  # fmt: skip
REQUIRED = tuple(kind for kind, _name in KINDS)
"""A body collects only while it has every one of them."""


class LegalText(models.Model):
    """`section` is empty for the owner of the place. `lawyer` and `lawyer_on`: who read it and says that it will do; empty for nobody."""

    campaign = models.ForeignKey("parties.Campaign", on_delete=models.PROTECT, related_name="legal_texts")
    section = models.ForeignKey("parties.Section", on_delete=models.PROTECT, null=True, blank=True, related_name="legal_texts")
    kind = models.CharField(max_length=12, choices=KINDS)
    number = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=8)
    text = models.TextField()
    issued_on = models.DateField(default=timezone.localdate)
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    lawyer = models.CharField(max_length=160, blank=True)
    lawyer_on = models.DateField(null=True, blank=True)

    # The lawyer's name is published by her own word.
    field_classes = {
        "id": "I", "campaign": "P", "section": "P", "kind": "P", "number": "P", "language": "P", "text": "P", "issued_on": "P", "author": "I",
        "lawyer": "P", "lawyer_on": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "section", "kind", "number"], name="one_legal_text_of_a_section"),
            models.UniqueConstraint(
                fields=["campaign", "kind", "number"], condition=models.Q(section=None), name="one_legal_text_of_the_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
