"""Sealed boxes of the age format: closed here with public keys, opened elsewhere with a key that this server never had.

The private link of a case is itself such a secret key; of it only the public half is kept, so what is sealed to it opens for its holder alone.
"""

import io
import zipfile
from collections.abc import Sequence

import pyrage

from awna.core.problems import Problem, Refused

PUBLIC_PREFIX, SECRET_PREFIX = "age1", "AGE-SECRET-KEY-1"  # how every such key begins
PARTS_MAX, PART_BYTES_MAX = 10, 5 * 1024 * 1024
REPORT = "report.txt"


def new_pair() -> tuple[str, str]:
    """A secret key and its public half."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def token_of(secret: str) -> str:
    """A secret key as it stands in an address."""
    return secret.removeprefix(SECRET_PREFIX).lower()


def public_of_token(token: str) -> str | None:
    """The public half of a private link; None for what was never one."""
    try:
        return str(_identity(token).to_public())
    except pyrage.IdentityError:
        return None


def check_public_key(key: str) -> str:
    """The key as it is kept. Refused when it is none, and when somebody pasted the secret half."""
    key = key.strip()
    if key.upper().startswith(SECRET_PREFIX):
        raise Refused(Problem("secret_key_pasted", "This is the secret half of the key. It is not kept here, but it went over the net: make a new pair, and "
                              "paste the line that begins with age1.", {}, "public_key"))  # fmt: skip
    try:
        return str(pyrage.x25519.Recipient.from_str(key))
    except pyrage.RecipientError as error:
        raise Refused(Problem("public_key_wrong", "“%(key)s” is no public key. It begins with age1; awna safeguardingkey makes a pair.",
                              {"key": key[:80]}, "public_key")) from error  # fmt: skip


def seal(data: bytes, keys: Sequence[str]) -> bytes:
    """Bytes that any one of these keys opens."""
    return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(key) for key in keys]))


def open_with_token(data: bytes, token: str) -> bytes:
    """What was sealed to a private link."""
    return bytes(pyrage.decrypt(data, [_identity(token)]))


def open_with_secrets(data: bytes, secrets: Sequence[str]) -> bytes:
    """What was sealed to one of these secret keys. Refused when none fits or the file is damaged."""
    try:
        return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(secret) for secret in secrets]))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise Refused(Problem("report_does_not_open", "The report does not open: %(reason)s. It is damaged, or sealed for another key.",
                              {"reason": error})) from error  # fmt: skip


def pack(parts: dict[str, bytes]) -> bytes:
    """Name → bytes as one ZIP file, which every computer opens."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in parts.items():
            packed.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """What `pack` packed; names without folders, few and small parts alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            found = packed.infolist()
            if len(found) > PARTS_MAX or any(
                one.file_size > PART_BYTES_MAX or "/" in one.filename or "\\" in one.filename for one in found
            ):
                raise Refused(Problem("report_is_strange", "What was sealed is no report of this program. Open it by hand with care."))
            return {one.filename: packed.read(one) for one in found}
    except zipfile.BadZipFile as error:
        raise Refused(Problem("report_is_strange", "What was sealed is no report of this program. Open it by hand with care.")) from error


def _identity(token: str) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(SECRET_PREFIX + token.upper())
