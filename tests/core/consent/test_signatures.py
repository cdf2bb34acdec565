"""A steward's key signs one text, on one site, with the person verified."""

import base64
from dataclasses import replace

import pytest

from awna.core.consent.policy import PAPER, Policy, check_policy, policy_payload, read_policy
from awna.core.consent.signatures import approval_challenge, check_signed, founding_challenge
from tests.authenticator import Authenticator, founded, keyring

POLICY = Policy("book-clinic", "log.example/clinic", 2, ("salma", "sami"))
RING = keyring("salma", "sami")
DIGEST = "ab" * 32


def codes(signer: Authenticator, *, key: Authenticator | None = None, digest: str = DIGEST, **changes: str) -> list[str]:
    signed = signer.approve(DIGEST) | changes
    challenge = approval_challenge(digest, nonce=bytes.fromhex(signed["nonce"]))
    return [problem.code for problem in check_signed(signed, key=(key or signer).key, challenge=challenge)]


@pytest.mark.parametrize("signer", RING[:2], ids=["passkey", "paper"])
def test_the_own_signature_is_accepted_and_no_other(signer):
    assert codes(signer) == []
    assert codes(signer, key=replace(signer, seed=bytes(31) + b"\x01")) == ["signature_wrong"]
    assert codes(signer, signature="AAAA") == ["signature_wrong"]
    assert codes(signer, signature="no base64") == ["signature_wrong"]


def test_a_signature_belongs_to_one_text_one_site_and_a_verified_person():
    salma, paper = RING[:2]
    assert codes(salma, digest="cd" * 32) == ["challenge_wrong"]
    assert codes(paper, digest="cd" * 32) == ["signature_wrong"]
    assert codes(replace(salma, site="https://evil.example"), key=salma) == ["site_wrong"]
    assert codes(replace(salma, rp="evil.example"), key=salma) == ["site_wrong"]
    assert codes(replace(salma, flags=0x01), key=salma) == ["user_not_verified"]
    assert codes(salma, client=base64.b64encode(b"{}").decode()) == ["signature_wrong"]


def test_the_founding_is_signed_by_every_key_and_read_back():
    policy = founded(POLICY, RING)
    assert check_policy(policy) == []
    assert policy_payload(read_policy(policy_payload(policy))) == policy_payload(policy)
    by_id = {key.id: key for key in policy.keys}
    for signed in policy.founding:
        challenge = founding_challenge(policy, nonce=bytes.fromhex(signed["nonce"]))
        assert check_signed(signed, key=by_id[signed["key"]], challenge=challenge) == []


def test_each_steward_needs_both_kinds_of_key_and_no_key_has_two_owners():
    policy = founded(POLICY, RING[:3])
    assert [problem.code for problem in check_policy(policy)] == ["key_missing"]
    doubled = replace(POLICY, keys=(*founded(POLICY, RING).keys, replace(RING[1].key, steward="sami")))
    assert [problem.code for problem in check_policy(doubled)] == ["key_named_twice"]
    unbound = replace(POLICY, keys=tuple(replace(key, site="") if key.kind != PAPER else key for key in founded(POLICY, RING).keys))
    assert {problem.code for problem in check_policy(unbound)} == {"key_wrong"}
