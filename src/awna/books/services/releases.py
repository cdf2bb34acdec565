"""Money that the stewards release part by part: held, released, paid or advanced, cleared, repaid; and a gift that goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.amounts import format_minor
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Commodity, Custody, Document, Entry, Fund, GiftBatch, Milestone, Movement, Share, Transfer
from .accounts import Row, Spot
from .acts import first_answer, refuse_own_request, refuse_tied
from .derived import trace_lot
from .facts import fund_of_lot
from .periods import open_day
from .posting import ensure_milestones, post_entry

BY_SHARE = ("refund", "set_aside")
"""Purposes of proposals that hold the money of one gift, named by its lot or its share of a batch."""


@transaction.atomic
def hold_ceilings(*, proposal: Proposal, author: Role, lot: str = "", request_id: str = "") -> Entry:
    """Free → held: the ceiling of each milestone, so that the money cannot be promised twice. A refund names its lot."""
    book = proposal.campaign.book
    rows = [
        Row(milestone_spot(part, rules.FREE), milestone_spot(part, rules.HELD), part.ceiling, lot=lot or None)
        for part in ensure_milestones(book=book, proposal=proposal)
    ]
    return post_entry(book=book, kind="hold", rows=rows, author=author, effective_date=timezone.localdate(proposal.filed_at),
                      request_id=request_id or f"hold:{proposal.pk}", proposal=proposal)  # fmt: skip


@transaction.atomic
def release_held(*, proposal: Proposal, author: Role) -> Entry:
    """Held → released, exactly what the stewards approved."""
    book, request_id = proposal.campaign.book, f"release:{proposal.pk}"
    first = first_answer(book, request_id=request_id, kind="release")
    if first is not None:
        return first
    parts = Milestone.objects.filter(proposal=proposal).select_related("fund", "commodity").order_by("n")
    rows = [Row(milestone_spot(part, rules.HELD), milestone_spot(part, rules.RELEASED), part.ceiling) for part in parts]
    return post_entry(book=book, kind="release", rows=rows, author=author, request_id=request_id,
                      proposal=proposal)  # fmt: skip


@transaction.atomic
def pay_released(
    *, proposal: Proposal, milestone: str, movement: Movement, as_advance: bool = False, documents: Sequence[Document] = (), author: Role,
    second: Role | None = None, request_id: str,
) -> Entry:  # fmt: skip
    """Pay the milestone's payee by a bank's line or a slip (which a second person signs). An advance stays in the book until receipts clear it."""
    part = find_milestone(proposal, milestone, movement.commodity)
    if as_advance and part.payee.type != rules.PAYEE:
        raise Refused(
            Problem("advance_needs_a_payee", "Only a payee outside can hold an advance; this proposal names a purse of the campaign.")
        )
    place = (str(part.fund_id), str(part.commodity_id))
    credit = Spot(rules.ADVANCE if as_advance else rules.EXT, str(part.payee_id), *place)
    row = Row(milestone_spot(part, rules.RELEASED), credit, abs(movement.amount) - movement.used, movement=str(movement.pk))
    book = proposal.campaign.book
    first = first_answer(book, request_id=request_id, kind="pay", movement=movement)
    if first is not None:
        return first
    refuse_own_request(proposal, author=author)
    refuse_tied(proposal, author=author, second=second)
    return post_entry(
        book=book, kind="pay", rows=[row], author=author, second=second, effective_date=open_day(book, movement.booked_on),
        request_id=request_id, proposal=proposal, documents=documents)  # fmt: skip


@transaction.atomic
def clear_advance(
    *, payee: Custody, fund: Fund, commodity: Commodity, amount: int, documents: Sequence[Document], author: Role, second: Role,
    effective_date: date, request_id: str,
) -> Entry:  # fmt: skip
    """A receipt, an approved sheet or an accepted service accounts for part of what somebody was given in advance."""
    if not documents:
        raise Refused(Problem("document_missing", "Attach the receipt or the sheet that clears the advance."))
    row = Row(advance_spot(payee, fund, commodity), Spot(rules.EXT, None, str(fund.pk), str(commodity.pk)), amount)
    return post_entry(book=payee.book, kind="receive_goods", rows=[row], author=author, second=second, effective_date=effective_date,
                      request_id=request_id, documents=documents)  # fmt: skip


@transaction.atomic
def take_back_advance(
    *, movement: Movement, payee: Custody, fund: Fund, author: Role, second: Role | None = None, request_id: str
) -> Entry:
    """The rest of an advance comes back to a bank or a cash box."""
    first = first_answer(payee.book, request_id=request_id, kind="void", movement=movement)
    if first is not None:
        return first
    free = Spot(rules.FREE, str(movement.custody_id), str(fund.pk), str(movement.commodity_id))
    row = Row(advance_spot(payee, fund, movement.commodity), free, movement.amount - movement.used, movement=str(movement.pk))
    return post_entry(book=payee.book, kind="void", rows=[row], author=author, second=second,
                      effective_date=open_day(payee.book, movement.booked_on), request_id=request_id)  # fmt: skip


# -- a gift goes back -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShareBack:
    """A gift of a closed batch that goes back: its reference, the fund in which it stands, and how much of it lies free."""

    reference: str
    fund: Fund
    left: int


@transaction.atomic
def propose_refund(
    *, book: Book, lot: str, amount: int, payee: Custody, beyond: bool = False, documents: Sequence[Document] = (), filed_by: Role,
    expires_on: date, request_id: str, share: ShareBack | None = None,
) -> Proposal:  # fmt: skip
    """Ask the stewards to give a gift back, and hold that much of it at once. `beyond`: more than is left of this very gift.

    Of a batch, `share` says whose gift goes back and what is left of it; the batch's other gifts stay as they are.
    """
    fund = share.fund if share else fund_of_lot(book, lot)
    seq, line = (int(part) for part in lot.split("."))
    came = Transfer.objects.select_related("credit_account__custody", "commodity").get(book=book, entry_seq=seq, line=line)
    known = Proposal.objects.filter(campaign=book.campaign, request_id=request_id).exists()
    if came.giftbatch_id and (share is None or not Share.objects.filter(giftbatch=came.giftbatch_id, commitment=share.reference).exists()):
        raise Refused(Problem("refund_needs_the_share", "This is a batch of gifts. Name the gift in it that goes back."))
    left = share.left if share else left_of_lot(book, lot)
    if not known and amount > left and not beyond:
        scale, code = came.commodity.scale, came.commodity.code
        raise Refused(Problem(
            "refund_above_what_is_left", "%(asked)s %(code)s was asked, but only %(left)s of this gift is not released yet. Ask for that, or say that other money may stand in.",
            {"asked": format_minor(amount, scale), "left": format_minor(left, scale), "code": code}, "amount"))  # fmt: skip
    milestone = {
        "n": "1", "custody": str(came.credit_account.custody_id), "fund": str(fund.pk), "commodity": str(came.commodity_id),
        "ceiling": str(amount), "evidence": [], "earliest": timezone.localdate().isoformat(),
    }  # fmt: skip
    payload: dict[str, Any] = {"payee": str(payee.pk), "milestones": [milestone], "lot": lot, "beyond": beyond,
                               "documents": sorted(document.digest for document in documents)}  # fmt: skip
    if share:
        payload["share"] = share.reference
    proposal = consent.file_proposal(campaign=book.campaign, purpose="refund", payload=payload, filed_by=filed_by, expires_on=expires_on,
                                     request_id=request_id)  # fmt: skip
    hold_ceilings(proposal=proposal, author=filed_by, lot=lot)
    return proposal


@transaction.atomic
def pay_refund(*, proposal: Proposal, movement: Movement, author: Role, second: Role | None = None, request_id: str) -> Entry:
    """The bank's line that gives the money back, to the account that it came from."""
    book, lot = proposal.campaign.book, str(proposal.content["lot"])
    first = first_answer(book, request_id=request_id, kind="refund", movement=movement)
    if first is not None:
        return first
    refuse_tied(proposal, author=author, second=second)
    part = find_milestone(proposal, "1", movement.commodity)
    _refuse_other_account(book, lot, movement, str(proposal.content.get("share", "")))
    outside = Spot(rules.EXT, str(part.payee_id), str(part.fund_id), str(part.commodity_id))
    row = Row(milestone_spot(part, rules.RELEASED), outside, -movement.amount - movement.used, movement=str(movement.pk), lot=lot)
    return post_entry(book=book, kind="refund", rows=[row], author=author, second=second, effective_date=open_day(book, movement.booked_on),
                      request_id=request_id, proposal=proposal)  # fmt: skip


