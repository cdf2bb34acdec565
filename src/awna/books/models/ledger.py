"""Accounts, entries, transfers, balances: tables made by raw DDL with guards (see schema.py), read through these models."""

import json
from typing import Any, Self

from django.db import models

from awna.core.amounts import Commodity as CoreCommodity

from .naming import Book, Commodity, Custody, Document, Fund, Milestone

ENTRIES_PAGE = 100


class Rule(models.Model):
    """One allowed pair of the kind table, for one custody type at each end and one kind of commodity."""

    id = models.CharField(primary_key=True, max_length=120)
    kind = models.CharField(max_length=20)
    debit_stage = models.CharField(max_length=12)
    debit_custody_type = models.CharField(max_length=12)
    credit_stage = models.CharField(max_length=12)
    credit_custody_type = models.CharField(max_length=12)
    commodity_kind = models.CharField(max_length=12)
    needs = models.CharField(max_length=20)
    custody_change = models.CharField(max_length=8)
    movement_end = models.CharField(max_length=8)
    fund_change = models.SmallIntegerField()

    field_classes = dict.fromkeys([
        "id", "kind", "debit_stage", "debit_custody_type", "credit_stage", "credit_custody_type", "commodity_kind", "needs",
        "custody_change", "movement_end", "fund_change"], "P")  # fmt: skip

    def __str__(self) -> str:
        return self.id


class Head(models.Model):
    """Where the book stands: the number of the next entry, and the last day that is closed; locked by whoever posts."""

    book = models.OneToOneField(Book, on_delete=models.PROTECT, primary_key=True, related_name="head")
    closed_through = models.DateField(null=True)

    field_classes = {"book": "P", "closed_through": "P"}

    def __str__(self) -> str:
        return str(self.next_seq)

    @property
    def next_seq(self) -> int:
        last = Entry.objects.filter(book=self.book_id).order_by("-seq").values_list("seq", flat=True).first()
        return 0 if last is None else last + 1


class Account(models.Model):
    """An opaque place in the book: one stage, custody, fund and commodity, and where it has them batch or milestone."""

    id = models.UUIDField(primary_key=True, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    stage = models.CharField(max_length=12)
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, null=True, related_name="accounts")
    custody_type = models.CharField(max_length=12)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="accounts")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="accounts")
    commodity_kind = models.CharField(max_length=12)
    batch = models.CharField(max_length=120)
    payee = models.ForeignKey(Custody, on_delete=models.PROTECT, null=True, related_name="accounts_paid")
    proposal = models.ForeignKey("consent.Proposal", on_delete=models.PROTECT, null=True, related_name="accounts")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, null=True, related_name="accounts")
    floor = models.BigIntegerField(null=True)
    ceil = models.BigIntegerField(null=True)

    field_classes = {
        "id": "P", "book": "P", "stage": "P", "custody": "P", "custody_type": "P", "fund": "P", "commodity": "P",
        "commodity_kind": "P", "batch": "I", "payee": "I", "proposal": "P", "milestone": "P", "floor": "P", "ceil": "P",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.stage} {self.pk}"


class BalanceQuerySet(models.QuerySet["Balance"]):
    def with_net(self) -> Self:
        return self.annotate(net=models.F("credits") - models.F("debits"))


