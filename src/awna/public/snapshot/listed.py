"""Which pages of the open books a snapshot carries, and where a link to a single entry leads in it."""

from collections.abc import Iterator
from typing import Any

from awna.books.models.ledger import ENTRIES_PAGE
from awna.books.services.browse import size_of
from awna.kit.snapshots import Values

from ..figures import FIGURES, money_of
from ..journey import page_of


def each_page(campaign: Any) -> Iterator[Values]:
    """The fixed pages of one hundred entries; a book without entries has an empty first page."""
    book = getattr(campaign, "book", None)
    for number in range(1, (max(1, size_of(book)) - 1) // ENTRIES_PAGE + 2 if book else 1):
        yield {"page": f"{number:04d}"}


def each_figure(campaign: Any) -> Iterator[Values]:
    """The newest entries behind each figure of the campaign's page, in every currency that has any."""
    book = getattr(campaign, "book", None)
    for money in money_of(book) if book else ():
        yield from ({"figure": figure, "code": money.code} for figure in FIGURES)


def page_instead(values: Values) -> tuple[str, Values, str]:
    """An entry stands on its page of one hundred, under an anchor of its own."""
    seq = int(values["seq"])
    return "book_page", {"slug": values["slug"], "page": page_of(seq)}, f"e{seq}"
