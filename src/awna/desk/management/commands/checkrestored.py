"""`awna checkrestored`: does the database continue every head that was ever signed, and what is missing if not."""

import sys
from pathlib import Path
from typing import Any

from awna.books.models import Book
from awna.core.log.witness import open_log
from awna.desk.after_restore import Standing, standing_of
from awna.desk.forgetting import keep_forgotten
from awna.kit.commands import AwnaCommand


class Command(AwnaCommand):
    help = (
        "Compare each book with the heads that were signed and kept, and list what is missing at its end. awna restore does it by itself."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--head", action="append", default=[], metavar="FILE", help="a checkpoint that was kept elsewhere; may be said several times"
        )
        parser.add_argument("--mirror", help="a copy of the log, to list missing entries one by one: https://…/c/NAME/log, or a folder")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        again = keep_forgotten()
        notes = {name: self.read_file(name).decode(errors="replace") for name in options["head"]}
        read = open_log(options["mirror"]) if options["mirror"] else None
        found = [standing_of(book, notes=notes, read=read) for book in Book.objects.select_related("campaign").order_by("origin")]
        if options["json"]:
            self.print_json([vars(one) for one in found])
        else:
            if again:
                self.stdout.write(f"{again} people or things that were forgotten after the backup are forgotten again.")
            for one in found:
                self._tell(one, options["mirror"])
        if any(one.missing_count for one in found):
            sys.exit(1)

    def _tell(self, one: Standing, mirror: str | None) -> None:
        if not one.missing_count:
            against = ", ".join(one.compared_with) or "nothing that was kept elsewhere"
            self.stdout.write(f"{one.origin}: whole, {one.entries} entries; continues {against}.")
            return
        self.stdout.write(f"{one.origin}: {one.missing_count} entries are missing, numbers {one.entries} to {one.entries + one.missing_count - 1}. "
                          f"The head of {one.entries + one.missing_count} entries was signed ({Path(one.signed_in).name}).")  # fmt: skip
        for line in one.missing:
            self.stdout.write(f"  {line}")
        if not one.missing:
            self.stdout.write("  What they were is not known here. Look for a mirror of the log and name it with --mirror.")
        how = f" --mirror {mirror}" if mirror and one.missing else ""
        self.stdout.write(f"  Next: awna breaklog --campaign {one.slug}{how} --propose")
