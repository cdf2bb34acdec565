"""Entries of the book as values, and the one byte form (the leaf) in which each becomes public. See docs/book-format.md."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..amounts import AMOUNT_MINOR_MAX
from ..digest import canonical_json, salted_digest
from ..problems import Problem, Refused
from . import rules

LEAF_VERSION = 1
LEAF_BYTES_MAX = 65_535
SALT_BYTES = 32
ID_CHARS_MAX = 100
KNOWN_TEXTS_MAX = 4_096
"""How many ids and dates are remembered as right."""
_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{ID_CHARS_MAX - 1}}}")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
_KINDS = frozenset(rules.KINDS)

Ref = tuple[int, int]
"""(entry seq, line): one row of the book. Lines start at 1, entries at 0."""
Commitments = Mapping[str, str]
"""Private field → its salted commitment, see `commit`."""


@dataclass(frozen=True)
class CommodityOpening:
    """`kind` is one of rules.COMMODITY_KINDS; `code` only for money; `scale` = decimals, 0..9."""

    id: str
    kind: str
    scale: int = 2
    code: str = ""
    private: Commitments = field(default_factory=dict)


@dataclass(frozen=True)
class FundOpening:
    """A restriction on use. `unidentified` and `unallocated` are ids with a meaning; names stay private."""

    id: str
    parent: str = ""
    private: Commitments = field(default_factory=dict)


@dataclass(frozen=True)
class CustodyOpening:
    """Where things lie. `settles_to`: the custody that a provider or remittance pays out to."""

    id: str
    type: str
    settles_to: str = ""
    private: Commitments = field(default_factory=dict)


@dataclass(frozen=True)
class AccountOpening:
    """An opaque account; `custody` is empty outside. Place, item, batch and payee are private fields."""

    id: str
    stage: str
    custody: str
    fund: str
    commodity: str
    proposal: str = ""
    milestone: str = ""
    private: Commitments = field(default_factory=dict)


@dataclass(frozen=True)
class Covers:
    """The part of a committed, paid or advanced amount that a receipt accounts for, in that account's minor units."""

    account: str
    amount: int


@dataclass(frozen=True)
class Transfer:
    """One row: `amount` minor units leave `debit` and arrive at `credit`."""

    debit: str
    credit: str
    amount: int
    movement: str = ""
    lot: Ref | None = None
    resolves: Ref | None = None
    corrects: Ref | None = None
    covers: Covers | None = None


@dataclass(frozen=True)
class Document:
    """`digest` is salted; salt and file stay in the vault."""

    kind: str
    digest: str


@dataclass(frozen=True)
class Decision:
    """One steward's yes to the proposal with this digest. With keys in the policy, signed: see core/consent/signatures.py."""

    steward: str
    proposal: str
    digest: str
    date: str
    key: str = ""
    nonce: str = ""
    signature: str = ""
    auth: str = ""
    client: str = ""


@dataclass(frozen=True)
class Batch:
    """A sheltered batch of `n` gifts in one row: the roots of its movements and of its Merkle-sum tree of shares."""

    n: int
    movements: str
    shares: str


@dataclass(frozen=True)
class Entry:
    """One leaf. Rows are numbered from 1 in their order; `reverses` is the seq of the entry that is undone."""

    seq: int
    id: str
    kind: str
    date: str
    author: str
    second: str = ""
    proposal: str = ""
    reverses: int | None = None
    rows: tuple[Transfer, ...] = ()
    accounts: tuple[AccountOpening, ...] = ()
    commodities: tuple[CommodityOpening, ...] = ()
    funds: tuple[FundOpening, ...] = ()
    custodies: tuple[CustodyOpening, ...] = ()
    documents: tuple[Document, ...] = ()
    decisions: tuple[Decision, ...] = ()
    private: Commitments = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)
    batch: Batch | None = None


