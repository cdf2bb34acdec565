"""`awna checkrestored`: does the database continue every head that was ever signed, and what is missing if not."""

import sys
from pathlib import Path
from typing import Any

from awna.books.models import Book
from awna.core.problems import Problem, Refused
from awna.desk.after_restore import Standing, kept_aside, mirror_aside, standing_of
from awna.desk.forgetting import keep_forgotten
from awna.kit.commands import AwnaCommand
from awna.kit.serving import unfit_problems
from awna.parties.forgotten.services import take_over


class Command(AwnaCommand):
    help = (
        "Compare each book with the heads that were signed and kept, and list what is missing at its end. awna restore does it by itself."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--head", action="append", default=[], metavar="FILE", help="a checkpoint that was kept elsewhere; may be said several times"
        )
        parser.add_argument("--mirror", help="a copy of the log, to list missing entries one by one: https://…/c/NAME/log, or a folder")
        parser.add_argument("--forgotten", metavar="FILE", help="forgotten.jsonl of the second storage, where that is not set here")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        if problems := unfit_problems():
            raise Refused([*problems, Problem("check_afterwards", "Then type awna checkrestored.")])
        if options["forgotten"]:
            take_over(Path(options["forgotten"]))
        again = keep_forgotten()
        notes = {name: self.read_file(name).decode(errors="replace") for name in options["head"]}
        books = Book.objects.select_related("campaign").order_by("origin")
        found = [standing_of(book, notes=notes | kept_aside(book), mirror=options["mirror"] or mirror_aside(book)) for book in books]
        if options["json"]:
            self.print_json([vars(one) for one in found])
        else:
            if again:
                self.stdout.write(f"{again} people or things that were forgotten after the backup are forgotten again.")
            for one in found:
                self._tell(one)
        if any(one.missing_count for one in found):
            sys.exit(1)

    def _tell(self, one: Standing) -> None:
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
        how = f" --mirror {one.mirror}" if one.mirror and one.missing else ""
        self.stdout.write(f"  Next: awna breaklog --campaign {one.slug}{how} --propose")
