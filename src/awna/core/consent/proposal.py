"""A proposal: what stewards are asked to say yes to, in one canonical form whose digest they sign."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..amounts import AMOUNT_MINOR_MAX
from ..digest import digest_of
from ..problems import Problem
from .policy import Policy, policy_digest

CHARGES = "charges"
NONCE_BYTES_MIN = 16
PURPOSES = (
    "release",
    "remit",
    "refund",
    "open",
    "reclass",
    "loss",
    "reverse",
    "correction",
    "fx",
    "policy",
    "break",
    "resume",
    "set_aside",
)
PURPOSES_WITH_MILESTONES = frozenset({"release", "remit", "refund", "fx", "set_aside"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HEX = re.compile(r"([0-9a-f]{2})+")


@dataclass(frozen=True)
class Milestone:
    """At most `ceiling` minor units of `commodity` out of `custody` and `fund`, on this evidence, not before `earliest` (if said).

    `n` is a number as text, or `charges`: what banks may take, once per commodity.
    """

    n: str
    custody: str
    fund: str
    commodity: str
    ceiling: int
    evidence: tuple[str, ...] = ()
    earliest: str = ""


@dataclass(frozen=True)
class ExactRow:
    """One row that an act other than a release may post."""

    debit: str
    credit: str
    amount: int


@dataclass(frozen=True)
class Proposal:
    """`payee` is a commitment; `seen` the (size, root) of the checkpoint that its author saw; `payload` an exact memo, if that is asked."""

    book: str
    id: str
    purpose: str
    policy: str
    expiry: str
    nonce: str
    payee: str = ""
    target: str = ""
    milestones: tuple[Milestone, ...] = ()
    rows: tuple[ExactRow, ...] = ()
    documents: tuple[str, ...] = ()
    seen: tuple[int, str] | None = None
    payload: Mapping[str, object] = field(default_factory=dict)
    least_arrival: int = 0
    """What an exchange must bring at least, where no logged rate bounds it; minor units of what arrives."""


def proposal_value(proposal: Proposal) -> dict[str, object]:
    """The canonical object; empty parts are left out."""
    value: dict[str, object] = {
        "v": 1, "book": proposal.book, "id": proposal.id, "purpose": proposal.purpose, "policy": proposal.policy,
        "expiry": proposal.expiry, "nonce": proposal.nonce, "payee": proposal.payee, "target": proposal.target,
        "milestones": [_milestone_value(milestone) for milestone in proposal.milestones],
        "rows": [{"debit": row.debit, "credit": row.credit, "amount": str(row.amount)} for row in proposal.rows],
        "documents": sorted(proposal.documents),
        "seen": {"size": proposal.seen[0], "root": proposal.seen[1]} if proposal.seen else {},
        "payload": dict(proposal.payload), "least_arrival": str(proposal.least_arrival or ""),
    }  # fmt: skip
    return {name: part for name, part in value.items() if part}


def proposal_digest(proposal: Proposal) -> str:
    """Hex SHA-256 of the canonical proposal: what a steward's yes is about."""
    return digest_of(proposal_value(proposal))


def check_proposal(proposal: Proposal, *, policy: Policy, today: str) -> list[Problem]:
    """Every reason why this proposal cannot be filed today (both dates as 2026-03-01)."""
    problems = [problem.at(f"milestone {milestone.n}") for milestone in proposal.milestones for problem in _check_milestone(milestone)]
    if proposal.purpose not in PURPOSES:
        problems.append(Problem("purpose_unknown", "“%(asked)s” is not a purpose of a proposal.", {"asked": proposal.purpose}))
    if proposal.book != policy.book or proposal.policy != policy_digest(policy):
        problems.append(Problem("policy_not_in_force", "The proposal was written for another book or policy. Write it again."))
    if not _DATE.fullmatch(proposal.expiry) or proposal.expiry < today:
        problems.append(
            Problem(
                "proposal_expired",
                "The proposal ends on %(expiry)s; today is %(today)s. Choose a later day.",
                {"expiry": proposal.expiry, "today": today},
            )
        )
    if not _HEX.fullmatch(proposal.nonce) or len(proposal.nonce) < 2 * NONCE_BYTES_MIN:
        problems.append(Problem("nonce_too_short", "The proposal needs a random value of %(n)s bytes or more.", {"n": NONCE_BYTES_MIN}))
    if proposal.purpose in PURPOSES_WITH_MILESTONES and not proposal.milestones:
        problems.append(Problem("milestones_missing", "A release needs at least one milestone with an amount."))
    if proposal.purpose not in PURPOSES_WITH_MILESTONES and not proposal.rows and not proposal.payload:
        problems.append(Problem("rows_missing", "The proposal must say exactly what will be posted."))
    places = [(milestone.n, milestone.commodity) for milestone in proposal.milestones]
    if len(set(places)) < len(places):
        problems.append(Problem("milestone_twice", "Two milestones have the same number and currency."))
    if any(not 0 < row.amount <= AMOUNT_MINOR_MAX for row in proposal.rows):
        problems.append(Problem("row_amount_wrong", "A row of the proposal has an amount that cannot be posted."))
    return problems


def _check_milestone(milestone: Milestone) -> list[Problem]:
    problems = []
    if not 0 < milestone.ceiling <= AMOUNT_MINOR_MAX:
        problems.append(Problem("ceiling_wrong", "A milestone needs an amount above zero that the book can hold."))
    if milestone.n != CHARGES and not (milestone.n.isascii() and milestone.n.isdigit()):
        problems.append(Problem("milestone_number_wrong", "“%(asked)s” is not the number of a milestone.", {"asked": milestone.n}))
    if milestone.earliest and not _DATE.fullmatch(milestone.earliest):
        problems.append(Problem("earliest_date_wrong", "“%(asked)s” is not a date such as 2026-03-01.", {"asked": milestone.earliest}))
    return problems


def _milestone_value(milestone: Milestone) -> dict[str, object]:
    value = {
        "n": milestone.n, "custody": milestone.custody, "fund": milestone.fund, "commodity": milestone.commodity,
        "ceiling": str(milestone.ceiling), "evidence": sorted(milestone.evidence), "earliest": milestone.earliest}  # fmt: skip
    return {name: part for name, part in value.items() if part}
