"""Demonstration keys: soft keys that lie on this server and sign here, so that the demonstration can be tried without a device. Nowhere else."""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.consent.signatures import PAPER_PREFIX, USER_PRESENT, USER_VERIFIED
from awna.core.digest import sha256
from awna.core.problems import Problem, Refused
from awna.kit.keyfile import secret_in_file
from awna.parties.models import Role

from .models import Proposal, StewardKey
from .services import Signed, ask_nonce, digest_to_sign, enrol_key
from .services.signing import APPROVE

KINDS = ((PASSKEY, 1), (PASSKEY, 2), (PAPER, 1))
"""Two soft passkeys and a soft paper key for each steward, as real stewards should have."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_Private = ec.EllipticCurvePrivateKey | Ed25519PrivateKey


def enrol_demo_keys(*, steward: Role) -> list[StewardKey]:
    """Enrol the demonstration keys of this steward; again, the same ones."""
    _refuse_elsewhere(steward)
    return [
        enrol_key(
            steward=steward,
            kind=kind,
            public=_public(_private(steward, kind, n)),
            label="demo",
            request_id=f"demo {kind} {n} {steward.pk}"[:80],
        )
        for kind, n in KINDS
    ]


def has_demo_key(steward: Role) -> bool:
    return steward.campaign.is_demo and StewardKey.objects.filter(steward=steward, label="demo", kind=PASSKEY).exists()


def sign_proposal(*, steward: Role, proposal: Proposal) -> Signed:
    """This steward's yes by her first demonstration key."""
    fresh = Proposal.objects.get(pk=proposal.pk)
    return sign_about(steward=steward, about=APPROVE, digest=digest_to_sign(fresh))


def sign_about(*, steward: Role, about: str, digest: str, kind: str = PASSKEY, n: int = 1) -> Signed:
    """The same for any text with this digest, such as a pause: awna/<about>/v1, digest, and the nonce that the server asks for."""
    nonce = ask_nonce(steward=steward, about=f"{about}:{digest}")
    return sign(steward=steward, challenge=sha256(f"awna/{about}/v1".encode() + bytes.fromhex(digest) + nonce), nonce=nonce, kind=kind, n=n)


def sign(*, steward: Role, challenge: bytes, nonce: bytes, kind: str = PASSKEY, n: int = 1) -> Signed:
    """What the demonstration key gives for a challenge."""
    _refuse_elsewhere(steward)
    private = _private(steward, kind, n)
    fingerprint = sha256(_public(private)).hex()
    if isinstance(private, Ed25519PrivateKey):
        return Signed(fingerprint, nonce.hex(), _text(private.sign(PAPER_PREFIX + challenge)))
    # The demonstration may be served at another port than the one at which its keys were made.
    key = StewardKey.objects.get(campaign=steward.campaign_id, fingerprint=fingerprint)
    client = json.dumps({
        "type": "webauthn.get", "challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "origin": key.site, "crossOrigin": False}, separators=(",", ":")).encode()  # fmt: skip
    auth = sha256(key.rp.encode()) + bytes([USER_PRESENT | USER_VERIFIED]) + bytes(4)
    signature = private.sign(auth + sha256(client), ec.ECDSA(hashes.SHA256()))
    return Signed(fingerprint, nonce.hex(), _text(signature), _text(auth), _text(client))


def _refuse_elsewhere(steward: Role) -> None:
    if not steward.campaign.is_demo:
        raise Refused(
            Problem("not_a_demo", "Demonstration keys exist in the demonstration alone. Real stewards sign with keys of their own.")
        )


def _private(steward: Role, kind: str, n: int) -> _Private:
    """Made from a secret beside the other keys of this installation, the same every time."""
    secret = secret_in_file(settings.AWNA_KEY_DIR / "demo_stewards").encode()
    seed = hmac.new(secret, f"{kind} {n} {steward.pk}".encode(), hashlib.sha256).digest()
    if kind == PAPER:
        return Ed25519PrivateKey.from_private_bytes(seed)
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_P256_ORDER - 1) + 1, ec.SECP256R1())


def _public(private: _Private) -> bytes:
    if isinstance(private, Ed25519PrivateKey):
        return private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
