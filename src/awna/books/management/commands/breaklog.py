"""`awna breaklog`: after a real loss, read entries back from a mirror, or begin a new generation of the log."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from awna.books.services import log_key
from awna.books.services.breaks import break_log, lost_head, propose_break
from awna.books.services.mirror import propose_readoption, readopt
from awna.consent.models import Proposal
from awna.core.log.witness import open_log
from awna.kit.commands import AwnaCommand, acting_role

from .dumpbook import book_of

EXPIRES_AFTER_DAYS = 30


class Command(AwnaCommand):
    help = (
        "After a real loss. Without a word: say what is lost. --propose asks the stewards; --go does what they approved. "
        "With --mirror the missing entries are read back; without, a new generation of the log names the head that it cannot continue."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--mirror", help="a copy of the log: https://…/c/NAME/log, or a folder")
        parser.add_argument("--propose", action="store_true", help="file the proposal for the stewards")
        parser.add_argument("--go", metavar="PROPOSAL", help="the id of the approved proposal")
        parser.add_argument("--as", dest="email", help="the e-mail address of the treasurer or steward who does this")

    def run(self, **options: Any) -> None:
        book = book_of(options["campaign"])
        author = acting_role(book.campaign, options["email"], "treasurer", "steward")
        read = open_log(options["mirror"]) if options["mirror"] else None
        if options["go"]:
            proposal = Proposal.objects.filter(campaign=book.campaign, pk=options["go"]).first()
            if proposal is None:
                raise CommandError(f"There is no proposal {options['go']}.", returncode=2)
            if read:
                adopted = readopt(proposal=proposal, read=read, author=author)
                self.stdout.write(f"{adopted} entries were read back. Who gave them is unknown here: ask the donors for their files.")
            else:
                break_log(proposal=proposal, author=author)
                self.stdout.write(f"The log goes on as {log_key(book).name}. Its key: {log_key(book)}")
            return
        lost = lost_head(book)
        if lost is None:
            self.stdout.write("The database continues every head that was signed. Nothing is lost.")
            return
        self.stdout.write(f"Lost: the log of {lost.head.size} entries with the root {lost.head.root.hex()}, signed in {lost.place}.")
        if options["propose"]:
            terms = {"filed_by": author, "expires_on": timezone.localdate() + timedelta(days=EXPIRES_AFTER_DAYS),
                     "request_id": f"break:{lost.head.root.hex()[:32]}"}  # fmt: skip
            proposal = propose_readoption(book=book, read=read, **terms) if read else propose_break(book=book, **terms)
            self.stdout.write(f"Proposal {proposal.pk}: when enough stewards have approved, run awna breaklog --go {proposal.pk}")
