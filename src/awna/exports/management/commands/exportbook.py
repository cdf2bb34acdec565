"""`awna exportbook CAMPAIGN --as FORM`: the book for Beancount, hledger and ledger, or as a table in CSV, JSON or Parquet."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from awna.books.models import Book
from awna.books.services.filters import NAMES, checked_filters
from awna.core.problems import Problem, Refused
from awna.exports.programs import PROGRAMS, program_lines
from awna.exports.tables import FORMS, READERS, table_pieces
from awna.kit.commands import AwnaCommand, campaign_named


class Command(AwnaCommand):
    help = "Write a campaign's book in a form that other programs read."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("campaign", nargs="?", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--as", dest="form", required=True, choices=[*PROGRAMS, *FORMS], help="the form")
        parser.add_argument("--to", dest="file", help="the file to write; without it the text goes to standard output")
        parser.add_argument("--what", default="rows", choices=list(READERS), help="the table, for csv, json and parquet (default: rows)")
        parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE",
                            help=f"only what fits, for tables; may be given again. Names: {', '.join(NAMES)}")  # fmt: skip

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        book = Book.objects.filter(campaign=campaign).first()
        if book is None:
            raise Refused(Problem("campaign_without_book", "“%(campaign)s” has no book yet. Run awna setup.", {"campaign": campaign.title}))
        pieces = pieces_of(book, form=options["form"], what=options["what"], asked=options["filter"])
        if options["file"]:
            size = write_whole(Path(options["file"]), pieces)
            self.stdout.write(f"{options['file']}: {size} bytes")
        else:
            for piece in pieces:
                sys.stdout.buffer.write(piece)


def pieces_of(book: Book, *, form: str, what: str, asked: list[str]) -> Iterator[bytes]:
    """The bytes of the export. Refused where a filter is wrong, or asked of a form that is always whole."""
    pairs = [item.partition("=") for item in asked]
    wrong = [name for name, _sign, _value in pairs if name not in NAMES]
    if wrong:
        raise Refused(Problem("filter_unknown", "There is no filter “%(asked)s”. The filters are: %(names)s.",
                              {"asked": wrong[0], "names": ", ".join(NAMES)}))  # fmt: skip
    filters = checked_filters(book, {name: value for name, _sign, value in pairs})
    if form in FORMS:
        return table_pieces(book, filters, what=what, form=form)
    if asked:
        raise Refused(Problem("program_wants_whole_book", "For %(form)s the book is written whole, or its balances would be wrong. Leave the filters out.",
                              {"form": form}))  # fmt: skip
    return (line.encode() for line in program_lines(book, program=form))


def write_whole(path: Path, pieces: Iterator[bytes]) -> int:
    """Writes beside the file and then takes its place, so that nobody reads half an export."""
    beside = path.with_name(f"{path.name}.part")
    try:
        with beside.open("wb") as file:
            size = sum(file.write(piece) for piece in pieces)
        beside.replace(path)
    except OSError as error:
        raise Refused(Problem("file_not_written", "%(file)s cannot be written: %(reason)s. Check the folder and the free space.",
                              {"file": path, "reason": error.strerror})) from error  # fmt: skip
    finally:
        beside.unlink(missing_ok=True)
    return size
