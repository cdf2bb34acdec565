"""The policy: which stewards govern this book and how many of them must say yes."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..digest import digest_of
from ..problems import Problem

STEWARDS_MAX = 50
NOTICE = "The key governs this book. A payment outside it is found at the next statement and shown in red."


@dataclass(frozen=True)
class Policy:
    """One epoch: `k` of `stewards` (role ids). Keys come with a later epoch; until then decisions are confirmed on the site."""

    book: str
    origin: str
    k: int
    stewards: tuple[str, ...]
    epoch: int = 0


def policy_payload(policy: Policy) -> dict[str, object]:
    """The payload of a `policy` entry; entry 0 of every book holds that of epoch 0."""
    return {
        "about": "policy", "book": policy.book, "origin": policy.origin, "epoch": policy.epoch,
        "k": policy.k, "stewards": sorted(policy.stewards)}  # fmt: skip


def policy_digest(policy: Policy) -> str:
    """What proposals name as the policy that they are judged by."""
    return digest_of(policy_payload(policy))


def read_policy(payload: Mapping[str, object]) -> Policy:
    """The policy of a payload that was checked."""
    stewards, k, epoch = payload["stewards"], payload["k"], payload["epoch"]
    if not isinstance(stewards, list) or not isinstance(k, int) or not isinstance(epoch, int):
        raise ValueError("not a policy payload")
    return Policy(str(payload["book"]), str(payload["origin"]), k, tuple(str(steward) for steward in stewards), epoch)


def check_policy(policy: Policy) -> list[Problem]:
    problems = []
    if len(set(policy.stewards)) < len(policy.stewards):
        problems.append(Problem("steward_named_twice", "A steward is named twice. Each person counts once."))
    if not 1 <= policy.k <= len(policy.stewards) <= STEWARDS_MAX:
        problems.append(Problem(
            "quorum_impossible", "%(k)s of %(n)s stewards is not possible. Ask for 1 to %(n)s, of at most %(limit)s.",
            {"k": policy.k, "n": len(policy.stewards), "limit": STEWARDS_MAX}))  # fmt: skip
    return problems
