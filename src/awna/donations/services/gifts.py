"""Pledge, confirm, claim what the bank reports, record goods."""

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import BankAccount, Book, Commodity, Custody, Fund, Movement, Transfer
from awna.books.models.naming import GOODS_GENERAL, UNALLOCATED, UNIDENTIFIED
from awna.campaigns.models import BudgetLine
from awna.core.amounts import AMOUNT_MINOR_MAX, format_minor
from awna.core.banking.references import RANDOM_BYTES_MIN, find_references, new_reference
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text
from awna.parties.models import Campaign, Role, Section

from ..models import Donor, Gift, GoodsOffer, Pledge, token_digest
from . import bill_lines, shelter
from .claims import line_of, match_named, named_pledges
from .collecting import refuse_unless_collecting

TOKEN_BYTES = 24
DRAFT_HOURS_MAX = 24


@dataclass(frozen=True)
class Left:
    """A movement that did not book itself. `pledge` is the one that its reference names, if any, and `reason` says what differs."""

    movement: Movement
    reason: str = "no_reference"
    pledge: Pledge | None = None


@dataclass(frozen=True)
class Claimed:
    """What a claim did: gifts posted, and movements left for other rooms or a person."""

    gifts: list[Gift] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


@transaction.atomic
def pledge_gift(
    *, bank_account: BankAccount, amount_minor: int, request_id: str, fund: Fund | None = None, name: str = "", email: str = "",
    language: str = "en", draft: bool = False, random: bytes | None = None, budget_line: BudgetLine | None = None,
) -> Pledge:  # fmt: skip
    """A promise to transfer `amount_minor` to this account, under a new random reference. A draft waits for `confirm_pledge`.

    `budget_line`: the line of the bill that it is meant for; no more than is open there. A promise keeps its part for some days only.

    `random` is for the demonstration alone, whose bank files are written before its pledges.
    """
    book = bank_account.book
    # One lock for one account: two clicks on the same form follow each other and find the same pledge.
    BankAccount.objects.select_for_update().get(pk=bank_account.pk)
    first = Pledge.objects.filter(bank_account=bank_account, request_id=request_id).select_related("donor__campaign").first()
    if first is not None:
        return first
    refuse_unless_collecting(account=bank_account)
    fund = fund or book.fund(UNALLOCATED)
    problems = _pledge_problems(bank_account, fund, amount_minor)
    if problems:
        raise Refused(problems)
    forget_drafts(book=book)
    donor = new_donor(campaign=book.campaign, section=bank_account.section, name=name, email=email, language=language)
    pledge = Pledge.objects.create(
        donor=donor,
        bank_account=bank_account,
        fund=fund,
        amount_minor=amount_minor,
        reference=new_reference(random) if random else _free_reference(),
        request_id=request_id,
    )
    if budget_line is not None:
        bill_lines.ask_line(pledge=pledge, line=budget_line)
    return pledge if draft else confirm_pledge(pledge=pledge)


@transaction.atomic
def confirm_pledge(*, pledge: Pledge) -> Pledge:
    """The draft counts as pledged from now on; the donor is sent the bank details. Confirmed twice is once."""
    pledge = (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("donor__campaign", "fund", "bank_account__commodity")
        .get(pk=pledge.pk)
    )
    if pledge.state == "dropped":
        raise Refused(Problem("pledge_dropped", "This pledge was taken back. Start again to give."))
    if pledge.state == "draft":
        bill_lines.hold_line(pledge=pledge)
        pledge.state = "pledged"
        pledge.save(update_fields=["state"])
        _mail_reference(pledge)
    return pledge


@transaction.atomic
def claim_movements(*, movements: Iterable[Movement], author: Role) -> Claimed:
    """Post a gift for each unused credit that names an open pledge of its account exactly; leave every other line untouched.

    Exact means: one reference of ours, the same currency and amount, a booked line. What only resembles a pledge is left
    with its reason, for a person. In a sheltered book the batches whose week is over are closed at this moment.
    """
    result = Claimed()
    found = list(read_locked(movements))
    matched: dict[Any, tuple[Movement, Pledge]] = {}
    lines = {movement.pk: line_of(movement) for movement in found if not movement.used}
    named = named_pledges(lines, found)
    # Posted in the order of the bank, because the first gift in is the first one spent.
    for movement in sorted(found, key=lambda movement: (movement.booked_on, movement.statement_id, movement.position)):
        if movement.used:
            continue
        match, pledge = match_named(movement, lines[movement.pk], named)
        if match is None or pledge is None:
            result.left.append(Left(movement))
        elif match.books_itself and pledge.pk not in matched:
            matched[pledge.pk] = (movement, pledge)
        else:
            result.left.append(Left(movement, "not_open" if pledge.pk in matched else match.reason, pledge))
    result.gifts.extend(post_gifts(list(matched.values()), author))
    for book in {movement.bank_account.book for movement in found if movement.bank_account}:
        shelter.close_batches(book=book, author=author)
    return result


