"""Goods on their way: what left, what came, what is still under way, what was lost. Every step is an entry of the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.access.models import Crossing
from awna.books import services as books
from awna.books.models import Custody, Document, Entry, Fund
from awna.books.services import Row, Spot, balance_of, ensure_custody, post_entry, store_document
from awna.consent.services import is_interested
from awna.core.amounts import format_minor, largest_remainder
from awna.core.digest import canonical_json
from awna.core.ledger.rules import COMMITTED, CONSIGNMENT, EXT, LOST, STOCK, TRANSIT
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Consignment, ConsignmentLine, Item, PurchaseOrder, Receipt, Store
from .buying import OrderAsk, milestone_spot

RECEIVER_ROLES = ("storekeeper", "site_lead")
LINES_MAX = 200
CAUSE_CHARS_MAX = 500


@dataclass(frozen=True)
class Count:
    """What a storekeeper counted of one item, in its smallest counted unit."""

    item: Item
    good: int
    damaged: int = 0


@transaction.atomic
def ship(
    *, lines: Sequence[OrderAsk], to_store: Store, order: PurchaseOrder | None = None, from_store: Store | None = None, fund: Fund | None = None,
    crossing: Crossing | None = None, shipped_on: date | None = None, expected_on: date | None = None, documents: Sequence[Document] = (),
    author: Role, second: Role | None = None, request_id: str,
) -> Consignment:  # fmt: skip
    """Put a load on its way: from a supplier's order (outside → transit) or from a store (stock → transit).

    From a supplier the goods keep the fund that paid, and two people stand for them: the author and, unless named, the buyer.
    """
    campaign = to_store.campaign
    refuse_unless_role(author, *RECEIVER_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = campaign.consignments.filter(request_id=request_id).first()
    if first is not None:
        return first
    fund = order.milestone.fund if order else fund or campaign.book.fund("goods-general")
    problems = _ship_problems(lines, to_store, order, from_store, fund, author, second)
    if problems:
        raise Refused(problems)
    number = campaign.consignments.count() + 1
    load = Consignment(
        campaign=campaign, number=number, order=order, from_store=from_store, to_store=to_store, crossing=crossing, fund=fund,
        shipped_on=shipped_on or timezone.localdate(), expected_on=expected_on, request_id=request_id,
    )  # fmt: skip
    load.custody = ensure_custody(book=campaign.book, type=CONSIGNMENT, ref=f"consignment:{load.pk}", title=f"Consignment {number}")
    waybill = [
        *documents,
        _paper(campaign, "waybill", {"consignment": number, "lines": [[ask.item.code, str(ask.quantity)] for ask in lines]}),
    ]
    origin = STOCK if from_store else EXT
    rows = [
        Row(debit=_spot(origin, from_store.custody if from_store else None, fund, ask.item), credit=_spot(TRANSIT, load.custody, fund, ask.item),
            amount=ask.quantity, covers=_covers(order, ask) if order else None)
        for ask in lines
    ]  # fmt: skip
    load.entry = post_entry(
        book=campaign.book, kind="move_goods" if from_store else "receive_goods", rows=rows, author=author,
        second=second or (order.ordered_by if order else None), effective_date=load.shipped_on, request_id=f"ship:{load.pk}", documents=waybill,
    )  # fmt: skip
    load.save()
    ConsignmentLine.objects.bulk_create(ConsignmentLine(consignment=load, item=ask.item, quantity=ask.quantity) for ask in lines)
    return load


@transaction.atomic
def receive(
    *, consignment: Consignment, counts: Sequence[Count], documents: Sequence[Document] = (), author: Role, request_id: str
) -> list[Receipt]:
    """Transit → stock for what came whole. What is short or damaged stays under way until it comes or a loss is recorded."""
    refuse_unless_role(author, *RECEIVER_ROLES, campaign=consignment.campaign)
    Campaign.objects.select_for_update().get(pk=consignment.campaign_id)
    first = list(consignment.receipts.filter(request_id=request_id))
    if first:
        if sorted((r.item_id, r.good, r.damaged) for r in first) == sorted((c.item.pk, c.good, c.damaged) for c in counts):
            return first
        raise Refused(Problem("request_already_used", "This form was sent before with other content. Reload the page and send it again."))
    problems = _count_problems(consignment, counts)
    if consignment.order is not None:
        problems += _receiver_problems(consignment.order, author)
    if problems:
        raise Refused(problems)
    came = [count for count in counts if count.good]
    if came:
        paper = _paper(consignment.campaign, "waybill", {
            "consignment": consignment.number, "request": request_id,
            "counts": [[count.item.code, str(count.good), str(count.damaged)] for count in counts]})  # fmt: skip
        post_entry(
            book=consignment.campaign.book, kind="move_goods", author=author,
            request_id=f"receive:{consignment.pk}:{request_id}", documents=[*documents, paper],
            rows=[
                Row(debit=_spot(TRANSIT, consignment.custody, consignment.fund, count.item),
                    credit=_spot(STOCK, consignment.to_store.custody, consignment.fund, count.item), amount=count.good)
                for count in came
            ],
        )  # fmt: skip
    return Receipt.objects.bulk_create(
        Receipt(consignment=consignment, item=count.item, good=count.good, damaged=count.damaged, counted_by=author, request_id=request_id)
        for count in counts
    )


@transaction.atomic
def record_loss(
    *, at: Consignment | Store, item: Item, quantity: int, fund: Fund | None = None, cause: str, documents: Sequence[Document] = (),
    author: Role, second: Role, request_id: str,
) -> Entry:  # fmt: skip
    """Transit or stock → lost, with the cause, by two people. A loss is an entry of its own; nothing is edited."""
    campaign = at.campaign
    refuse_unless_role(author, *RECEIVER_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    fund = at.fund if isinstance(at, Consignment) else fund or campaign.book.fund("goods-general")
    stage = TRANSIT if isinstance(at, Consignment) else STOCK
    said = {"cause": cause.strip(), "item": item.code, "quantity": str(quantity), "request": request_id}
    paper = _paper(campaign, "cause", said)
    known = Entry.objects.filter(book=campaign.book, kind="loss", evidence__document=paper).first()
    if known is not None:
        return known
    there = balance_of(campaign.book, stage=stage, custody=at.custody, fund=fund, commodity=item.commodity)
    problems = _loss_problems(item, quantity, there, cause, author, second)
    if problems:
        raise Refused(problems)
    return post_entry(
        book=campaign.book, kind="loss", author=author, second=second, request_id=f"loss:{request_id}",
        documents=[*documents, paper],
        rows=[Row(debit=_spot(stage, at.custody, fund, item), credit=_spot(LOST, None, fund, item), amount=quantity)],
    )  # fmt: skip


# -- reads ----------------------------------------------------------------------------------------------------------


def still_under_way(consignment: Consignment, item: Item) -> int:
    """How much of an item is neither received nor lost."""
    return balance_of(
        consignment.campaign.book, stage=TRANSIT, custody=consignment.custody, fund=consignment.fund, commodity=item.commodity
    )


def stock_by_place(campaign: Campaign) -> list[dict[str, Any]]:
    """Rows of store, item, fund and quantity (smallest counted unit) for everything that lies in a store of the campaign."""
    stores = {store.custody_id: store for store in campaign.stores.all()}
    items = {item.commodity_id: item for item in campaign.items.select_related("commodity")}
    funds = {fund.pk: fund for fund in campaign.book.funds.all()}
    rows = [
        {"store": stores[row["account__custody"]], "item": items[row["account__commodity"]], "fund": funds[row["account__fund"]],
         "batch": row["account__batch"], "quantity": row["net"]}
        for row in books.stock_by_place(campaign.book)
        if row["account__custody"] in stores and row["account__commodity"] in items and row["account__stage"] == STOCK
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["store"].name, row["item"].name))


# -- helpers --------------------------------------------------------------------------------------------------------


def _covers(order: PurchaseOrder, ask: OrderAsk) -> tuple[Spot, int] | None:
    """The part of the order's money that this line accounts for, so that a gift is followed from money into goods.

    An order has one sum: its items share it evenly, and a part of an item covers its part, exactly once the whole has come.
    """
    ordered = list(order.lines.order_by("pk"))
    place = next(number for number, line in enumerate(ordered) if line.item_id == ask.item.pk)
    share, quantity = largest_remainder(order.amount_minor, [1] * len(ordered))[place], ordered[place].quantity
    before = quantity - _left_to_ship(order, ask.item)
    amount = share * (before + ask.quantity) // quantity - share * before // quantity
    return (milestone_spot(order.milestone, COMMITTED), amount) if amount else None


def _spot(stage: str, custody: Custody | None, fund: Fund, item: Item) -> Spot:
    return Spot(stage=stage, custody=str(custody.pk) if custody else None, fund=str(fund.pk), commodity=str(item.commodity_id))


def _paper(campaign: Campaign, kind: str, content: dict[str, Any]) -> Document:
    """What the form said, kept as a document, so that its digest stands in the entry."""
    return store_document(book=campaign.book, data=canonical_json(content), name=f"{kind}.json", media_type="application/json", kind=kind)


def _ship_problems(
    lines: Sequence[OrderAsk],
    to_store: Store,
    order: PurchaseOrder | None,
    from_store: Store | None,
    fund: Fund,
    author: Role,
    second: Role | None,
) -> list[Problem]:
    problems = []
    if (order is None) == (from_store is None) or from_store == to_store:
        problems.append(
            Problem("load_origin_wrong", "A load comes either from an order or from another store. Choose one of them.", {}, "order")
        )
        return problems
    if not 0 < len(lines) <= LINES_MAX or len({ask.item.pk for ask in lines}) != len(lines) or any(ask.quantity <= 0 for ask in lines):
        problems.append(
            Problem("load_lines_wrong", "A load has 1 to %(max)s lines, each for another item and above zero.", {"max": LINES_MAX}, "lines")
        )
    if order is not None:
        problems += _receiver_problems(order, author)
        if second is not None and second.user_id == author.user_id:
            problems.append(
                Problem("second_person_missing", "Two different people must stand for goods from outside. Name another one.", {}, "second")
            )
    for ask in lines:
        left = _left_to_ship(order, ask.item) if order else balance_of(
            to_store.campaign.book, stage=STOCK, custody=from_store.custody if from_store else None, fund=fund, commodity=ask.item.commodity)  # fmt: skip
        if ask.quantity > left:
            problems.append(_too_much("load_exceeds_what_is_there", "%(asked)s %(unit)s of %(item)s was asked; %(there)s is there. Ship less.",
                                      ask.item, ask.quantity, left))  # fmt: skip
    return problems


def _left_to_ship(order: PurchaseOrder, item: Item) -> int:
    ordered = sum(line.quantity for line in order.lines.filter(item=item))
    return ordered - sum(line.quantity for line in ConsignmentLine.objects.filter(consignment__order=order, item=item))


def _receiver_problems(order: PurchaseOrder, author: Role) -> list[Problem]:
    """Who asked, bought, paid or is tied to the seller does not take the goods over."""
    problems = []
    if author.user_id == order.ordered_by.user_id:
        problems.append(Problem("receiver_is_the_buyer", "You ordered these goods. Somebody else must take them over."))
    if author.user_id == order.proposal.filed_by.user_id:
        problems.append(Problem("receiver_is_the_proposer", "You asked for this release. Somebody else must take the goods over."))
    if Entry.objects.filter(proposal=order.proposal, kind="pay", author__user=author.user_id).exists():
        problems.append(Problem("receiver_is_the_payer", "You paid for these goods. Somebody else must take them over."))
    if is_interested(author, order.proposal):
        problems.append(Problem("receiver_is_interested", "You declared a tie to this payee, so somebody else must take the goods over."))
    return problems


def _count_problems(consignment: Consignment, counts: Sequence[Count]) -> list[Problem]:
    known = {line.item_id for line in consignment.lines.all()}
    if not counts or len({count.item.pk for count in counts}) != len(counts) or any(count.item.pk not in known for count in counts):
        return [Problem("count_lines_wrong", "Count each item of this load once, and no other.", {}, "counts")]
    problems = []
    for count in counts:
        there = still_under_way(consignment, count.item)
        if count.good < 0 or count.damaged < 0 or count.good + count.damaged > there:
            problems.append(_too_much(
                "count_exceeds_what_was_sent", "%(asked)s %(unit)s of %(item)s was counted; %(there)s is under way. Count again, or book the rest as a gift.",
                count.item, count.good + count.damaged, there))  # fmt: skip
    return problems


def _loss_problems(item: Item, quantity: int, there: int, cause: str, author: Role, second: Role) -> list[Problem]:
    problems = []
    if not 0 < quantity <= there:
        problems.append(_too_much("loss_exceeds_what_is_there", "%(asked)s %(unit)s of %(item)s was named as lost; %(there)s is there. Correct the number.",
                                  item, quantity, there))  # fmt: skip
    if not 0 < len(cause.strip()) <= CAUSE_CHARS_MAX:
        problems.append(
            Problem("loss_needs_a_cause", "Say how it was lost, in 1 to %(max)s characters.", {"max": CAUSE_CHARS_MAX}, "cause")
        )
    if second.campaign_id != author.campaign_id or second.user_id == author.user_id or second.ended_on is not None:
        problems.append(Problem("second_person_missing", "Two different people must stand for a loss. Name another one.", {}, "second"))
    return problems


def _too_much(code: str, text: str, item: Item, asked: int, there: int) -> Problem:
    scale = item.commodity.scale
    params = {"asked": format_minor(asked, scale), "there": format_minor(there, scale), "unit": item.unit, "item": item.name}
    return Problem(code, text, params, item.code)
