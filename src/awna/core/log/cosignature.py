"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): "at this time, this was the largest consistent head that I had seen"."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .checkpoint import ALGORITHM_COSIGNATURE, LogKey, exact_base64, is_signed, key_of_seed, split_note

TIME_BYTES = 8
SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Cosignature:
    """A right cosignature: whose, when (seconds since 1970), and the line that says so."""

    key: LogKey
    time_s: int
    line: str


def witness_key(seed: bytes, *, name: str) -> LogKey:
    return key_of_seed(seed, name=name, algorithm=ALGORITHM_COSIGNATURE)


def cosign(text: str, *, seed: bytes, name: str, time_s: int) -> str:
    """The signature line of a witness under the text of a checkpoint."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_message(text, time_s))
    raw = witness_key(seed, name=name).key_id + time_s.to_bytes(TIME_BYTES) + signature
    return f"— {name} {base64.b64encode(raw).decode()}"


def read_cosignature(line: str, *, text: str, key: LogKey) -> Cosignature | None:
    """The cosignature of this witness that the line holds, or None."""
    raw = exact_base64(line.removeprefix(f"— {key.name} ")) if line.startswith(f"— {key.name} ") else None
    if raw is None or len(raw) != len(key.key_id) + TIME_BYTES + SIGNATURE_BYTES or raw[:4] != key.key_id:
        return None
    time_s = int.from_bytes(raw[4 : 4 + TIME_BYTES])
    right = time_s < 1 << 63 and is_signed(raw[4 + TIME_BYTES :], _message(text, time_s), public=key.public)
    return Cosignature(key, time_s, line) if right else None


def cosignatures_of(note: str, *, keys: Iterable[LogKey]) -> list[Cosignature]:
    """Every right cosignature of a note by one of these witnesses, the newest of each, in the order of the keys."""
    text, lines = split_note(note)
    found: list[Cosignature] = []
    for key in keys:
        right = [one for line in lines if (one := read_cosignature(line, text=text, key=key))]
        found += [max(right, key=lambda one: one.time_s)] if right else []
    return found


def _message(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