class Balance(models.Model):
    """What lies in an account now; moved by the guards alone, with each transfer."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="balances")
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()
    version = models.BigIntegerField()
    floor = models.BigIntegerField(null=True)
    ceil = models.BigIntegerField(null=True)

    objects = BalanceQuerySet.as_manager()
    field_classes = dict.fromkeys(["account", "book", "debits", "credits", "version", "floor", "ceil"], "P")

    def __str__(self) -> str:
        return str(self.minor)

    @property
    def minor(self) -> int:
        return self.credits - self.debits


class EntryQuerySet(models.QuerySet["Entry"]):
    def page_of(self, book: Book, *, number: int) -> Self:
        """The entries of one page, oldest first; a row keeps its page for ever because nothing is ever removed."""
        first = (number - 1) * ENTRIES_PAGE
        return self.filter(book=book, seq__gte=first, seq__lt=first + ENTRIES_PAGE).order_by("seq").prefetch_related(
            models.Prefetch("transfers", queryset=Transfer.objects.with_accounts()))  # fmt: skip


class Entry(models.Model):
    """One line of the book and one leaf of its log, for ever."""

    id = models.UUIDField(primary_key=True, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="entries")
    seq = models.BigIntegerField()
    request_hash = models.BinaryField()
    kind = models.CharField(max_length=20)
    effective_date = models.DateField()
    posted_at = models.DateTimeField()
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="entries")
    second = models.ForeignKey("parties.Role", on_delete=models.PROTECT, null=True, related_name="entries_confirmed")
    proposal = models.ForeignKey("consent.Proposal", on_delete=models.PROTECT, null=True, related_name="entries")
    reverses = models.BigIntegerField(null=True)
    row_count = models.IntegerField()
    last_row = models.IntegerField(null=True)
    leaf = models.BinaryField()

    objects = EntryQuerySet.as_manager()
    field_classes = {
        "id": "P", "book": "P", "seq": "P", "request_hash": "I", "kind": "P", "effective_date": "P", "posted_at": "I", "author": "P",
        "second": "P", "proposal": "P", "reverses": "P", "row_count": "P", "last_row": "P", "leaf": "P",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.last_row = self.row_count or None
        super().save(*args, **kwargs)

    @property
    def about(self) -> str:
        """What a memo is about, as its leaf says; empty for every other kind."""
        return str(json.loads(bytes(self.leaf)).get("payload", {}).get("about", "")) if self.kind == "memo" else ""


class TransferQuerySet(models.QuerySet["Transfer"]):
    def with_accounts(self) -> Self:
        return self.select_related(
            "debit_account__custody", "credit_account__custody", "debit_fund", "credit_fund", "commodity"
        ).order_by("entry__seq", "line")  # fmt: skip


class Transfer(models.Model):
    """One row of an entry: an amount leaves one account and arrives at another."""

    pk = models.CompositePrimaryKey("entry", "line")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="transfers")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="transfers")
    entry_seq = models.BigIntegerField()
    line = models.IntegerField()
    kind = models.CharField(max_length=20)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="+")
    debit_fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    credit_fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    debit_stage = models.CharField(max_length=12)
    credit_stage = models.CharField(max_length=12)
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount = models.BigIntegerField()
    movement = models.ForeignKey("books.Movement", on_delete=models.PROTECT, null=True, related_name="transfers")
    giftbatch_id = models.UUIDField(null=True)
    lot_seq = models.BigIntegerField(null=True)
    lot_line = models.IntegerField(null=True)
    resolves_seq = models.BigIntegerField(null=True)
    resolves_line = models.IntegerField(null=True)
    corrects_seq = models.BigIntegerField(null=True)
    corrects_line = models.IntegerField(null=True)
    covers_account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    covers_amount = models.BigIntegerField(null=True)

    objects = TransferQuerySet.as_manager()
    field_classes = dict.fromkeys([
        "entry", "book", "entry_seq", "line", "kind", "rule", "commodity", "debit_fund", "credit_fund", "debit_stage", "credit_stage",
        "debit_account", "credit_account", "amount", "movement", "giftbatch_id", "lot_seq", "lot_line", "resolves_seq", "resolves_line",
        "corrects_seq", "corrects_line", "covers_account", "covers_amount"], "P")  # fmt: skip

    def __str__(self) -> str:
        return f"{self.entry_seq}.{self.line}"

    @property
    def lot(self) -> str:
        return "" if self.lot_seq is None else f"{self.lot_seq}.{self.lot_line}"

    @property
    def counted_in(self) -> CoreCommodity:
        return CoreCommodity(self.commodity.code, self.commodity.scale)


class Evidence(models.Model):
    """A document that an entry stands on."""

    pk = models.CompositePrimaryKey("entry", "document")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="evidence")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    entry_seq = models.BigIntegerField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="entries")

    field_classes: dict[str, Any] = {"entry": "P", "book": "P", "entry_seq": "P", "document": "P"}

    def __str__(self) -> str:
        return f"{self.entry_seq} {self.document_id}"
