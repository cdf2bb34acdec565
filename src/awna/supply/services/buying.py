"""Order under an approved release, and pay that payee only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import Document, Entry, Milestone, Movement
from awna.books.services import Row, Spot, post_entry, store_document
from awna.campaigns.models import BudgetLine
from awna.consent.models import Proposal
from awna.consent.services import is_approved, is_interested
from awna.core.amounts import format_minor
from awna.core.digest import canonical_json
from awna.core.ledger.rules import COMMITTED, EXT, RELEASED
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Item, OrderLine, PurchaseOrder, Supplier
from .catalogue import plain_account

BUYER_ROLES = ("buyer",)
PAYER_ROLES = ("treasurer",)
ORDER_LINES_MAX = 200
ORDER_DOCUMENT_KIND = "order"


@dataclass(frozen=True)
class OrderAsk:
    """So many of an item, in its smallest counted unit."""

    item: Item
    quantity: int


@transaction.atomic
def order_materials(
    *, supplier: Supplier, proposal: Proposal, milestone: str, lines: Sequence[OrderAsk], amount_minor: int, expected_on: date | None = None,
    author: Role, request_id: str,
) -> PurchaseOrder:  # fmt: skip
    """Released → committed, to the payee of that milestone. The order's text is kept; its digest stands in the entry."""
    campaign = supplier.campaign
    refuse_unless_role(author, *BUYER_ROLES, campaign=campaign)
    # One writer for each campaign: numbers and balances cannot change between check and write.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = campaign.orders.filter(request_id=request_id).first()
    if first is not None:
        return first
    bound = _milestone_of(proposal, milestone)
    problems = _order_problems(supplier, proposal, bound, lines, amount_minor)
    if is_interested(author, proposal):
        problems.append(Problem("buyer_is_interested", "You declared a tie to this payee, so somebody else must order from it."))
    if problems:
        raise Refused(problems)
    number = campaign.orders.count() + 1
    order = PurchaseOrder(
        campaign=campaign, number=number, supplier=supplier, proposal=proposal, milestone=bound, amount_minor=amount_minor,
        ordered_by=author, expected_on=expected_on, request_id=request_id, budget_line=_budget_line(proposal),
    )  # fmt: skip
    paper = {
        "order": number, "supplier": str(supplier.pk), "amount": str(amount_minor), "currency": bound.commodity.code,
        "lines": [[ask.item.code, str(ask.quantity)] for ask in lines],
    }  # fmt: skip
    document = store_document(
        book=campaign.book, data=canonical_json(paper), name=f"order-{number}.json", media_type="application/json", kind=ORDER_DOCUMENT_KIND
    )
    order.entry = post_entry(
        book=campaign.book, kind="order", author=author, proposal=proposal,
        request_id=f"order:{order.pk}", documents=[document],
        rows=[Row(debit=milestone_spot(bound, RELEASED), credit=milestone_spot(bound, COMMITTED), amount=amount_minor)],
    )  # fmt: skip
    order.save()
    OrderLine.objects.bulk_create(OrderLine(order=order, item=ask.item, quantity=ask.quantity) for ask in lines)
    return order


@transaction.atomic
def pay_supplier(*, order: PurchaseOrder, movement: Movement, documents: Sequence[Document] = (), author: Role, request_id: str) -> Entry:
    """Committed → outside, proved by the bank's own line, to the order's payee. The evidence that the release asks for must be there."""
    refuse_unless_role(author, *PAYER_ROLES, campaign=order.campaign)
    Campaign.objects.select_for_update().get(pk=order.campaign_id)
    movement = Movement.objects.get(pk=movement.pk)
    paid_before = Entry.objects.filter(book=order.campaign.book, kind="pay", transfers__movement=movement).first()
    if paid_before is not None and paid_before.proposal_id == order.proposal_id:
        return paid_before
    amount = -movement.amount - movement.used
    problems = _payment_problems(order, movement, amount, documents, author)
    if problems:
        raise Refused(problems)
    bound = order.milestone
    outside = Spot(stage=EXT, custody=str(bound.payee_id), fund=str(bound.fund_id), commodity=str(bound.commodity_id))
    return post_entry(
        book=order.campaign.book, kind="pay", author=author, effective_date=movement.booked_on, proposal=order.proposal,
        request_id=request_id, documents=documents,
        rows=[Row(debit=milestone_spot(bound, COMMITTED), credit=outside, amount=amount, movement=str(movement.pk))],
    )  # fmt: skip


def milestone_spot(milestone: Milestone, stage: str) -> Spot:
    return Spot(
        stage=stage, custody=str(milestone.custody_id), fund=str(milestone.fund_id), commodity=str(milestone.commodity_id),
        proposal=str(milestone.proposal_id), milestone=milestone.n,
    )  # fmt: skip


