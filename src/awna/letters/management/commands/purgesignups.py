"""`awna purgesignups`: delete the sign-ups of letters that nobody confirmed within 72 hours."""

from typing import Any

from awna.kit.commands import AwnaCommand
from awna.kit.erasure import scrub_freed_bytes
from awna.letters.services import CONFIRM_HOURS, purge_unconfirmed


class Command(AwnaCommand):
    help = "Delete the sign-ups of open letters that nobody confirmed within 72 hours. Run it every hour; the mailer does it too."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--scrub", action="store_true", help="rebuild a SQLite file afterwards, so that nothing of them is left in it")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        count = purge_unconfirmed()
        scrubbed = bool(options["scrub"] and scrub_freed_bytes())
        if options["json"]:
            return self.print_json({"deleted": count, "scrubbed": scrubbed})
        self.stdout.write(f"{count} sign-ups older than {CONFIRM_HOURS} hours were deleted.")
        return None
