"""`awna readbounces`: what mail came back, from a mailbox or from one message on standard input."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from awna.kit.commands import AwnaCommand
from awna.kit.outbox.bounces import MESSAGE_BYTES_MAX, Found, messages_in, read_bounces

WORDS = {
    "bounced": "mails came back", "dead": "addresses are mailed no more", "known": "were known", "passing": "tell of a delay or a delivery",
    "foreign": "are about no mail of ours", "no_report": "are no report", "damaged": "could not be read",
}  # fmt: skip


class Command(AwnaCommand):
    help = (
        "Read reports of mail that came back, from a Maildir, an mbox file or (without PLACE and without AWNA_BOUNCES, or with -) one message on "
        "standard input, as a mail server pipes it. Addresses that do not exist are mailed no more."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("place", nargs="?", help="a Maildir or an mbox file; - for standard input; default: AWNA_BOUNCES")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        place = options["place"] or settings.AWNA_BOUNCES or "-"
        messages = iter([Found(sys.stdin.buffer.read(MESSAGE_BYTES_MAX))]) if place == "-" else messages_in(Path(place))
        reading = asdict(read_bounces(messages, is_dry=options["dry_run"]))
        if options["json"]:
            self.print_json(reading)
            return
        told = "; ".join(f"{reading[name]} {words}" for name, words in WORDS.items() if reading[name])
        self.stdout.write(f"{reading['messages']} messages read{': ' + told if told else ''}.")
