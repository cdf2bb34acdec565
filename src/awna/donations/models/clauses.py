"""What happens with money that is left over when a purpose is reached: one text for each language, none ever changed."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from awna.parties.models import Campaign, Role

CLAUSE_CHARS_MAX = 1000


class SurplusClause(models.Model):
    """The clause in force from `set_at` on, until a later one of its language; whoever pledged before it gave under the one that stood then."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="surplus_clauses")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    text = models.TextField(max_length=CLAUSE_CHARS_MAX)
    set_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "I", "language": "P", "text": "P", "set_by": "I", "set_at": "P"}

    class Meta:
        ordering = ["-set_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.language} {self.set_at:%Y-%m-%d}"
