"""How gifts of money enter: alone in an open book; in a sheltered one in batches of at least ten, in which nobody can be told from others."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from awna.core.digest import keyed_id
from awna.core.ledger import rules
from awna.core.ledger.entries import Batch
from awna.core.ledger.share_trace import ShareHop, follow_shares
from awna.core.ledger.shelter import SHARES_MIN, SharePath, ShareTree, movements_root
from awna.core.ledger.shelter import Share as CoreShare
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Account, Book, Custody, Entry, Fund, GiftBatch, Movement, Share
from ..models.naming import EXPOSURES, SHELTERED
from ..refusals import problem_of
from .accounts import Row, Spot
from .derived import trace_lot
from .log import entry_of_leaf
from .periods import closed_through, day_after
from .posting import EntryDraft, next_seq, post_entries, post_entry
from .references import ensure_reference, ensure_references, reference_of

SEED_LABEL = b"awna/batch-seed/v1"


@dataclass(frozen=True)
class Taken:
    """A gift of money in the book: in an entry of its own, or as a share of a batch that may still be open."""

    reference: str
    entry: Entry | None = None
    batch: GiftBatch | None = None


@dataclass(frozen=True)
class GiftAsk:
    """A line that brings a gift for a fund. `alone`: its giver waived the shelter. `amount`: a part of the line, if not all that is left."""

    movement: Movement
    fund: Fund
    request_id: str
    alone: bool = False
    amount: int | None = None


@transaction.atomic
def set_exposure(*, book: Book, exposure: str) -> Book:
    """Whether gifts stand alone or in batches. Chosen before the first gift: what was shown once cannot be hidden."""
    if exposure not in dict(EXPOSURES):
        raise Refused(Problem("exposure_unknown", "“%(asked)s” is no way to show gifts. Choose open or sheltered.", {"asked": exposure}))
    book = Book.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=book.pk)
    if book.exposure == exposure:
        return book
    if book.gift_batches.exists() or book.entries.filter(kind="gift").exists():
        raise Refused(Problem("exposure_is_fixed", "The book holds gifts already, and they were shown in the way that was chosen. It cannot change."))  # fmt: skip
    book.exposure = exposure
    book.save(update_fields=["exposure"])
    return book


def take_gift(*, movement: Movement, fund: Fund, author: Role, request_id: str, alone: bool = False) -> Taken:
    """`take_gifts` for one line."""
    return take_gifts(asks=[GiftAsk(movement, fund, request_id, alone)], author=author)[0]


@transaction.atomic
def take_gifts(*, asks: Sequence[GiftAsk], author: Role) -> list[Taken]:
    """The rest of each of these lines of one book enters as a gift with a reference of its own; all or none, in this order."""
    if not asks:
        return []
    book = asks[0].movement.custody.book
    alone = [ask for ask in asks if ask.alone or not book.sheltered]
    posted = dict(zip((ask.request_id for ask in alone), _post_alone(book, alone, author), strict=True))
    return [posted[ask.request_id] if ask.request_id in posted else _collect(ask.movement, ask.fund, ask.request_id) for ask in asks]


def _post_alone(book: Book, asks: Sequence[GiftAsk], author: Role) -> list[Taken]:
    ids = {ask.request_id: UUID(keyed_id(book.secret_key, "entry", ask.request_id)) for ask in asks}
    first = Entry.objects.in_bulk(list(ids.values()))
    new = [ask for ask in asks if ids[ask.request_id] not in first]
    keys = ensure_references(book=book, request_ids=[ask.request_id for ask in new])
    closed = closed_through(book)
    report = post_entries(book=book, drafts=[_draft(ask, keys[ask.request_id].reference, closed) for ask in new], author=author)
    if report.refused:
        raise Refused(problem.at(f"line {new[index].movement.pk}") for index, problems in report.refused for problem in problems)
    made = {ask.request_id: entry for ask, entry in zip(new, report.entries, strict=True) if entry}
    found = [made.get(ask.request_id) or first[ids[ask.request_id]] for ask in asks]
    return [Taken(reference_of(entry), entry=entry) for entry in found]


def _draft(ask: GiftAsk, reference: str, closed: date | None) -> EntryDraft:
    movement, place = ask.movement, (str(ask.fund.pk), str(ask.movement.commodity_id))
    row = Row(Spot(rules.EXT, None, *place), Spot(rules.FREE, str(movement.custody_id), *place), ask.amount or movement.amount - movement.used,
              movement=str(movement.pk))  # fmt: skip
    day = day_after(closed, movement.booked_on)
    return EntryDraft("gift", ask.request_id, rows=[row], effective_date=day, private={"reference": reference})


def _collect(movement: Movement, fund: Fund, request_id: str) -> Taken:
    """A share of the open batch of this fund, commodity and custody. Nothing of it is published before the batch closes."""
    book = movement.custody.book
    next_seq(book)
    first = Share.objects.filter(movement=movement).select_related("giftbatch").first()
    if first is not None:
        return Taken(first.commitment, batch=first.giftbatch)
    key = ensure_reference(book=book, request_id=request_id)
    batch = _open_batch(book, movement.custody, fund, movement.commodity)
    try:
        with transaction.atomic():
            Share.objects.create(giftbatch=batch, movement=movement, amount=movement.amount - movement.used, commitment=key.reference)
    except DatabaseError as error:
        raise Refused(problem_of(error)) from error
    return Taken(key.reference, batch=batch)


def _open_batch(book: Book, custody: Custody, fund: Fund, commodity: Any) -> GiftBatch:
    same = GiftBatch.objects.filter(book=book, custody=custody, fund=fund, commodity=commodity)
    found = same.filter(closed_seq=None).first()
    if found is not None:
        return found
    # From its first batch on a book stays sheltered, even if the campaign is no longer at risk: an open batch must be able to fill.
    Book.objects.filter(pk=book.pk, exposure="").update(exposure=SHELTERED)
    n = same.count() + 1
    batch_id = keyed_id(book.secret_key, "giftbatch", str(fund.pk), str(commodity.pk), str(custody.pk), str(n))
    return GiftBatch.objects.create(id=UUID(batch_id), book=book, custody=custody, fund=fund, commodity=commodity, n=n)


def due_batches(book: Book, *, today: date | None = None) -> QuerySet[GiftBatch]:
    """Open batches of at least ten gifts whose first gift came in an earlier week; smaller ones run on."""
    today = today or timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    open_ones = GiftBatch.objects.filter(book=book, closed_seq=None)
    return open_ones.annotate(size=Count("shares"), first=Min("shares__movement__booked_on")).filter(
        size__gte=SHARES_MIN, first__lt=monday).order_by("pk")  # fmt: skip


@transaction.atomic
def close_batch(*, batch: GiftBatch, author: Role, effective_date: date | None = None) -> Entry:
    """Post the batch as one gift with its total and two roots. Refused below ten gifts. Closed twice is once."""
    book = batch.book
    next_seq(book)
    batch = GiftBatch.objects.select_related("book", "custody", "fund", "commodity").get(pk=batch.pk)
    if batch.closed_seq is not None:
        return Entry.objects.get(book=book, seq=batch.closed_seq)
    shares = list(batch.shares.all())
    if len(shares) < SHARES_MIN:
        raise Refused(Problem(
            "batch_too_small", "The batch holds %(n)s gifts; below %(least)s no figure of it is published. It runs on until more have come.",
            {"n": len(shares), "least": SHARES_MIN}))  # fmt: skip
    tree, seed = _tree(batch), _seed(batch)
    place = (str(batch.fund_id), str(batch.commodity_id))
    row = Row(Spot(rules.EXT, None, *place), Spot(rules.FREE, str(batch.custody_id), *place), tree.total, giftbatch=str(batch.pk))
    roots = Batch(len(shares), movements_root((str(share.movement_id) for share in shares), seed=seed), tree.root)
    return post_entry(book=book, kind="gift", rows=[row], author=author, effective_date=effective_date,
                      request_id=f"giftbatch:{batch.pk}", batch=roots)  # fmt: skip


def prove_share(batch: GiftBatch, *, reference: str) -> SharePath:
    """The path of one gift to the root of its closed batch."""
    return _tree(batch).path(reference)


def path_value(path: SharePath) -> dict[str, Any]:
    """A path as a donor's file holds it."""
    steps = [{"hash": step.hash, "sum": str(step.sum)} for step in path.steps]
    return {"amount": str(path.amount), "index": path.index, "steps": steps}


