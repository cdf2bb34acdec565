"""`awna closebatches`: post the batches of a sheltered book whose week is over."""

from typing import Any

from awna.books.services import due_batches
from awna.core.problems import Problem, Refused
from awna.donations.services import close_batches
from awna.kit.commands import AwnaCommand, acting_role, campaign_named


class Command(AwnaCommand):
    help = "Post each batch of at least ten gifts whose week is over; smaller ones run on. Every import of a bank file does the same."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--as", dest="email", help="the treasurer (e-mail); default the first one")
        parser.add_argument("--dry-run", action="store_true", help="only say how many are due")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        book = getattr(campaign, "book", None)
        if book is None:
            raise Refused(Problem("book_not_open", "This campaign has no book yet. Run `awna setup` first."))
        due = due_batches(book).count()
        entries = [] if options["dry_run"] else close_batches(book=book, author=acting_role(campaign, options["email"], "treasurer"))
        if options["json"]:
            self.print_json({"due": due, "entries": [entry.seq for entry in entries]})
        else:
            self.stdout.write(f"{due} batches are due; {len(entries)} were closed.")
