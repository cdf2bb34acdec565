"""`awna publishlog`: sign the present head of a book and publish its log as static files."""

from typing import Any

from django.core.management.base import CommandError

from awna.books.models import Book
from awna.books.services import log_standing, publish_log
from awna.books.services.publish import remove_leftovers
from awna.books.services.witnesses import choose_witnesses, log_policy
from awna.core.log.checkpoint import ALGORITHM_COSIGNATURE, read_key
from awna.core.problems import Refused
from awna.kit.commands import AwnaCommand

from .dumpbook import book_of


class Command(AwnaCommand):
    help = "Sign the head of a book and publish its log: tiles, entries, policy, checkpoint. Run it again after a crash: it goes on."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("campaign", nargs="?", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--all", action="store_true", help="every book")
        parser.add_argument("--rebuild", action="store_true", help="write every file again from the database, not only what is new")
        parser.add_argument(
            "--entries-until", type=int, metavar="N", help="let only the first N entries be read; hashes and head are out at once"
        )
        parser.add_argument(
            "--witness", action="append", metavar="KEY", help="a witness's key, name+hash+key; give it once for each witness"
        )
        parser.add_argument(
            "--quorum", type=int, metavar="K", help="how many witnesses make a head independently witnessed; default: most of them"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be signed and write nothing")
        parser.add_argument("--json", action="store_true", help="print the standing of the log as JSON")

    def run(self, **options: Any) -> None:
        if options["all"] and options["campaign"]:
            raise CommandError("Name a campaign or give --all, not both.", returncode=2)
        books = list(Book.objects.order_by("origin")) if options["all"] else [book_of(options["campaign"])]
        problems = []
        for book in books:
            try:
                self._publish(book, options)
            except Refused as refused:
                problems += [problem.at(book.origin) for problem in refused.problems]
        if problems:
            raise Refused(problems)

    def _publish(self, book: Book, options: dict[str, Any]) -> None:
        if options["witness"]:
            keys = [read_key(text, algorithm=ALGORITHM_COSIGNATURE) for text in options["witness"]]
            if not options["dry_run"]:
                choose_witnesses(book, witnesses=keys, quorum=options["quorum"] or len(keys) // 2 + 1)
        if not options["dry_run"]:
            publish_log(book, entries_until=options["entries_until"], rebuild=options["rebuild"])
            remove_leftovers(book)
        standing = log_standing(book)
        if options["json"]:
            self.print_json({"origin": book.origin, "log_key": str(log_policy(book).logs[0][0]), **vars(standing)})
            return
        said = (
            f"independently witnessed by {len(standing.witnesses)} of {standing.listed}"
            if standing.is_witnessed
            else f"{standing.state} log"
        )
        waits = f"; {standing.waiting} entries wait" if standing.waiting else ""
        self.stdout.write(f"{book.origin}: {standing.size} entries, root {standing.root}; {said}{waits}.")
        self.stdout.write(f"Log key: {log_policy(book).logs[0][0]}")
