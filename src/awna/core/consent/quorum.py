"""Has enough been said: by enough different people, to exactly this digest, in time. And the digest in words that people can read aloud."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..problems import Problem
from .measures import Suspension, is_barred, is_suspended
from .policy import PAPER, Policy, StewardKey, read_policy
from .proposal import Proposal, proposal_digest
from .rules import later

WORD_CODE_WORDS = 6
_STARTS = ("ba", "da", "fa", "ga", "ha", "ka", "la", "ma", "na", "pa", "ra", "sa", "ta", "wa", "ya", "za")
_ENDS = ("bo", "di", "fu", "go", "hi", "ku", "lo", "mi", "nu", "po", "ri", "su", "to", "wi", "yu", "zo")


@dataclass(frozen=True)
class Decision:
    """One steward's answer to the proposal with this digest, on a date such as 2026-03-01; `key` is the fingerprint that signed it."""

    steward: str
    digest: str
    date: str
    approves: bool = True
    key: str = ""


@dataclass(frozen=True)
class Needed:
    """`k` yes from different households and `offices` different offices; by paper: from `k` stewards, with their keys on paper."""

    k: int
    offices: int = 0
    by_paper: bool = False


def needed(policy: Policy, *, proposal: Proposal) -> Needed:
    """What this proposal asks for. Amounts are judged by their band; exact rows, a payload, a least arrival by the strictest of all."""
    bands, asked = policy.rules.bands, []
    if _new_policy(proposal).by == PAPER:
        return Needed(max(1, len(policy.stewards) - 1), by_paper=True)
    sums: dict[str, int] = {}
    for milestone in proposal.milestones:
        sums[milestone.commodity] = sums.get(milestone.commodity, 0) + milestone.ceiling
    for commodity, total in sums.items():
        own = [band for band in bands if band.commodity == commodity]
        fitting = [band for band in own if band.upto is None or band.upto >= total]
        # Above all bands that end somewhere the strictest hold; a currency without bands needs what the policy says.
        asked += [min(fitting, key=lambda band: (band.upto is None, band.upto))] if fitting else list(bands) if own else []
    if not sums or proposal.rows or proposal.payload or proposal.least_arrival:
        asked = list(bands)
    return Needed(max([policy.k, *(band.k for band in asked)]), max([0, *(band.offices for band in asked)]))


def has_enough(policy: Policy, *, need: Needed, stewards: Iterable[str]) -> bool:
    """Whether the yes of these stewards is what is needed: each household counts once."""
    stewards = set(stewards)
    if need.by_paper:
        return len(stewards) >= need.k
    households = {policy.rules.household_of(steward) for steward in stewards}
    return len(households) >= need.k and len(policy.rules.offices_of(stewards)) >= need.offices


def approving_stewards(
    policy: Policy, *, proposal: Proposal, decisions: Iterable[Decision], today: str, suspensions: Iterable[Suspension] = ()
) -> frozenset[str]:
    """The different stewards of the policy who said yes to exactly this, before it ended and not after today.

    With keys, only a yes by a key of the steward counts, and not while that key is suspended, neither on its own date nor today.
    """
    suspensions = list(suspensions)
    decisions = [one for one in decisions if not is_barred(one.key, on=today, suspensions=suspensions)]
    return _approving(policy, proposal, decisions, today, suspensions)


def _approving(
    policy: Policy, proposal: Proposal, decisions: Iterable[Decision], today: str, suspensions: Iterable[Suspension]
) -> frozenset[str]:
    digest, latest, suspensions = proposal_digest(proposal), min(today, proposal.expiry), list(suspensions)
    fitting = [
        decision for decision in decisions if decision.digest == digest and decision.date <= latest and decision.steward in policy.stewards
    ]
    refusing = {decision.steward for decision in fitting if not decision.approves}
    counting = _counting_keys(policy, proposal)
    return frozenset(
        decision.steward
        for decision in fitting
        if (not policy.keys or (decision.key, decision.steward) in counting)
        and not is_suspended(decision.key, on=decision.date, suspensions=suspensions)
    ) - frozenset(refusing)


