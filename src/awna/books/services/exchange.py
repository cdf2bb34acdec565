"""Rates, exchanges and settlements: money that changes its currency or its purse without changing its purpose."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Sum

from awna.consent.models import Proposal
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import BankAccount, Book, Commodity, Entry, Fund, Milestone, Movement, Transfer
from .accounts import Row, Spot
from .acts import first_answer
from .naming import ensure_custody
from .periods import open_day
from .posting import post_entry
from .reading import balance_of

RATE_BAND_PERCENT = 20
RATE_MAX = Decimal(10) ** 9


@dataclass(frozen=True)
class Rate:
    """One unit of `of` was worth `value` of `to` on that day, says `source`, says entry `seq`."""

    of: str
    to: str
    value: Decimal
    on: str
    seq: int
    source: str = ""


@dataclass(frozen=True)
class Bar:
    """How far the gifts reach: each at the rate of its booking day, for ever; those of a currency without a rate stand apart."""

    total: int
    apart: dict[str, int]
    settled: tuple[tuple[date, int, str, int, str], ...]
    """What was exchanged in truth: day, paid, currency, got, currency."""


@transaction.atomic
def record_rate(*, book: Book, source: str, of: str, to: str, rate: str, on: date, author: Role, request_id: str) -> Entry:
    """Write down what one unit of a currency was worth in another on a day, and who says so. Never used to sum money and goods."""
    try:
        value = Decimal(rate)
    except InvalidOperation:
        value = Decimal(0)
    if not 0 < value < RATE_MAX or of == to or not source.strip():
        raise Refused(Problem("rate_wrong", "“%(asked)s” is not a rate from %(of)s to %(to)s. Give a number above zero and its source.",
                              {"asked": rate, "of": of, "to": to}, "rate"))  # fmt: skip
    payload = {"about": "rate", "from": of, "to": to, "rate": rate, "date": on.isoformat(), "source": source.strip()}
    return post_entry(
        book=book, kind="memo", rows=(), author=author, effective_date=open_day(book, on), request_id=request_id, memo=payload
    )


def rate_on(book: Book, *, of: str, to: str, on: date, known: Sequence[Rate] | None = None) -> Decimal | None:
    """The last rate written down for a day at or before this one, in either direction. `known` spares reading the log for each question."""
    fitting = [
        rate for rate in (rates_of(book) if known is None else known) if {rate.of, rate.to} == {of, to} and rate.on <= on.isoformat()
    ]
    if not fitting:
        return None
    last = max(fitting, key=lambda rate: (rate.on, rate.seq))
    return last.value if last.of == of else 1 / last.value


def rates_of(book: Book) -> list[Rate]:
    """Every rate of the log, in its order."""
    found = []
    for seq, leaf in book.entries.filter(kind="memo", proposal=None).order_by("seq").values_list("seq", "leaf"):
        said = json.loads(bytes(leaf)).get("payload", {})
        if said.get("about") == "rate":
            found.append(Rate(said["from"], said["to"], Decimal(said["rate"]), said["date"], seq, said.get("source", "")))
    return found


def convert(book: Book, *, minor: int, of: Commodity, to: Commodity, on: date, known: Sequence[Rate] | None = None) -> int | None:
    """Minor units of `to` at the rate of that day, rounded half to even; None where nobody wrote a rate down."""
    if of.pk == to.pk:
        return minor
    rate = rate_on(book, of=of.code, to=to.code, on=on, known=known)
    return None if rate is None else int((Decimal(minor).scaleb(to.scale - of.scale) * rate).to_integral_value())


def goal_bar(book: Book, *, goal: Commodity) -> Bar:
    """The sum of the gifts of money in the goal's currency, and what exchanges really brought. Never money and goods together."""
    known, total, apart = rates_of(book), 0, dict[str, int]()
    gone = book.entries.filter(kind="reverse").values("reverses")
    gifts = book.transfers.filter(kind="gift").exclude(entry_seq__in=gone)
    sums = gifts.values("commodity", "entry__effective_date").annotate(minor=Sum("amount")).order_by("entry__effective_date", "commodity")
    currencies = {one.pk: one for one in Commodity.objects.filter(kind="money")}
    for part in sums:
        currency = currencies[part["commodity"]]
        worth = convert(book, minor=part["minor"], of=currency, to=goal, on=part["entry__effective_date"], known=known)
        if worth is None:
            apart[currency.code] = apart.get(currency.code, 0) + part["minor"]
        else:
            total += worth
    exchanges: dict[int, list[Transfer]] = {}
    for row in (
        book.transfers.filter(kind="fx").exclude(entry_seq__in=gone).select_related("commodity", "entry").order_by("entry_seq", "line")
    ):
        exchanges.setdefault(row.entry_seq, []).append(row)
    settled = tuple(
        (one.entry.effective_date, one.amount, one.commodity.code, two.amount, two.commodity.code) for one, two in exchanges.values()
    )
    return Bar(total, apart, settled)