@transaction.atomic
def assign_movement(*, movement: Movement, pledge: Pledge, author: Role) -> Gift:
    """A person decides that this line pays this pledge, whatever its amount; the currency and account must be the same."""
    (movement,) = read_locked([movement])
    first = Gift.objects.filter(movement=movement).first()
    if first is not None and first.pledge_id == pledge.pk:
        return first
    pledge = Pledge.objects.select_for_update(of=("self",)).select_related("donor__campaign", "fund", "bank_account").get(pk=pledge.pk)
    if movement.used or movement.amount <= 0:
        raise Refused(Problem("movement_not_free", "This bank line is used already, or it is no money that came in. Choose another line."))
    refuse_pledge_elsewhere(movement, pledge)
    return post_gifts([(movement, pledge)], author)[0]


@transaction.atomic
def identify_gift(*, movement: Movement, pledge: Pledge, author: Role, request_id: str) -> Gift:
    """Money that stands as not yet identified turns out to pay this pledge: it goes to the pledge's fund and keeps its lot.

    In a sheltered book it stays in its batch, and goes to the fund together with others, never alone.
    """
    (movement,) = read_locked([movement])
    first = Gift.objects.filter(movement=movement).first()
    if first is not None and first.pledge_id == pledge.pk:
        return first
    pledge = Pledge.objects.select_for_update(of=("self",)).select_related("donor__campaign", "fund", "bank_account").get(pk=pledge.pk)
    share = shelter.share_of(movement)
    if share is not None and first is None and share.giftbatch.fund.code == UNIDENTIFIED:
        refuse_pledge_elsewhere(movement, pledge)
        gift = _keep_gift(movement, pledge, books.Taken(share.commitment, batch=share.giftbatch))
        shelter.allocate_identified(batch=share.giftbatch, author=author)
        return gift
    found = Transfer.objects.filter(movement=movement, kind="gift", credit_fund__code=UNIDENTIFIED).order_by("-entry_seq").first()
    if first is not None or found is None or _left_of_lot(movement.bank_account.book, found) != found.amount:
        raise Refused(
            Problem("gift_not_unidentified", "This line does not stand whole in Unidentified any more. Reload the page and choose another.")
        )
    refuse_pledge_elsewhere(movement, pledge)
    bill_lines.keep_lines(campaign=pledge.donor.campaign, pledges=[pledge])
    place = {"custody": str(movement.custody_id), "commodity": str(movement.commodity_id)}
    nameless, named = (books.Spot(rules.FREE, fund=str(fund), **place) for fund in (found.credit_fund_id, pledge.fund_id))
    books.post_entry(
        book=movement.bank_account.book, kind="allocate", author=author, request_id=request_id,
        rows=[books.Row(nameless, named, found.amount, lot=f"{found.entry_seq}.{found.line}")],
    )  # fmt: skip
    taken = books.Taken(books.reference_of(found.entry), entry=found.entry)
    return _keep_gift(movement, pledge, taken, line=found.line)


@transaction.atomic
def record_gift_in_kind(
    *, custody: Custody, commodity: Commodity, amount: int, author: Role, second: Role, received_on: date, request_id: str,
    fund: Fund | None = None, batch: str = "", name: str = "", email: str = "", section: Section | None = None, language: str = "en",
    offer: GoodsOffer | None = None, budget_line: BudgetLine | None = None,
) -> Gift:  # fmt: skip
    """Goods given into a store or onto a consignment, counted by two people; `amount` is in the commodity's smallest unit.

    `offer`: the accepted offer of which they are; its giver is theirs. What came may be more or less than was offered: a count decides.
    `budget_line`: the line of the bill that they cover, where no offer named one.
    """
    book = custody.book
    first = Gift.objects.filter(book=book, request_id=request_id).first()
    if first is not None:
        return first
    fund = fund or book.fund(GOODS_GENERAL)
    stage = rules.TRANSIT if custody.type == rules.CONSIGNMENT else rules.STOCK
    outside = books.Spot(rules.EXT, None, str(fund.pk), str(commodity.pk))
    inside = books.Spot(stage, str(custody.pk), str(fund.pk), str(commodity.pk), batch=batch)
    if offer is not None:
        offer = _refuse_unless_due(offer)
    donor = offer.donor if offer else new_donor(campaign=book.campaign, section=section, name=name, email=email, language=language)
    posting = f"gift_in_kind:{request_id}"
    key = books.ensure_reference(book=book, request_id=posting)
    entry = books.post_entry(
        book=book, kind="gift_in_kind", rows=[books.Row(outside, inside, amount)], author=author, second=second,
        effective_date=received_on, request_id=posting, private={"reference": key.reference},
    )  # fmt: skip
    gift = Gift.objects.create(
        donor=donor, kind="in_kind", book=book, commodity=commodity, amount_minor=amount, entry_seq=entry.seq, received_on=received_on,
        reference=key.reference, request_id=request_id,
    )  # fmt: skip
    if offer is not None:
        offer.gift = gift
        offer.save(update_fields=["gift"])
    elif budget_line is not None:
        bill_lines.cover_line(gift=gift, line=budget_line)
    return gift


