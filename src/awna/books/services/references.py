"""Each gift's reference in the log, the key that opens it, and its erasure."""

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from awna.core.ledger.shelter import share_reference

from ..models import Book, Entry, GiftKey, Movement, MovementDetail, Opening
from .tables import add_models

KEY_BYTES = 32
RECEIPT_RANDOM_BYTES = 10


@transaction.atomic
def ensure_references(*, book: Book, request_ids: Sequence[str]) -> dict[str, GiftKey]:
    """The keys of the gifts that these requests post, by request; the same request has the same key, until it is erased."""
    keys = {key.request_id: key for key in GiftKey.objects.filter(book=book, request_id__in=request_ids)}
    made = {request_id: _new_key(book, request_id) for request_id in request_ids if request_id not in keys}
    add_models(list(made.values()))
    return keys | made


def ensure_reference(*, book: Book, request_id: str) -> GiftKey:
    """`ensure_references` for one gift."""
    return ensure_references(book=book, request_ids=[request_id])[request_id]


def _new_key(book: Book, request_id: str) -> GiftKey:
    key, receipt = secrets.token_bytes(KEY_BYTES), base64.b32encode(secrets.token_bytes(RECEIPT_RANDOM_BYTES)).decode()
    return GiftKey(book=book, request_id=request_id, receipt=receipt, key=key.hex(), reference=share_reference(key, receipt=receipt))


def find_key(book: Book, reference: str) -> GiftKey | None:
    """The key of a reference; None when it was erased, or when the gift is older than references."""
    return GiftKey.objects.filter(book=book, reference=reference).first() if reference else None


def reference_of(entry: Entry) -> str:
    """The reference that a gift's leaf holds, or nothing."""
    return str(json.loads(bytes(entry.leaf)).get("private", {}).get("reference", ""))


@transaction.atomic
def forget_reference(*, book: Book, reference: str, entry_seq: int | None) -> bool:
    """Remove the key and the salts of what the gift's own entry commits to. The leaf stays, and says nothing about anybody any more."""
    if entry_seq is not None:
        entry = Entry.objects.filter(book=book, seq=entry_seq).values_list("pk", flat=True).first()
        Opening.objects.filter(book=book, of=str(entry)).delete()
    removed, _ = GiftKey.objects.filter(book=book, reference=reference).delete()
    return bool(removed)


def leaf_text(book: Book, *, seq: int) -> str:
    return bytes(Entry.objects.values_list("leaf", flat=True).get(book=book, seq=seq)).decode()


def forget_line_texts(*, movement: Any) -> None:
    """Blank what the bank wrote about a giver on this line. Amount, day and the keyed line stay; so does the bank's sealed file."""
    Movement.objects.filter(pk=movement).update(reference="", text="", counterparty="", counter_account="", bank_reference="")
    MovementDetail.objects.filter(pk=movement).update(end_to_end_id="", mandate_id="", return_reason="", purpose="")
