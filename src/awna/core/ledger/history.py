"""What was said and done before decides what may follow: closed periods, filed proposals, rates, receipts, lots. Part of the replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..problems import Problem
from . import rules
from .entries import Entry, Transfer

if TYPE_CHECKING:
    from .balances import Replay

UNIDENTIFIED, CHARGES = "unidentified", "charges"
RATE_BAND = Fraction(1, 5)
"""An exchange for which the stewards named no least arrival stays this near to the rate in the book."""


@dataclass
class Filed:
    """A proposal that the log knows. `held`: (milestone, commodity); `charged`: what banks took on the way, by commodity."""

    value: Mapping[str, Any]
    ended: bool = False
    held: set[tuple[str, str]] = field(default_factory=set)
    charged: Counter[str] = field(default_factory=Counter)

    def milestone(self, n: str, commodity: str) -> Mapping[str, Any]:
        found = (one for one in self.value.get("milestones", ()) if (one["n"], one["commodity"]) == (n, commodity))
        return next(found, {})


@dataclass
class History:
    closed_through: str = ""
    filed: dict[str, Filed] = field(default_factory=dict)
    rates: dict[tuple[str, str], list[tuple[str, Fraction]]] = field(default_factory=dict)
    coverable: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)


def take_in(book: Replay, *, entry: Entry) -> None:
    """What an entry that was checked, and whose accounts are open, says and does."""
    history, payload = book.history, entry.payload
    proposal, about = payload.get("proposal"), payload.get("about")
    if entry.kind == "memo" and about == "proposal" and isinstance(proposal, Mapping):
        history.filed.setdefault(entry.proposal, Filed(proposal))
    elif entry.kind == "memo" and about == "rate":
        of, to, rate = str(payload["from"]), str(payload["to"]), Fraction(str(payload["rate"]))
        for pair, one in (((of, to), rate), ((to, of), 1 / rate)):
            history.rates.setdefault(pair, []).append((str(payload["date"]), one))
    elif entry.kind == "close":
        history.closed_through = str(payload["through"])
    coverable, covered = _receipts(book, entry)
    history.coverable.update(coverable)
    history.covered.update(covered)
    for line, row in enumerate(entry.rows, 1):
        _take_row(book, entry, line, row)


def _take_row(book: Replay, entry: Entry, line: int, row: Transfer) -> None:
    debit, credit = book.accounts[row.debit], book.accounts[row.credit]
    filed = book.history.filed.get(debit.proposal or credit.proposal)
    if filed is None:
        return
    undone = book.entries[entry.reverses].kind if entry.reverses is not None else ""
    if entry.kind == "hold":
        filed.held.add((credit.milestone, credit.commodity))
    elif undone == "hold":
        filed.held.discard((debit.milestone, debit.commodity))
    elif entry.kind == "void" and credit.stage == rules.FREE and debit.proposal:
        filed.ended = True
    elif rules.TRANSIT in (debit.stage, credit.stage) and "fee" in (entry.kind, undone):
        filed.charged[debit.commodity] += row.amount if entry.kind == "fee" else -row.amount


def check_history(book: Replay, *, entry: Entry, approved: Container[str] | None) -> list[Problem]:
    """Every reason in what came before why an entry, right by itself, may not follow."""
    problems = []
    if entry.date <= book.history.closed_through:
        problems.append(Problem(
            "period_is_closed", "That period of the book is closed. Date the entry after it; a mistake in it is corrected by a new entry."))  # fmt: skip
    for line, row in enumerate(entry.rows, 1):
        problems += [problem.at(f"row {line}") for problem in (*_check_lot(book, entry, row), *_check_proposal(book, entry, row))]
    if entry.kind == "fee":
        problems += _check_charges(book, entry)
    if entry.kind == "fx" and not problems:
        problems += _check_exchange(book, entry, approved)
    return [*problems, *_check_receipts(book, entry)]


def _check_lot(book: Replay, entry: Entry, row: Transfer) -> list[Problem]:
    debit = book.accounts[row.debit]
    if row.lot is None:
        nameless = entry.kind == "allocate" and debit.fund == UNIDENTIFIED
        return [Problem("lot_missing", "Name the gift (lot) that this concerns.")] if nameless else []
    origin = book.rows.get(row.lot)
    if origin is None or book.accounts[origin.debit].stage != rules.EXT:
        return [Problem("lot_brought_nothing", "A lot is a row that brought something in; this one did not.")]
    return []


def _check_proposal(book: Replay, entry: Entry, row: Transfer) -> list[Problem]:
    debit, credit = book.accounts[row.debit], book.accounts[row.credit]
    filed = book.history.filed.get(entry.proposal)
    rule = book.rule_of(entry.kind, row=row)
    if entry.kind == "hold":
        return _check_hold(entry, row, filed, credit)
    if entry.kind == "void" and not {account.proposal for account in (debit, credit) if account.proposal} <= {entry.proposal}:
        return [Problem("account_of_another_proposal", "The account belongs to another proposal than the entry.")]
    if filed is None:
        return []
    late = rule is not None and rules.Q in rule.needs and entry.date > filed.value["expiry"]
    if late or (filed.ended and entry.kind in ("release", "order")):
        return [Problem("proposal_ended", "The proposal has ended: it expired, or its money was freed again. File a new one.")]
    return []


def _check_hold(entry: Entry, row: Transfer, filed: Filed | None, credit: Any) -> list[Problem]:
    if filed is None or filed.ended or entry.date > filed.value["expiry"]:
        return [Problem(
            "proposal_not_open", "Money can be held only for a proposal that is filed, not withdrawn and not expired on the entry's date.")]  # fmt: skip
    if credit.fund == UNIDENTIFIED:
        return [Problem("unidentified_cannot_be_held", "Gifts not yet identified cannot be held. Allocate them to a fund first.")]
    asked = {"ceiling": str(row.amount), "custody": credit.custody, "fund": credit.fund}
    if not asked.items() <= filed.milestone(credit.milestone, credit.commodity).items():
        return [
            Problem(
                "hold_is_not_the_ceiling", "The amount held must be exactly the milestone's ceiling, not %(asked)s.", {"asked": row.amount}
            )
        ]
    if (credit.milestone, credit.commodity) in filed.held:
        return [Problem("milestone_held_already", "The money of this milestone is held already.")]
    return []


def _check_charges(book: Replay, entry: Entry) -> list[Problem]:
    filed = book.history.filed.get(entry.proposal)
    asked: Counter[str] = Counter()
    for row in entry.rows:
        debit = book.accounts[row.debit]
        if debit.stage == rules.TRANSIT:
            asked[debit.commodity] += row.amount
        elif debit.milestone != CHARGES:
            return [Problem("fee_is_not_of_charges", "Bank charges are paid from the proposal's charges, not from another milestone.")]
    for commodity, amount in asked.items():
        cap = int(filed.milestone(CHARGES, commodity).get("ceiling", 0)) if filed else 0
        if amount + (filed.charged[commodity] if filed else 0) > cap:
            return [Problem(
                "charges_above_cap", "The banks kept more on the way than the release allows for charges. Ask the stewards for a higher cap.")]  # fmt: skip
    return []


def _check_exchange(book: Replay, entry: Entry, approved: Container[str] | None) -> list[Problem]:
    """Near the last rate of the book, or at least what the stewards asked; out of transit only to where the money was sent."""
    into, out = entry.rows
    start, end = book.accounts[into.debit], book.accounts[out.credit]
    filed = book.history.filed.get(entry.proposal) if approved is None or entry.proposal in approved else None
    said: Mapping[str, Any] = filed.value if filed else {}
    if (start.stage, end.stage) == (rules.TRANSIT, rules.FREE) and end.custody not in (
        said.get("target"), book.custodies[start.custody].settles_to):  # fmt: skip
        return [Problem("target_wrong", "The money may only arrive at the proposal's target or where the custody settles to.")]
    if "least_arrival" in said:
        enough = out.amount >= int(said["least_arrival"])
        return [] if enough else [Problem("arrival_below_least", "Less arrived than the stewards allowed. Ask them again.")]
    sold, bought = book.commodities[start.commodity], book.commodities[end.commodity]
    known = [one for one in book.history.rates.get((sold.code, bought.code), ()) if one[0] <= entry.date]
    if not known:
        return [Problem(
            "rate_missing", "No rate between these currencies is written down for that day or before. Record it with its source first.")]  # fmt: skip
    fair = Fraction(into.amount, 10**sold.scale) * max(reversed(known), key=lambda one: one[0])[1]
    if abs(Fraction(out.amount, 10**bought.scale) - fair) > fair * RATE_BAND:
        return [Problem(
            "rate_outside_band", "This is more than 20 %% away from the rate written down. Check the lines; else the stewards must name the least arrival.")]  # fmt: skip
    return []


def _check_receipts(book: Replay, entry: Entry) -> list[Problem]:
    """No account is covered beyond what was ordered, paid or given in advance there, less what was freed or taken back."""
    coverable, covered = _receipts(book, entry)
    history = book.history
    for account in {*coverable, *covered}:
        if history.covered[account] + covered[account] > history.coverable[account] + coverable[account]:
            return [Problem("covers_above_what_was_paid", "Receipts cannot cover more than was ordered or paid there.")]
    return []


def _receipts(book: Replay, entry: Entry) -> tuple[Counter[str], Counter[str]]:
    """By account: what receipts may cover more (or less) after this entry, and what its receipts cover more (or less)."""
    coverable: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for line, row in enumerate(entry.rows, 1):
        ref = row.corrects or ((entry.reverses, line) if entry.reverses is not None else None)
        if ref is None:
            _count(book, coverable, entry.kind, row, row.amount)
            if row.covers:
                covered[row.covers.account] += row.covers.amount
        elif ref in book.rows:
            first = book.rows[ref]
            _count(book, coverable, book.entries[ref[0]].kind, first, -row.amount)
            if first.covers and entry.reverses is not None:
                covered[first.covers.account] -= first.covers.amount
    return coverable, covered


def _count(book: Replay, coverable: Counter[str], kind: str, row: Transfer, amount: int) -> None:
    debit, credit = book.accounts[row.debit].stage, book.accounts[row.credit].stage
    if (kind, credit) in (("order", rules.COMMITTED), ("pay", rules.ADVANCE)):
        coverable[row.credit] += amount
    if (kind, debit) == ("pay", rules.RELEASED):
        coverable[row.debit] += amount
    if kind == "void" and debit in (rules.COMMITTED, rules.ADVANCE):
        coverable[row.debit] -= amount