def is_approved(
    policy: Policy, *, proposal: Proposal, decisions: Iterable[Decision], today: str, suspensions: Iterable[Suspension] = ()
) -> bool:
    """Whether enough stewards approve and the proposal has not ended. When it may be carried out says `ready_on`."""
    stewards = approving_stewards(policy, proposal=proposal, decisions=decisions, today=today, suspensions=suspensions)
    return has_enough(policy, need=needed(policy, proposal=proposal), stewards=stewards) and today <= proposal.expiry


def decided_on(policy: Policy, *, proposal: Proposal, decisions: Iterable[Decision], suspensions: Iterable[Suspension] = ()) -> str:
    """The date of the deciding yes, or nothing while more is needed."""
    decisions, need = list(decisions), needed(policy, proposal=proposal)
    for day in sorted({decision.date for decision in decisions}):
        stewards = _approving(policy, proposal, decisions, day, suspensions)
        if has_enough(policy, need=need, stewards=stewards):
            return day
    return ""


def ready_on(
    policy: Policy, *, proposal: Proposal, decisions: Iterable[Decision], filed_on: str, suspensions: Iterable[Suspension] = ()
) -> str:
    """The first date on which this may be carried out, or nothing while more is needed: after the cool-down, or a new policy's wait.

    `filed_on` is the date of the entry that filed the proposal.
    """
    decided = decided_on(policy, proposal=proposal, decisions=decisions, suspensions=suspensions)
    if decided and proposal.milestones:
        return later(decided, days=policy.rules.cool_down)
    if decided and proposal.payload.get("about") == "policy":
        by_paper = _new_policy(proposal).by == PAPER
        return max(decided, later(filed_on, days=policy.rules.recovery_wait if by_paper else policy.rules.change_wait))
    return decided


def check_caps(policy: Policy, *, released: Mapping[str, int], asked: Mapping[str, int]) -> list[Problem]:
    """Whether `asked` may be released on a date with which `released` was released already; commodity → minor units."""
    problems = []
    for cap in policy.rules.caps:
        before = released.get(cap.commodity, 0)
        if cap.commodity in asked and before + asked[cap.commodity] > cap.per_day:
            problems.append(
                Problem(
                    "cap_exceeded",
                    "At most %(cap)s %(commodity)s are released in one day, in smallest units; %(before)s were released that day. Wait a day.",
                    {"cap": cap.per_day, "commodity": cap.commodity, "before": before},
                )
            )
    return problems


def check_decision(
    decision: Decision, *, policy: Policy, proposal: Proposal, earlier: Iterable[Decision], suspensions: Iterable[Suspension] = ()
) -> list[Problem]:
    """Every reason why this answer does not count. The signature itself is judged by signatures.check_signed."""
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
    key = policy.key_of(decision.key)
    if policy.keys and (key is None or key.steward != decision.steward):
        problems.append(Problem("key_unknown", "The policy holds no such key of this steward. Sign with a key of the list."))
    if is_suspended(decision.key, on=decision.date, suspensions=suspensions):
        problems.append(Problem("key_suspended", "This key is suspended. Sign with another key of yours, or wait."))
    return problems


def word_code(digest: str) -> str:
    """The first six bytes of a hex digest as six words of four letters, to compare on page, message and paper: `bafu-rato-…`."""
    return "-".join(_STARTS[byte >> 4] + _ENDS[byte & 15] for byte in bytes.fromhex(digest)[:WORD_CODE_WORDS])


def fingerprint_code(key: StewardKey) -> str:
    """The word code of a key, to compare on the device, on paper and on the campaign page."""
    return word_code(key.id)


def _new_policy(proposal: Proposal) -> Policy:
    """The policy that is asked for; one without stewards where none is."""
    return read_policy(proposal.payload) if proposal.payload.get("about") == "policy" else Policy("", "", 0, ())


def _counting_keys(policy: Policy, proposal: Proposal) -> set[tuple[str, str]]:
    """(key, steward) whose yes counts: for a new policy without the keys that it drops, and by paper none but paper keys."""
    new = _new_policy(proposal)
    kept = {(key.id, key.steward) for key in new.keys} if proposal.payload.get("about") == "policy" else None
    return {
        (key.id, key.steward)
        for key in policy.keys
        if (kept is None or (key.id, key.steward) in kept) and (new.by != PAPER or key.kind == PAPER)
    }
