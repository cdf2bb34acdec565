"""Sealed for keys that lie elsewhere: files of the age format, which other programs open too."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyrage

from awna.core.problems import Problem, Refused

PUBLIC_PREFIX = "age1"
SECRET_PREFIX = "AGE-SECRET-KEY-"  # noqa: S105  # how every such key begins


def new_key() -> tuple[str, str]:
    """A secret key to be kept off this machine, and its public half for the setting AWNA_BACKUP_KEYS."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def seal(plain: BinaryIO, *, into: Path, keys: Sequence[str]) -> pyrage.x25519.Identity:
    """Write the sealed file `into`. The identity returned can read this one file back; it is kept nowhere."""
    reading_back = pyrage.x25519.Identity.generate()
    recipients = [*(_recipient(key) for key in keys), reading_back.to_public()]
    with open(into, "wb", opener=_for_me_alone) as file:
        try:
            pyrage.encrypt_io(plain, file, recipients)
        except pyrage.EncryptError as error:
            raise OSError(f"{error}") from error
        file.flush()
        os.fsync(file.fileno())
    return reading_back


def unseal(path: Path, *, identities: Sequence[pyrage.x25519.Identity], into: BinaryIO) -> None:
    """Write what the sealed file holds. Refused when no key fits, or when the file is damaged or cut short anywhere."""
    with path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, into, list(identities))
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Refused(Problem(
                "backup_cannot_be_opened",
                "%(file)s cannot be opened: %(reason)s. It is damaged, cut short, or sealed for another key. Try the backup before it.",
                {"file": path.name, "reason": error})) from error  # fmt: skip
    into.seek(0)


def read_identities(path: Path) -> list[pyrage.x25519.Identity]:
    """The secret keys of a file as `awna backup --new-key` or age-keygen writes it; lines with # are comments."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(Problem("key_file_unreadable", "%(file)s cannot be read as a file of keys: %(reason)s.",
                              {"file": path, "reason": error})) from error  # fmt: skip
    found = [line for line in lines if line.startswith(SECRET_PREFIX)]
    try:
        identities = [pyrage.x25519.Identity.from_str(line) for line in found]
    except pyrage.IdentityError as error:
        raise Refused(Problem("backup_key_wrong", "%(file)s holds a key that is damaged.", {"file": path})) from error
    if not identities:
        raise Refused(Problem("backup_key_missing", "%(file)s holds no secret key. It must have a line that begins with %(prefix)s.",
                              {"file": path, "prefix": SECRET_PREFIX}))  # fmt: skip
    return identities


def _recipient(key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise Refused(Problem(
            "backup_key_wrong", "“%(key)s” is no public key for backups. It begins with %(prefix)s; awna backup --new-key makes a pair.",
            {"key": key[:80], "prefix": PUBLIC_PREFIX})) from error  # fmt: skip


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
