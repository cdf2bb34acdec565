"""The book in forms that other programs read, streamed: tables with the filters of the open books, and plain-text accounting."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from awna.books.models import Book
from awna.books.services.filters import checked_filters
from awna.core.problems import Refused
from awna.kit.http import refused_page

from .programs import PROGRAMS, program_lines
from .tables import FORMS, table_pieces

UNPROCESSABLE = 422


def rows(request: HttpRequest, slug: str, kind: str) -> Any:
    return _table(request, what="rows", form=kind)


def entries(request: HttpRequest, slug: str, kind: str) -> Any:
    return _table(request, what="entries", form=kind)


def accounts(request: HttpRequest, slug: str, kind: str) -> Any:
    return _table(request, what="accounts", form=kind)


def book_for(request: HttpRequest, slug: str, program: str) -> HttpResponse | StreamingHttpResponse:
    """The whole book for one program of plain-text accounting."""
    book = _book_or_404(request)
    if program not in PROGRAMS:
        raise Http404("The book is written for Beancount, hledger and ledger.")
    lines = (line.encode() for line in program_lines(book, program=program))
    return _file(lines, name=f"{slug}.{PROGRAMS[program]}", media_type="text/plain; charset=utf-8")


def _table(request: HttpRequest, *, what: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """A wrong filter is refused in words: half a table would look like a whole one."""
    book = _book_or_404(request)
    if form not in FORMS:
        raise Http404("Tables are written as csv, json and parquet.")
    try:
        filters = checked_filters(book, request.GET)
    except Refused as refused:
        return refused_page(request, refused, back=f"/c/{book.campaign.slug}/book/", status=UNPROCESSABLE)
    return _file(table_pieces(book, filters, what=what, form=form), name=f"{book.campaign.slug}-{what}.{form}", media_type=FORMS[form])


def _file(pieces: Any, *, name: str, media_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(pieces, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _book_or_404(request: HttpRequest) -> Book:
    book = getattr(request.campaign, "book", None)
    if book is None:
        raise Http404("This campaign has no book yet.")
    return book
