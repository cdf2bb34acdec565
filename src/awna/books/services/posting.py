"""The one door into the book: make the leaf, write the rows; the database guards every one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.consent import policy as core_policy
from awna.core.digest import canonical_json, keyed_id, sha256
from awna.core.ledger import entries as core
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Account, Book, Document, Entry, Evidence, Head, Milestone, Opening, Transfer
from ..refusals import problem_of, refusal
from ..schema import rule_id
from .accounts import Draft, Row, Spot, commit_private, find_account
from .proposals import approving_decisions, canonical_proposal, milestones_of

_DECIDED = {"open", "reclass", "loss", "reverse", "correction"}
"""Kinds whose proposal fixes the exact rows; a release is fixed by its milestones."""


@transaction.atomic
def post_entry(
    *, book: Book, kind: str, rows: Sequence[Row], author: Role, second: Role | None = None, effective_date: date, request_id: str,
    proposal: Proposal | None = None, documents: Sequence[Document] = (), reverses: int | None = None, memo: dict[str, Any] | None = None,
    private: Mapping[str, str] | None = None,
) -> Entry:  # fmt: skip
    """Post one entry, whole or not at all; the same request gives the first answer again, for ever.

    A row that resolves a hold may leave `resolves` out: the open hold line of its account is taken.
    `private`: commitments made by the caller, such as a gift's `reference`. They are no part of the request: their keys can be erased.
    """
    request = {
        "kind": kind, "rows": [_plain(asdict(row)) for row in rows], "author": str(author.pk), "second": str(second.pk) if second else None,
        "date": effective_date.isoformat(), "proposal": str(proposal.pk) if proposal else None,
        "documents": sorted(document.digest for document in documents), "reverses": reverses, "memo": memo,
    }  # fmt: skip
    request_hash = sha256(canonical_json(request))
    entry_id = keyed_id(book.secret_key, "entry", request_id)
    next_seq(book)
    first = Entry.objects.filter(pk=entry_id).first()
    if first is not None:
        if bytes(first.request_hash) == request_hash:
            return first
        raise Refused(Problem(
            "request_already_used", "This request was sent before with other content. Reload the page and send it again."))  # fmt: skip
    found_book(book, author=author)
    proposal = proposal or _proposal_of(rows)
    if proposal is not None:
        file_in_log(book, proposal=proposal)
    return _write(book, kind=kind, rows=rows, author=author, second=second, day=effective_date, entry_id=entry_id,
                  request_hash=request_hash, proposal=proposal, documents=documents, reverses=reverses, memo=memo,
                  private=private)  # fmt: skip


def row_payload(row: Row) -> dict[str, Any]:
    """How a proposal's payload fixes a row: `{"rows": [row_payload(row), …]}`."""
    plain = _plain(asdict(row))
    return {"debit": plain["debit"], "credit": plain["credit"], "amount": str(row.amount)}


def next_seq(book: Book) -> int:
    """The number of the next entry, with the head locked: one writer for each book."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT books_lock(%s)", [book.pk])
            return int(cursor.fetchone()[0])
    return Head.objects.get(book=book).next_seq


def found_book(book: Book, *, author: Role, wait: bool = False) -> None:
    """Entry 0: the policy and its stewards. With too few stewards yet, wait or refuse."""
    if next_seq(book):
        return
    epoch = consent.current_epoch(book.campaign)
    stewards = {role.user_id: str(role.pk) for role in Role.objects.filter(campaign=book.campaign, name="steward", ended_on=None)}
    if epoch is None or len(stewards) < epoch.required:
        if wait:
            return
        raise Refused(Problem(
            "book_has_too_few_stewards", "The book opens with its stewards: %(k)s must agree, %(n)s have joined. Invite the others first.",
            {"k": epoch.required if epoch else 1, "n": len(stewards)}))  # fmt: skip
    policy = core_policy.Policy(str(book.pk), book.origin, epoch.required, tuple(stewards.values()), epoch.number)
    _write_plain(book, kind="policy", author=author, day=timezone.localdate(), key="founding", payload=core_policy.policy_payload(policy))


def file_in_log(book: Book, *, proposal: Proposal) -> Entry:
    """The memo that puts a proposal's canonical form into the log, and its milestones into the book; once."""
    first = Entry.objects.filter(book=book, kind="memo", proposal=proposal).first()
    if first is not None:
        return first
    ensure_milestones(book=book, proposal=proposal)
    value, opening = canonical_proposal(book, proposal)
    entry = _write_plain(book, kind="memo", author=proposal.filed_by, day=timezone.localdate(proposal.filed_at), key=f"proposal:{proposal.pk}",
                         payload={"about": "proposal", "proposal": value}, proposal=proposal)  # fmt: skip
    if opening is not None:
        opening.entry_seq = entry.seq
        opening.save()
    return entry


