"""Tells headings, lines, assemblies and alternates apart, so that nothing is counted twice."""

from collections.abc import Sequence
from decimal import Decimal

from ..problems import Problem
from .lines import Bill, amount_minor
from .tree import Branch


def settle_groups(branches: Sequence[Branch], bill: Bill) -> dict[int, str]:
    """The kind of every row by its place. A priced row above others is a heading with their sum, or an assembly of them, or a problem."""
    kinds: dict[int, str] = {}
    for place in range(len(branches)):
        kinds[place] = _kind(branches, place, bill)
    for place, branch in enumerate(branches):
        above = kinds.get(branch.above, "") if branch.above is not None else ""
        if above in ("assembly", "component") and kinds[place] != "alternate":
            kinds[place] = "component" if kinds[place] != "heading" else "heading"
        elif above == "alternate" and kinds[place] in ("line", "assembly"):
            kinds[place] = "alternate"
    return kinds


def _kind(branches: Sequence[Branch], place: int, bill: Bill) -> str:
    branch = branches[place]
    read = branch.read
    if read.kind == "alternate" and not read.bare:
        text = "The line was taken as an alternate: it is kept, and not in the totals."
        bill.notes.append(Problem("bill_alternate", text, {}, f"row {read.row}"))
    if read.bare and not (read.amounts and not branch.below):
        if not branch.below and not read.kind:
            text = "The row has a description alone; it was kept as a heading without lines."
            bill.notes.append(Problem("bill_heading_empty", text, {}, f"row {read.row}"))
        return "heading"
    if not branch.below or read.kind == "alternate":
        return read.kind or "line"
    if read.kind == "assembly" or (read.rates and _is_assembly(branches, branch)):
        return "assembly"
    return _heading_with_figures(branches, branch, bill)


def _heading_with_figures(branches: Sequence[Branch], branch: Branch, bill: Bill) -> str:
    """A row above priced lines that says their sum is a heading; any other price there would count twice."""
    read = branch.read
    inside = _amounts(branches, branch)
    own = dict(read.amounts) or {rate.currency: (read.quantity or Decimal(0)) * rate.rate for rate in read.rates}
    if not inside and read.rates:
        return read.kind or "line"
    if any(abs(value - inside.get(currency, Decimal(0))) > Decimal("0.01") for currency, value in own.items()):
        text = "The row has a price of its own, %(own)s, and the lines below it come to %(below)s. Say which of them counts."
        currency = next(iter(own))
        read.fault(
            "bill_parent_priced", text, "rate", own=own[currency].normalize() + 0, below=inside.get(currency, Decimal(0)).normalize() + 0
        )
    elif read.quantity is not None:
        text = "The row adds up the lines below it; its own quantity %(quantity)s was left out."
        bill.notes.append(Problem("bill_group_quantity_left_out", text, {"quantity": read.quantity}, f"row {read.row}"))
    return "heading"


def _is_assembly(branches: Sequence[Branch], branch: Branch) -> bool:
    """The rate of the row is what its lines come to for one unit."""
    inside = _amounts(branches, branch)
    quantity = branch.read.quantity
    return (
        quantity is not None
        and quantity != 1
        and all(
            amount_minor(Decimal(1), rate.rate, rate.currency)
            == amount_minor(Decimal(1), inside.get(rate.currency, Decimal("-1")), rate.currency)
            for rate in branch.read.rates
        )
    )


def _amounts(branches: Sequence[Branch], branch: Branch) -> dict[str, Decimal]:
    """What the lines below a row come to, by currency; each branch is counted at its highest price."""
    result: dict[str, Decimal] = {}
    for place in branch.below:
        below = branches[place]
        read = below.read
        if read.kind == "alternate":
            continue
        own = {rate.currency: (read.quantity or Decimal(0)) * rate.rate for rate in read.rates} or dict(read.amounts)
        for currency, value in (own or _amounts(branches, below)).items():
            result[currency] = result.get(currency, Decimal(0)) + value
    return result
