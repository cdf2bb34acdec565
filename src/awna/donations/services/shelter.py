"""Gifts of a sheltered book: batches closed, money identified, gifts returned, each gift's own way. No gift is ever shown alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from awna.books import services as books
from awna.books.models import Book, Custody, Document, Entry, GiftBatch, Movement, Share
from awna.books.models.naming import UNIDENTIFIED
from awna.consent.models import Proposal
from awna.core.ledger import rules
from awna.core.ledger.shelter import SHARES_MIN
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Gift, Pledge
from .bill_lines import free_line
from .freezing import let_go, set_frozen_aside
from .ways import left_of


@transaction.atomic
def waive_shelter(*, pledge: Pledge) -> Pledge:
    """The giver agrees that this gift stands alone in the open book, as a grant may have to."""
    pledge = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    if pledge.state == "received" and not pledge.shelter_waived:
        raise Refused(Problem("gift_is_in_a_batch", "The money of this pledge has arrived and lies in a batch already. It stays there."))
    pledge.shelter_waived = True
    pledge.save(update_fields=["shelter_waived"])
    return pledge


@transaction.atomic
def close_batches(*, book: Book, author: Role, today: date | None = None) -> list[Entry]:
    """Post every batch whose week is over and that holds at least ten gifts; the others run on."""
    return [close_batch(batch=batch, author=author) for batch in books.due_batches(book, today=today)]


@transaction.atomic
def close_batch(*, batch: GiftBatch, author: Role) -> Entry:
    """Post one batch now. From then on each giver can prove the own share and follow it."""
    entry = books.close_batch(batch=batch, author=author)
    Gift.objects.filter(batch=batch, entry_seq=None).update(entry_seq=entry.seq)
    for gift in Gift.objects.filter(batch=batch).exclude(frozen_at=None).select_related("batch__fund", "book"):
        set_frozen_aside(gift=gift, author=author)
    allocate_identified(batch=GiftBatch.objects.get(pk=batch.pk), author=author)
    return entry


def share_of(movement: Movement) -> Share | None:
    """The share that this line stands for, if it is in a batch."""
    return Share.objects.filter(movement=movement).select_related("giftbatch__book", "giftbatch__fund").first()


@transaction.atomic
def allocate_identified(*, batch: GiftBatch, author: Role) -> list[Entry]:
    """Move identified gifts of a closed batch of Unidentified to their funds, by the ten.

    Fewer than ten would show what few people gave; so would a rest of fewer than ten. They wait until more are known.
    """
    if batch.closed_seq is None or batch.fund.code != UNIDENTIFIED:
        return []
    waiting = (
        Gift.objects.filter(batch=batch, allocated_seq=None, returned_seq=None, frozen_at=None)
        .exclude(pledge=None)
        .select_related("pledge__fund")
    )
    by_fund: dict[Any, list[Gift]] = {}
    for gift in waiting.order_by("pk"):
        by_fund.setdefault(gift.pledge.fund if gift.pledge else None, []).append(gift)
    left = batch.shares.count() - Gift.objects.filter(batch=batch).exclude(allocated_seq=None, returned_seq=None).count()
    entries = []
    for fund, gifts in sorted(by_fund.items(), key=lambda item: -len(item[1])):
        rest = left - len(gifts)
        if len(gifts) < SHARES_MIN or 0 < rest < SHARES_MIN:
            continue
        entry = _allocate(batch, fund, gifts, author)
        Gift.objects.filter(pk__in=[gift.pk for gift in gifts]).update(allocated_seq=entry.seq)
        entries.append(entry)
        left = rest
    return entries


def _allocate(batch: GiftBatch, fund: Any, gifts: list[Gift], author: Role) -> Entry:
    place = {"custody": str(batch.custody_id), "commodity": str(batch.commodity_id)}
    nameless, named = (books.Spot(rules.FREE, fund=str(one.pk), **place) for one in (batch.fund, fund))
    row = books.Row(nameless, named, sum(gift.amount_minor for gift in gifts), lot=f"{batch.closed_seq}.1")
    return books.post_entry(book=batch.book, kind="allocate", rows=[row], author=author,
                            request_id=f"allocate:{gifts[0].pk}")  # fmt: skip


@transaction.atomic
def record_return(*, gift: Gift, movement: Movement, author: Role, request_id: str) -> Entry:
    """The bank sent a gift back to its giver, or took it back. The returned gift's amount shows, as the bank's line does; whose it was does not.

    In a batch, the proof of the share that went back is committed to beside the row: whoever holds it can show (batch, share, amount).
    """
    gift = Gift.objects.select_for_update(of=("self",)).select_related("batch__book").get(pk=gift.pk)
    if gift.entry_seq is None:
        raise Refused(Problem(
            "batch_not_closed_yet", "This gift waits in a batch that is not closed. The return can be booked when the batch is closed."))  # fmt: skip
    if gift.returned_seq is None and -movement.amount > gift.amount_minor:
        raise Refused(Problem("return_above_gift", "More went back than this gift brought. Choose the gift that the line speaks of."))
    let_go(gift=gift, author=author)  # what the bank took back can no longer be kept
    memo = None
    if gift.batch is not None:
        path = books.path_value(books.prove_share(gift.batch, reference=gift.reference))
        memo = {"about": "share_returned", "batch": gift.entry_seq, "share": path, "amount": str(-movement.amount)}
    entry = books.post_bank_fact(movement=movement, lot=gift.lot, author=author, request_id=request_id, memo=memo)
    gift.returned_seq = entry.seq
    gift.save(update_fields=["returned_seq"])
    free_line(gift=gift, back_minor=-movement.amount)
    return entry


@transaction.atomic
def propose_refund(
    *, gift: Gift, amount: int, payee: Custody, beyond: bool = False, documents: Sequence[Document] = (), filed_by: Role, expires_on: date,
    request_id: str,
) -> Proposal:  # fmt: skip
    """Ask the stewards to give this very gift back, also out of a batch: what is held is its own share, not the head of the batch."""
    if gift.entry_seq is None:
        raise Refused(
            Problem("batch_not_closed_yet", "This gift waits in a batch that is not closed. It can be given back when the batch is closed.")
        )
    share = None
    if gift.batch is not None:
        named = gift.allocated_seq is not None and gift.pledge is not None
        share = books.ShareBack(gift.reference, gift.pledge.fund if named and gift.pledge else gift.batch.fund, left_of(gift))
    return books.propose_refund(book=gift.book, lot=gift.lot, amount=amount, payee=payee, beyond=beyond, documents=documents,
                                filed_by=filed_by, expires_on=expires_on, request_id=request_id, share=share)  # fmt: skip
