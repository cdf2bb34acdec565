"""Has enough been said: k different stewards, to exactly this digest, in time. And the digest in words that people can read aloud."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..problems import Problem
from .policy import Policy
from .proposal import Proposal, proposal_digest

WORD_CODE_WORDS = 6
_STARTS = ("ba", "da", "fa", "ga", "ha", "ka", "la", "ma", "na", "pa", "ra", "sa", "ta", "wa", "ya", "za")
_ENDS = ("bo", "di", "fu", "go", "hi", "ku", "lo", "mi", "nu", "po", "ri", "su", "to", "wi", "yu", "zo")


@dataclass(frozen=True)
class Decision:
    """One steward's answer to the proposal with this digest, on a date such as 2026-03-01."""

    steward: str
    digest: str
    date: str
    approves: bool = True


def approving_stewards(policy: Policy, *, proposal: Proposal, decisions: Iterable[Decision], today: str) -> frozenset[str]:
    """The different stewards of the policy who said yes to exactly this, before it ended and not after today."""
    digest, latest = proposal_digest(proposal), min(today, proposal.expiry)
    fitting = [
        decision for decision in decisions if decision.digest == digest and decision.date <= latest and decision.steward in policy.stewards
    ]
    refusing = {decision.steward for decision in fitting if not decision.approves}
    return frozenset(decision.steward for decision in fitting) - refusing


def is_approved(policy: Policy, *, proposal: Proposal, decisions: Iterable[Decision], today: str) -> bool:
    """Whether at least k stewards approve and the proposal has not ended."""
    stewards = approving_stewards(policy, proposal=proposal, decisions=decisions, today=today)
    return len(stewards) >= policy.k and today <= proposal.expiry


def check_decision(decision: Decision, *, policy: Policy, proposal: Proposal, earlier: Iterable[Decision]) -> list[Problem]:
    """Every reason why this answer does not count."""
    problems = []
    if decision.steward not in policy.stewards:
        problems.append(Problem("not_a_steward", "Only a steward of this book can decide on a proposal."))
    if decision.digest != proposal_digest(proposal):
        problems.append(
            Problem("decision_about_another_text", "The answer is about another text than this proposal. Read it again and decide.")
        )
    if decision.date > proposal.expiry:
        problems.append(Problem("proposal_expired", "The proposal ended on %(expiry)s. Ask for a new one.", {"expiry": proposal.expiry}))
    if any(other.steward == decision.steward and other.digest == decision.digest for other in earlier):
        problems.append(Problem("decided_twice", "This steward has already decided on this proposal. Each steward counts once."))
    return problems


def word_code(digest: str) -> str:
    """The first six bytes of a hex digest as six words of four letters, to compare on page, message and paper: `bafu-rato-…`."""
    return "-".join(_STARTS[byte >> 4] + _ENDS[byte & 15] for byte in bytes.fromhex(digest)[:WORD_CODE_WORDS])
