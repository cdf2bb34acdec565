"""Read lost entries back from a mirror of the log, byte for byte. Who gave stays unknown: that was never public; donors have it in their files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.digest import sha256
from awna.core.ledger import entries as core
from awna.core.ledger import rules
from awna.core.log.checkpoint import Checkpoint as Head
from awna.core.log.nodes import Levels, TileNodes, root_at
from awna.core.log.publishing import CHECKPOINT, Read
from awna.core.log.tiles import TILE_WIDTH, bundle_path, split_bundle
from awna.core.log.tree import hash_leaf
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Account, BankAccount, Book, Commodity, Custody, Document, Entry, Fund, Movement, Statement, StatementFile
from ..refusals import problem_of
from ..schema import rule_id
from . import heads
from .checking import rebuild_derived
from .keys import known_keys
from .log import entry_of_leaf
from .posting import next_seq, post_entry
from .publish import leaves_of
from .statements import FROM_MIRROR
from .tables import add_rows, db_uuid
from .writing import _ENTRY as ENTRY_COLUMNS
from .writing import _TRANSFER as TRANSFER_COLUMNS

ABOUT_LINES = ("statement", "slip")
UNKNOWN = "Read back from a mirror"
Value = dict[str, Any]


@dataclass(frozen=True)
class Missing:
    """The mirror's head, and the entries from number `first` on that the database lacks."""

    head: Head
    first: int
    leaves: tuple[bytes, ...]


def propose_readoption(*, book: Book, read: Read, filed_by: Role, expires_on: date, request_id: str) -> Proposal:
    """Ask the stewards to read back what the mirror has. It goes into the log afterwards: until then its place belongs to a lost entry."""
    head = read_missing(book, read=read).head
    payload = {"about": "break", "adopted": {"size": head.size, "root": head.root.hex()}}
    return consent.file_proposal(
        campaign=book.campaign,
        purpose="break",
        payload={"payload": payload},
        filed_by=filed_by,
        expires_on=expires_on,
        request_id=request_id,
    )


@transaction.atomic
def readopt(*, proposal: Proposal, read: Read, author: Role) -> int:
    """Insert the lost entries as they were, then the break entry that says so; all or none. Returns how many were read back."""
    book = proposal.campaign.book
    payload = dict(proposal.content.get("payload") or {})
    if proposal.purpose != "break" or "adopted" not in payload:
        raise Refused(Problem("not_a_break", "This proposal reads nothing back. File one with awna breaklog --mirror LOG --propose."))
    if Entry.objects.filter(proposal=proposal, kind="break").exists():
        return 0
    if not consent.is_approved(proposal):
        raise Refused(Problem("proposal_not_approved", "Not enough stewards have approved that these entries are read back."))
    next_seq(book)
    missing = read_missing(book, read=read)
    if payload["adopted"] != {"size": missing.head.size, "root": missing.head.root.hex()}:
        raise Refused(
            Problem("mirror_is_another", "The mirror shows another head than the stewards approved. Use the same mirror or file again.")
        )
    adopter = _Adopter(book, author, _movements(missing.leaves))
    for seq, leaf in enumerate(missing.leaves, missing.first):
        adopter.take(seq, leaf)
    rebuild_derived(book)
    post_entry(
        book=book, kind="break", rows=(), author=author, request_id=f"break:{proposal.pk}",
        proposal=proposal, memo=payload)  # fmt: skip
    return len(missing.leaves)


