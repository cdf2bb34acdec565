"""Cash that comes into a box under a release: drawn at a bank before a second person, or carried by leave of the law before two witnesses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import BankAccount, Milestone, Movement
from awna.books.services import entry_using, remit, write_slip
from awna.books.services.cash import at_hand
from awna.core.amounts import format_minor
from awna.core.ledger.rules import CASH
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import CashArrival, CashBox, ReceiptBook
from .boxes import HOLDERS, SECONDS, campaign_of, locked_box, refuse_while_counting, released_minor
from .papers import RECEIPT, drawn, keep
from .receipts import spoil_used, use_page


@dataclass(frozen=True)
class ArrivalAsk:
    """What arrived: under which release, how it came, how much (minor units), when; `sent` is the bank's line by which it left."""

    milestone: Milestone
    kind: str
    amount: int
    arrived_on: date
    sent: Movement | None = None
    book: ReceiptBook | None = None
    serial: int | None = None
    licence: str = ""


def note_arrival(*, box: CashBox, ask: ArrivalAsk, photo: bytes = b"", author: Role, request_id: str) -> CashArrival:
    """The holder received cash. It waits for whoever saw it; nothing is booked yet."""
    refuse_unless_role(author, *HOLDERS, campaign=campaign_of(box))
    known = CashArrival.objects.filter(box=box, request_id=request_id).first()
    if known is not None:
        return known
    carried = ask.kind == CashArrival.CARRIED
    if problems := _arrival_problems(box, ask, author):
        raise Refused(problems)
    kept = drawn(photo) if carried or photo else b""
    with transaction.atomic():
        box = locked_box(box)
        refuse_while_counting(box)
        page = None
        if ask.book is not None and ask.serial is not None:
            page = use_page(book=ask.book, serial=ask.serial, text=f"Cash for {box.name}", author=author)
        return CashArrival.objects.create(
            box=box, milestone=ask.milestone, kind=ask.kind, sent=ask.sent, amount_minor=ask.amount, arrived_on=ask.arrived_on, page=page,
            licence=(ask.licence.strip() or box.licence) if carried else "", photo=keep(box.account.book, kept, kind=RECEIPT) if kept else None,
            author=author, request_id=request_id,
        )  # fmt: skip


@transaction.atomic
def witness_arrival(*, arrival: CashArrival, witness: Role) -> CashArrival:
    """One who saw it says so. With the last that is needed, what left and what arrived is booked."""
    refuse_unless_role(witness, *SECONDS, campaign=campaign_of(arrival.box))
    box = locked_box(arrival.box)
    arrival = CashArrival.objects.select_related(
        "milestone__custody", "milestone__proposal", "sent", "author", "witness_1", "witness_2"
    ).get(pk=arrival.pk)
    if witness.pk in (arrival.witness_1_id, arrival.witness_2_id):
        return arrival
    refuse_while_counting(box)
    _refuse_witness(arrival, witness)
    if arrival.witness_1 is None:
        arrival.witness_1 = witness
    else:
        arrival.witness_2 = witness
    if arrival.witnesses_needed == 1 or arrival.witness_2 is not None:
        _book(box, arrival)
    arrival.save()
    return arrival


@transaction.atomic
def drop_arrival(*, arrival: CashArrival, why: str, author: Role) -> CashArrival:
    """It did not happen so: a page that was written for it is void, and nothing was booked."""
    refuse_unless_role(author, *SECONDS, campaign=campaign_of(arrival.box))
    arrival = CashArrival.objects.select_for_update(of=("self",)).select_related("page").get(pk=arrival.pk)
    if arrival.dropped_why:
        return arrival
    if arrival.entry_id:
        raise Refused(Problem("arrival_is_booked", "This arrival is booked. The stewards can allow that it is taken back."))
    if not why.strip():
        raise Refused(Problem("drop_needs_a_reason", "Say why it is dropped.", {}, "why"))
    if arrival.page is not None:
        spoil_used(page=arrival.page, why=why.strip())
    arrival.dropped_why = why.strip()[:300]
    arrival.save(update_fields=["dropped_why"])
    return arrival


def top_ups(box: CashBox) -> list[Milestone]:
    """Releases into this box of which something is released or under way, newest first."""
    found = Milestone.objects.filter(payee=box.account.custody, n="1").select_related("commodity", "custody", "proposal__release")
    return list(found.order_by("-proposal__filed_at"))


def lines_out(box: CashBox, parts: Sequence[Milestone]) -> list[Movement]:
    """Lines of banks by which cash for this box may have left: out of the accounts that its releases name, and not arrived yet."""
    accounts = {part.custody_id for part in parts if part.custody.type != CASH}
    taken = CashArrival.objects.filter(dropped_why="").exclude(sent=None).values("sent")
    return list(Movement.objects.filter(custody__in=accounts, amount__lt=0).exclude(pk__in=taken).order_by("-booked_on")[:100])


