"""From a payout to the book: gifts − fees − refunds = what is paid out, to the cent, or nothing is booked. Called through `services`.

The provider's account is a purse of its own in the book. A payout is written as one statement of it, made of what the provider said:
each gift in, each fee and refund out, the payout out; so that the book holds gross gifts and fees, and ends at nothing.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry, Movement, Statement
from awna.books.models.naming import UNALLOCATED
from awna.books.services.periods import open_day
from awna.core.amounts import format_minor
from awna.core.banking.references import find_references
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models.giving import Donor, Gift, Pledge, token_digest
from ..services.gifts import _mail_arrival
from ..services.shelter import record_return
from .models import Provider, ProviderItem

ITEMS_MAX = 5_000
TOKEN_BYTES = 24


@dataclass(frozen=True)
class Payout:
    """A payout and its parts in minor units. `difference`: what was paid out − what its parts give; it must be 0."""

    item: ProviderItem
    parts: tuple[ProviderItem, ...]
    gifts: int
    fees: int
    refunds: int
    other: int
    problems: tuple[Problem, ...]

    @property
    def expected(self) -> int:
        return self.gifts - self.fees - self.refunds

    @property
    def difference(self) -> int:
        return (self.item.amount or 0) - self.expected


def payout_of(item: ProviderItem) -> Payout:
    """What a payout holds, and why it cannot be booked, if so."""
    provider = item.provider
    parts = tuple(provider.items.filter(payout=item.external_id).exclude(kind="payout").order_by("at", "external_id")[: ITEMS_MAX + 1])
    counted = [one for one in parts if one.status != "failed"]
    gifts = sum(one.amount or 0 for one in counted if one.kind == "payment")
    refunds = sum(one.amount or 0 for one in counted if one.kind == "refund")
    other = sum(one.amount or 0 for one in counted if one.kind == "other")
    fees = sum(one.fee or 0 for one in counted if one.kind != "other")
    found = Payout(item, parts, gifts, fees, refunds, other, ())
    return Payout(item, parts, gifts, fees, refunds, other, tuple(_problems(found, counted, provider)))


def _problems(payout: Payout, counted: Iterable[ProviderItem], provider: Provider) -> Iterable[Problem]:
    account, item = provider.bank_account, payout.item
    scale, counted = account.commodity.scale, list(counted)
    if item.status != "paid" or not item.amount:
        yield Problem(
            "payout_not_paid", "The provider has not said that this payout was paid, or not how much. Wait, or bring in its report."
        )
    elif payout.difference:
        yield Problem(
            "payout_differs", "The payout is %(told)s %(code)s, but its gifts − fees − refunds give %(parts)s. Bring in the provider's report.",
            {"told": format_minor(item.amount, scale), "parts": format_minor(payout.expected, scale), "code": account.currency})  # fmt: skip
    if {one.currency for one in (*counted, item)} - {account.currency, ""}:
        yield Problem("payout_currency_differs", "Not everything in this payout is in %(code)s.", {"code": account.currency})
    unclear = next((one for one in counted if one.differs or one.amount is None or one.kind == "other" or (one.fee or 0) < 0), None)
    if unclear is not None or item.differs or len(payout.parts) > ITEMS_MAX:
        yield Problem("payout_unclear", "What the provider said of %(id)s is not clear: look at it there first.",
                      {"id": unclear.external_id if unclear else item.external_id})  # fmt: skip


@transaction.atomic
def book_payout(*, item: ProviderItem, author: Role) -> list[Gift]:
    """Book one payout whose parts add up: gifts into the provider's purse, fees and refunds out of it, the payout under way to the bank."""
    provider = Provider.objects.select_for_update().get(pk=item.provider_id)
    item = ProviderItem.objects.select_for_update(of=("self",)).get(pk=item.pk, kind="payout")
    if item.booked_at is not None:
        return list(Gift.objects.filter(provider_item__provider=provider, provider_item__payout=item.external_id))
    payout = payout_of(item)
    if payout.problems:
        raise Refused(list(payout.problems))
    if provider.bank_account.book.sheltered:
        raise Refused(
            Problem(
                "provider_book_sheltered", "In a sheltered campaign gifts wait in batches, so payouts of providers cannot be booked whole."
            )
        )
    counted = [one for one in payout.parts if one.status != "failed"]
    lines = _store_lines(provider, payout, counted, author)
    gifts = _take_gifts(provider, [one for one in counted if one.kind == "payment"], lines, author)
    spent = _book_costs(provider, counted, lines, author)
    _send(provider, item, gifts, spent, lines, author)
    ProviderItem.objects.filter(pk__in=[item.pk, *(one.pk for one in counted)]).update(booked_at=timezone.now())
    return gifts


