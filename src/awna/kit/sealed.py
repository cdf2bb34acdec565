"""Sealed text: encrypted in its column with a key that is not in the database (AES-256-GCM)."""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from .keyfile import secret_in_file

NONCE_BYTES = 12
PREFIX = "s1:"


class SealedTextField(models.TextField):
    """A text that only this installation's key file opens. Its column holds `s1:` and base64 of nonce and ciphertext.

    The table and column are bound in, so that a sealed value pasted into another column does not open.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(_key("seal")).encrypt(nonce, str(value).encode(), self._place())
        return PREFIX + base64.b64encode(nonce + sealed).decode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return value
        raw = base64.b64decode(value.removeprefix(PREFIX))
        try:
            return AESGCM(_key("seal")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._place()).decode()
        except InvalidTag as error:
            raise ValueError(f"{self.model._meta.label}.{self.name} does not open with the key in {settings.AWNA_KEY_DIR}") from error

    def _place(self) -> bytes:
        return f"{self.model._meta.db_table}|{self.column}".encode()


def blind_index(value: str, purpose: str) -> str:
    """A keyed hash by which an exact value can be found again without being readable. Never for few possible values."""
    return hmac.new(_key("index"), f"{purpose}\x1f{value.strip().casefold()}".encode(), hashlib.sha256).hexdigest()


def seal_bytes(data: bytes, *, place: str) -> bytes:
    """Bytes as nonce and ciphertext; they open only for the same place, such as a table's name."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key("seal")).encrypt(nonce, data, place.encode())


def open_bytes(sealed: bytes, *, place: str) -> bytes:
    """What `seal_bytes` sealed. Raises ValueError where it was altered or sealed elsewhere."""
    try:
        return AESGCM(_key("seal")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except InvalidTag as error:
        raise ValueError(f"what was sealed for {place} does not open with the key in {settings.AWNA_KEY_DIR}") from error


@lru_cache(maxsize=4)
def _key(purpose: str) -> bytes:
    master = secret_in_file(settings.AWNA_KEY_DIR / "sealing_key")
    return hmac.new(bytes.fromhex(master), purpose.encode(), hashlib.sha256).digest()
