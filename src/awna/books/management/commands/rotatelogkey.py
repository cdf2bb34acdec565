"""`awna rotatelogkey`: give a log a new signing key that holders of the old one can follow."""

from typing import Any

from awna.books.services import log_key
from awna.books.services.rotation import rotate_log_key
from awna.kit.commands import AwnaCommand, acting_role

from .dumpbook import book_of


class Command(AwnaCommand):
    help = "Announce a new log key in the log, sign that with the old key, and sign with the new one from then on."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--as", dest="email", help="the e-mail address of the treasurer or steward who does this")
        parser.add_argument("--key", help="the new public key, name+hash+key; needed where AWNA_LOG_SIGNER signs")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")

    def run(self, **options: Any) -> None:
        book = book_of(options["campaign"])
        author = acting_role(book.campaign, options["email"], "treasurer", "steward")
        old = log_key(book)
        if options["dry_run"]:
            self.stdout.write(f"{old} would announce a new key and give way to it.")
            return
        rotate_log_key(book=book, author=author, new_key=options["key"])
        self.stdout.write(f"Old key: {old}\nNew key: {log_key(book)}")