@transaction.atomic
def book_arrival(*, item: ProviderItem, movement: Movement, author: Role) -> Entry:
    """The bank reports the payout: under way → free at the bank, each purpose its part. Another amount is a difference, not a payout."""
    provider = Provider.objects.select_for_update().get(pk=item.provider_id)
    item = ProviderItem.objects.select_for_update(of=("self",)).get(pk=item.pk, kind="payout")
    book, target = provider.bank_account.book, provider.bank_account.custody.settles_to
    request_id = f"payout-arrival:{item.pk}"
    out = Entry.objects.filter(book=book, transfers__movement__in=_payout_line(provider, item)).first()
    movement = Movement.objects.select_related("commodity").get(pk=movement.pk)
    problems = []
    if item.booked_at is None or out is None:
        problems.append(Problem("payout_not_booked", "Book the payout itself first."))
    if target is None or movement.custody_id != target.pk:
        problems.append(Problem("target_differs", "The line is not of the account to which this provider pays out."))
    if movement.amount != item.amount:
        problems.append(Problem("arrival_differs", "The bank's line is %(got)s, the payout %(sent)s: to the cent or not at all.",
                                {"got": format_minor(movement.amount, movement.commodity.scale), "sent": format_minor(item.amount or 0, movement.commodity.scale)}))  # fmt: skip
    if problems or out is None or target is None:
        raise Refused(problems)
    parts = [(str(row.debit_fund_id), row.amount) for row in out.transfers.order_by("line")]
    way, code = _way(provider), str(movement.commodity_id)
    rows = [
        books.Row(
            books.Spot(rules.TRANSIT, way, fund, code),
            books.Spot(rules.FREE, str(target.pk), fund, code),
            amount,
            movement=str(movement.pk),
        )
        for fund, amount in parts
    ]
    return books.post_entry(
        book=book, kind="remit", rows=rows, author=author, effective_date=open_day(book, movement.booked_on), request_id=request_id
    )


def _store_lines(provider: Provider, payout: Payout, counted: list[ProviderItem], author: Role) -> dict[str, Movement]:
    """The payout as a statement of the provider's account; `payment:ch_1`, `fee:ch_1` and so on → its line."""
    lines: list[tuple[str, int]] = []
    for one in counted:
        lines.append((f"{one.kind}:{one.external_id}", (one.amount or 0) * (1 if one.kind == "payment" else -1)))
        if one.fee:
            lines.append((f"fee:{one.external_id}", -one.fee))
    lines.append((f"payout:{payout.item.external_id}", -(payout.item.amount or 0)))
    before = Statement.objects.filter(bank_account=provider.bank_account).order_by("closing_on")
    # Numbered without a break and never before the one that was last: days between two payouts are no hole.
    last, number = before.last(), before.count() + 1
    day = max(_day(payout.item), last.closing_on) if last and last.closing_on else _day(payout.item)
    data = _statement(provider, [line for line in lines if line[1]], day=day, number=number)
    stored = books.store_statement(
        bank_account=provider.bank_account,
        data=data,
        filename=f"{provider.name}-payout.sta",
        author=author,
        request_id=f"payout:{payout.item.pk}",
    )
    by_mark = {_mark(key): key for key, _ in lines}
    found = {by_mark[movement.reference]: movement for movement in stored.new if movement.reference in by_mark}
    found |= {
        by_mark[mark]: movement for movement in stored.new for mark in by_mark if mark in f"{movement.text} {movement.bank_reference}"
    }
    if len(found) != sum(1 for line in lines if line[1]):
        raise Refused(Problem("payout_statement_unread", "The payout could not be written as lines of the provider's account."))
    return found


def _statement(provider: Provider, lines: list[tuple[str, int]], *, day: date, number: int) -> bytes:
    account = provider.bank_account
    scale, code = account.commodity.scale, account.currency
    stamp = day.strftime("%y%m%d")

    def amount(minor: int) -> str:
        plain = format_minor(abs(minor), scale).replace(",", "").replace(".", ",")
        return plain if "," in plain else plain + ","

    body = "".join(
        f":61:{stamp}{stamp[2:]}{'C' if minor > 0 else 'D'}{amount(minor)}NMSC{_mark(key)}\n:86:{_mark(key)} {key.partition(':')[0]}\n"
        for key, minor in lines
    )
    balance = f"{stamp}{code}{amount(0)}"
    text = f":20:PAYOUT\n:25:{account.iban}\n:28C:{number:05}/001\n:60F:C{balance}\n{body}:62F:C{balance}\n-\n"
    return text.encode("ascii")


def _mark(key: str) -> str:
    """Sixteen characters that a statement's reference holds, for an id that is longer."""
    return "P" + sha256(key.encode()).hexdigest()[:15].upper()


