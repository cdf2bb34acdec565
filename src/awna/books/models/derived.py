"""Tables that follow from the leaves alone: where each gift lies, each hop that it made, sums by month. `awna checkbook` recomputes them.

They are moved in the transaction that posts. Nothing trusts them: no guard reads them, and they may be rebuilt at any time.
"""

from django.db import models

from .ledger import Account
from .naming import Book

HELD, COVER = "held", "cover"


class Slice(models.Model):
    """A part of a lot in a queue: of what an account holds (`held`), or of what no receipt has covered yet (`cover`). Lowest position first."""

    pk = models.CompositePrimaryKey("account", "which", "position")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="slices", db_constraint=False, db_index=False)
    which = models.CharField(max_length=5, choices=[(HELD, HELD), (COVER, COVER)])
    position = models.BigIntegerField()
    book = models.ForeignKey(Book, on_delete=models.DO_NOTHING, related_name="slices", db_constraint=False, db_index=False)
    lot_seq = models.BigIntegerField()
    lot_line = models.IntegerField()
    amount = models.BigIntegerField()

    field_classes = dict.fromkeys(["account", "which", "position", "book", "lot_seq", "lot_line", "amount"], "P")

    class Meta:
        indexes = [models.Index(fields=["book", "lot_seq", "lot_line"], name="books_slice_lot")]

    def __str__(self) -> str:
        return f"{self.lot_seq}.{self.lot_line}: {self.amount}"


class Hop(models.Model):
    """The n-th part of one row: `amount` of a lot arrived, `taken` of it left; they differ where one commodity becomes another."""

    pk = models.CompositePrimaryKey("book", "entry_seq", "line", "n")
    book = models.ForeignKey(Book, on_delete=models.DO_NOTHING, related_name="hops", db_constraint=False, db_index=False)
    entry_seq = models.BigIntegerField()
    line = models.IntegerField()
    n = models.IntegerField()
    debit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    credit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    lot_seq = models.BigIntegerField()
    lot_line = models.IntegerField()
    amount = models.BigIntegerField()
    taken = models.BigIntegerField()
    substituted = models.BooleanField()

    field_classes = dict.fromkeys([
        "book", "entry_seq", "line", "n", "debit", "credit", "lot_seq", "lot_line", "amount", "taken", "substituted"], "P")  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["book", "lot_seq", "lot_line", "entry_seq", "line", "n"], name="books_hop_lot")]

    def __str__(self) -> str:
        return f"{self.entry_seq}.{self.line}: {self.lot_seq}.{self.lot_line} {self.amount}"


class Tally(models.Model):
    """What moved between two accounts in one month of the entries' dates, for each kind: the sum and the number of rows."""

    pk = models.CompositePrimaryKey("book", "month", "kind", "debit_account", "credit_account")
    book = models.ForeignKey(Book, on_delete=models.DO_NOTHING, related_name="tallies", db_constraint=False, db_index=False)
    month = models.CharField(max_length=7)
    kind = models.CharField(max_length=20)
    debit_account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    credit_account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    amount = models.BigIntegerField()
    rows = models.BigIntegerField()

    field_classes = dict.fromkeys(["book", "month", "kind", "debit_account", "credit_account", "amount", "rows"], "P")

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.amount}"
