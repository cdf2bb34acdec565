"""The one door into the book: requests answered once for ever, batches that stand or fall entry by entry."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Founding, Proposal
from awna.core.consent import policy as core_policy
from awna.core.consent import proposal as core_proposal
from awna.core.digest import canonical_json, keyed_id, sha256
from awna.core.ledger.entries import Batch
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Document, Entry, Milestone
from .accounts import Known, Row, Spot
from .proposals import bind, canonical_proposal, milestones_of
from .publish import publish_after_commit
from .tables import db_uuid
from .writing import Asked, EntryDraft, GuardRefused, Unavailable, Writing

BATCH_ENTRIES_MAX = 1_000
_IDS_AT_ONCE = 500
_REQUEST = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


@dataclass(frozen=True)
class PostingReport:
    """`entries`: one for each draft, None where it was refused. `refused`: (index of the draft, why)."""

    entries: list[Entry | None]
    refused: list[tuple[int, list[Problem]]]


def post_entry(
    *, book: Book, kind: str, rows: Sequence[Row], author: Role, second: Role | None = None, effective_date: date | None = None,
    request_id: str, proposal: Proposal | None = None, documents: Sequence[Document] = (), reverses: int | None = None,
    memo: Mapping[str, Any] | None = None, private: Mapping[str, str] | None = None, batch: Batch | None = None,
) -> Entry:  # fmt: skip
    """Post one entry, whole or not at all; the same request gives the first answer again, for ever. See `EntryDraft`."""
    draft = EntryDraft(kind, request_id, rows, effective_date, second, proposal, documents, reverses, memo, private, batch)
    return post_draft(book=book, draft=draft, author=author)


def post_draft(*, book: Book, draft: EntryDraft, author: Role) -> Entry:
    """`post_entry` for a draft."""
    found = _whole(book, author, _asked(book, author, 0, [draft]))[0]
    if isinstance(found, Entry):
        return found
    raise Refused(found)


def post_entries(*, book: Book, drafts: Sequence[EntryDraft], author: Role) -> PostingReport:
    """Post these in order, up to BATCH_ENTRIES_MAX in a transaction. The good ones stand, each bad one comes back with its problems."""
    entries: list[Entry | None] = [None] * len(drafts)
    refused: list[tuple[int, list[Problem]]] = []
    for start in range(0, len(drafts), BATCH_ENTRIES_MAX):
        batch = _asked(book, author, start, drafts[start : start + BATCH_ENTRIES_MAX])
        for asked, found in zip(batch, _whole_or_split(book, author, batch), strict=True):
            if isinstance(found, Entry):
                entries[asked.index] = found
            else:
                refused.append((asked.index, found))
    return PostingReport(entries, refused)


def row_payload(row: Row) -> dict[str, Any]:
    """How a proposal's payload fixes a row: `{"rows": [row_payload(row), …]}`."""
    return {"debit": row.debit._asdict(), "credit": row.credit._asdict(), "amount": str(row.amount)}