def commit(salt: bytes, *, of: str, name: str, value: str) -> str:
    """The commitment to one private field: SHA-256(salt || canonical JSON of [of, name, value]), hex; `of` = the id it belongs to."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return salted_digest(salt, canonical_json([of, name, value]))


def leaf_bytes(entry: Entry) -> bytes:
    """The leaf: canonical JSON, at most LEAF_BYTES_MAX bytes. Empty fields are left out. Refuses what cannot become a leaf."""
    leaf = _common_leaf(entry)
    if leaf is None:
        problems = check_shape(entry)
        if problems:
            raise Refused(problems)
        leaf = canonical_json(leaf_value(entry))
    if len(leaf) > LEAF_BYTES_MAX:
        raise Refused(Problem(
            "entry_too_large", "The entry has %(size)s bytes; at most %(limit)s are possible. Split it into several entries.",
            {"size": len(leaf), "limit": LEAF_BYTES_MAX}))  # fmt: skip
    return leaf


def _common_leaf(entry: Entry) -> bytes | None:
    """The leaf of an entry that opens, decides and proves nothing, as nearly all are, written down directly; None for every other.

    The same bytes as by way of `leaf_value`, at a tenth of the work: ids, dates and digests need no escaping once they are known to be right.
    """
    if (
        entry.accounts or entry.custodies or entry.funds or entry.commodities or entry.documents or entry.decisions or entry.batch
        or entry.kind not in _KINDS or entry.seq < 0 or not _is_date(entry.date) or not _is_id(entry.author)
        or not _ID.fullmatch(entry.id)
    ):  # fmt: skip
        return None
    private = _common_private(entry.private)
    rows = [_common_row(line, row) for line, row in enumerate(entry.rows, 1)]
    if private is None or None in rows or not all(_is_id(text) for text in (entry.second, entry.proposal) if text):
        return None
    return (
        f'{{"author":"{entry.author}","date":"{entry.date}","id":"{entry.id}","kind":"{entry.kind}"'
        + (f',"payload":{canonical_json(dict(entry.payload)).decode()}' if entry.payload else "")
        + private
        + (f',"proposal":"{entry.proposal}"' if entry.proposal else "")
        + (f',"reverses":{entry.reverses}' if entry.reverses is not None else "")
        + (f',"rows":[{",".join(rows)}]' if rows else "")  # type: ignore[arg-type]
        + (f',"second":"{entry.second}"' if entry.second else "")
        + f',"seq":{entry.seq},"v":{LEAF_VERSION}}}'
    ).encode()


def _common_private(private: Commitments) -> str | None:
    if not private:
        return ""
    if len(private) > 1 or not all(_is_id(name) and _HEX_DIGEST.fullmatch(digest) for name, digest in private.items()):
        return None
    return "".join(f',"private":{{"{name}":"{digest}"}}' for name, digest in private.items())


def _common_row(line: int, row: Transfer) -> str | None:
    """A row without what it refers to; None where it refers to other rows or is not right."""
    if row.lot or row.resolves or row.corrects or row.covers or not 0 < row.amount <= AMOUNT_MINOR_MAX:
        return None
    if row.debit == row.credit or not _is_id(row.debit) or not _is_id(row.credit):
        return None
    text = f'{{"amount":"{row.amount}","credit":"{row.credit}","debit":"{row.debit}","line":{line}'
    if not row.movement:
        return f"{text}}}"
    return f'{text},"movement":"{row.movement}"}}' if _ID.fullmatch(row.movement) else None


@lru_cache(maxsize=KNOWN_TEXTS_MAX)
def _is_id(text: str) -> bool:
    """Asked again and again for the same accounts and authors."""
    return _ID.fullmatch(text) is not None


@lru_cache(maxsize=KNOWN_TEXTS_MAX)
def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def leaf_value(entry: Entry) -> dict[str, object]:
    """The leaf before it is written as canonical JSON."""
    opens = {
        "commodities": [_filled(id=c.id, kind=c.kind, scale=c.scale, code=c.code, private=c.private) for c in entry.commodities],
        "funds": [_filled(id=f.id, parent=f.parent, private=f.private) for f in entry.funds],
        "custodies": [_filled(id=c.id, type=c.type, settles_to=c.settles_to, private=c.private) for c in entry.custodies],
        "accounts": [
            _filled(
                id=a.id, stage=a.stage, custody=a.custody, fund=a.fund, commodity=a.commodity,
                proposal=a.proposal, milestone=a.milestone, private=a.private)
            for a in entry.accounts],
    }  # fmt: skip
    return _filled(
        v=LEAF_VERSION, seq=entry.seq, id=entry.id, kind=entry.kind, date=entry.date, author=entry.author, second=entry.second,
        proposal=entry.proposal, reverses=entry.reverses, rows=[_row_value(line, row) for line, row in enumerate(entry.rows, 1)],
        opens={name: items for name, items in opens.items() if items},
        documents=[{"kind": d.kind, "digest": d.digest} for d in entry.documents],
        decisions=[_filled(**vars(decision)) for decision in entry.decisions], batch=vars(entry.batch) if entry.batch else None,
        private=entry.private, payload=entry.payload)  # fmt: skip


def check_shape(entry: Entry) -> list[Problem]:
    """What the entry alone can show to be wrong: names, dates, amounts, commitments."""
    return [
        *(_bad("entry_kind_unknown", "“%(asked)s” is not a kind of entry.", entry.kind) if entry.kind not in rules.KINDS else []),
        *(_bad("entry_seq_negative", "An entry's number is not %(asked)s.", entry.seq) if entry.seq < 0 else []),
        *(_bad("entry_date_wrong", "“%(asked)s” is not a date such as 2026-03-01.", entry.date) if not _DATE.fullmatch(entry.date) else []),
        *(problem for text in _ids(entry) if not _ID.fullmatch(text) for problem in _bad(
            "id_not_usable", "“%(asked)s” cannot be an id. Use letters, digits, points, colons, hyphens.", text)),
        *(problem for digest in _digests(entry) if not _HEX_DIGEST.fullmatch(digest) for problem in _bad(
            "digest_not_sha256", "“%(asked)s” is not a SHA-256 digest in small hexadecimal letters.", digest)),
        *(problem.at(f"row {line}") for line, row in enumerate(entry.rows, 1) for problem in _check_row(row)),
        *(_check_batch(entry, entry.batch) if entry.batch else []),
    ]  # fmt: skip


def _check_batch(entry: Entry, batch: Batch) -> list[Problem]:
    if entry.kind == "gift" and len(entry.rows) == 1 and not entry.rows[0].movement and batch.n > 0:
        return []
    return _bad("batch_wrong", "A sheltered batch of %(asked)s gifts is one gift in one row that names no movement.", batch.n)


def _check_row(row: Transfer) -> list[Problem]:
    problems = []
    if not 0 < row.amount <= AMOUNT_MINOR_MAX:
        problems += _bad("row_amount_wrong", "An amount of %(asked)s minor units cannot be posted.", row.amount)
    if row.debit == row.credit:
        problems += _bad("row_accounts_equal", "A row cannot leave and arrive at the same account %(asked)s.", row.debit)
    return problems


def _bad(code: str, text: str, asked: object) -> list[Problem]:
    return [Problem(code, text, {"asked": asked})]


def _ids(entry: Entry) -> Iterator[str]:
    yield from (entry.id, entry.author)
    optional: Iterable[str] = (
        entry.second, entry.proposal,
        *(text for row in entry.rows for text in (row.debit, row.credit, row.movement)),
        *(text for a in entry.accounts for text in (a.id, a.stage, a.custody, a.fund, a.commodity, a.proposal, a.milestone)),
        *(text for c in entry.custodies for text in (c.id, c.settles_to)),
        *(text for f in entry.funds for text in (f.id, f.parent)),
        *(c.id for c in entry.commodities),
    )  # fmt: skip
    yield from (text for text in optional if text)


def _digests(entry: Entry) -> Iterator[str]:
    yield from (document.digest for document in entry.documents)
    yield from (decision.digest for decision in entry.decisions)
    yield from (entry.batch.movements, entry.batch.shares) if entry.batch else ()
    yield from entry.private.values()
    opened = [
        *(a.private for a in entry.accounts), *(c.private for c in entry.custodies),
        *(f.private for f in entry.funds), *(c.private for c in entry.commodities)]  # fmt: skip
    yield from (digest for private in opened for digest in private.values())


def _row_value(line: int, row: Transfer) -> dict[str, object]:
    covers = {"account": row.covers.account, "amount": str(row.covers.amount)} if row.covers else None
    return _filled(
        line=line, debit=row.debit, credit=row.credit, amount=str(row.amount), movement=row.movement,
        lot=row.lot and list(row.lot), resolves=row.resolves and list(row.resolves),
        corrects=row.corrects and list(row.corrects), covers=covers)  # fmt: skip


def _filled(**fields: object) -> dict[str, object]:
    """Only what is said: numbers always, empty texts, lists and objects never."""
    return {name: _plain(value) for name, value in fields.items() if isinstance(value, int) or value}


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value
