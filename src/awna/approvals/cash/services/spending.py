"""Small purchases out of a box: written by the holder on a numbered page with the photo of the paper, booked when a second person signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import Account, Milestone
from awna.books.services import pay_released, write_slip
from awna.books.services.cash import at_hand
from awna.campaigns.models import BudgetLine
from awna.core.amounts import format_minor
from awna.core.ledger.rules import RELEASED
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import CashBox, CashPayment, ReceiptBook
from .boxes import HOLDERS, PETTY_REF, SECONDS, campaign_of, locked_box, refuse_while_counting
from .papers import RECEIPT, drawn, keep
from .receipts import spoil_used, use_page


@dataclass(frozen=True)
class PaymentAsk:
    """What was bought: under which release, for how much (minor units), when, on which page of which book."""

    milestone: Milestone
    amount: int
    text: str
    paid_on: date
    book: ReceiptBook
    serial: int
    budget_line: BudgetLine | None = None


def note_payment(*, box: CashBox, ask: PaymentAsk, photo: bytes, author: Role, request_id: str) -> CashPayment:
    """The holder paid something. It waits for a second person; nothing is booked yet."""
    refuse_unless_role(author, *HOLDERS, campaign=campaign_of(box))
    known = CashPayment.objects.filter(box=box, request_id=request_id).first()
    if known is not None:
        return known
    if problems := _payment_problems(box, ask, author):
        raise Refused(problems)
    kept = drawn(photo)
    with transaction.atomic():
        box = locked_box(box)
        refuse_while_counting(box)
        if problems := _payment_problems(box, ask, author):
            raise Refused(problems)
        page = use_page(book=ask.book, serial=ask.serial, text=ask.text, author=author)
        return CashPayment.objects.create(
            box=box, milestone=ask.milestone, page=page, amount_minor=ask.amount, text=ask.text.strip(), budget_line=ask.budget_line,
            photo=keep(box.account.book, kept, kind=RECEIPT), paid_on=ask.paid_on, author=author, request_id=request_id,
        )  # fmt: skip


@transaction.atomic
def sign_payment(*, payment: CashPayment, second: Role) -> CashPayment:
    """Somebody else looked at paper and goods. Now a slip leaves the box, and the entry holds the photo's digest."""
    refuse_unless_role(second, *SECONDS, campaign=campaign_of(payment.box))
    box = locked_box(payment.box)
    payment = CashPayment.objects.select_related("milestone__proposal__campaign", "author", "photo", "page__book").get(pk=payment.pk)
    if payment.entry_id and payment.second_id == second.pk:
        return payment
    refuse_while_counting(box)
    _refuse_signing(payment, second)
    request_id = f"cash:{payment.pk}"
    slip = write_slip(
        box=box.account, amount=-payment.amount_minor, text=f"{payment.page} {payment.text}", author=payment.author, second=second,
        on=payment.paid_on, request_id=request_id,
    )  # fmt: skip
    payment.entry = pay_released(
        proposal=payment.milestone.proposal, milestone=payment.milestone.n, movement=slip, documents=[payment.photo], author=payment.author,
        second=second, request_id=request_id,
    )  # fmt: skip
    payment.second = second
    payment.save(update_fields=["entry", "second"])
    return payment


@transaction.atomic
def drop_payment(*, payment: CashPayment, why: str, author: Role) -> CashPayment:
    """It did not happen so: its page is void, its number stays taken, and nothing was booked."""
    refuse_unless_role(author, *SECONDS, campaign=campaign_of(payment.box))
    payment = CashPayment.objects.select_for_update(of=("self",)).select_related("page").get(pk=payment.pk)
    if payment.dropped_why:
        return payment
    if payment.entry_id:
        raise Refused(Problem("payment_is_booked", "This payment is booked. The stewards can allow that it is taken back."))
    if not why.strip():
        raise Refused(Problem("drop_needs_a_reason", "Say why it is dropped.", {}, "why"))
    spoil_used(page=payment.page, why=why.strip())
    payment.dropped_why = why.strip()[:300]
    payment.save(update_fields=["dropped_why"])
    return payment


def left_to_spend(part: Milestone) -> int:
    """Minor units released there and not on a payment that waits for its signature."""
    return left_of_each([part])[part]


def left_of_each(parts: Sequence[Milestone]) -> dict[Milestone, int]:
    """The same for several; two questions to the database."""
    left = dict.fromkeys([part.pk for part in parts], 0)
    for account in Account.objects.filter(milestone__in=parts, stage=RELEASED).select_related("balance"):
        left[account.milestone_id] += account.balance.minor
    waiting = CashPayment.objects.filter(milestone__in=parts, entry=None, dropped_why="").order_by()
    for part, minor in waiting.values_list("milestone", "amount_minor"):
        left[part] -= minor
    return {part: left[part.pk] for part in parts}


def _refuse_signing(payment: CashPayment, second: Role) -> None:
    if not payment.waits:
        raise Refused(Problem("nothing_to_sign", "This payment is booked or dropped. There is nothing to sign."))
    if second.user_id == payment.author.user_id:
        raise Refused(Problem("second_person_is_author", "The second person must be somebody else than the author, even in another role."))


def _payment_problems(box: CashBox, ask: PaymentAsk, author: Role) -> list[Problem]:
    money = box.account.commodity
    problems = []
    if author.user_id != box.holder.user_id:
        problems.append(Problem("only_the_holder_pays", "%(who)s holds this box and pays out of it.", {"who": box.holder.user}))
    if ask.milestone.payee.ref != PETTY_REF or ask.milestone.custody_id != box.account.custody_id:
        problems.append(
            Problem(
                "milestone_not_for_petty",
                "The stewards released this money for something else. Choose a release for small purchases out of this box.",
                {},
                "milestone",
            )
        )
    elif author.user_id == ask.milestone.proposal.filed_by.user_id:
        problems.append(Problem("payer_is_the_proposer", "You asked for this release. Somebody else must pay under it.", {}, "milestone"))
    if not ask.text.strip():
        problems.append(Problem("slip_without_text", "Say on the slip what it is for.", {}, "text"))
    if ask.paid_on > timezone.localdate() or ask.paid_on < ask.milestone.earliest:
        problems.append(Problem("paid_on_out_of_range", "Give the day of the purchase: not in the future, and not before %(first)s, from which the release holds.",
                                {"first": ask.milestone.earliest}, "paid_on"))  # fmt: skip
    waiting = sum(box.payments.filter(entry=None, dropped_why="").values_list("amount_minor", flat=True))
    least = min(left_to_spend(ask.milestone), at_hand(box.account) - waiting)
    if not 0 < ask.amount <= least:
        problems.append(Problem("payment_above_what_is_there", "%(asked)s was asked; %(left)s is in the box and released for it.",
                                {"asked": f"{money.code} {format_minor(ask.amount, money.scale)}", "left": f"{money.code} {format_minor(max(0, least), money.scale)}"},
                                "amount"))  # fmt: skip
    return problems