def read_missing(book: Book, *, read: Read) -> Missing:
    """What the mirror has and the database lacks. Refused unless the mirror is signed, whole, and continues the database and every head signed."""
    data = read(CHECKPOINT)
    head = heads.head_of(data.decode(errors="replace"), keys=known_keys(book)) if data else None
    if head is None:
        raise Refused(Problem("mirror_unsigned", "The mirror has no checkpoint that this log's key signed. Look for another copy."))
    mine = leaves_of(book, first=0, until=head.size)
    nodes = TileNodes(read, head.size)
    continues = len(mine) < head.size and root_at(nodes, size=head.size) == head.root
    ours = [(len(mine), root_at(Levels(mine), size=len(mine))), *((one.head.size, one.head.root) for one in heads.signed_heads(book))]
    if not continues or any(size > head.size or root_at(nodes, size=size) != root for size, root in ours):
        raise Refused(Problem(
            "mirror_does_not_continue",
            "The mirror of %(size)s entries does not continue this database of %(mine)s entries and every head that was signed. Look for a newer copy.",
            {"size": head.size, "mine": len(mine)}))  # fmt: skip
    return Missing(head, len(mine), tuple(_leaves(read, nodes, first=len(mine))))


def _leaves(read: Read, nodes: TileNodes, *, first: int) -> Iterable[bytes]:
    for number in range(first // TILE_WIDTH, -(-nodes.size // TILE_WIDTH)):
        width = min(TILE_WIDTH, nodes.size - number * TILE_WIDTH)
        path = bundle_path(number, width=width)
        data = read(path) or read(bundle_path(number)) or b""
        for seq, leaf in enumerate(split_bundle(data)[:width], number * TILE_WIDTH):
            if hash_leaf(leaf) != nodes.node(0, seq):
                raise Refused(
                    Problem("bundle_damaged", "%(file)s is damaged: entry %(n)s is not the one in the log.", {"file": path, "n": seq})
                )
            if seq >= first:
                yield leaf
        if len(split_bundle(data)) < width:
            raise Refused(Problem("file_missing", "%(file)s is missing at the mirror, so its entries cannot be read back.", {"file": path}))


def _movements(leaves: Iterable[bytes]) -> dict[str, int]:
    """What is known of each movement that the lost entries use: the signed amount said by a statement, else what was used of it."""
    said: dict[str, int] = {}
    used: dict[str, int] = {}
    for leaf in leaves:
        entry = entry_of_leaf(leaf)
        listed = entry.payload.get("movements", []) if entry.payload.get("about") in ABOUT_LINES else []
        for one in listed if isinstance(listed, list) else []:
            said[str(one["id"])] = int(one["amount"])
        for row in entry.rows:
            if row.movement and entry.kind != "reverse":
                used[row.movement] = used.get(row.movement, 0) + row.amount
    return used | {name: abs(amount) for name, amount in said.items() if name in used}


@dataclass
class _Adopter:
    """Inserts one lost entry after the other, with what it opens and the little that can be known of what stands behind it."""

    book: Book
    author: Role
    movements: dict[str, int]
    files: dict[Any, Statement] = field(default_factory=dict)

    def take(self, seq: int, leaf: bytes) -> None:
        entry = entry_of_leaf(leaf)
        self._refuse_private(entry)
        try:
            with transaction.atomic():
                self._open(entry)
                if entry.payload.get("about") in ABOUT_LINES:
                    self._lines(entry)
                documents = [self._document(document) for document in entry.documents]
                self._insert(seq, entry, leaf, documents)
        except DatabaseError as error:
            problem = problem_of(error, kind=entry.kind, debit="", credit="", asked="", has="")
            raise Refused(problem.at(f"entry {seq}")) from error

    def _refuse_private(self, entry: core.Entry) -> None:
        """What only the lost database knew, and a guard must see: then the entry cannot come back by itself."""
        roles = {role for role in (entry.author, entry.second) if role}
        unknown = [role for role in roles if not Role.objects.filter(pk=role, campaign=self.book.campaign).exists()]
        carried = {entry.proposal, *(account.proposal for account in entry.accounts)} - {""}
        if unknown or entry.batch or any(not Proposal.objects.filter(pk=one).exists() for one in carried):
            raise Refused(Problem(
                "entry_needs_what_is_lost",
                "This entry (%(kind)s) stands on a role, a proposal or a batch that this database does not hold. Restore a newer copy of the database, or break the log without a mirror.",
                {"kind": entry.kind}, f"entry {entry.seq}"))  # fmt: skip

    def _open(self, entry: core.Entry) -> None:
        for one in entry.commodities:
            Commodity.objects.get_or_create(
                pk=one.id, defaults={"code": one.code or one.id[:40], "kind": one.kind, "scale": one.scale, "name": one.code or UNKNOWN}
            )
        for fund in entry.funds:
            self._fund(fund)
        for custody in entry.custodies:
            Custody.objects.get_or_create(pk=custody.id, defaults={
                "book": self.book, "type": custody.type, "ref": f"mirror:{custody.id}", "title": UNKNOWN, "settles_to_id": custody.settles_to or None})  # fmt: skip
        for account in entry.accounts:
            self._account(account)

    def _fund(self, one: core.FundOpening) -> None:
        if one.id in ("unidentified", "unallocated") or Fund.objects.filter(pk=one.id).exists():
            return
        parent = _fund_named(self.book, one.parent) if one.parent else None
        Fund.objects.create(pk=one.id, book=self.book, code=f"mirror-{one.id}"[:60], title=UNKNOWN, parent=parent,
                            path=f"{parent.path if parent else ''}/{one.id}")  # fmt: skip

    def _account(self, one: core.AccountOpening) -> None:
        custody = Custody.objects.get(pk=one.custody) if one.custody else None
        commodity = Commodity.objects.get(pk=one.commodity)
        Account.objects.bulk_create([Account(
            id=UUID(one.id), book=self.book, stage=one.stage, custody=custody, custody_type=custody.type if custody else "",
            fund=_fund_named(self.book, one.fund), commodity=commodity, commodity_kind=commodity.kind, batch="",
            floor=None if one.stage in rules.NO_FLOOR_STAGES else 0, ceil=0 if one.stage == rules.SHORT else None)])  # fmt: skip

    def _document(self, one: core.Document) -> Document:
        return Document.objects.get_or_create(digest=one.digest, defaults={
            "book": self.book, "kind": one.kind, "name": UNKNOWN, "media_type": "", "salt": "", "lookup": one.digest, "content": "",
            "size_bytes": 0})[0]  # fmt: skip

    def _insert(self, seq: int, entry: core.Entry, leaf: bytes, documents: list[Document]) -> None:
        book, key, count = db_uuid(self.book.pk), db_uuid(entry.id), len(entry.rows)
        values = (book, seq, key, sha256(leaf), entry.kind, _db(Entry, "effective_date")(date.fromisoformat(entry.date)),
                  _db(Entry, "posted_at")(timezone.now()), db_uuid(entry.author), db_uuid(entry.second), db_uuid(entry.proposal), entry.reverses,
                  count, count or None, leaf)  # fmt: skip
        add_rows("books_entry", ENTRY_COLUMNS, [values])
        add_rows("books_evidence", ("book_id", "entry_seq", "entry_id", "document_id"),
                 [(book, seq, key, db_uuid(document.pk)) for document in documents])  # fmt: skip
        for line, row in enumerate(entry.rows, 1):
            add_rows("books_transfer", TRANSFER_COLUMNS, [self._transfer(book, seq, key, line, entry, row)])

    def _transfer(self, book: Any, seq: int, key: Any, line: int, entry: core.Entry, row: core.Transfer) -> tuple[Any, ...]:
        debit, credit = (Account.objects.get(pk=name) for name in (row.debit, row.credit))
        rule = rules.find_rule(
            entry.kind, debit_stage=debit.stage, debit_custody_type=debit.custody_type, credit_stage=credit.stage,
            credit_custody_type=credit.custody_type, commodity_kind=debit.commodity_kind)  # fmt: skip
        if rule is None:
            raise Refused(Problem("pair_not_allowed", "The mirror's entry moves what this release does not know.", {}, f"entry {seq}"))
        if row.movement:
            self._movement(row, debit, credit, rule.movement_end)
        covers = (db_uuid(row.covers.account), row.covers.amount) if row.covers else (None, None)
        return (book, seq, line, key, entry.kind, rule_id(rule), db_uuid(debit.commodity_id), db_uuid(debit.fund_id), db_uuid(credit.fund_id),
                debit.stage, credit.stage, db_uuid(debit.pk), db_uuid(credit.pk), row.amount, db_uuid(row.movement), None,
                *(row.lot or (None, None)), *(row.resolves or (None, None)), *(row.corrects or (None, None)), *covers)  # fmt: skip

    def _lines(self, entry: core.Entry) -> None:
        """The lines that a statement's or slip's memo lists, used or not: read again from the bank's file they are known by their ids."""
        said = dict(entry.payload)
        account = BankAccount.objects.filter(book=self.book, custody=str(said.get("custody"))).first()
        listed = said.get("movements", [])
        if account is None or not isinstance(listed, list):
            return
        day = date.fromisoformat(entry.date)
        statement = self._slip(account, said, day) if "number" in said else self._statement(account)
        for one in listed:
            if not Movement.objects.filter(pk=one["id"]).exists():
                Movement.objects.create(
                    pk=one["id"], bank_account=account, custody_id=account.custody_id, commodity_id=account.commodity_id, statement=statement,
                    line_key=f"mirror:{one['id']}"[:64], occurrence=1, position=1, amount=int(one["amount"]), booked_on=day, text=UNKNOWN)  # fmt: skip

    def _slip(self, box: BankAccount, said: dict[str, Any], day: date) -> Statement:
        """A numbered slip of a cash box: the memo says all of it but its words."""
        opening, closing = (int(said[name]) if name in said else None for name in ("opening", "closing"))
        return Statement.objects.create(
            bank_account=box, file=self._statement(box).file, number=str(said["number"]), slip=int(said["number"]), position=0,
            opening_minor=opening, closing_minor=closing, opening_on=day, closing_on=day)  # fmt: skip

    def _movement(self, row: core.Transfer, debit: Account, credit: Account, end: str | None) -> None:
        """The bank line or slip that stood behind the row: its id and amount are known, its words are not."""
        if Movement.objects.filter(pk=row.movement).exists():
            return
        moved, sign = (debit, -1) if end == "debit" else (credit, 1)
        bank_account = BankAccount.objects.filter(custody=moved.custody_id).first()
        Movement.objects.create(
            pk=row.movement, bank_account=bank_account, custody_id=moved.custody_id, commodity=moved.commodity,
            statement=self._statement(bank_account) if bank_account else None, line_key=f"mirror:{row.movement}"[:64], occurrence=1, position=1,
            amount=sign * self.movements[row.movement], booked_on=timezone.localdate(), text=UNKNOWN)  # fmt: skip

    def _statement(self, bank_account: BankAccount) -> Statement:
        if bank_account.pk not in self.files:
            file = StatementFile.objects.create(
                bank_account=bank_account, name=UNKNOWN, digest=sha256(f"{bank_account.pk}{timezone.now()}".encode()).hex(), content="",
                author=self.author, request_id=f"{FROM_MIRROR}{timezone.now().timestamp()}")  # fmt: skip
            self.files[bank_account.pk] = Statement.objects.create(bank_account=bank_account, file=file, number=UNKNOWN, position=0)
        return self.files[bank_account.pk]


def _fund_named(book: Book, name: str) -> Fund:
    return book.fund(name) if name in ("unidentified", "unallocated") else Fund.objects.get(pk=name, book=book)


def _db(model: Any, name: str) -> Callable[[Any], Any]:
    """How a column's value is handed to this engine."""
    return partial(model._meta.get_field(name).get_db_prep_value, connection=connection, prepared=False)
