"""Every byte of a steward's signature counts: of a passkey and of a paper key, in a decision and in the founding."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from awna import verify
from awna.core.consent.policy import policy_payload
from awna.core.ledger.entries import Decision
from tests.authenticator import Authenticator
from tests.core.ledger.story import POLICY
from tests.verifying import of_kind, refusal, with_entry

YES = of_kind("release").decisions
FIELDS = ("auth", "client", "signature", "nonce", "key", "digest")


def bits(text: str, at: int) -> str:
    """The same field with one bit of one of its bytes turned over."""
    is_hex = len(text) == 64 and set(text) <= set("0123456789abcdef")
    raw = bytearray(bytes.fromhex(text) if is_hex else base64.b64decode(text))
    raw[at % len(raw)] ^= 1 << at % 8
    return raw.hex() if is_hex else base64.b64encode(raw).decode()


def refused(decision: Decision) -> None:
    release = of_kind("release")
    book = verify.Book()
    filed = verify.SimpleNamespace(
        value={"expiry": "2026-06-30", "purpose": "release"}, digest=YES[0].digest, epoch=0, said={}, declined=set(), approved="")  # fmt: skip
    book.policy, book.filed["buy"] = policy_payload(POLICY), filed
    book.keys = {key.id: value for value in policy_payload(POLICY)["keys"] for key in POLICY.keys if value["public"] == _base64(key.public)}
    value = {name: part for name, part in vars(decision).items() if part}
    with pytest.raises((ValueError, KeyError)):
        book.decide({"date": decision.date}, value)
    assert not filed.approved and not filed.said
    assert release.kind == "release"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("kind", ["passkey", "paper"])
def test_every_byte_of_a_decision_is_signed(kind):
    signed = Authenticator("salma", kind).approve(YES[0].digest)
    plain = Decision("salma", "buy", YES[0].digest, YES[0].date, **signed)
    for name in FIELDS:
        text = getattr(plain, name)
        for at in range(len(text) if text else 0):
            refused(replace(plain, **{name: bits(text, at)}))


def test_every_part_of_the_founding_is_signed():
    payload = policy_payload(POLICY)
    for n, signed in enumerate(payload["founding"]):
        for name, text in signed.items():
            founding = [{**one, name: bits(text, 9)} if at == n else one for at, one in enumerate(payload["founding"])]
            assert refusal(with_entry(replace(of_kind("policy"), payload={**payload, "founding": founding}))).startswith("entry 0")


def test_the_verifiers_own_signature_checks_agree_with_the_library():
    for n in range(20):
        private = ec.generate_private_key(ec.SECP256R1())
        numbers = private.public_key().public_numbers()
        public = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        signature = private.sign(bytes([n]), ec.ECDSA(hashes.SHA256()))
        assert verify.es256_is_right(public, bytes([n]), signature)
        assert not verify.es256_is_right(public, bytes([n + 1]), signature)
        assert not verify.es256_is_right(public, bytes([n]), signature + b"\x00")
        assert not verify.es256_is_right(public[:64], bytes([n]), signature)
    for broken in (b"", b"0", b"\x30\x06\x02\x01\x00\x02\x01\x00", bytes(200)):
        assert not verify.es256_is_right(public, b"x", broken)


def test_one_signature_of_ed25519_has_one_form():
    paper = Authenticator("salma", "paper")
    signature = base64.b64decode(paper.sign(b"text", nonce=b"")["signature"])
    message = b"awna/paper/v1text"
    assert verify.ed25519_is_right(paper.key.public, message, signature)
    assert not verify.ed25519_is_right(paper.key.public, b"awna/paper/v1texT", signature)
    higher = signature[:32] + (int.from_bytes(signature[32:], "little") + verify.ORDER).to_bytes(32, "little")
    assert not verify.ed25519_is_right(paper.key.public, message, higher)
    for broken in (b"", signature[:63], bytes(64), b"\xff" * 64):
        assert not verify.ed25519_is_right(paper.key.public, message, broken)
