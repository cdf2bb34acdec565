"""Tables of serial receipt books: every number of a book is used, void or declared lost, and none is skipped."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign, Role

PAGES_MAX = 500
"""Numbered pages of one book."""


class ReceiptBook(models.Model):
    """A book of numbered pages as it was bought or printed, with who holds it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="receipt_books")
    code = models.CharField(max_length=20)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    holder = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    began_on = models.DateField(default=timezone.localdate)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "code": "I", "first": "I", "last": "I", "holder": "I", "began_on": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="approvals_receipt_book_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="approvals_receipt_book_request_once"),
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="approvals_receipt_book_has_pages"),
        ]

    def __str__(self) -> str:
        return self.code


class ReceiptPage(models.Model):
    """What became of one number. A page is never deleted; one that is lost is declared so by two people."""

    USED, VOID, LOST = "used", "void", "lost"
    STATES = [(USED, _("used")), (VOID, _("void")), (LOST, _("lost"))]

    book = models.ForeignKey(ReceiptBook, on_delete=models.PROTECT, related_name="pages")
    serial = models.PositiveIntegerField()
    state = models.CharField(max_length=4, choices=STATES)
    text = models.CharField(max_length=300)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "book": "I", "serial": "I", "state": "I", "text": "I", "author": "I", "second": "I", "written_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["book", "serial"]
        constraints = [models.UniqueConstraint(fields=["book", "serial"], name="approvals_receipt_page_once")]

    def __str__(self) -> str:
        return f"{self.book} {self.serial}"

    @property
    def is_open(self) -> bool:
        """Declared lost by one person; a second one must say so too."""
        return self.state == self.LOST and self.second_id is None
