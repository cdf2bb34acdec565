"""Make a snapshot: sign the heads, build what changed, list it, sign the list, swap the folder. A crash before the swap changes nothing."""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html

import awna
from awna.books.models import Book, Checkpoint, Entry
from awna.books.services import dump_mark, publish_log
from awna.books.services.browse import pin, size_of
from awna.books.services.spans import names_said
from awna.core.digest import sha256
from awna.core.problems import Problem, Refused
from awna.kit.snapshots import FILE

from ..book_shown import Places
from .addresses import Address, all_addresses, file_of, first_language
from .bulk import FORMS, BookPages, page_tasks
from .folder import NewCopy, begin, one_publisher, swap
from .links import Links, Rewriter, assets_of_css, rewritten
from .manifest import MANIFEST, NOTE, manifest_text, signed_note
from .pictures import tells_more_than_it_shows
from .rendering import Answer, Facts, Head, answer
from .working import Task, processes_usual, run_tasks

STAMP, DUMP = "snapshot/stamp.svg", "book_dump"


@dataclass
class Report:
    """What a run did."""

    place: Path
    facts: Facts
    files: int
    written: int
    kept: int
    bytes: int
    left_out: list[str] = field(default_factory=list)
    """Pictures that were not taken, because they tell more than they show."""


def publish_snapshot(
    folder: Path, *, campaigns: Iterable[Any], made_at: datetime | None = None, processes: int = 0, fresh: bool = False
) -> Report:
    """Write the snapshot of these campaigns below `folder` and let `folder/current` lead to it.

    The same input, `made_at` among it, gives the same bytes. `fresh`: take nothing over from the snapshot before.
    """
    folder = folder.absolute()
    with one_publisher(folder):
        campaigns = list(campaigns)
        heads = [_signed_head(campaign) for campaign in campaigns]
        made_at = (made_at or timezone.now()).replace(microsecond=0)
        facts = Facts(settings.AWNA_ORIGIN, made_at, tuple(head for head in heads if head))
        copy = begin(folder, fresh=fresh)
        maker = _Maker(copy, facts, campaigns)
        maker.make(processes or processes_usual())
        books = [campaign.book for campaign, head in zip(campaigns, heads, strict=True) if head]
        manifest = manifest_text(copy.files).encode()
        size = sum(kept.size for kept in copy.files.values())
        report = Report(copy.place, facts, len(copy.files), copy.counts.written, copy.counts.kept, size, maker.refused_pictures)
        copy.put(MANIFEST, [manifest])
        copy.put(NOTE, [signed_note(facts, manifest=manifest, books=books).encode()])
        swap(folder, copy)
        return report


def _signed_head(campaign: Any) -> Head | None:
    """The newest signed head; the campaign's book is read up to it from here on."""
    book: Book | None = getattr(campaign, "book", None)
    if book is None or not Entry.objects.filter(book=book).exists():
        return None
    row: Checkpoint = publish_log(book)
    book.campaign = campaign
    pin(book, size=row.size)
    origin = row.note.split("\n", 1)[0]
    return Head(campaign.slug, campaign.title, origin, row.size, row.root, row.signed_at)