def trace_shares(batch: GiftBatch, *, chosen: dict[tuple[int, int], list[str]] | None = None) -> dict[str, list[ShareHop]]:
    """The exact way of each gift of a closed batch, by reference. `chosen`: rows that moved these references' own money."""

    if batch.closed_seq is None:
        return {}
    hops = trace_lot(batch.book, f"{batch.closed_seq}.1")
    tree = _tree(batch)
    shares = sorted(batch.shares.all(), key=lambda share: tree.path(share.commitment).left)
    number = {share.commitment: n for n, share in enumerate(shares)}
    seqs = {hop.row[0] for hop in hops}
    entries = {entry.seq: entry_of_leaf(bytes(entry.leaf)) for entry in Entry.objects.filter(book=batch.book, seq__in=seqs)}
    names = {name for hop in hops for name in (hop.debit, hop.credit)}
    stages = {str(pk): stage for pk, stage in Account.objects.filter(pk__in=names).values_list("pk", "stage")}
    wanted = {ref: [number[reference] for reference in found if reference in number] for ref, found in (chosen or {}).items()}
    ways: dict[str, list[ShareHop]] = {share.commitment: [] for share in shares}
    for hop in follow_shares(hops, entries=entries, stages=stages, sizes=[share.amount for share in shares], chosen=wanted):
        if hop.share >= 0:
            ways[shares[hop.share].commitment].append(hop)
    return ways


def check_batches(book: Book) -> list[Problem]:
    """Rebuild every closed batch from its shares: total and roots must be those of its leaf."""
    return [
        Problem("batch_differs", "Batch %(n)s of entry %(seq)s does not make the total and roots of its leaf. A share was changed, added or removed.",
                {"n": batch.n, "seq": batch.closed_seq})
        for batch in GiftBatch.objects.filter(book=book).exclude(closed_seq=None).select_related("book").order_by("closed_seq")
        if not _is_as_said(batch)
    ]  # fmt: skip


def _is_as_said(batch: GiftBatch) -> bool:
    leaf = entry_of_leaf(bytes(Entry.objects.get(book=batch.book, seq=batch.closed_seq).leaf))
    shares = list(batch.shares.all())
    try:
        tree, roots = _tree(batch), movements_root((str(share.movement_id) for share in shares), seed=_seed(batch))
    except Refused:
        return False
    return (leaf.rows[0].amount, leaf.batch) == (tree.total, Batch(len(shares), roots, tree.root))


def _tree(batch: GiftBatch) -> ShareTree:
    """Rebuilt from the shares and the batch's seed, always the same."""
    return ShareTree((CoreShare(share.commitment, share.amount) for share in batch.shares.all()), seed=_seed(batch))


def _seed(batch: GiftBatch) -> bytes:
    return hmac.new(batch.book.secret_key, SEED_LABEL + str(batch.pk).encode(), sha256).digest()
