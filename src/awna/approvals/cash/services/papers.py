"""Photos of signed papers: drawn anew without what the camera wrote into them, kept sealed, known to the book by their digest."""

from awna.books.models import Book, Document
from awna.books.services import store_document
from awna.core.problems import Problem, Refused
from awna.kit.images import leftovers, redraw_photo

KEPT_FILE = "large.webp"
MEDIA_TYPE = "image/webp"
SIGNED_SHEET, RECEIPT, COUNT_SHEET = "signed_sheet", "receipt", "count_sheet"
"""Kinds of evidence: a list signed by everyone on it, the paper of a purchase or of carried cash, the sheet of a count."""


def drawn(data: bytes, *, where: str = "photo") -> bytes:
    """The photo as it will be kept. It takes seconds of computing: call it before the transaction, which on SQLite holds the one write lock."""
    if not data:
        raise Refused(Problem("photo_missing", "Photograph the signed paper and attach the photo.", {}, where))
    try:
        kept = next(bytes(file["data"]) for file in redraw_photo(data) if file["name"] == KEPT_FILE)
    except Refused as refused:
        raise Refused(problem.at(where) for problem in refused.problems) from refused
    if left := leftovers(kept):
        raise Refused(Problem("photo_still_tells", "The drawn photo still holds %(left)s, so it was not kept. Tell the operator.",
                              {"left": ", ".join(left)}, where))  # fmt: skip
    return kept


def keep(book: Book, kept: bytes, *, kind: str) -> Document:
    """The drawn photo as a document of the book."""
    return store_document(book=book, data=kept, name=f"{kind}.webp", media_type=MEDIA_TYPE, kind=kind)
