"""What the book names: commodities, funds, custodies, documents, milestones. Rows are added and never changed."""

import json
import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.core.ledger import rules
from awna.kit.sealed import SealedTextField

UNIDENTIFIED, UNALLOCATED, GOODS_GENERAL = "unidentified", "unallocated", "goods-general"
SPECIAL_FUNDS = {
    UNIDENTIFIED: "Not yet identified",
    UNALLOCATED: "For whatever is needed most",
    GOODS_GENERAL: "Goods for whatever is needed most",
}
FUND_WORDS = {
    UNIDENTIFIED: _("Not yet identified"), UNALLOCATED: _("For whatever is needed most"), GOODS_GENERAL: _("Goods for whatever is needed most"),
}  # fmt: skip
"""The funds that every book has, in the reader's language; all others are named by their campaign."""
CHARGES = "charges"
OPEN, SHELTERED = "open", "sheltered"
EXPOSURES = [(OPEN, _("each gift stands alone")), (SHELTERED, _("gifts stand in batches of at least ten"))]


class Book(models.Model):
    """The one book of a campaign. `secret` keys every derived id, so that nobody can guess one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.OneToOneField("parties.Campaign", on_delete=models.PROTECT, related_name="book")
    secret = SealedTextField()
    origin = models.CharField(max_length=120, unique=True)
    exposure = models.CharField(max_length=10, choices=EXPOSURES, default="", blank=True)

    pinned_size: int | None = None
    """How many entries this very object is read up to, set by `services.pin`; no column."""

    field_classes = {"id": "P", "campaign": "P", "secret": "S", "origin": "P", "exposure": "P"}

    def __str__(self) -> str:
        return self.origin

    @property
    def secret_key(self) -> bytes:
        return bytes.fromhex(self.secret)

    @property
    def sheltered(self) -> bool:
        """Whether gifts stand in batches. Where nobody chose: when the campaign is at risk."""
        return self.exposure == SHELTERED or (not self.exposure and self.campaign.at_risk)

    def fund(self, code: str) -> "Fund":
        return self.funds.get(code=code)


class Commodity(models.Model):
    """A thing that is counted: a currency, cement, beds, hours. One list for all books."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in rules.COMMODITY_KINDS])
    scale = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)

    field_classes = {"id": "P", "code": "P", "kind": "P", "scale": "P", "name": "P"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "kind"], name="books_commodity_kind_key"),
            models.CheckConstraint(condition=models.Q(scale__lte=9), name="books_commodity_scale"),
        ]

    def __str__(self) -> str:
        return self.code


class Fund(models.Model):
    """What money or goods may be used for. A fund narrows its parent; `path` lists the ancestors down to itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="funds")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.TextField()

    field_classes = {"id": "P", "book": "P", "code": "P", "title": "P", "parent": "P", "path": "P"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="books_fund_code_once"),
            models.UniqueConstraint(fields=["book", "id"], name="books_fund_key"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title_here(self) -> str:
        """What a reader is shown: the name that its campaign gave it, or that of a fund which every book has."""
        return str(FUND_WORDS.get(self.code, self.title))

    @property
    def leaf_id(self) -> str:
        """Two funds have ids with a meaning in the log; all others are opaque."""
        return self.code if self.code in (UNIDENTIFIED, UNALLOCATED) else str(self.pk)


class Custody(models.Model):
    """Where things lie or with whom: a bank account, a store, a truck, a task, a payee."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="custodies")
    type = models.CharField(max_length=12, choices=[(kind, kind) for kind in rules.CUSTODY_TYPES])
    ref = models.CharField(max_length=120)
    title = SealedTextField(blank=True)
    settles_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="settled_from")

    field_classes = {"id": "P", "book": "P", "type": "P", "ref": "I", "title": "S", "settles_to": "P"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "type", "ref"], name="books_custody_ref_once"),
            models.UniqueConstraint(fields=["book", "id", "type"], name="books_custody_key"),
        ]

    def __str__(self) -> str:
        return self.title or self.ref


class Document(models.Model):
    """A paper or picture that proves something; its salted digest stands in the log, the file stays here, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=40, default="document")
    name = SealedTextField()
    media_type = models.CharField(max_length=100)
    salt = SealedTextField()
    digest = models.CharField(max_length=64, unique=True)
    lookup = models.CharField(max_length=64)
    content = SealedTextField()
    size_bytes = models.PositiveIntegerField()

    field_classes = {
        "id": "P", "book": "P", "kind": "P", "name": "S", "media_type": "I", "salt": "S", "digest": "P", "lookup": "I",
        "content": "S", "size_bytes": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "kind", "lookup"], name="books_document_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class Milestone(models.Model):
    """One part of a proposal's payment: its own ceiling, payee, evidence and earliest date, each guarded by the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="milestones")
    proposal = models.ForeignKey("consent.Proposal", on_delete=models.PROTECT, related_name="milestones")
    n = models.CharField(max_length=20)
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="milestones")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="milestones")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="milestones")
    ceiling = models.BigIntegerField()
    payee = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="milestones_paid")
    evidence = models.TextField(default="[]")
    earliest = models.DateField()

    field_classes = {
        "id": "P", "book": "P", "proposal": "P", "n": "P", "custody": "P", "fund": "P", "commodity": "P", "ceiling": "P",
        "payee": "I", "evidence": "P", "earliest": "P",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "n", "commodity"], name="books_milestone_once"),
            models.CheckConstraint(condition=models.Q(ceiling__gt=0), name="books_milestone_ceiling"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.n}"

    @property
    def evidence_kinds(self) -> list[Any]:
        return list(json.loads(self.evidence))