@transaction.atomic
def ensure_milestones(*, book: Book, proposal: Proposal) -> list[Milestone]:
    """The milestones of the payload as rows that the database guards."""
    found = list(Milestone.objects.filter(proposal=proposal).order_by("n"))
    return found or Milestone.objects.bulk_create(milestones_of(book, proposal))


def _write_plain(
    book: Book, *, kind: str, author: Role, day: date, key: str, payload: dict[str, Any], proposal: Proposal | None = None
) -> Entry:
    return _write(book, kind=kind, rows=(), author=author, second=None, day=day, entry_id=keyed_id(book.secret_key, "entry", key),
                  request_hash=sha256(canonical_json(payload)), proposal=proposal, documents=(), reverses=None, memo=payload)  # fmt: skip


def _write(
    book: Book, *, kind: str, rows: Sequence[Row], author: Role, second: Role | None, day: date, entry_id: str, request_hash: bytes,
    proposal: Proposal | None, documents: Sequence[Document], reverses: int | None, memo: dict[str, Any] | None,
    private: Mapping[str, str] | None = None,
) -> Entry:  # fmt: skip
    """Make the leaf and write everything in one savepoint, so that a refusal leaves nothing."""
    seq = next_seq(book)
    draft = Draft(book)
    transfers = [_transfer(draft, kind, seq, line, row, proposal) for line, row in enumerate(rows, 1)]
    decided = kind in rules.KINDS_WITHOUT_ROWS and bool(rules.KINDS_WITHOUT_ROWS[kind]) and seq > 0
    if decided or any("Q" in transfer.needs_said for transfer in transfers):  # type: ignore[attr-defined]
        _refuse_other_rows(kind, transfers, proposal, draft)
        decisions = _decisions(book, proposal)
    else:
        decisions = ()
    committed, payload = _memo(draft, kind, entry_id, memo)
    leaf = core.leaf_bytes(core.Entry(
        seq=seq, id=entry_id, kind=kind, date=day.isoformat(), author=str(author.pk), second=str(second.pk) if second else "",
        proposal=str(proposal.pk) if proposal else "", reverses=reverses, rows=tuple(_core_row(transfer) for transfer in transfers),
        accounts=tuple(draft.opened), commodities=tuple(draft.commodities), funds=tuple(draft.funds), custodies=tuple(draft.custodies),
        documents=tuple(core.Document(document.kind, document.digest) for document in documents), decisions=decisions,
        private={**committed, **(private or {})}, payload=payload))  # fmt: skip
    entry = Entry(
        id=UUID(entry_id), book=book, seq=seq, request_hash=request_hash, kind=kind, effective_date=day, posted_at=timezone.now(),
        author=author, second=second, proposal=proposal, reverses=reverses, row_count=len(rows), leaf=leaf)  # fmt: skip
    _insert(entry, draft, transfers, documents)
    return entry


def _insert(entry: Entry, draft: Draft, transfers: list[Transfer], documents: Sequence[Document]) -> None:
    said: dict[str, object] = {"kind": entry.kind, "debit": "", "credit": "", "asked": "", "has": ""}
    where = ""
    try:
        with transaction.atomic():
            Account.objects.bulk_create(draft.new)
            entry.save(force_insert=True)
            Evidence.objects.bulk_create(
                Evidence(entry=entry, book=entry.book, entry_seq=entry.seq, document=document) for document in dict.fromkeys(documents)
            )
            for transfer in transfers:
                where = f"row {transfer.line}"
                said |= {"debit": transfer.debit_stage, "credit": transfer.credit_stage, "asked": _shown(transfer, transfer.amount),
                         "has": _shown(transfer, _net(transfer.debit_account_id))}  # fmt: skip
                transfer.entry = entry
                transfer.save(force_insert=True)
            for opening in draft.openings:
                opening.entry_seq = entry.seq
            Opening.objects.bulk_create(draft.openings)
    except DatabaseError as error:
        raise Refused(problem_of(error, **said).at(where)) from error


