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
ALGORITHM_COSIGNATURE = b"\x04"
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
    """A public key of a log or witness; its text form is `name+hash+base64`, the verifier key of signed-note.

    The algorithm says what the key signs: checkpoints as their log, or cosignatures as a witness.
    """

    name: str
    public: bytes
    algorithm: bytes = ALGORITHM_ED25519

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self.algorithm + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.algorithm + self.public).decode()}"


def key_of_seed(seed: bytes, *, name: str, algorithm: bytes = ALGORITHM_ED25519) -> LogKey:
    """The public half of a 32-byte Ed25519 seed."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return LogKey(name, public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw), algorithm)


def read_key(text: str, *, algorithm: bytes = ALGORITHM_ED25519) -> LogKey:
    """Read `name+hash+base64`; refuses a key whose hash does not fit, and one that signs something else."""
    name, _, rest = text.strip().partition("+")
    _, _, encoded = rest.partition("+")
    raw = exact_base64(encoded)
    if raw is not None and len(raw) == 33 and raw[:1] == algorithm and _NAME.fullmatch(name):
        key = LogKey(name, raw[1:], algorithm)
        if str(key) == text.strip():
            return key
    if algorithm == ALGORITHM_COSIGNATURE:
        raise Refused(
            Problem(
                "witness_key_wrong",
                "“%(asked)s” is not a witness key. It has the form name+hash+key, as the witness prints it.",
                {"asked": text},
            )
        )
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
    text, signatures = split_note(note)
    checkpoint = _parse(text)
    if not any(_signed(line, text, key) for line in signatures):
        raise _wrong("It is not signed by the key of this log.")
    if checkpoint.origin != key.name:
        raise _wrong("It belongs to another log.")
    return checkpoint


def split_note(note: str) -> tuple[str, list[str]]:
    """The signed text of a note with its last newline, and its signature lines; refuses what is no note."""
    text, gap, signatures = note.partition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise _wrong("It has no signature part.")
    return f"{text}\n", signatures[:-1].split("\n")


def _parse(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise _wrong("It must have three lines before the signatures.")
    root = exact_base64(lines[2])
    if not _SIZE.fullmatch(lines[1]) or root is None or len(root) != HASH_BYTES:
        raise _wrong("Its size or its root cannot be read.")
    return Checkpoint(lines[0], int(lines[1]), root)


def _signed(line: str, text: str, key: LogKey) -> bool:
    parts = line.split(" ")
    if len(parts) != 3 or parts[:2] != ["—", key.name]:
        return False
    raw = exact_base64(parts[2])
    return raw is not None and raw[:4] == key.key_id and is_signed(raw[4:], text.encode(), public=key.public)


def is_signed(signature: bytes, message: bytes, *, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def exact_base64(text: str) -> bytes | None:
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