@transaction.atomic
def exchange_free(*, out: Movement, into: Movement, fund: Fund, author: Role, request_id: str) -> Entry:
    """Free money of one fund changes its currency between two accounts of one holder, within the band of the rate written down."""
    book = out.bank_account.book
    first = first_answer(book, request_id=request_id, kind="fx", movement=out)
    if first is not None:
        return first
    source, target = BankAccount.objects.get(pk=out.bank_account_id), BankAccount.objects.get(pk=into.bank_account_id)
    if out.amount >= 0 or into.amount <= 0:
        raise Refused(
            Problem("exchange_lines_wrong", "An exchange needs a line that leaves one account and a line that arrives at the other.")
        )
    if source.holder != target.holder or source.section_id != target.section_id:
        raise Refused(Problem("exchange_of_two_holders", "Both accounts must belong to one body. Between bodies money is remitted."))
    paid, got = -out.amount - out.used, into.amount - into.used
    refuse_outside_band(book, paid=(paid, out.commodity), got=(got, into.commodity), on=into.booked_on)
    code = (str(fund.pk), str(out.commodity_id)), (str(fund.pk), str(into.commodity_id))
    rows = [
        Row(Spot(rules.FREE, str(source.custody_id), *code[0]), Spot(rules.TRADING, None, *code[0]), paid, movement=str(out.pk)),
        Row(Spot(rules.TRADING, None, *code[1]), Spot(rules.FREE, str(target.custody_id), *code[1]), got, movement=str(into.pk)),
    ]
    return post_entry(book=book, kind="fx", rows=rows, author=author, effective_date=open_day(book, into.booked_on), request_id=request_id)


@transaction.atomic
def exchange_released(*, proposal: Proposal, milestone: str, out: Movement, into: Movement, author: Role, request_id: str) -> Entry:
    """Released money changes its currency at the account that the stewards named, for at least the arrival that they asked for."""
    book = out.bank_account.book
    first = first_answer(book, request_id=request_id, kind="fx", movement=out)
    if first is not None:
        return first
    part = Milestone.objects.select_related("fund", "commodity").get(proposal=proposal, n=milestone, commodity=out.commodity)
    if into.custody_id != part.payee_id:
        raise Refused(
            Problem("target_differs", "The line is not of the account that the proposal names as its target. Choose the line there.")
        )
    paid, got = -out.amount - out.used, into.amount - into.used
    least = int(proposal.content.get("least_arrival") or 0)
    if least and got < least:
        raise Refused(Problem("arrival_below_least", "Less arrived than the stewards allowed. Ask them again."))
    if not least:
        refuse_outside_band(book, paid=(paid, out.commodity), got=(got, into.commodity), on=into.booked_on)
    fund, bound = str(part.fund_id), {"proposal": str(proposal.pk), "milestone": milestone}
    sent, came = str(out.commodity_id), str(into.commodity_id)
    rows = [
        Row(
            Spot(rules.RELEASED, str(part.custody_id), fund, sent, **bound),
            Spot(rules.TRADING, None, fund, sent),
            paid,
            movement=str(out.pk),
        ),
        Row(Spot(rules.TRADING, None, fund, came), Spot(rules.FREE, str(part.payee_id), fund, came), got, movement=str(into.pk)),
    ]
    return post_entry(book=book, kind="fx", rows=rows, author=author, effective_date=open_day(book, into.booked_on), request_id=request_id,
                      proposal=proposal)  # fmt: skip


def refuse_outside_band(book: Book, *, paid: tuple[int, Commodity], got: tuple[int, Commodity], on: date) -> None:
    """What arrives is within ± 20 % of what the rate of the day would give; with no rate nobody can say, so the stewards must."""
    fair = convert(book, minor=paid[0], of=paid[1], to=got[1], on=on)
    if fair is None:
        raise Refused(Problem("rate_missing", "No rate from %(of)s to %(to)s is written down for %(on)s or before. Record it with its source first.",
                              {"of": paid[1].code, "to": got[1].code, "on": on}))  # fmt: skip
    if abs(got[0] - fair) * 100 > fair * RATE_BAND_PERCENT:
        raise Refused(Problem(
            "rate_outside_band", "More than %(band)s %% away from the rate written down. Check the lines; else the stewards must name the least arrival.",
            {"band": RATE_BAND_PERCENT}))  # fmt: skip


# -- payment providers ----------------------------------------------------------------------------------------------


@transaction.atomic
def settle_provider(*, movement: Movement, provider: BankAccount, fund: Fund, author: Role, request_id: str) -> Entry:
    """A payment provider pays out: its own line out (free → under way), then the bank's line in (under way → free where it settles to)."""
    book = provider.book
    first = first_answer(book, request_id=request_id, kind="remit", movement=movement)
    if first is not None:
        return first
    target = provider.custody.settles_to
    if provider.custody.type != rules.PROVIDER or target is None:
        raise Refused(Problem("not_a_provider", "This account is not of a payment provider that settles to an account of the campaign."))
    place: dict[str, Any] = {"fund": str(fund.pk), "commodity": str(movement.commodity_id)}
    way = ensure_custody(
        book=book, type=rules.REMITTANCE, ref=f"settlement:{provider.pk}", title=f"Settlement {provider.holder}", settles_to=target
    )
    under_way = Spot(rules.TRANSIT, str(way.pk), **place)
    amount = abs(movement.amount) - movement.used
    if movement.custody_id == provider.custody_id and movement.amount < 0:
        row = Row(Spot(rules.FREE, str(provider.custody_id), **place), under_way, amount, movement=str(movement.pk))
    elif movement.custody_id == target.pk and movement.amount > 0:
        there = balance_of(book, stage=rules.TRANSIT, custody=way, fund=fund, commodity=movement.commodity)
        if amount > there:
            raise Refused(Problem("settlement_too_large", "More arrived than this provider sent. Book the provider's own line first."))
        row = Row(under_way, Spot(rules.FREE, str(target.pk), **place), amount, movement=str(movement.pk))
    else:
        raise Refused(
            Problem("target_differs", "The line is neither the provider's payout nor its arrival at the account that it settles to.")
        )
    return post_entry(
        book=book, kind="remit", rows=[row], author=author, effective_date=open_day(book, movement.booked_on), request_id=request_id
    )