def next_seq(book: Book) -> int:
    """The number of the next entry, with the head locked: one writer for each book."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT books_lock(%s)", [book.pk])
        else:
            cursor.execute("SELECT COALESCE(MAX(seq) + 1, 0) FROM books_entry WHERE book_id = %s", [db_uuid(book.pk)])
        return int(cursor.fetchone()[0])


def found_book(book: Book, *, author: Role, wait: bool = False) -> None:
    """Entry 0: the policy and its stewards. With too few stewards yet, wait or refuse."""
    if next_seq(book):
        return
    if _waits_for_keys(book):
        if wait:
            return
        raise Refused(
            Problem(
                "book_waits_for_founding", "The book opens when every key of every steward has signed its first policy. See who still must."
            )
        )
    epoch = consent.current_epoch(book.campaign)
    stewards = {role.user_id: str(role.pk) for role in Role.objects.filter(campaign=book.campaign, name="steward", ended_on=None)}
    if epoch is None or len(stewards) < epoch.required:
        if wait:
            return
        raise Refused(Problem(
            "book_has_too_few_stewards", "The book opens with its stewards: %(k)s must agree, %(n)s have joined. Invite the others first.",
            {"k": epoch.required if epoch else 1, "n": len(stewards)}))  # fmt: skip
    policy = core_policy.Policy(str(book.pk), book.origin, epoch.required, tuple(stewards.values()), epoch.number)
    _write_plain(book, author, EntryDraft("policy", "founding", memo=core_policy.policy_payload(policy)))


def found_with_keys(book: Book, *, policy: core_policy.Policy, author: Role) -> Entry:
    """Entry 0 of a book with keys: the policy that every one of them has signed, and the first epoch that it begins."""
    consent.set_policy(campaign=book.campaign, required=policy.k, author=author, policy=policy)
    entry = _write_plain(book, author, EntryDraft("policy", "founding", memo=core_policy.policy_payload(policy)))
    publish_after_commit(book)
    return entry


def _waits_for_keys(book: Book) -> bool:
    return Founding.objects.filter(campaign=book.campaign_id).exists() and not next_seq(book)


def file_in_log(book: Book, *, proposal: Proposal) -> Entry:
    """The memo that puts a proposal's canonical form into the log, and its milestones into the book; once."""
    first = Entry.objects.filter(book=book, kind="memo", proposal=proposal).first()
    if first is not None:
        return first
    ensure_milestones(book=book, proposal=proposal)
    value, opening = canonical_proposal(book, proposal)
    draft = EntryDraft("memo", f"proposal:{proposal.pk}", effective_date=timezone.localdate(proposal.filed_at), proposal=proposal,
                       memo={"about": "proposal", "proposal": core_proposal.proposal_value(value)})  # fmt: skip
    entry = _write_plain(book, proposal.filed_by, draft)
    bind(book, proposal, value)
    if opening is not None:
        opening.entry_seq = entry.seq
        opening.save()
    return entry


@transaction.atomic
def ensure_milestones(*, book: Book, proposal: Proposal) -> list[Milestone]:
    """The milestones of the payload as rows that the database guards."""
    found = list(Milestone.objects.filter(proposal=proposal).order_by("n"))
    return found or Milestone.objects.bulk_create(milestones_of(book, proposal))


def _asked(book: Book, author: Role, first: int, drafts: Sequence[EntryDraft]) -> list[Asked]:
    key, by = book.secret_key, str(author.pk)
    return [
        Asked(index, draft, keyed_id(key, "entry", draft.request_id), request_hash(draft, author=by), draft.proposal)
        for index, draft in enumerate(drafts, first)
    ]


def request_hash(draft: EntryDraft, *, author: str) -> bytes:
    """Digest of what was asked, and of nothing that the service chose: neither a date left out nor a caller's fresh commitments."""
    value = (
        draft.kind, draft.rows, author, draft.second and str(draft.second.pk), draft.effective_date and draft.effective_date.isoformat(),
        draft.proposal and str(draft.proposal.pk), sorted(document.digest for document in draft.documents), draft.reverses, draft.memo,
    )  # fmt: skip
    return sha256(_REQUEST.encode(value).encode())


def _whole(book: Book, author: Role, batch: list[Asked]) -> list[Entry | list[Problem]]:
    """The whole batch in one transaction, or in one savepoint of the caller's."""
    try:
        with transaction.atomic():
            return _post_batch(book, author, batch)
    except GuardRefused as refused:
        raise Refused(refused.problem) from refused


def _whole_or_split(book: Book, author: Role, batch: list[Asked]) -> list[Entry | list[Problem]]:
    """The whole batch without any savepoint of its own; when that fails, each half in one, down to single entries."""
    try:
        return _whole(book, author, batch)
    except Unavailable:
        raise
    except Refused as refused:
        if len(batch) == 1:
            return [refused.problems]
    middle = len(batch) // 2
    with transaction.atomic():
        return _whole_or_split(book, author, batch[:middle]) + _whole_or_split(book, author, batch[middle:])


