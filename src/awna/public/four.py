"""The four figures of a goal: received, pledged, in kind, hours. They stand beside each other and are never added together.

Currencies stand apart too. What they make together is said only with the rate and day of each, and names what had no rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awna.books.models import Book
from awna.books.services.latest_rates import LatestRate, latest_rates
from awna.core.amounts import currency_scale, group_minor
from awna.donations.models import Pledge
from awna.parties.models import Campaign

from .figures import Money, Thing, Things, things_of

NAMED_MAX = 3
"""Goods named one by one in a line; the page of goods has all of them."""
RATE_DIGITS = Decimal("0.000001")


@dataclass(frozen=True)
class Sums:
    """One currency of a figure, in minor units."""

    code: str
    scale: int
    minor: int
    href: str = ""


@dataclass(frozen=True)
class Together:
    """All currencies in one, at the last rate of each: `rates` says which, `apart` what had none and is not in it."""

    code: str
    scale: int
    minor: int
    rates: tuple[LatestRate, ...]
    apart: tuple[str, ...]


@dataclass(frozen=True)
class Four:
    """`pledged` is None where the sum would show a single gift (a sheltered book)."""

    received: list[Sums]
    pledged: list[Sums] | None
    in_kind: list[Thing]
    hours: list[Thing]
    together: Together | None

    @property
    def hours_sum(self) -> Decimal:
        return sum((thing.given * Decimal(10) ** -thing.scale for thing in self.hours), Decimal(0))

    @property
    def named(self) -> list[tuple[str, Decimal]]:
        return [(thing.name or thing.code, thing.given * Decimal(10) ** -thing.scale) for thing in self.in_kind[:NAMED_MAX]]

    @property
    def unnamed(self) -> int:
        return max(0, len(self.in_kind) - NAMED_MAX)


def four_of(campaign: Campaign, book: Book | None, *, things: Things | None = None, pledged: int | None = None) -> Four:
    """One question for pledges, and one for rates where there is more than one currency.

    `things` spares asking the book again; so does `pledged`, minor units of the campaign's currency, where none is pledged in another.
    """
    things = things or (things_of(book) if book else Things([], [], {}))
    received = [_received(campaign, money) for money in _goal_first(campaign, things.money) if money.received]
    promised = None if book is None or book.sheltered else _pledged(campaign, book) if pledged is None else _own(campaign, pledged)
    in_kind = [thing for thing in things.given if thing.kind != "time"]
    hours = [thing for thing in things.given if thing.kind == "time"]
    together = _together(campaign, book, received) if book else None
    return Four(received, promised, in_kind, hours, together)


def told(four: Four, *, but_received: bool = False, brief: bool = False) -> list[str]:
    """The four figures as short texts, for facts and, `brief`, for pictures: only those that are there."""
    texts = [] if but_received or not four.received else [_("%(amounts)s received") % {"amounts": _listed(four.received)}]
    if four.pledged:
        texts.append(_("%(amounts)s pledged") % {"amounts": _listed(four.pledged)})
    kinds, hours = len(four.in_kind), int(four.hours_sum)
    if kinds:
        said = (
            ngettext("%(n)s kind of goods", "%(n)s kinds of goods", kinds)
            if brief
            else ngettext("%(n)s kind of goods given", "%(n)s kinds of goods given", kinds)
        )
        texts.append(said % {"n": kinds})
    if hours:
        said = ngettext("%(n)s hour", "%(n)s hours", hours) if brief else ngettext("%(n)s hour worked", "%(n)s hours worked", hours)
        texts.append(said % {"n": group_minor(hours, 0)})
    return texts


def _listed(sums: Sequence[Sums]) -> str:
    return " + ".join(f"\u2066{one.code}\u00a0{group_minor(one.minor, one.scale)}\u2069" for one in sums)


def _received(campaign: Campaign, money: Money) -> Sums:
    href = reverse("figure", kwargs={"slug": campaign.slug, "figure": "received", "code": money.code})
    return Sums(money.code, money.scale, money.received, href)


def _goal_first(campaign: Campaign, rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.code != campaign.goal_currency, row.code))


def _own(campaign: Campaign, minor: int) -> list[Sums]:
    return [Sums(campaign.goal_currency, currency_scale(campaign.goal_currency), minor)] if minor else []


def _pledged(campaign: Campaign, book: Book) -> list[Sums]:
    """What was promised and has not arrived."""
    waiting = Pledge.objects.filter(bank_account__book=book, state="pledged").order_by().with_due()
    rows = waiting.values_list("bank_account__commodity__code", "bank_account__commodity__scale").annotate(minor=Sum("due_minor"))
    return _goal_first(campaign, [Sums(code, scale, minor) for code, scale, minor in rows])


def _together(campaign: Campaign, book: Book, received: Sequence[Sums]) -> Together | None:
    others = [one for one in received if one.code != campaign.goal_currency]
    if not others:
        return None
    rates = latest_rates(book, codes=[one.code for one in others], to=campaign.goal_currency)
    known = [one for one in others if one.code in rates]
    if not known:
        return None
    scale = currency_scale(campaign.goal_currency)
    own = sum(one.minor for one in received if one.code == campaign.goal_currency)
    worth = sum(rates[one.code].worth(one.minor, scale=one.scale, to_scale=scale) for one in known)
    shown = tuple(LatestRate(rate.of, _short(rate.value), rate.on, rate.seq) for rate in (rates[one.code] for one in known))
    return Together(campaign.goal_currency, scale, own + worth, shown, tuple(one.code for one in others if one.code not in rates))


def _short(value: Decimal) -> Decimal:
    """Six decimals are enough to see; what is counted uses all of them."""
    return value.quantize(RATE_DIGITS).normalize() if value > RATE_DIGITS else value
