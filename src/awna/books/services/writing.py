"""Entries on their way into the book: leaves made one by one, rows written all at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DatabaseError, OperationalError, connection
from django.db.models.base import ModelState
from django.utils import timezone

from awna.consent.models import Proposal
from awna.core.amounts import format_minor
from awna.core.consent.measures import RESUME
from awna.core.digest import canonical_json
from awna.core.ledger import entries as core
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Account, Balance, Book, Custody, Document, Entry, Opening
from ..refusals import problem_of, refusal
from ..schema import rule_id
from .accounts import Draft, Known, Row, Spot, commit_private, find_account, open_custody
from .caps import refuse_above_cap
from .derived import DerivedStore
from .proposals import approving_decisions
from .tables import add_rows, db_uuid, on_sqlite

DECIDED = {"open", "reclass", "loss", "reverse", "correction"}
"""Kinds whose proposal fixes the exact rows; a release is fixed by its milestones."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ENTRY = (
    "book_id", "seq", "id", "request_hash", "kind", "effective_date", "posted_at", "author_id", "second_id", "proposal_id", "reverses",
    "row_count", "last_row", "leaf",
)  # fmt: skip
_TRANSFER = (
    "book_id", "entry_seq", "line", "entry_id", "kind", "rule_id", "commodity_id", "debit_fund_id", "credit_fund_id", "debit_stage",
    "credit_stage", "debit_account_id", "credit_account_id", "amount", "movement_id", "giftbatch_id", "lot_seq", "lot_line",
    "resolves_seq", "resolves_line", "corrects_seq", "corrects_line", "covers_account_id", "covers_amount",
)  # fmt: skip


class Unavailable(Refused):
    """The database could not write at all: no entry of the batch is at fault."""


class GuardRefused(Exception):
    """A guard of the database refused. What it means can be asked only when the transaction or savepoint was taken back."""

    def __init__(self, writing: "Writing", error: DatabaseError, row: tuple[Any, ...] | None) -> None:
        super().__init__(str(error))
        self.writing, self.error, self.row = writing, error, row

    @property
    def problem(self) -> Problem:
        return self.writing.problem(self.error, self.row)


@dataclass(frozen=True)
class EntryDraft:
    """One entry that somebody asks for. Without `effective_date` it is today's, and stays so when the request comes again on a later day.

    A row that resolves a hold may leave `resolves` out: the open hold line of its account is taken.
    `private`: commitments made by the caller, such as a gift's `reference`. They are no part of the request: their keys can be erased.
    `batch`: of a sheltered batch, what its leaf says.
    """

    kind: str
    request_id: str
    rows: Sequence[Row] = ()
    effective_date: date | None = None
    second: Role | None = None
    proposal: Proposal | None = None
    documents: Sequence[Document] = ()
    reverses: int | None = None
    memo: Mapping[str, Any] | None = None
    private: Mapping[str, str] | None = None
    batch: core.Batch | None = None
    custodies: Sequence[Custody] = ()
    """What a memo speaks of and nothing has opened yet."""


class Asked(NamedTuple):
    """A draft with what follows from it: its keyed id, the digest of the request, its proposal."""

    index: int
    draft: EntryDraft
    id: str
    request_hash: bytes
    proposal: Proposal | None = None


class _End(NamedTuple):
    """An account as rows need it."""

    account: Account
    id: str
    stage: str
    db: Any
    fund: Any
    commodity: Any