@transaction.atomic
def send_equipment_home(
    *, place: Custody, commodity: Commodity, fund: Fund, lot: str, amount: int, batch: str = "", author: Role, second: Role,
    effective_date: date, request_id: str,
) -> Entry:  # fmt: skip
    """Lent equipment goes back to its owner: out of the store, named by the lot that brought it."""
    at = (str(fund.pk), str(commodity.pk))
    row = Row(Spot(rules.STOCK, str(place.pk), *at, batch=batch), Spot(rules.EXT, None, *at), amount, lot=lot)
    return post_entry(book=place.book, kind="refund", rows=[row], author=author, second=second, effective_date=effective_date,
                      request_id=request_id)  # fmt: skip


def left_of_lot(book: Book, lot: str) -> int:
    """How much of a gift of money lies free."""
    free = {str(pk) for pk in book.accounts.filter(stage=rules.FREE).values_list("pk", flat=True)}
    hops = trace_lot(book, lot)
    return sum(hop.amount for hop in hops if hop.credit in free) - sum(hop.taken for hop in hops if hop.debit in free)


def find_milestone(proposal: Proposal, n: str, commodity: Commodity) -> Milestone:
    found = Milestone.objects.select_related("payee", "fund", "commodity").filter(proposal=proposal, n=n, commodity=commodity).first()
    if found is None:
        raise Refused(Problem("milestone_unknown", "The proposal has no milestone “%(n)s” in %(code)s.", {"n": n, "code": commodity.code}))
    return found


