"""What hides a giver: the erasable key of each gift, and batches in which no gift stands alone."""

import uuid
from typing import Any

from django.db import models

from awna.kit.sealed import SealedTextField

from .bank import Movement
from .naming import Book, Commodity, Custody, Fund


class GiftKey(models.Model):
    """The key behind one gift's reference in the log. Removing the row leaves a reference that links to nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="gift_keys")
    request_id = models.CharField(max_length=80)
    receipt = models.CharField(max_length=24)
    key = SealedTextField()
    reference = models.CharField(max_length=64)

    field_classes = {"id": "I", "book": "P", "request_id": "I", "receipt": "C", "key": "C", "reference": "I"}
    unsealed = {"receipt": "a random number; it names nobody without the key"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "request_id"], name="books_giftkey_request_once"),
            models.UniqueConstraint(fields=["book", "reference"], name="books_giftkey_reference_once"),
        ]

    def __str__(self) -> str:
        return f"key {str(self.pk)[:8]}"

    @property
    def key_bytes(self) -> bytes:
        return bytes.fromhex(self.key)


class GiftBatch(models.Model):
    """Gifts of one fund, commodity and custody that are posted together, never fewer than ten. `closed_seq` is their entry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="gift_batches")
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="gift_batches")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="gift_batches")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="+")
    n = models.BigIntegerField()
    closed_seq = models.BigIntegerField(null=True)

    field_classes = {"id": "I", "book": "P", "custody": "P", "fund": "P", "commodity": "P", "n": "P", "closed_seq": "P"}

    def __str__(self) -> str:
        return f"batch {self.n}"


class ShareQuerySet(models.QuerySet["Share"]):
    def collected(self, book: Book, *, custody: Any, commodity: Any) -> int:
        """Minor units in open batches of a custody: at the bank already, in the book when they close. For desks; never published."""
        found = self.filter(giftbatch__book=book, giftbatch__closed_seq=None, giftbatch__custody=custody, giftbatch__commodity=commodity)
        return int(found.aggregate(sum=models.Sum("amount"))["sum"] or 0)


class Share(models.Model):
    """One gift inside a batch: the bank line, its amount, and the reference that only its giver can open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    giftbatch = models.ForeignKey(GiftBatch, on_delete=models.PROTECT, related_name="shares")
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="shares")
    amount = models.BigIntegerField()
    commitment = models.CharField(max_length=64)

    objects = ShareQuerySet.as_manager()
    field_classes = dict.fromkeys(["id", "giftbatch", "movement", "amount", "commitment"], "I")

    def __str__(self) -> str:
        return f"share of {self.giftbatch_id}"
