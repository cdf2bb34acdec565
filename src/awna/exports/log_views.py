"""The files of a book's log, exactly as they lie on disk: for witnesses, mirrors and anybody's own checker."""

import re
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from awna.books import services as books
from awna.books.models import Book
from awna.core.log.checking import place_of
from awna.kit.snapshots import Values

TEXTS = ("checkpoint", "witnessed", "policy", "keys", "entries")
CHECKPOINT_CACHE = "public, max-age=5"
FOR_EVER = "public, max-age=31536000, immutable"
_GENERATION = re.compile(r"(generation-[1-9][0-9]{0,5}/)?(.+)")


def log_file(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """A tile, an entry bundle, or one of the texts beside them. Tiles never change; the texts may, with each new head."""
    match = _GENERATION.fullmatch(path)
    is_text = bool(match and match[2] in TEXTS)
    data = books.log_file(_book_of(request), path) if match and (is_text or place_of(match[2])) else None
    if data is None:
        raise Http404("The log has no such file.")
    answer = HttpResponse(data, content_type="text/plain; charset=utf-8" if is_text else "application/octet-stream")
    answer["Cache-Control"] = CHECKPOINT_CACHE if is_text else FOR_EVER
    answer["Access-Control-Allow-Origin"] = "*"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def log_paths(campaign: Any) -> Iterator[Values]:
    """Every published file of the log, the texts last: a reader of a half-made copy finds no head without its tree."""
    book = getattr(campaign, "book", None)
    paths = books.log_paths(book) if book else []
    yield from ({"path": path} for path in sorted(paths, key=lambda path: (path.rpartition("/")[2] in TEXTS, path)))


def _book_of(request: HttpRequest) -> Book:
    book = getattr(request.campaign, "book", None)
    if book is None:
        raise Http404("This campaign has no book yet.")
    return book
