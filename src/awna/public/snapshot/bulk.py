"""The fixed pages of a book from few questions to the database: each is built again only when something that it says is new."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from django.db.models import F
from django.utils import translation

from awna.books.models import Book, Entry, Transfer
from awna.books.models.ledger import ENTRIES_PAGE
from awna.books.services.browse import BookRow, size_of
from awna.books.services.spans import Known, span_rows

from ..book_shown import Places, fund_title
from ..book_views import csv_text, json_text, page_answer, plain_rows
from .folder import NewCopy
from .rendering import Facts, SnapshotRequest

CHUNK_PAGES = 25


@dataclass
class BookPages:
    """The pages of one book for one snapshot. `address` gives URL and file of a page in one of its forms."""

    book: Book
    facts: Facts
    language: str
    release: str
    address: Callable[[str, int], tuple[str, str]]
    fit: Callable[[str, str, str, str], bytes]
    """(page as made, its address, its file, its language) → the bytes that lie in the snapshot."""

    @cached_property
    def known(self) -> Known:
        return Known(self.book)

    @cached_property
    def places(self) -> Places:
        return Places(self.book)

    @cached_property
    def size(self) -> int:
        return size_of(self.book)

    @cached_property
    def count(self) -> int:
        return (max(1, self.size) - 1) // ENTRIES_PAGE + 1

    def marks(self) -> dict[int, str]:
        """Number of each page → digest of everything that it says, without reading its rows."""
        with translation.override(self.language):
            shell = page_answer(self._request("", 0), self.book, number=0, rows=[], size=0, places=self.places).content.decode()
            said: dict[int, set[str]] = {number: set() for number in range(1, self.count + 1)}
            for number, text in self._names():
                said[number].add(text)
        common = hashlib.sha256(json.dumps([self.release, shell]).encode()).hexdigest()
        return {
            number: hashlib.sha256(json.dumps([common, number, min(self.size, number * ENTRIES_PAGE), self.size > number * ENTRIES_PAGE, sorted(texts)])
                                   .encode()).hexdigest()
            for number, texts in said.items()
        }  # fmt: skip

    def _names(self) -> Iterator[tuple[int, str]]:
        """What each page says of accounts, people by role, and reversals."""
        rows = Transfer.objects.filter(book=self.book, entry_seq__lt=self.size).order_by().annotate(page=F("entry_seq") / ENTRIES_PAGE)
        names = {pk: json.dumps([self.places.end(one), fund_title(self.known.funds[one.fund_id]), str(self.known.commodities[one.commodity_id])],
                                default=str) for pk, one in self.known.accounts.items()}  # fmt: skip
        for side in ("debit_account", "credit_account"):
            for page, account in rows.values_list("page", side).distinct():
                yield page + 1, names[account]
        entries = Entry.objects.filter(book=self.book, seq__lt=self.size).order_by()
        for page, author in entries.annotate(page=F("seq") / ENTRIES_PAGE).values_list("page", "author").distinct():
            yield page + 1, str(self.known.roles[author].get_name_display())
        for seq, reversed_seq in entries.exclude(reverses=None).values_list("seq", "reverses"):
            yield reversed_seq // ENTRIES_PAGE + 1, f"{reversed_seq} reversed by {seq}"

    def build(self, copy: NewCopy, numbers: Iterable[int], marks: dict[int, str]) -> None:
        """Write these pages in their three forms."""
        with translation.override(self.language):
            for number in numbers:
                rows = span_rows(self.book, (number - 1) * ENTRIES_PAGE, min(number * ENTRIES_PAGE, self.size), known=self.known)
                for form, data in self._forms(number, rows):
                    copy.put(self.address(form, number)[1], [data], made_from=marks[number])

    def _forms(self, number: int, rows: list[BookRow]) -> Iterator[tuple[str, bytes]]:
        url, file = self.address("book_page", number)
        made = page_answer(self._request(url, number), self.book, number=number, rows=rows, size=self.size, places=self.places)
        yield "book_page", self.fit(made.content.decode(), url, file, self.language)
        plain = plain_rows(rows)
        yield "book_csv", csv_text(plain).encode()
        yield "book_json", json_text(plain).encode()

    def _request(self, url: str, number: int) -> SnapshotRequest:
        return SnapshotRequest(url or "/", language=self.language, campaign=self.book.campaign, facts=self.facts)


FORMS = ("book_page", "book_csv", "book_json")


def page_tasks(copy: NewCopy, pages: BookPages) -> list[Callable[[], None]]:
    """Take over the pages that are as they were; a task for each few of the others."""
    marks = pages.marks()
    changed = [n for n, mark in marks.items() if not copy.keep([pages.address(form, n)[1] for form in FORMS], made_from=mark)]
    return [partial(pages.build, copy, changed[at : at + CHUNK_PAGES], marks) for at in range(0, len(changed), CHUNK_PAGES)]
