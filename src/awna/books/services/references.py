"""Each gift's reference in the log, the key that opens it, its proof, and its erasure."""

import base64
import json
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction

from awna.core.ledger.shelter import share_reference
from awna.core.log.disk import read_file
from awna.core.log.nodes import Levels, TileNodes, inclusion_path
from awna.core.log.proof import InclusionProof, proof_text
from awna.core.log.tree import check_inclusion, hash_leaf
from awna.core.problems import Problem, Refused

from ..models import Book, Checkpoint, Entry, GiftKey, Movement, Opening
from .heads import log_folder
from .publish import current_note, leaves_of
from .witnesses import log_policy, with_cosignatures

KEY_BYTES = 32
RECEIPT_RANDOM_BYTES = 10


@transaction.atomic
def ensure_references(*, book: Book, request_ids: Sequence[str]) -> dict[str, GiftKey]:
    """The keys of the gifts that these requests post, by request; the same request has the same key, until it is erased."""
    keys = {key.request_id: key for key in GiftKey.objects.filter(book=book, request_id__in=request_ids)}
    made = {request_id: _new_key(book, request_id) for request_id in request_ids if request_id not in keys}
    GiftKey.objects.bulk_create(made.values())
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


def prove_entry(book: Book, *, seq: int) -> str:
    """The proof, as text, that this entry is in the log, under the newest signed head that holds it, with its witnesses' cosignatures."""
    head = Checkpoint.objects.filter(book=book, size__gt=seq).order_by("-size").first()
    if head is None:
        raise Refused(Problem(
            "entry_not_signed_yet", "Entry %(seq)s stands in the book, but no head of the log has been signed since. Come back later.",
            {"seq": seq}))  # fmt: skip
    note = with_cosignatures(current_note(book, head), row=head, policy=log_policy(book))
    return proof_text(InclusionProof(seq, _path(book, seq, head), note))


def _path(book: Book, seq: int, head: Checkpoint) -> tuple[bytes, ...]:
    """From a few of the published tiles, however long the log is; from all entries where a tile is missing or not what was signed."""
    try:
        path = inclusion_path(TileNodes(partial(read_file, log_folder(book)), head.size), index=seq, size=head.size)
        leaf = hash_leaf(leaf_text(book, seq=seq).encode())
        if check_inclusion(leaf, index=seq, size=head.size, proof=path, root=bytes.fromhex(head.root)):
            return tuple(path)
    except Refused:
        pass
    return tuple(inclusion_path(Levels(leaves_of(book, first=0, until=head.size)), index=seq, size=head.size))


def leaf_text(book: Book, *, seq: int) -> str:
    return bytes(Entry.objects.values_list("leaf", flat=True).get(book=book, seq=seq)).decode()


def forget_line_texts(*, movement: Any) -> None:
    """Blank what the bank wrote about a giver on this line. Amount, day and the keyed line stay; so does the bank's sealed file."""
    Movement.objects.filter(pk=movement).update(reference="", text="", counterparty="", counter_account="", bank_reference="")
