"""Canonical JSON and its digest: one byte form for one meaning, so that hashes can be compared anywhere."""

import hashlib
import hmac
import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Strings, integers, booleans, null, lists, objects; floats are refused."""
    _refuse_floats(value)
    return _ENCODER.encode(value).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest_of(value: object) -> str:
    """Hex SHA-256 of the canonical JSON of `value`."""
    return sha256(canonical_json(value)).hex()


def salted_digest(salt: bytes, data: bytes) -> str:
    """Hex SHA-256 of salt and data; publish this, keep the salt beside the file."""
    return sha256(salt + data).hex()


def keyed_id(key: bytes, *parts: str) -> str:
    """A UUIDv8 derived by HMAC-SHA256, so that nobody without the key can guess it (RFC 9562 §5.8)."""
    raw = bytearray(hmac.digest(key, "\x1f".join(parts).encode(), "sha256")[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical form; use an integer of minor units or a string")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError("keys of canonical JSON are strings")
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for item in value:  # most are texts or numbers, not worth a call
        if type(item) is not str and type(item) is not int:
            _refuse_floats(item)
