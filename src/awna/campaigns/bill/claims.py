"""The writers of what is promised or set apart for a line: nothing beyond what is open, counted line by line and up the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from awna.books.models import Book
from awna.books.services.latest_rates import latest_rates
from awna.core.amounts import currency_scale, format_minor
from awna.core.bill.words import unit_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign

from ..models.place import BudgetLine
from .models import LineClaim
from .standing import GIVABLE, Standing, standings


@dataclass(frozen=True)
class Worth:
    """An amount in a currency of the line; `rate` and `on` where it was converted."""

    minor: int
    currency: str
    rate: str = ""
    on: date | None = None


@transaction.atomic
def claim_money(
    *, line: BudgetLine, minor: int, currency: str, ref: str, kind: str = "money", counts: bool = True, holds_until: date | None = None
) -> LineClaim:  # fmt: skip
    """Promise or (`kind` release) set apart money for a line or for all below a heading. The same `ref` gives the first answer.

    Refused above what is open, with the figures. Money in another currency counts at the last rate written down, or is refused.
    """
    _lock(line)
    known = LineClaim.objects.filter(campaign=line.campaign_id, ref=ref).first()
    if known is not None:
        return known
    path = _path(line)
    worth = worth_of(line=line, minor=minor, currency=currency, own=sorted(path[0].budget))
    refuse_above_open(path=path, worth=worth, kind=kind)
    return LineClaim.objects.create(
        campaign=line.campaign, line=line, kind=kind, state="counts" if counts else "asked", minor=worth.minor, currency=worth.currency,
        given_minor=minor, given_currency=currency, rate=worth.rate, rate_on=worth.on, holds_until=holds_until, ref=ref,
    )  # fmt: skip


@transaction.atomic
def claim_goods(*, line: BudgetLine, quantity: Decimal, unit: str, ref: str, counts: bool = True) -> LineClaim:
    """Promise units of a line as goods, or as work where the line is counted in hours or days."""
    _lock(line)
    known = LineClaim.objects.filter(campaign=line.campaign_id, ref=ref).first()
    if known is not None:
        return known
    standing = _path(line)[0]
    refuse_goods_above_open(standing=standing, quantity=quantity, unit=unit)
    return LineClaim.objects.create(
        campaign=line.campaign, line=line, kind="labour" if standing.is_labour else "goods", state="counts" if counts else "asked",
        quantity=quantity, ref=ref,
    )  # fmt: skip


@transaction.atomic
def count_claim(*, campaign: Campaign, ref: str, quantity: Decimal | None = None, holds_until: date | None = None) -> LineClaim | None:
    """What was asked counts from now on, if it is still open; `quantity`: what was accepted of goods. None where nothing names a line."""
    claim = LineClaim.objects.select_related("line").filter(campaign=campaign, ref=ref).first()
    if claim is None:
        return None
    _lock(claim.line)
    claim.refresh_from_db()
    if claim.state == "asked":
        path = _path(claim.line)
        if claim.kind in ("goods", "labour"):
            claim.quantity = claim.quantity if quantity is None else quantity
            refuse_goods_above_open(standing=path[0], quantity=claim.quantity, unit=claim.line.unit)
        else:
            refuse_above_open(path=path, worth=Worth(claim.minor, claim.currency), kind=claim.kind)
    claim.state, claim.holds_until = "counts", holds_until
    claim.save(update_fields=["state", "quantity", "holds_until"])
    return claim


def end_claim(*, campaign: Campaign, ref: str, left_minor: int = 0) -> None:
    """Nothing is promised or set apart any more, or (of a release) only what was paid of it already: `left_minor` as it was given."""
    claim = LineClaim.objects.select_for_update().filter(campaign=campaign, ref=ref).first()
    if claim is None:
        return
    if left_minor > 0 and claim.given_minor:
        claim.minor = claim.minor * min(left_minor, claim.given_minor) // claim.given_minor
        claim.save(update_fields=["minor"])
        return
    claim.state = "ended"
    claim.save(update_fields=["state"])


def keep_claims(*, campaign: Campaign, refs: Sequence[str]) -> None:
    """What was promised has come: it stays for good."""
    LineClaim.objects.filter(campaign=campaign, ref__in=refs).exclude(state="ended").update(state="counts", holds_until=None)


def forget_claims(*, campaign: Campaign, refs: Sequence[str]) -> None:
    """What was only asked and never said is not kept."""
    LineClaim.objects.filter(campaign=campaign, ref__in=refs, state="asked").delete()


def claimed_line(*, campaign: Campaign, ref: str) -> BudgetLine | None:
    """The line that a row above named."""
    claim = LineClaim.objects.filter(campaign=campaign, ref=ref).select_related("line").first()
    return claim.line if claim else None


def open_line(*, campaign: Campaign, code: str) -> Standing | None:
    """The line of this code with what is open on it."""
    return next((one for one in standings(campaign) if one.line.code == code), None)


def refuse_money(*, line: BudgetLine, minor: int, currency: str) -> None:
    """Refused where a promise of this much for the line would be; nothing is written."""
    path = _path(line)
    refuse_above_open(path=path, worth=worth_of(line=line, minor=minor, currency=currency, own=sorted(path[0].budget)))


def worth_of(*, line: BudgetLine, minor: int, currency: str, own: list[str]) -> Worth:
    """The amount in a currency of the line: as it is, else at the last rate of the book; never guessed."""
    if currency in own:
        return Worth(minor, currency)
    to = line.currency or (own[0] if own else "")
    book = Book.objects.filter(campaign=line.campaign_id).first()
    rate = latest_rates(book, codes=[currency], to=to).get(currency) if book and to else None
    if rate is None:
        text = "“%(line)s” is counted in %(to)s, and no rate from %(of)s is written down. Give in %(to)s, or choose no line."
        values = {"line": line, "to": to or "–", "of": currency}
        raise Refused(Problem("line_in_another_currency", text, values, "budget_line"))
    minor = rate.worth(minor, scale=currency_scale(currency), to_scale=currency_scale(to))
    return Worth(minor, to, f"{rate.value:.10g}", rate.on)


def refuse_above_open(*, path: list[Standing], worth: Worth, kind: str = "money") -> None:
    """`path`: the line and everything above it; each must have room."""
    first = path[0]
    if first.line.kind not in (*GIVABLE, "heading"):
        raise Refused(Problem("line_not_givable", "“%(line)s” is not counted in the bill. Choose the line that is.", {"line": first.line}, "budget_line"))  # fmt: skip
    for one in path:
        left = one.to_release(worth.currency) if kind == "release" else one.to_give(worth.currency)
        if worth.minor > left:
            scale = currency_scale(worth.currency)
            text = "Of “%(line)s” %(open)s %(currency)s of %(budget)s are still open; %(asked)s were asked for. Ask for what is open, or choose another line."  # fmt: skip
            values = {"line": one.line, "open": format_minor(left, scale), "currency": worth.currency, "asked": format_minor(worth.minor, scale),
                      "budget": format_minor(one.budget.get(worth.currency, 0), scale)}  # fmt: skip
            raise Refused(Problem("line_above_open", text, values, "budget_line"))


def refuse_goods_above_open(*, standing: Standing, quantity: Decimal, unit: str) -> None:
    line = standing.line
    if line.kind not in GIVABLE or not line.unit:
        raise Refused(Problem("line_not_givable", "“%(line)s” is not counted in the bill. Choose the line that is.", {"line": line}, "budget_line"))  # fmt: skip
    if unit != line.unit and unit_of(unit) != line.unit:
        text = "“%(line)s” is counted in %(unit)s. Offer it in %(unit)s, or choose no line."
        raise Refused(Problem("line_in_another_unit", text, {"line": line, "unit": line.unit}, "unit"))
    if quantity > standing.open_quantity:
        text = "Of “%(line)s” %(open)s of %(quantity)s %(unit)s are still open; %(asked)s were offered. Offer what is open, or choose another line."  # fmt: skip
        values = {"line": line, "open": format(standing.open_quantity, "f"), "quantity": format(line.quantity.normalize() + 0, "f"),
                  "unit": line.unit, "asked": format(quantity.normalize() + 0, "f")}  # fmt: skip
        raise Refused(Problem("line_above_open", text, values, "quantity"))


def _lock(line: BudgetLine) -> None:
    """The campaign's bill, so that two promises do not both take the last open part."""
    Campaign.objects.select_for_update().get(pk=line.campaign_id)


def _path(line: BudgetLine) -> list[Standing]:
    """The line and those above it, nearest first."""
    found = {one.line.pk: one for one in standings(line.campaign, today=timezone.localdate())}
    path, step = [], found.get(line.pk)
    while step is not None:
        path.append(step)
        step = found.get(step.line.parent_id) if step.line.parent_id else None
    return path
