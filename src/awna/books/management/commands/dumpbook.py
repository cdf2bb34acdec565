"""`awna dumpbook FILE`: write the whole book, signed, for anybody to check with awna-verify."""

from pathlib import Path
from typing import Any

from awna import verify
from awna.books.models import Book
from awna.books.services import dump_book
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, campaign_named


class Command(AwnaCommand):
    help = "Write a campaign's whole book into a file that awna-verify checks."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="the file to write")
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")

    def run(self, **options: Any) -> None:
        book = book_of(options["campaign"])
        data = dump_book(book)
        Path(options["file"]).write_bytes(data)
        lines = data.count(b"\n")
        self.stdout.write(f"{options['file']}: {lines} lines, {len(data)} bytes. Check it with: awna-verify {options['file']}")
        self.stdout.write(f"SHA-256 of the verifier installed here: {verify.own_digest()}")


def book_of(slug: str | None) -> Book:
    """The book of the campaign that was named. Refused where none was opened."""
    campaign = campaign_named(slug)
    book = Book.objects.filter(campaign=campaign).first()
    if book is None:
        raise Refused(Problem("campaign_without_book", "“%(campaign)s” has no book yet. Run awna setup.", {"campaign": campaign.title}))
    return book
