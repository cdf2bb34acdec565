"""Checkpoints of the log (C2SP tlog-checkpoint) as signed notes (C2SP signed-note, Ed25519)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..problems import Problem, Refused
from .tree import HASH_BYTES

ALGORITHM_ED25519 = b"\x01"
SEED_BYTES = 32
TREE_SIZE_DIGITS_MAX = 15
_NAME = re.compile(r"[^\s+\x00-\x20]+")
_SIZE = re.compile(rf"0|[1-9]\d{{0,{TREE_SIZE_DIGITS_MAX - 1}}}")


@dataclass(frozen=True)
class Checkpoint:
    """The log `origin` had `size` leaves with this root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class LogKey:
    """A public key of a log or witness; its text form is `name+hash+base64`, the verifier key of signed-note."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ALGORITHM_ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ALGORITHM_ED25519 + self.public).decode()}"


def key_of_seed(seed: bytes, *, name: str) -> LogKey:
    """The public half of a 32-byte Ed25519 seed."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return LogKey(name, public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def read_key(text: str) -> LogKey:
    """Read `name+hash+base64`; refuses a key whose hash does not fit."""
    name, _, rest = text.strip().partition("+")
    _, _, encoded = rest.partition("+")
    raw = _decode(encoded)
    if raw is not None and len(raw) == 33 and raw[:1] == ALGORITHM_ED25519 and _NAME.fullmatch(name):
        key = LogKey(name, raw[1:])
        if str(key) == text.strip():
            return key
    raise Refused(
        Problem("log_key_wrong", "“%(asked)s” is not a log key. It has the form name+hash+key, as on the campaign's page.", {"asked": text})
    )


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The three lines that are signed: origin, size, root in base64."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, *, seed: bytes) -> str:
    """The signed note. The origin is the name of the key."""
    if not _NAME.fullmatch(checkpoint.origin):
        raise Refused(
            Problem("origin_wrong", "“%(asked)s” cannot be the log's origin: no spaces, no plus sign.", {"asked": checkpoint.origin})
        )
    text = checkpoint_text(checkpoint)
    return f"{text}\n{signature_line(text, seed=seed, name=checkpoint.origin)}"


def signature_line(text: str, *, seed: bytes, name: str) -> str:
    """`— name base64(key id, signature)`, for a log's own signature."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return f"— {name} {base64.b64encode(key_of_seed(seed, name=name).key_id + signature).decode()}\n"


def read_checkpoint(note: str, *, key: LogKey) -> Checkpoint:
    """The checkpoint of a note whose signature by `key` is right; refuses any other."""
    text, gap, signatures = note.partition("\n\n")
    text += "\n"
    if not gap or not note.endswith("\n"):
        raise _wrong("It has no signature part.")
    checkpoint = _parse(text)
    if not any(_signed(line, text, key) for line in signatures.splitlines()):
        raise _wrong("It is not signed by the key of this log.")
    if checkpoint.origin != key.name:
        raise _wrong("It belongs to another log.")
    return checkpoint


def _parse(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise _wrong("It must have three lines before the signatures.")
    root = _decode(lines[2])
    if not _SIZE.fullmatch(lines[1]) or root is None or len(root) != HASH_BYTES:
        raise _wrong("Its size or its root cannot be read.")
    return Checkpoint(lines[0], int(lines[1]), root)


def _signed(line: str, text: str, key: LogKey) -> bool:
    parts = line.split(" ")
    if len(parts) != 3 or parts[:2] != ["—", key.name]:
        return False
    raw = _decode(parts[2])
    if raw is None or raw[:4] != key.key_id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _decode(text: str) -> bytes | None:
    """Base64 in its one exact form, else None."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _wrong(why: str) -> Refused:
    return Refused(
        Problem("checkpoint_wrong", "The checkpoint cannot be trusted. %(why)s Fetch it again from the campaign or a mirror.", {"why": why})
    )
