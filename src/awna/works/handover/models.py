"""Tables of the hand-over: findings of the commissioning list, papers for those who run the building, and its assets."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Document
from awna.parties.models import Campaign, Role

PASSED, FAILED, NOT_NEEDED = "passed", "failed", "not_needed"
RESULTS = [(PASSED, _("passed")), (FAILED, _("not passed")), (NOT_NEEDED, _("not needed here"))]
PAPER_KINDS = [
    ("as_built", _("As-built drawing")), ("manual", _("Manual")), ("warranty", _("Warranty")), ("licence", _("Licence or permit")),
    ("test", _("Test report")), ("training", _("Training given")), ("other", _("Other paper")),
]  # fmt: skip


class Commissioning(models.Model):
    """One finding on one line of the commissioning list; the newest counts, earlier ones stay. `inspector` is an office, never a name."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="commissioning")
    code = models.CharField(max_length=40)
    result = models.CharField(max_length=12, choices=RESULTS)
    inspector = models.CharField(max_length=120)
    checked_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "code": "I", "result": "I", "inspector": "I", "checked_on": "I", "note": "I", "document": "I",
        "recorded_by": "I", "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_commissioning_request_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.result}"


class Asset(models.Model):
    """A thing that stays in the building and must be looked after: where it stands, until when it is guaranteed, whom one calls."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="assets")
    name = models.CharField(max_length=160)
    place = models.CharField(max_length=120, blank=True)
    serial = models.CharField(max_length=80, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    installed_on = models.DateField(null=True, blank=True)
    warranty_until = models.DateField(null=True, blank=True)
    service = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "name": "I", "place": "I", "serial": "I", "quantity": "I", "installed_on": "I", "warranty_until": "I",
        "service": "I", "added_by": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_asset_request_once")]

    def __str__(self) -> str:
        return self.name


class HandoverPaper(models.Model):
    """A paper that goes to those who run the building, in the language it is written in."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="handover_papers")
    kind = models.CharField(max_length=12, choices=PAPER_KINDS)
    title = models.CharField(max_length=160)
    language = models.CharField(max_length=8)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    valid_until = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "kind": "I", "title": "I", "language": "I", "document": "I", "asset": "I", "valid_until": "I",
        "added_by": "I", "added_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["kind", "title"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_handover_request_once")]

    def __str__(self) -> str:
        return self.title
