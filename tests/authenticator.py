"""A test authenticator: makes passkeys and paper keys, and signs as a browser and its security key would."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from awna.core.consent.policy import PAPER, PASSKEY, Policy, StewardKey
from awna.core.consent.signatures import PAPER_PREFIX, approval_challenge, founding_challenge, statement_challenge
from awna.core.digest import canonical_json

RP, SITE = "clinic.example", "https://clinic.example"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass(frozen=True)
class Authenticator:
    """One key of one steward. The same name always makes the same key, so that stories can be compared."""

    steward: str
    kind: str = PASSKEY
    rp: str = RP
    site: str = SITE
    flags: int = 0x05
    seed: bytes = field(default=b"", repr=False)

    @property
    def secret(self) -> bytes:
        return self.seed or hashlib.sha256(f"{self.kind} of {self.steward}".encode()).digest()

    @property
    def key(self) -> StewardKey:
        if self.kind == PAPER:
            raw = Ed25519PrivateKey.from_private_bytes(self.secret).public_key()
            return StewardKey(self.steward, PAPER, raw.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
        point = self._passkey().public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return StewardKey(self.steward, PASSKEY, point, self.rp, self.site)

    def sign(self, challenge: bytes, *, nonce: bytes) -> dict[str, str]:
        """The fields of a signed decision or founding signature."""
        said = {"key": self.key.id, "nonce": nonce.hex()}
        if self.kind == PAPER:
            return said | {"signature": base64_of(Ed25519PrivateKey.from_private_bytes(self.secret).sign(PAPER_PREFIX + challenge))}
        text = {
            "type": "webauthn.get", "challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "origin": self.site, "crossOrigin": False}  # fmt: skip
        client = json.dumps(text, separators=(",", ":")).encode()
        auth = hashlib.sha256(self.rp.encode()).digest() + bytes([self.flags]) + (7).to_bytes(4, "big")
        signature = self._passkey().sign(auth + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return said | {"auth": base64_of(auth), "client": base64_of(client), "signature": base64_of(signature)}

    def approve(self, digest: str, *, nonce: bytes | None = None) -> dict[str, str]:
        """A yes to the proposal with this digest."""
        nonce = nonce or hashlib.sha256(self.secret + bytes.fromhex(digest)).digest()
        return self.sign(approval_challenge(digest, nonce=nonce), nonce=nonce)

    def found(self, policy: Policy) -> dict[str, str]:
        """A signature under the first policy."""
        nonce = hashlib.sha256(self.secret).digest()
        return self.sign(founding_challenge(policy, nonce=nonce), nonce=nonce)

    def state(self, payload: Mapping[str, object]) -> dict[str, str]:
        """The seal of a memo by which a steward suspends a key, pauses the book or declines."""
        nonce = hashlib.sha256(self.secret + canonical_json(payload)).digest()
        return self.sign(statement_challenge(payload, nonce=nonce), nonce=nonce)

    @property
    def pkcs8(self) -> bytes:
        """A passkey's secret half, to put into a browser's virtual authenticator."""
        plain = serialization.NoEncryption()
        return self._passkey().private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)

    def _passkey(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.secret, "big") % P256_ORDER, ec.SECP256R1())


def keyring(*stewards: str) -> list[Authenticator]:
    """A passkey and a paper key for each steward."""
    return [Authenticator(steward, kind) for steward in stewards for kind in (PASSKEY, PAPER)]


def founded(policy: Policy, ring: list[Authenticator]) -> Policy:
    """The policy with these keys, signed by every one of them."""
    policy = replace(policy, keys=tuple(one.key for one in ring))
    return replace(policy, founding=tuple(one.found(policy) for one in ring))
