"""The list of a snapshot's files, and the short note that the keys of the logs sign over it. `checkcopy.py` reads both."""

import base64
import hashlib
from collections.abc import Iterable, Mapping

from awna.books.models import Book
from awna.books.services.keys import log_signer
from awna.core.problems import Problem, Refused

from ..copy_views import MANIFEST, NOTE
from .folder import Kept
from .rendering import Facts

__all__ = ["MANIFEST", "NOTE", "manifest_text", "signed_note"]
FIRST_LINE = "awna snapshot v1"


def manifest_text(files: Mapping[str, Kept]) -> str:
    """A line for each file: SHA-256, bytes, path. Compressed twins are not listed: they must unpack to what is."""
    return "".join(f"{kept.sha256} {kept.size} {file}\n" for file, kept in sorted(files.items()))


def signed_note(facts: Facts, *, manifest: bytes, books: Iterable[Book]) -> str:
    """What this copy is, one line a log, and a signature of each log's key below (a C2SP signed note)."""
    lines = [
        FIRST_LINE, f"origin {facts.origin}", f"made {facts.made_at.isoformat(timespec='seconds')}",
        f"manifest {hashlib.sha256(manifest).hexdigest()} {len(manifest)}",
        *(f"checkpoint {head.slug} {head.size} {base64.b64encode(bytes.fromhex(head.root)).decode()} {head.origin}" for head in facts.heads),
    ]  # fmt: skip
    text = "".join(f"{line}\n" for line in lines)
    signatures = [log_signer(book).sign(text) for book in books]
    if not signatures:
        raise Refused(
            Problem("nothing_signs", "No campaign has a signed book yet, so nothing could sign a snapshot. Found the book first.")
        )
    return f"{text}\n{''.join(signatures)}"