def _transfer(draft: Draft, kind: str, seq: int, line: int, row: Row, proposal: Proposal | None) -> Transfer:
    debit, credit = find_account(draft, row.debit), find_account(draft, row.credit)
    rule = rules.find_rule(
        kind, debit_stage=debit.stage, debit_custody_type=debit.custody_type, credit_stage=credit.stage,
        credit_custody_type=credit.custody_type, commodity_kind=debit.commodity_kind)  # fmt: skip
    if rule is None:
        raise Refused(refusal("pair_not_allowed", kind=kind, debit=debit.stage, credit=credit.stage).at(f"row {line}"))
    if debit.commodity_id != credit.commodity_id:
        raise Refused(Problem("commodities_differ", "A row moves one commodity; these accounts hold two.", {}, f"row {line}"))
    resolves = row.resolves or (_open_hold(debit) if "V" in rule.needs else None)
    lot = _ref(row.lot)
    transfer = Transfer(
        book=draft.book, entry_seq=seq, line=line, kind=kind, rule_id=rule_id(rule), commodity=debit.commodity, debit_fund=debit.fund,
        credit_fund=credit.fund, debit_stage=debit.stage, credit_stage=credit.stage, debit_account=debit, credit_account=credit,
        amount=row.amount, movement_id=row.movement, lot_seq=lot and lot[0], lot_line=lot and lot[1],
        resolves_seq=resolves and resolves[0], resolves_line=resolves and resolves[1],
        corrects_seq=row.corrects and row.corrects[0], corrects_line=row.corrects and row.corrects[1])  # fmt: skip
    transfer.needs_said = rule.needs  # type: ignore[attr-defined]
    if row.covers:
        transfer.covers_account, transfer.covers_amount = find_account(draft, row.covers[0]), row.covers[1]
    return transfer


def _memo(draft: Draft, kind: str, entry_id: str, memo: dict[str, Any] | None) -> tuple[dict[str, str], dict[str, Any]]:
    """Memos without rows are said in the leaf; a note on rows is only committed to, because people write names into notes."""
    if kind in rules.KINDS_WITHOUT_ROWS:
        return {}, memo or {}
    return (commit_private(draft, entry_id, note=canonical_json(memo).decode()) if memo else {}), {}


def _decisions(book: Book, proposal: Proposal | None) -> tuple[core.Decision, ...]:
    """Who said yes, as the log shows it; each must be a steward of the policy in force there."""
    return approving_decisions(book, proposal) if proposal is not None else ()


def _refuse_other_rows(kind: str, transfers: list[Transfer], proposal: Proposal | None, draft: Draft) -> None:
    """Where a proposal fixes exact rows, only exactly these may be posted under it."""
    if proposal is None or kind not in _DECIDED:
        return
    fixed = [
        (find_account(draft, Spot(**row["debit"])).pk, find_account(draft, Spot(**row["credit"])).pk, int(row["amount"]))
        for row in proposal.content.get("rows", [])
    ]
    if proposal.purpose != kind or sorted(map(str, fixed)) != sorted(
        str((transfer.debit_account_id, transfer.credit_account_id, transfer.amount)) for transfer in transfers
    ):
        raise Refused(
            Problem(
                "rows_are_not_those_proposed",
                "The stewards approved other rows than these. Post exactly what they approved, or file a new proposal.",
            )
        )


def _core_row(transfer: Transfer) -> core.Transfer:
    def ref(name: str) -> core.Ref | None:
        seq = getattr(transfer, f"{name}_seq")
        return None if seq is None else (seq, getattr(transfer, f"{name}_line"))

    return core.Transfer(
        str(transfer.debit_account_id), str(transfer.credit_account_id), transfer.amount, str(transfer.movement_id or ""),
        ref("lot"), ref("resolves"), ref("corrects"), _covers(transfer))  # fmt: skip


def _covers(transfer: Transfer) -> core.Covers | None:
    return core.Covers(str(transfer.covers_account_id), transfer.covers_amount) if transfer.covers_amount else None


def _open_hold(account: Account) -> tuple[int, int] | None:
    """The hold line of this account that nothing has resolved."""
    for hold in Transfer.objects.filter(credit_account_id=account.pk, kind="hold").order_by("entry_seq"):
        if not Transfer.objects.filter(book=account.book, resolves_seq=hold.entry_seq, resolves_line=hold.line).exists():
            return hold.entry_seq, hold.line
    return None


def _proposal_of(rows: Sequence[Row]) -> Proposal | None:
    """The proposal that the rows' accounts belong to, when the caller names none."""
    named = {spot.proposal for row in rows for spot in (row.debit, row.credit) if spot.proposal}
    return Proposal.objects.filter(pk__in=named).first() if len(named) == 1 else None


def _ref(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    seq, _, line = text.partition(".")
    if not (seq.isdigit() and line.isdigit()):
        raise Refused(Problem("lot_wrong", "“%(asked)s” is not a lot. A lot looks like 12.1.", {"asked": text}))
    return int(seq), int(line)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else str(value) if isinstance(value, UUID) else value


def _net(account_id: Any) -> int:
    from ..models import Balance

    found = Balance.objects.filter(pk=account_id).first()
    return found.minor if found else 0


def _shown(transfer: Transfer, minor: int) -> str:
    from awna.core.amounts import format_minor

    return f"{format_minor(minor, transfer.commodity.scale)} {transfer.commodity.code}"
