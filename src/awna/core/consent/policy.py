"""The policy: which stewards govern this book and how many of them must say yes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..digest import digest_of, sha256
from ..problems import Problem
from .rules import Rules, check_rules, read_rules, rules_value

STEWARDS_MAX = 50

PASSKEY, PAPER = "passkey", "paper"
ALGORITHMS = {PASSKEY: "es256", PAPER: "ed25519"}
PUBLIC_BYTES = {PASSKEY: 65, PAPER: 32}
"""A passkey is an uncompressed point of P-256 (04, x, y); a paper key an Ed25519 key (RFC 8032)."""


@dataclass(frozen=True)
class StewardKey:
    """One key of a steward: a passkey, bound to the site `site` and its relying party `rp`, or a key kept on paper."""

    steward: str
    kind: str
    public: bytes
    rp: str = ""
    site: str = ""

    @property
    def id(self) -> str:
        """The fingerprint: hex SHA-256 of the public key. What a signature names, and what word codes are made of."""
        return sha256(self.public).hex()


@dataclass(frozen=True)
class Policy:
    """One epoch: `k` of `stewards` (role ids). Without `keys` decisions are names that the site confirmed, and every output says so."""

    book: str
    origin: str
    k: int
    stewards: tuple[str, ...]
    epoch: int = 0
    keys: tuple[StewardKey, ...] = ()
    founding: tuple[Mapping[str, str], ...] = ()
    """Signatures of all keys on the policy of epoch 0, see signatures.py."""
    rules: Rules = field(default_factory=Rules)
    by: str = ""
    """`paper`: this policy was made by the paper keys of all stewards but one, after the long wait."""

    def key_of(self, fingerprint: str) -> StewardKey | None:
        return next((key for key in self.keys if key.id == fingerprint), None)


def policy_payload(policy: Policy) -> dict[str, object]:
    """The payload of a `policy` entry; entry 0 of every book holds that of epoch 0."""
    payload: dict[str, object] = {
        "about": "policy", "book": policy.book, "origin": policy.origin, "epoch": policy.epoch,
        "k": policy.k, "stewards": sorted(policy.stewards)}  # fmt: skip
    if policy.keys:
        payload["keys"] = [_key_value(key) for key in sorted(policy.keys, key=lambda key: (key.steward, key.id))]
    if rules_value(policy.rules):
        payload["rules"] = rules_value(policy.rules)
    if policy.by:
        payload["by"] = policy.by
    if policy.founding:
        payload["founding"] = sorted((dict(signed) for signed in policy.founding), key=lambda signed: signed["key"])
    return payload


def _key_value(key: StewardKey) -> dict[str, str]:
    value = {
        "steward": key.steward, "kind": key.kind, "alg": ALGORITHMS[key.kind], "public": base64.b64encode(key.public).decode(),
        "rp": key.rp, "site": key.site}  # fmt: skip
    return {name: part for name, part in value.items() if part}


def policy_digest(policy: Policy) -> str:
    """What proposals name as the policy that they are judged by."""
    return digest_of(policy_payload(policy))


def read_policy(payload: Mapping[str, object]) -> Policy:
    """The policy of a payload that was checked."""
    stewards, k, epoch = payload["stewards"], payload["k"], payload["epoch"]
    if not isinstance(stewards, list) or not isinstance(k, int) or not isinstance(epoch, int):
        raise ValueError("not a policy payload")
    listed: Any = payload.get("keys", [])
    keys = tuple(
        StewardKey(key["steward"], key["kind"], base64.b64decode(key["public"]), key.get("rp", ""), key.get("site", "")) for key in listed
    )
    founding: Any = payload.get("founding", [])
    rules: Any = payload.get("rules", {})
    return Policy(
        str(payload["book"]), str(payload["origin"]), k, tuple(str(steward) for steward in stewards), epoch, keys, tuple(founding),
        read_rules(rules), str(payload.get("by", "")))  # fmt: skip


def check_policy(policy: Policy) -> list[Problem]:
    problems = []
    if len(set(policy.stewards)) < len(policy.stewards):
        problems.append(Problem("steward_named_twice", "A steward is named twice. Each person counts once."))
    if not 1 <= policy.k <= len(policy.stewards) <= STEWARDS_MAX:
        problems.append(Problem(
            "quorum_impossible", "%(k)s of %(n)s stewards is not possible. Ask for 1 to %(n)s, of at most %(limit)s.",
            {"k": policy.k, "n": len(policy.stewards), "limit": STEWARDS_MAX}))  # fmt: skip
    if policy.by not in ("", PAPER) or (policy.by and (policy.epoch == 0 or not policy.keys)):
        problems.append(Problem("recovery_impossible", "Only a later policy with keys can be made by the keys on paper."))
    problems += check_rules(policy.rules, stewards=policy.stewards, k=policy.k)
    return problems + (_check_keys(policy) if policy.keys else [])


def _check_keys(policy: Policy) -> list[Problem]:
    """Each steward has a passkey and a paper key, and no key is two people's."""
    problems = []
    if len({key.id for key in policy.keys}) < len(policy.keys):
        problems.append(Problem("key_named_twice", "A key is listed twice. Each key belongs to one person."))
    for key in policy.keys:
        bound = bool(key.rp and key.site) == (key.kind == PASSKEY)
        if key.steward not in policy.stewards or len(key.public) != PUBLIC_BYTES.get(key.kind) or not bound:
            problems.append(Problem("key_wrong", "A key of %(steward)s cannot be used. Make it again.", {"steward": key.steward}))
    for steward in policy.stewards:
        if {key.kind for key in policy.keys if key.steward == steward} != {PASSKEY, PAPER}:
            problems.append(
                Problem(
                    "key_missing", "%(steward)s needs a key on a device and a key on paper. Make the missing one.", {"steward": steward}
                )
            )
    return problems