def _take_gifts(provider: Provider, payments: list[ProviderItem], lines: dict[str, Movement], author: Role) -> list[Gift]:
    """One gift for each payment: of the pledge whose reference it carried, else of somebody unknown for general use."""
    pairs = [(one, lines[f"payment:{one.external_id}"], _pledge(provider, one)) for one in payments if one.amount]
    general = provider.bank_account.book.fund(UNALLOCATED)
    asks = [books.GiftAsk(line, pledge.fund if pledge else general, f"gift:{line.pk}") for _, line, pledge in pairs]
    gifts, met = [], set[Any]()
    for (one, line, pledge), ask, taken in zip(pairs, asks, books.take_gifts(asks=asks, author=author), strict=True):
        mine = pledge if pledge and pledge.pk not in met else None
        met |= {pledge.pk} if pledge else set()
        gift = Gift.objects.create(
            donor=pledge.donor if pledge else _unknown(provider), pledge=mine, kind="money", movement=line, book=provider.bank_account.book,
            commodity=line.commodity, amount_minor=line.amount, entry_seq=taken.entry.seq if taken.entry else None, received_on=line.booked_on,
            reference=taken.reference, request_id=ask.request_id,
        )  # fmt: skip
        if mine and mine.state == "pledged":
            Pledge.objects.filter(pk=mine.pk).update(state="received")
        one.gift = gift
        one.save(update_fields=["gift"])
        gifts.append(gift)
        _mail_arrival(gift)
    return gifts


def _book_costs(provider: Provider, counted: list[ProviderItem], lines: dict[str, Movement], author: Role) -> dict[str, int]:
    """Fees and refunds leave the provider's purse as facts, each from its gift's fund where one is known; fund → what it lost."""
    lost: dict[str, int] = defaultdict(int)
    general = str(provider.bank_account.book.fund(UNALLOCATED).pk)
    paid = {
        one.external_id: one
        for one in provider.items.filter(
            kind="payment", external_id__in=[one.reference for one in counted if one.kind == "refund"]
        ).select_related("gift__pledge")
    }
    for one in counted:
        gift = paid[one.reference].gift if one.kind == "refund" and one.reference in paid else one.gift
        fund = str(gift.pledge.fund_id) if gift and gift.pledge else general
        fee, back = lines.get(f"fee:{one.external_id}"), lines.get(f"refund:{one.external_id}")
        for line in (fee, back if gift is None else None):
            if line is not None:
                books.post_bank_fact(movement=line, lot=gift.lot if gift else "", author=author, request_id=f"provider:{line.pk}")
        if back is not None and gift is not None:
            # The gift knows that it went back, so that nobody issues a receipt for it.
            record_return(gift=gift, movement=back, author=author, request_id=f"provider:{back.pk}")
        lost[fund] += sum(-line.amount for line in (fee, back) if line is not None)
    return lost


def _send(
    provider: Provider, item: ProviderItem, gifts: list[Gift], lost: dict[str, int], lines: dict[str, Movement], author: Role
) -> None:
    """The payout line leaves the purse: of each fund what its gifts brought and its costs left."""
    book, line = provider.bank_account.book, lines[f"payout:{item.external_id}"]
    brought: dict[str, int] = defaultdict(int)
    for gift in gifts:
        brought[str(gift.pledge.fund_id if gift.pledge else book.fund(UNALLOCATED).pk)] += gift.amount_minor
    parts = {fund: brought[fund] - lost.get(fund, 0) for fund in {*brought, *lost}}
    if any(minor < 0 for minor in parts.values()):
        raise Refused(
            Problem(
                "payout_of_a_purpose_below_zero",
                "The refunds of one purpose are more than its gifts in this payout. Tell the stewards: the money must come from elsewhere.",
            )
        )
    way, code, purse = _way(provider), str(line.commodity_id), str(line.custody_id)
    rows = [
        books.Row(books.Spot(rules.FREE, purse, fund, code), books.Spot(rules.TRANSIT, way, fund, code), minor, movement=str(line.pk))
        for fund, minor in sorted(parts.items())
        if minor
    ]
    books.post_entry(
        book=book,
        kind="remit",
        rows=rows,
        author=author,
        effective_date=open_day(book, line.booked_on),
        request_id=f"payout-sent:{item.pk}",
    )


def _payout_line(provider: Provider, item: ProviderItem) -> Any:
    return Movement.objects.filter(
        bank_account=provider.bank_account, amount=-(item.amount or 0), statement__file__request_id=f"payout:{item.pk}"
    )


def _way(provider: Provider) -> str:
    account = provider.bank_account
    return str(
        books.ensure_custody(
            book=account.book, type=rules.REMITTANCE, ref=f"settlement:{account.pk}", title=f"Settlement {account.holder}",
            settles_to=account.custody.settles_to,
        ).pk
    )  # fmt: skip


def _pledge(provider: Provider, one: ProviderItem) -> Pledge | None:
    """The open pledge of this campaign whose reference the payment carried, in the same currency; its amount may differ."""
    found = find_references(one.reference)
    pledges = Pledge.objects.filter(
        reference__in=found, state="pledged", bank_account__book=provider.bank_account.book, bank_account__commodity=provider.bank_account.commodity,
        bank_account__section=provider.bank_account.section,
    )  # fmt: skip
    return pledges.select_related("donor", "fund").first() if len(found) == 1 else None


def _unknown(provider: Provider) -> Donor:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    account = provider.bank_account
    return Donor.objects.create(campaign=account.book.campaign, section=account.section, token=token, token_digest=token_digest(token))


def _day(item: ProviderItem) -> date:
    """The day of the payout, never one that has not come."""
    return min(datetime.fromisoformat(item.at).date(), timezone.localdate())