class _Maker:
    """One run over all addresses."""

    def __init__(self, copy: NewCopy, facts: Facts, campaigns: list[Any]) -> None:
        self.copy, self.facts, self.campaigns = copy, facts, campaigns
        self.release = _release()
        self.addresses = list(all_addresses(campaigns))
        files = {one.url: one.file for one in self.addresses} | {f"/{file}": file for file in (MANIFEST, NOTE, STAMP)}
        first = first_language(campaigns[0]) if campaigns else settings.LANGUAGE_CODE
        self.links = Links(files, origin=facts.origin, static=settings.STATIC_URL, first_language=first)
        self.refused_pictures: list[str] = []

    def make(self, processes: int) -> None:
        books = [one.book for one in self.campaigns if getattr(one, "book", None)]
        marks = {book.pk: self._mark(book) for book in books}
        of_book, rest = [], []
        for one in self.addresses:
            if one.said.of_book and hasattr(one.campaign, "book"):
                of_book.append((one, marks[one.campaign.book.pk]))
            elif one.name == DUMP:
                self._put_dump(one)  # it publishes the log, which no transaction that only reads could
            elif one.name not in FORMS:
                rest.append(one)
        self._share_out(of_book, books, processes)
        with _one_state():
            # Files first: a page must not link to one that turned out to have nothing to show.
            for one in sorted(rest, key=lambda one: one.said.kind != FILE):
                self._put(one, "")
        self._put_assets()
        self.copy.put(STAMP, [render_to_string("public/stamp.svg", {"facts": self.facts}).encode()])

    def _share_out(self, of_book: list[tuple[Address, str]], books: list[Book], processes: int) -> None:
        """What follows from entries alone: files of whole books, and their pages."""
        tasks: list[Task] = [partial(self._put, one, mark) for one, mark in of_book if not self.copy.keep([one.file], made_from=mark)]
        for book in books:
            tasks += page_tasks(self.copy, self._pages(book))
        run_tasks(tasks, self.copy, processes=processes, used=self.links.assets)

    def _pages(self, book: Book) -> BookPages:
        language = first_language(book.campaign)
        return BookPages(book, self.facts, language, self.release, partial(_page_address, book.campaign.slug, language), self._fit)

    def _mark(self, book: Book) -> str:
        """What files of a book are made from."""
        places = Places(book)
        names = [sorted(map(str, part.items())) for part in (places.districts, places.tasks)]
        return sha256(repr([self.release, size_of(book), names_said(book), names, [head.root for head in self.facts.heads]]).encode()).hex()

    def _put_dump(self, one: Address) -> None:
        """The largest file of a book is not even read while its head stays; where nothing may be read yet, the view says so."""
        try:
            mark = hashlib.sha256(self.release.encode() + dump_mark(one.campaign.book)).hexdigest() if hasattr(one.campaign, "book") else ""
        except Refused:
            mark = ""
        if not self.copy.keep([one.file], made_from=mark):
            self._put(one, mark)

    def _put(self, one: Address, made_from: str) -> None:
        found = answer(one.view, one.url, one.values, language=one.language, campaign=one.campaign, facts=self.facts)
        pieces = None if found is None else self._pieces(one, found)
        if pieces is None:
            self.links.forget(one.url)
            return
        self.copy.put(one.file, pieces, made_from=made_from)

    def _pieces(self, one: Address, found: Answer) -> Iterator[bytes] | None:
        """What lies in the snapshot; None for what must not."""
        if found.moved_to:
            page = _moved_page(self.links.target(found.moved_to, page=one.url, file=one.file), one.language)
            return iter([page.encode()])
        if found.is_page:
            return iter([self._fit(b"".join(found.pieces).decode(), one.url, one.file, one.language)])
        if found.media_type.startswith("image/"):
            data = b"".join(found.pieces)
            if tells_more_than_it_shows(data):
                self.refused_pictures.append(one.url)
                return None
            return iter([data])
        return found.pieces

    def _fit(self, page: str, url: str, file: str, language: str) -> bytes:
        """The page as it lies in the snapshot."""
        with translation.override(language):
            about = self.links.target(reverse("snapshot"), page=url, file=file)
            stamp = self.links.target(f"/{STAMP}", page=url, file=file)
            context = {"facts": self.facts, "here": f"{self.facts.origin}{url}", "about": about, "stamp": stamp}
            note, form = (render_to_string(f"public/{name}.html", context) for name in ("_copy_note", "_copy_form"))
        return rewritten(page, lambda: Rewriter(self.links, page=url, file=file, note=note, form=form)).encode()

    def _put_assets(self) -> None:
        """Style sheets, icons and pictures that the pages use, and what those use."""
        waiting, done = set(self.links.assets), set[str]()
        while waiting:
            path = waiting.pop()
            done.add(path)
            name = finders.find(path.removeprefix(settings.STATIC_URL))
            if not name or not path.startswith(settings.STATIC_URL):
                raise Refused(Problem("asset_missing", "A page uses %(path)s, which is not there. Nothing was published.", {"path": path}))
            data = Path(str(name)).read_bytes()
            self.copy.put(file_of(path), [data])
            if path.endswith(".css"):
                waiting |= assets_of_css(data.decode(), path=path) - done


def _page_address(slug: str, language: str, form: str, number: int) -> tuple[str, str]:
    with translation.override(language):
        url = reverse(form, kwargs={"slug": slug, "page": f"{number:04d}"})
    return url, file_of(url)


def _moved_page(target: str, language: str) -> str:
    """For an address that leads elsewhere: a page that does the same without a server."""
    return format_html(
        '<!doctype html>\n<html lang="{}"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={}">'
        '<title>Awna</title><p><a href="{}">{}</a></p></html>\n',
        language, target, target, target)  # fmt: skip


def _release() -> str:
    """Which code, templates and texts make the pages: after a change of any of them all pages are built again."""
    package = Path(awna.__file__).parent
    digest = hashlib.sha256(awna.__version__.encode())
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".html", ".svg", ".mo", ".css"}:
            told = path.stat()
            digest.update(f"{path.relative_to(package)} {told.st_size} {told.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _one_state() -> Iterator[None]:
    """Everything inside reads one state of the database, however long it takes; writers go on meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        # `atomic` would begin with IMMEDIATE on SQLite and hold up every writer.
        cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
