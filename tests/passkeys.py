"""A device that makes a passkey for a page: what the browser hands back from `navigator.credentials.create`."""

import base64
import hashlib
import json
from dataclasses import replace

from fido2 import cbor

from tests.authenticator import Authenticator

CREDENTIAL_DATA = 0x40
CREDENTIAL_BYTES = 32


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def made_for(challenge: str, *, device: Authenticator, origin: str = "", kind: str = "webauthn.create", alg: int = -7) -> dict[str, str]:
    """The fields that keys.js sends for this challenge (base64url)."""
    point, credential = device.key.public, hashlib.sha256(device.secret).digest()
    cose = {1: 2, 3: alg, -1: 1, -2: point[1:33], -3: point[33:]}
    rp = hashlib.sha256(device.rp.encode()).digest()
    flags = bytes([device.flags | CREDENTIAL_DATA])
    auth = rp + flags + bytes(4) + bytes(16) + CREDENTIAL_BYTES.to_bytes(2, "big") + credential + cbor.encode(cose)
    client = {"type": kind, "challenge": challenge, "origin": origin or device.site, "crossOrigin": False}
    attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": auth})
    return {
        "credential_id": url64(credential), "client": url64(json.dumps(client).encode()), "attestation": url64(attestation), "label": "telephone"
    }  # fmt: skip


def unverified(device: Authenticator) -> Authenticator:
    """The same device without asking who holds it."""
    return replace(device, flags=device.flags & ~0x04)