def milestone_left(milestone: Milestone, stage: str) -> int:
    """Minor units that lie at one stage of a milestone."""
    accounts = milestone.accounts.filter(stage=stage).select_related("balance")
    return sum(account.balance.minor for account in accounts)


def _milestone_of(proposal: Proposal, n: str) -> Milestone:
    found = Milestone.objects.filter(proposal=proposal, n=n).select_related("commodity", "payee").first()
    if found is None:
        raise Refused(Problem("milestone_unknown", "The release has no milestone “%(n)s”. Choose one of its own.", {"n": n}, "milestone"))
    return found


def _budget_line(proposal: Proposal) -> BudgetLine | None:
    return BudgetLine.objects.filter(pk=proposal.content.get("budget_line") or None).first()


def _order_problems(
    supplier: Supplier, proposal: Proposal, milestone: Milestone, lines: Sequence[OrderAsk], amount_minor: int
) -> list[Problem]:
    problems = []
    if milestone.payee_id != supplier.custody_id:
        problems.append(Problem("order_to_another_payee", "The stewards released this money to another payee than “%(supplier)s”. Ask for a new release.",
                                {"supplier": supplier.name}, "supplier"))  # fmt: skip
    if not is_approved(proposal, on=min(timezone.localdate(), proposal.expires_on)):
        problems.append(
            Problem("release_not_approved", "The stewards have not approved this release, or it was withdrawn. Nothing can be ordered.")
        )
    if not 0 < len(lines) <= ORDER_LINES_MAX or len({ask.item.pk for ask in lines}) != len(lines):
        problems.append(
            Problem("order_lines_wrong", "An order has 1 to %(max)s lines, each for another item.", {"max": ORDER_LINES_MAX}, "lines")
        )
    if any(ask.quantity <= 0 or ask.item.campaign_id != supplier.campaign_id for ask in lines):
        problems.append(Problem("order_quantity_wrong", "Each line needs an item of this campaign and a quantity above zero.", {}, "lines"))
    left = milestone_left(milestone, RELEASED)
    if not 0 < amount_minor <= left:
        scale = milestone.commodity.scale
        problems.append(Problem(
            "order_exceeds_release", "%(code)s %(asked)s was asked; %(left)s is released and not ordered yet. Order for less.",
            {"code": milestone.commodity.code, "asked": format_minor(amount_minor, scale), "left": format_minor(left, scale)}, "amount"))  # fmt: skip
    return problems


def _payment_problems(order: PurchaseOrder, movement: Movement, amount: int, documents: Sequence[Document], author: Role) -> list[Problem]:
    bound, scale = order.milestone, order.milestone.commodity.scale
    problems = []
    if author.user_id == order.ordered_by.user_id:
        problems.append(Problem("payer_is_the_buyer", "You ordered this. Somebody else must pay it."))
    if author.user_id == order.proposal.filed_by.user_id:
        problems.append(Problem("payer_is_the_proposer", "You asked for this release. Somebody else must pay under it."))
    if is_interested(author, order.proposal):
        problems.append(Problem("payer_is_interested", "You declared a tie to this payee, so somebody else must pay it."))
    if movement.custody_id != bound.custody_id or movement.commodity_id != bound.commodity_id:
        problems.append(Problem("payment_from_another_account", "This bank line is of another account than the release names. Choose a line of that account.",
                                {}, "movement"))  # fmt: skip
    if movement.amount >= 0 or amount <= 0:
        problems.append(
            Problem("payment_already_used", "This bank line pays nothing out, or is used already. Choose another line.", {}, "movement")
        )
    account, expected = plain_account(movement.counter_account), order.supplier.bank_account
    if account and expected and account != expected:
        problems.append(Problem("payment_to_another_payee", "The bank paid another account than that of “%(supplier)s”. Ask the bank at once.",
                                {"supplier": order.supplier.name}, "movement"))  # fmt: skip
    committed = milestone_left(bound, COMMITTED)
    if amount > committed:
        problems.append(Problem(
            "payment_exceeds_order", "The bank paid %(code)s %(asked)s; %(left)s is committed. The rest needs a release of its own.",
            {"code": bound.commodity.code, "asked": format_minor(amount, scale), "left": format_minor(committed, scale)}, "movement"))  # fmt: skip
    missing = set(bound.evidence_kinds) - {document.kind for document in documents}
    if missing:
        problems.append(Problem("payment_evidence_missing", "The release asks for: %(kinds)s. Attach it.",
                                {"kinds": ", ".join(sorted(missing))}, "documents"))  # fmt: skip
    if movement.booked_on < bound.earliest:
        problems.append(Problem("payment_too_early", "The release allows payment from %(earliest)s on. The bank paid on %(paid)s.",
                                {"earliest": bound.earliest, "paid": movement.booked_on}, "movement"))  # fmt: skip
    return problems