def _refuse_unless_due(offer: GoodsOffer) -> GoodsOffer:
    offer = GoodsOffer.objects.select_for_update(of=("self",)).select_related("donor").get(pk=offer.pk)
    if offer.state not in ("accepted", "partly"):
        raise Refused(Problem("offer_not_accepted", "Nobody accepted this offer. Answer it before its goods are counted."))
    if offer.gift_id is not None:
        raise Refused(Problem("offer_has_arrived", "The goods of this offer were counted already. Enter what came later as another gift."))
    return offer


def read_locked(movements: Iterable[Movement]) -> QuerySet[Movement]:
    """The movements as they are now, with their account locked: a line is used once, whoever asks first.

    Movements themselves belong to the book, which alone may write them, and so may not be locked from here.
    """
    wanted = list(movements)
    accounts = sorted({movement.bank_account_id for movement in wanted})
    list(BankAccount.objects.select_for_update(of=("self",)).filter(pk__in=accounts).order_by("pk"))
    keys = [movement.pk for movement in wanted]
    return Movement.objects.filter(pk__in=keys).select_related("bank_account__book__campaign", "commodity")


def post_gifts(matched: Sequence[tuple[Movement, Pledge]], author: Role, *, amounts: Mapping[Any, int] | None = None) -> list[Gift]:
    """One gift for each line and its pledge, posted together. `amounts`: pledge → its part of a line that pays several."""
    freed = Counter(
        Transfer.objects.filter(movement__in=[line.pk for line, _ in matched], kind="reverse").values_list("movement", flat=True)
    )
    asks = []
    for movement, pledge in matched:
        # A line that was freed by a reversal may come in again, as another entry.
        request_id = (
            f"gift:{movement.pk}" + (f":{freed[movement.pk]}" if freed[movement.pk] else "") + (f":{pledge.reference}" if amounts else "")
        )
        asks.append(books.GiftAsk(movement, pledge.fund, request_id, pledge.shelter_waived, amounts[pledge.pk] if amounts else None))
    takens = books.take_gifts(asks=asks, author=author)
    if matched:
        bill_lines.keep_lines(campaign=matched[0][0].bank_account.book.campaign, pledges=[pledge for _, pledge in matched])
    return [
        _keep_gift(ask.movement, pledge, taken, request_id=ask.request_id, amount=ask.amount)
        for ask, (_, pledge), taken in zip(asks, matched, takens, strict=True)
    ]


def refuse_pledge_elsewhere(movement: Movement, pledge: Pledge) -> None:
    if pledge.bank_account_id != movement.bank_account_id:
        raise Refused(Problem("pledge_of_another_account", "The pledge was made for another bank account. Choose one of this account."))
    if pledge.state != "pledged":
        raise Refused(Problem("pledge_not_open", "This pledge is %(state)s already. Choose an open one.", {"state": pledge.state}))


def _left_of_lot(book: Book, row: Transfer) -> int:
    """What still lies of a gift where it first came to."""
    account, hops = str(row.credit_account_id), books.trace_lot(book, f"{row.entry_seq}.{row.line}")
    return sum(hop.amount for hop in hops if hop.credit == account) - sum(hop.taken for hop in hops if hop.debit == account)