def milestone_spot(part: Milestone, stage: str) -> Spot:
    """The account of a milestone at a stage; free money belongs to none."""
    bound = {"proposal": str(part.proposal_id), "milestone": part.n} if stage != rules.FREE else {}
    return Spot(stage, str(part.custody_id), str(part.fund_id), str(part.commodity_id), **bound)


def advance_spot(payee: Custody, fund: Fund, commodity: Commodity) -> Spot:
    return Spot(rules.ADVANCE, str(payee.pk), str(fund.pk), str(commodity.pk))


def refunded_shares(batch: GiftBatch) -> dict[tuple[int, int], list[str]]:
    """The rows that held money to give it back or set it aside, and whose share of a closed batch each of them took."""
    lot = f"{batch.closed_seq}.1"
    asked = [one for one in Proposal.objects.filter(campaign=batch.book.campaign, purpose__in=BY_SHARE) if one.content.get("lot") == lot]
    shares = {one.pk: str(one.content["share"]) for one in asked if "share" in one.content}
    holds = Entry.objects.filter(book=batch.book, kind="hold", proposal__in=shares).values_list("seq", "proposal")
    return {(seq, 1): [shares[proposal]] for seq, proposal in holds}


def _refuse_other_account(book: Book, lot: str, movement: Movement, share: str) -> None:
    """The money goes back where it came from, as far as both statements name the account."""
    seq, line = (int(part) for part in lot.split("."))
    row = Transfer.objects.select_related("movement").get(book=book, entry_seq=seq, line=line)
    came = Share.objects.select_related("movement").get(giftbatch=row.giftbatch_id, commitment=share).movement if share else row.movement
    origin, goes = (("".join(one.counter_account.split()).upper() if one else "") for one in (came, movement))
    if origin and goes and origin != goes:
        raise Refused(Problem("refund_to_another_account", "The bank sent the money to another account than the gift came from. Ask the bank at once.",
                              {}, "movement"))  # fmt: skip