@dataclass
class Writing:
    """A batch of entries from `seq` on: `add` makes leaves, `write` inserts all rows; whole or not at all."""

    book: Book
    author: Role
    seq: int
    known: Known
    said: list[core.Entry] = field(default_factory=list)
    made: list[Entry] = field(default_factory=list)
    _drafts: list[Draft] = field(default_factory=list)
    _entries: list[tuple[Any, ...]] = field(default_factory=list)
    _evidence: list[tuple[Any, ...]] = field(default_factory=list)
    _transfers: list[tuple[Any, ...]] = field(default_factory=list)
    _ends: dict[Spot, _End] = field(default_factory=dict)
    _rules: dict[tuple[str, str, str], tuple[rules.FlatRule, str]] = field(default_factory=dict)
    _decisions: dict[Any, tuple[core.Decision, ...]] = field(default_factory=dict)
    _resolved: set[core.Ref] = field(default_factory=set)

    def __post_init__(self) -> None:
        # All entries of a batch share these; each costs as much to find as a leaf to write.
        self._book_pk, self._author_pk, self._alias = self.book.pk, self.author.pk, connection.alias
        self._db_book, self._db_author, self._author = db_uuid(self._book_pk), db_uuid(self._author_pk), str(self._author_pk)
        self._now = timezone.now()
        self._db_now = connection.ops.adapt_datetimefield_value(self._now)
        self._opens = Draft(self.book, self.known)

    def add(self, asked: Asked) -> None:
        """Make the leaf of the next entry."""
        draft, seq, opens = asked.draft, self.seq, self._opens
        for custody in draft.custodies:
            open_custody(opens, custody)
        self._db_id = db_uuid(asked.id)
        rows, needs = [], set()
        for line, row in enumerate(draft.rows, 1):
            made, needed = self._row(opens, asked, line, row)
            rows.append(made)
            needs.update(needed)
        decisions: tuple[core.Decision, ...] = ()
        day = draft.effective_date or timezone.localdate()
        if rules.Q in needs or (rules.KINDS_WITHOUT_ROWS.get(draft.kind) and seq > 0) or _resumes(draft):
            self._refuse_other_rows(asked, rows, opens)
            decisions = self._decisions_on(asked.proposal, draft.kind, day)
        if draft.kind == "release":
            refuse_above_cap(self.book, rows=[(self._ends[row.debit].account.commodity, row.amount) for row in draft.rows], on=day)
        private, payload = self._memo(opens, asked)
        entry = core.Entry(
            seq=seq, id=asked.id, kind=draft.kind, date=day.isoformat(), author=self._author,
            second=str(draft.second.pk) if draft.second else "", proposal=str(asked.proposal.pk) if asked.proposal else "",
            reverses=draft.reverses, rows=tuple(rows), accounts=tuple(opens.opened), commodities=tuple(opens.commodities),
            funds=tuple(opens.funds), custodies=tuple(opens.custodies),
            documents=tuple(core.Document(document.kind, document.digest) for document in draft.documents), decisions=decisions,
            batch=draft.batch, private=private, payload=payload)  # fmt: skip
        self._note(asked, entry, opens, day)
        self.seq += 1

    def write(self) -> list[Entry]:
        """Insert everything in the order that the guards want, and move the derived tables. The caller takes all back when it fails.

        No savepoint here: inside one, SQLite keeps every page that each guarded statement touches until the savepoint ends.
        """
        new = [account for draft in self._drafts for account in draft.new]
        openings = [opening for draft in self._drafts for opening in draft.openings]
        row: tuple[Any, ...] | None = None
        try:
            if new:
                Account.objects.bulk_create(new)
            add_rows("books_entry", _ENTRY, self._entries)
            add_rows("books_evidence", ("book_id", "entry_seq", "entry_id", "document_id"), self._evidence)
            if len(self.said) > 1:
                add_rows("books_transfer", _TRANSFER, self._transfers)
            else:  # one by one, so that a refusal can name its row
                for row in self._transfers:
                    add_rows("books_transfer", _TRANSFER, [row])
            if openings:
                Opening.objects.bulk_create(openings)
            self._derive()
        except OperationalError as error:
            raise Unavailable(Problem(
                "book_cannot_be_written", "The database cannot write now (%(reason)s). Nothing was changed; see to its disk and try again.",
                {"reason": str(error).splitlines()[0] if str(error) else "?"})) from error  # fmt: skip
        except DatabaseError as error:
            raise GuardRefused(self, error, row) from error
        return self.made

    def _row(self, opens: Draft, asked: Asked, line: int, row: Row) -> tuple[core.Transfer, frozenset[str]]:
        kind = asked.draft.kind
        debit, credit = self._end(opens, row.debit), self._end(opens, row.credit)
        known = self._rules.get((kind, debit.id, credit.id))
        if known is None:
            known = self._rules[kind, debit.id, credit.id] = _rule_of(kind, debit.account, credit.account, line)
        rule, rule_key = known
        resolves = row.resolves
        if rules.V in rule.needs:
            resolves = resolves or self._open_hold(debit)
            if resolves:
                self._resolved.add(resolves)
        lot = _ref(row.lot) if row.lot else None
        movement = _movement(row.movement) if row.movement else ""
        covers = core.Covers(self._end(opens, row.covers[0]).id, row.covers[1]) if row.covers else None
        self._transfers.append((
            self._db_book, self.seq, line, self._db_id, kind, rule_key, debit.commodity, debit.fund, credit.fund, debit.stage,
            credit.stage, debit.db, credit.db, row.amount, db_uuid(movement), db_uuid(row.giftbatch),
            *(lot or _NO_REF), *(resolves or _NO_REF), *(row.corrects or _NO_REF),
            *((db_uuid(covers.account), covers.amount) if covers else _NO_REF)))  # fmt: skip
        return core.Transfer(
            debit.id, credit.id, row.amount, movement, lot, tuple(resolves) if resolves else None,  # type: ignore[arg-type]
            tuple(row.corrects) if row.corrects else None, covers), rule.needs  # fmt: skip

    def _end(self, opens: Draft, spot: Spot) -> _End:
        found = self._ends.get(spot)
        if found is None:
            account = find_account(opens, spot)
            found = self._ends[spot] = _End(
                account, str(account.pk), account.stage, db_uuid(account.pk), db_uuid(account.fund_id), db_uuid(account.commodity_id))  # fmt: skip
        return found

    def _note(self, asked: Asked, entry: core.Entry, opens: Draft, day: date) -> None:
        draft = asked.draft
        leaf = core.leaf_bytes(entry)
        entry_id = self._db_id
        count = len(entry.rows)
        second, proposal = draft.second.pk if draft.second else None, asked.proposal.pk if asked.proposal else None
        self._entries.append((
            self._db_book, entry.seq, entry_id, asked.request_hash, entry.kind, _db_date(day), self._db_now, self._db_author,
            db_uuid(second), db_uuid(proposal), entry.reverses, count, count or None, leaf))  # fmt: skip
        for document in dict.fromkeys(draft.documents):
            self._evidence.append((self._db_book, entry.seq, entry_id, db_uuid(document.pk)))
        for opening in opens.openings:
            opening.entry_seq = entry.seq
        if opens.is_used:
            self._drafts.append(opens)
            self._opens = Draft(self.book, self.known)
        self.said.append(entry)
        self.made.append(self._stored(
            id=UUID(asked.id), book_id=self._book_pk, seq=entry.seq, request_hash=asked.request_hash, kind=entry.kind, effective_date=day,
            posted_at=self._now, author_id=self._author_pk, second_id=second, proposal_id=proposal, reverses=entry.reverses,
            row_count=count, last_row=count or None, leaf=leaf))  # fmt: skip

    def _stored(self, **values: Any) -> Entry:
        """An entry as if read back. A model's own constructor costs more than the rest of the entry together."""
        state = ModelState()
        state.adding, state.db, state.fields_cache = False, self._alias, {"book": self.book}
        entry = Entry.__new__(Entry)
        entry.__dict__.update(values, _state=state)
        return entry

    def _derive(self) -> None:
        stages = {end.id: end.stage for end in self._ends.values()}
        store = DerivedStore(self.book, stages=stages, first_seq=self.said[0].seq)
        store.add(self.said)
        store.save()

    def _memo(self, opens: Draft, asked: Asked) -> tuple[Mapping[str, str], Mapping[str, Any]]:
        """Memos without rows are said in the leaf; a note on rows is only committed to, because people write names into notes."""
        draft = asked.draft
        if draft.kind in rules.KINDS_WITHOUT_ROWS:
            return draft.private or {}, draft.memo or {}
        if not draft.memo:
            return draft.private or {}, {}
        return {**commit_private(opens, asked.id, note=canonical_json(draft.memo).decode()), **(draft.private or {})}, {}

    def _decisions_on(self, proposal: Proposal | None, kind: str, day: date) -> tuple[core.Decision, ...]:
        """Who said yes, as the log shows it; each must be a steward of the policy in force there."""
        if proposal is None:
            return ()
        found = self._decisions.get(proposal.pk)
        if found is None:
            found = approving_decisions(self.book, proposal, kind=kind, on=day)
        self._decisions[proposal.pk] = ()  # each yes is said once in the log
        return found

    def _refuse_other_rows(self, asked: Asked, rows: list[core.Transfer], opens: Draft) -> None:
        """Where a proposal fixes exact rows, only exactly these may be posted under it."""
        if asked.proposal is None or asked.draft.kind not in DECIDED:
            return
        fixed = [
            (str(find_account(opens, Spot(**row["debit"])).pk), str(find_account(opens, Spot(**row["credit"])).pk), int(row["amount"]))
            for row in asked.proposal.content.get("rows", [])
        ]
        if asked.proposal.purpose != asked.draft.kind or sorted(fixed) != sorted((row.debit, row.credit, row.amount) for row in rows):
            raise Refused(
                Problem(
                    "rows_are_not_those_proposed",
                    "The stewards approved other rows than these. Post exactly what they approved, or file a new proposal.",
                )
            )

    def _open_hold(self, end: _End) -> core.Ref | None:
        """The first hold line of this account that nothing has resolved or reversed."""
        fresh = [
            (entry.seq, line) for entry in self.said if entry.kind == "hold" for line, row in enumerate(entry.rows, 1) if row.credit == end.id]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT t.entry_seq, t.line FROM books_transfer t WHERE t.credit_account_id = %s AND t.kind = 'hold'
                AND NOT EXISTS (SELECT 1 FROM books_transfer r
                    WHERE r.book_id = t.book_id AND r.resolves_seq = t.entry_seq AND r.resolves_line = t.line)
                AND NOT EXISTS (SELECT 1 FROM books_entry u WHERE u.book_id = t.book_id AND u.reverses = t.entry_seq)
                ORDER BY t.entry_seq, t.line""", [end.db])  # fmt: skip
            found = [(seq, line) for seq, line in cursor.fetchall()]
        return next((ref for ref in [*found, *fresh] if ref not in self._resolved), None)

    def problem(self, error: DatabaseError, row: tuple[Any, ...] | None) -> Problem:
        """What a guard said, with the amounts of the row that it refused, where one row was at fault."""
        said: dict[str, object] = {"kind": self.said[0].kind, "debit": "", "credit": "", "asked": "", "has": ""}
        if row is None:
            return problem_of(error, **said)
        at = self._transfers.index(row)
        line = self.said[0].rows[at]
        account = next(end.account for end in self._ends.values() if end.id == line.debit)
        earlier = self.said[0].rows[:at]
        has = _net(account) + sum((one.credit == line.debit) * one.amount - (one.debit == line.debit) * one.amount for one in earlier)
        commodity = account.commodity
        said |= {
            "debit": row[_TRANSFER.index("debit_stage")], "credit": row[_TRANSFER.index("credit_stage")],
            "asked": f"{format_minor(line.amount, commodity.scale)} {commodity.code}",
            "has": f"{format_minor(has, commodity.scale)} {commodity.code}",
        }  # fmt: skip
        return problem_of(error, **said).at(f"row {at + 1}")


_NO_REF = (None, None)


def _resumes(draft: EntryDraft) -> bool:
    """The one memo that rests on the stewards: the end of a pause."""
    return draft.kind == "memo" and bool(draft.memo) and (draft.memo or {}).get("about") == RESUME


def _rule_of(kind: str, debit: Account, credit: Account, line: int) -> tuple[rules.FlatRule, str]:
    rule = rules.find_rule(
        kind, debit_stage=debit.stage, debit_custody_type=debit.custody_type, credit_stage=credit.stage,
        credit_custody_type=credit.custody_type, commodity_kind=debit.commodity_kind)  # fmt: skip
    if rule is None:
        raise Refused(refusal("pair_not_allowed", kind=kind, debit=debit.stage, credit=credit.stage).at(f"row {line}"))
    if debit.commodity_id != credit.commodity_id:
        raise Refused(Problem("commodities_differ", "A row moves one commodity; these accounts hold two.", {}, f"row {line}"))
    return rule, rule_id(rule)


def _movement(text: str) -> str:
    """The id of a bank line in its one spelling."""
    text = str(text)
    if _UUID.fullmatch(text):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        raise Refused(Problem("movement_unknown", "“%(asked)s” is not a line of a statement.", {"asked": text})) from None


def _ref(text: str) -> core.Ref:
    seq, _, line = text.partition(".")
    if not (seq.isdigit() and line.isdigit()):
        raise Refused(Problem("lot_wrong", "“%(asked)s” is not a lot. A lot looks like 12.1.", {"asked": text}))
    return int(seq), int(line)


def _db_date(day: date) -> Any:
    return day.isoformat() if on_sqlite() else day


def _net(account: Account) -> int:
    found = Balance.objects.filter(pk=account.pk).first()
    return found.minor if found else 0
