"""What a static copy of the site does with an address: declared beside it, in its room's `urls.py`, and never guessed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TEXT, TABLE, FILE, LEFT_OUT = "text", "table", "file", "left out"
Values = Mapping[str, Any]
"""What fills the parameters of an address, beside the campaign's `slug`."""


@dataclass(frozen=True)
class InSnapshot:
    """How an address stands in a snapshot.

    A text is built in every language, a table in the campaign's first one, a file once. `each` gives the values of the
    parameters for one campaign (None for an address that belongs to no campaign). `of_book`: the answer follows from the
    entries of the book and its names alone, so it is kept while these stay. `instead`: where a link to an address that is
    left out leads inside the snapshot: name, values, fragment.
    """

    kind: str
    each: Callable[[Any], Iterable[Values]] | None = None
    of_book: bool = False
    reason: str = ""
    instead: Callable[[Values], tuple[str, Values, str]] | None = None


def text_page(each: Callable[[Any], Iterable[Values]] | None = None) -> InSnapshot:
    """A page to read, in every language."""
    return InSnapshot(TEXT, each)


def table_page(each: Callable[[Any], Iterable[Values]] | None = None) -> InSnapshot:
    """A page of rows, in the campaign's first language."""
    return InSnapshot(TABLE, each)


def data_file(each: Callable[[Any], Iterable[Values]] | None = None, *, of_book: bool = False) -> InSnapshot:
    """Bytes that are the same in every language."""
    return InSnapshot(FILE, each, of_book)


def left_out(reason: str, *, instead: Callable[[Values], tuple[str, Values, str]] | None = None) -> InSnapshot:
    """An address that no copy carries; links to it lead to the site itself or to what stands in for it."""
    return InSnapshot(LEFT_OUT, reason=reason, instead=instead)


A_FORM = left_out("a form: it is sent to the site itself")
A_SECRET = left_out("a private link")


def usual(parameters: Iterable[str], methods: Iterable[str]) -> InSnapshot | None:
    """What goes without saying: forms and private links are left out, one page of a campaign is a text. None: it must be declared."""
    parameters = set(parameters)
    if "token" in parameters:
        return A_SECRET
    if "POST" in methods:
        return A_FORM
    return text_page() if parameters <= {"slug"} else None