def _post_batch(book: Book, author: Role, batch: list[Asked]) -> list[Entry | list[Problem]]:
    """Answer what was answered before, write the rest; raises Refused, with nothing kept, when one of the rest cannot stand."""
    seq = next_seq(book)
    answers = _first_answers(batch)
    todo: dict[str, Asked] = {}
    for asked in batch:
        if asked.id not in answers:
            todo.setdefault(asked.id, asked)
    if todo:
        if seq == 0:
            found_book(book, author=author)
            _say_lines(book, todo.values(), author)
        todo = {asked.id: asked for asked in _with_proposals(book, todo.values())}
        # Filing a proposal writes its memo first, so the number is asked again.
        writing = Writing(book, author, next_seq(book), Known(book))
        writing.known.read(_spots_of(todo.values()))
        for asked in todo.values():
            writing.add(asked)
        answers |= zip(todo, writing.write(), strict=True)
        publish_after_commit(book)
    return [_answer(asked, answers[asked.id]) for asked in batch]


def _say_lines(book: Book, todo: Iterable[Asked], author: Role) -> None:
    """Lines stored before the book had its policy: the memos of their statements come before the first entry that uses them."""
    from .statements import say_movements

    used = [row.movement for asked in todo for row in asked.draft.rows if row.movement]
    if used:
        say_movements(book=book, movements=used, author=author)


def _answer(asked: Asked, first: Entry) -> Entry | list[Problem]:
    """The first answer, for the same request; another request under the same id is a conflict."""
    if bytes(first.request_hash) == asked.request_hash:
        return first
    return [Problem("request_already_used", "This request was sent before with other content. Reload the page and send it again.")]


def _first_answers(batch: list[Asked]) -> dict[str, Entry]:
    """The entries that answered these requests before; mostly there is none, so only ids are asked for at first."""
    ids = {db_uuid(asked.id): asked.id for asked in batch}
    known: list[str] = []
    keys = list(ids)
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _IDS_AT_ONCE):
            part = keys[start : start + _IDS_AT_ONCE]
            cursor.execute(f"SELECT id FROM books_entry WHERE id IN ({', '.join(['%s'] * len(part))})", part)  # noqa: S608 - only marks
            known += [ids[found] for (found,) in cursor.fetchall()]
    return {str(entry.pk): entry for entry in Entry.objects.filter(pk__in=known)} if known else {}


def _spots_of(batch: Iterable[Asked]) -> set[Spot]:
    found = set()
    for asked in batch:
        for row in asked.draft.rows:
            found.add(row.debit)
            found.add(row.credit)
            if row.covers:
                found.add(row.covers[0])
    return found


def _with_proposals(book: Book, batch: Iterable[Asked]) -> list[Asked]:
    """Each with the proposal that it, or the accounts of its rows, name; filed in the log where it is not yet."""
    batch = list(batch)
    named = {asked.id: ids.pop() for asked in batch if asked.proposal is None and len(ids := _proposals_named(asked.draft)) == 1}
    wanted = set(named.values())
    found = {str(proposal.pk): proposal for proposal in Proposal.objects.filter(pk__in=wanted)} if wanted else {}
    done = [asked._replace(proposal=found.get(named[asked.id])) if asked.id in named else asked for asked in batch] if named else batch
    proposals = {asked.proposal.pk: asked.proposal for asked in done if asked.proposal is not None}
    if proposals:
        filed = set(Entry.objects.filter(book=book, kind="memo", proposal__in=proposals).values_list("proposal", flat=True))
        for key, proposal in proposals.items():
            if key not in filed:
                file_in_log(book, proposal=proposal)
    return done


def _proposals_named(draft: EntryDraft) -> set[str]:
    found = set()
    for row in draft.rows:
        if row.debit.proposal or row.credit.proposal:
            found |= {row.debit.proposal, row.credit.proposal} - {""}
    return found


def _write_plain(book: Book, author: Role, draft: EntryDraft) -> Entry:
    """An entry that the service itself writes, whose content was just made."""
    asked = Asked(0, draft, keyed_id(book.secret_key, "entry", draft.request_id), sha256(canonical_json(draft.memo)), draft.proposal)
    try:
        with transaction.atomic():
            writing = Writing(book, author, next_seq(book), Known(book))
            writing.add(asked)
            return writing.write()[0]
    except GuardRefused as refused:
        raise Refused(refused.problem) from refused
