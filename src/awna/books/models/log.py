"""What the public log needs beside the leaves: signed checkpoints, and the openings of salted commitments."""

from django.db import models

from awna.kit.sealed import SealedTextField

from .naming import Book


class Checkpoint(models.Model):
    """A signed head: this many leaves have this root. Published ones are never taken back."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()
    signed_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "book": "P", "size": "P", "root": "P", "note": "P", "signed_at": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "size"], name="books_checkpoint_size_once")]

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


class Cosignature(models.Model):
    """A witness saw this head as a continuation of all that it saw before. `key` is the witness's, `time_s` its clock."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    key = models.CharField(max_length=200)
    time_s = models.BigIntegerField()
    line = models.CharField(max_length=400)

    field_classes = {"id": "I", "checkpoint": "P", "key": "P", "time_s": "P", "line": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "key", "time_s"], name="books_cosignature_once")]

    def __str__(self) -> str:
        return f"{self.key.split('+')[0]} on {self.checkpoint_id}"


class Opening(models.Model):
    """The salt and value behind one commitment in a leaf; erasing the row leaves a commitment that says nothing."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="openings")
    entry_seq = models.BigIntegerField()
    of = models.CharField(max_length=100)
    name = models.CharField(max_length=40)
    salt = SealedTextField()
    value = SealedTextField()

    field_classes = {"id": "I", "book": "P", "entry_seq": "P", "of": "P", "name": "P", "salt": "S", "value": "S"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "of", "name"], name="books_opening_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.of}"