def _book(box: CashBox, arrival: CashArrival) -> None:
    part, request_id = arrival.milestone, f"arrival:{arrival.pk}"
    about = {"proposal": part.proposal, "milestone": part.n, "author": arrival.author, "second": arrival.witness_1}
    signed = {"author": arrival.author, "second": arrival.witness_1, "on": arrival.arrived_on}
    sent = arrival.sent
    if sent is None:
        source = BankAccount.objects.get(custody=part.custody)
        sent = write_slip(box=source, amount=-arrival.amount_minor, text=f"Carried to {box.name}", request_id=f"{request_id}:out", **signed)
    if not sent.used:
        remit(movement=sent, request_id=f"{request_id}:out", **about)
    slip = write_slip(box=box.account, amount=arrival.amount_minor, text=f"Arrived in {box.name}", request_id=f"{request_id}:in", **signed)
    arrival.entry = remit(movement=slip, request_id=f"{request_id}:in", **about)


def _refuse_witness(arrival: CashArrival, witness: Role) -> None:
    if not arrival.waits:
        raise Refused(Problem("nothing_to_witness_here", "This arrival is booked or dropped. There is nothing to witness."))
    seen = {role.user_id for role in (arrival.author, arrival.witness_1) if role is not None}
    if witness.user_id in seen:
        raise Refused(
            Problem("witness_is_the_same", "Each witness is somebody else than whoever received the cash and than the other witness.")
        )


def _arrival_problems(box: CashBox, ask: ArrivalAsk, author: Role) -> list[Problem]:
    money, problems = box.account.commodity, []
    room = box.ceiling_minor - at_hand(box.account)

    def sum_of(minor: int) -> str:
        return f"{money.code} {format_minor(max(0, minor), money.scale)}"

    if author.user_id != box.holder.user_id:
        problems.append(Problem("only_the_holder_receives", "%(who)s holds this box and receives for it.", {"who": box.holder.user}))
    if ask.milestone.payee_id != box.account.custody_id or ask.milestone.commodity_id != box.account.commodity_id:
        problems.append(
            Problem(
                "milestone_not_for_the_box",
                "The stewards released this money for something else. Choose a release into this box.",
                {},
                "milestone",
            )
        )
    if ask.amount <= 0 or ask.amount > room:
        problems.append(Problem("arrival_above_ceiling", "%(asked)s would not fit: %(room)s more may lie in the box.",
                                {"asked": sum_of(ask.amount), "room": sum_of(room)}, "amount"))  # fmt: skip
    if ask.arrived_on > timezone.localdate():
        problems.append(
            Problem("day_ahead", "%(day)s has not come yet. Give the day on which it was seen.", {"day": ask.arrived_on}, "arrived_on")
        )
    problems += _sent_problems(ask, released_minor(ask.milestone))
    if ask.kind == CashArrival.CARRIED:
        problems += _carried_problems(box, ask)
    return problems


def _sent_problems(ask: ArrivalAsk, released: int) -> list[Problem]:
    if ask.sent is None:
        if ask.milestone.custody.type != CASH:
            return [
                Problem(
                    "line_of_arrival_missing", "Choose the bank line by which the money left. Bring in the bank file first.", {}, "sent"
                )
            ]
        short = ask.amount > released
        return [Problem("arrival_not_released", "Less than that is released for this box.", {}, "amount")] if short else []
    problems = []
    if ask.sent.custody_id != ask.milestone.custody_id or ask.sent.amount != -ask.amount:
        problems.append(
            Problem("line_of_another_sum", "That bank line is of another account or of another sum than what arrived.", {}, "sent")
        )
    used = entry_using(ask.sent) if ask.sent.used else None
    if ask.sent.used and (used is None or used.proposal_id != ask.milestone.proposal_id):
        problems.append(Problem("line_booked_otherwise", "That bank line is booked for something else already.", {}, "sent"))
    return problems


def _carried_problems(box: CashBox, ask: ArrivalAsk) -> list[Problem]:
    problems = []
    if not box.carried_max_minor or not (ask.licence.strip() or box.licence):
        problems.append(
            Problem(
                "carrying_not_allowed",
                "Cash may not be carried to this box: the stewards named no licence or exemption and no limit for it.",
                {},
                "kind",
            )
        )
    elif ask.amount > box.carried_max_minor:
        problems.append(Problem("carried_above_limit", "More was carried at once than the stewards allow for this box.", {}, "amount"))
    if ask.book is None or ask.serial is None:
        problems.append(Problem("carried_without_page", "Write it on the next page of a receipt book and give its number.", {}, "serial"))
    return problems