def _keep_gift(
    movement: Movement, pledge: Pledge, taken: books.Taken, *, line: int = 1, request_id: str = "", amount: int | None = None
) -> Gift:
    """The gift of a posted row or a share: its giver, its pledge met, and a letter that it arrived."""
    seq = taken.entry.seq if taken.entry else taken.batch.closed_seq if taken.batch else None
    gift = Gift.objects.create(
        donor=pledge.donor, pledge=pledge, kind="money", movement=movement, book=movement.bank_account.book, commodity=movement.commodity,
        amount_minor=amount or movement.amount, batch=taken.batch, entry_seq=seq, line=line, received_on=movement.booked_on,
        reference=taken.reference, request_id=request_id or f"gift:{movement.pk}",
    )  # fmt: skip
    pledge.state = "received"
    pledge.save(update_fields=["state"])
    _mail_arrival(gift)
    return gift


def _pledge_problems(bank_account: BankAccount, fund: Fund, amount_minor: int) -> list[Problem]:
    problems = []
    if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
        problems.append(Problem("pledge_amount_wrong", "An amount must be above zero and within what the book holds. Type another one.",
                                {}, "other"))  # fmt: skip
    if fund.book_id != bank_account.book_id or fund.code in (UNIDENTIFIED, GOODS_GENERAL):
        problems.append(Problem("pledge_fund_wrong", "Money cannot be given for “%(fund)s” here. Choose a purpose from the list.",
                                {"fund": fund.title}, "fund"))  # fmt: skip
    return problems


def new_donor(*, campaign: Campaign, section: Section | None, name: str, email: str, language: str) -> Donor:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return Donor.objects.create(
        campaign=campaign, section=section, name=" ".join(name.split()), email=email.strip(), language=language, token=token,
        token_digest=token_digest(token),
    )  # fmt: skip


def _free_reference() -> str:
    """Random, so that no two collide in practice; one that contains another reference by accident is not given out."""
    while True:
        reference = new_reference(os.urandom(RANDOM_BYTES_MIN))
        if find_references(reference) == [reference] and not Pledge.objects.filter(reference=reference).exists():
            return reference


def forget_drafts(*, book: Book) -> int:
    """What was typed and never confirmed is nobody's business after a day; return how many gifts were forgotten."""
    old = Pledge.objects.filter(
        bank_account__book=book, state="draft", pledged_at__lt=timezone.now() - timedelta(hours=DRAFT_HOURS_MAX)
    )  # fmt: skip
    donors = list(old.values_list("donor", flat=True))
    bill_lines.forget_lines(campaign=book.campaign, pledges=old)
    count = old.delete()[0]
    Donor.objects.filter(pk__in=donors, pledges=None, gifts=None).delete()
    return count


def _mail_reference(pledge: Pledge) -> None:
    donor, account = pledge.donor, pledge.bank_account
    if not donor.email:
        return
    with translation.override(donor.language):
        send_mail_text(
            to=donor.email,
            campaign=donor.campaign_id,
            section=donor.section_id,
            kind="gift",
            subject=_("Your bank reference %(reference)s") % {"reference": pledge.reference_grouped},
            body=_(
                "Thank you. Please send %(amount)s %(currency)s from your bank.\n\n"
                "Account holder: %(holder)s\nIBAN: %(iban)s\nReference: %(reference)s\n\n"
                "Nothing has been taken. This page is yours alone; keep its address:\n%(link)s\n"
            )
            % {
                "amount": format_minor(pledge.amount_minor, account.commodity.scale),
                "currency": account.currency,
                "holder": account.holder,
                "iban": account.iban,
                "reference": pledge.reference_grouped,
                "link": settings.AWNA_ORIGIN + pledge.get_absolute_url(),
            },
        )


def _mail_arrival(gift: Gift) -> None:
    donor = gift.donor
    if not donor.email or gift.pledge is None:
        return
    with translation.override(donor.language):
        place = (
            _("It stands in the open book as line %(lot)s.") % {"lot": gift.lot}
            if gift.batch_id is None
            else _("It enters the open book together with others, so that nobody sees it alone.")
        )
        send_mail_text(
            to=donor.email,
            campaign=donor.campaign_id,
            section=donor.section_id,
            kind="gift",
            subject=_("Your gift has arrived"),
            body=_(
                "%(amount)s %(currency)s arrived on %(day)s. %(place)s\n\n"
                "Follow what it buys on your private page:\n%(link)s\n\nThis is a confirmation, not a tax receipt.\n"
            )
            % {
                "amount": format_minor(gift.amount_minor, gift.commodity.scale),
                "currency": gift.commodity.code,
                "day": gift.received_on.isoformat(),
                "place": place,
                "link": settings.AWNA_ORIGIN + gift.pledge.get_absolute_url(),
            },
        )
