"""What a steward's key signs, and whether it did: WebAuthn passkeys (ES256) and paper keys (Ed25519). Plain data, no web."""

import base64
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ..digest import canonical_json, sha256
from ..problems import Problem
from .policy import PASSKEY, Policy, StewardKey, policy_payload

APPROVE, FOUND, PAPER_PREFIX = b"awna/approve/v1", b"awna/found/v1", b"awna/paper/v1"
NONCE_BYTES = 32
USER_PRESENT, USER_VERIFIED = 0x01, 0x04
RP_HASH_BYTES, FLAGS_AT = 32, 32


def approval_challenge(digest: str, *, nonce: bytes) -> bytes:
    """What a steward signs to say yes to the proposal with this digest; the server makes a new nonce for each steward."""
    return sha256(APPROVE + bytes.fromhex(digest) + nonce)


def founding_challenge(policy: Policy, *, nonce: bytes) -> bytes:
    """What every key of the first policy signs: all of its payload but the signatures."""
    payload = {name: value for name, value in policy_payload(policy).items() if name != "founding"}
    return sha256(FOUND + sha256(canonical_json(payload)) + nonce)


def statement_challenge(payload: Mapping[str, object], *, nonce: bytes) -> bytes:
    """What one steward signs to suspend a key, pause the book or decline a proposal: the memo without its `seal`."""
    said = {name: value for name, value in payload.items() if name != "seal"}
    return sha256(f"awna/{said['about']}/v1".encode() + sha256(canonical_json(said)) + nonce)


def check_signed(signed: Mapping[str, str], *, key: StewardKey, challenge: bytes) -> list[Problem]:
    """Every reason why `signed` (auth, client, signature in base64) is not this key's signature on the challenge."""
    try:
        signature = base64.b64decode(signed["signature"], validate=True)
        if key.kind != PASSKEY:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, PAPER_PREFIX + challenge)
            return []
        auth, client = (base64.b64decode(signed[name], validate=True) for name in ("auth", "client"))
        problems = _check_client(client, key, challenge) + _check_auth(auth, key)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.public)
        public.verify(signature, auth + sha256(client), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, KeyError):
        return [Problem("signature_wrong", "The signature is not that of the key. Ask the steward to sign again.")]
    return problems


def _check_client(client: bytes, key: StewardKey, challenge: bytes) -> list[Problem]:
    said = json.loads(client)
    problems = []
    if said.get("type") != "webauthn.get" or said.get("challenge") != base64.urlsafe_b64encode(challenge).decode().rstrip("="):
        problems.append(Problem("challenge_wrong", "The key signed something else than this text. Ask the steward to sign again."))
    if said.get("origin") != key.site or said.get("crossOrigin", False) is not False:
        problems.append(Problem("site_wrong", "The key signed on another site than %(site)s.", {"site": key.site}))
    return problems


def _check_auth(auth: bytes, key: StewardKey) -> list[Problem]:
    problems = []
    if auth[:RP_HASH_BYTES] != sha256(key.rp.encode()):
        problems.append(Problem("site_wrong", "The key signed on another site than %(site)s.", {"site": key.site}))
    wanted = USER_PRESENT | USER_VERIFIED
    if auth[FLAGS_AT] & wanted != wanted:
        problems.append(Problem("user_not_verified", "The device did not ask who signs. Unlock the key with a PIN or a fingerprint."))
    return problems
