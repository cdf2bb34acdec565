"""`awna importstatement FILE`: a bank file in, gifts out."""

import uuid
from typing import Any

from django.core.management.base import CommandError

from awna.books import services as books
from awna.books.models import BankAccount
from awna.core.banking.csv_profile import profile_from_json
from awna.core.digest import sha256
from awna.core.problems import Problem, Refused
from awna.desk.services import import_statement
from awna.kit.commands import AwnaCommand, campaign_named
from awna.parties.models import Role

WAITS = Problem(
    "file_waits", "The file is kept and nothing of it is in the book. Two different people vouch for it on the desk (Bank files)."
)


class Command(AwnaCommand):
    help = (
        "Import a bank file (CAMT, MT940, OFX, CSV): gifts by their reference, the rest into Unidentified. A file imported twice adds nothing; "
        "one that does not add up is kept and waits."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="bank file")
        parser.add_argument("--campaign", help="slug; needed when there are several")
        parser.add_argument("--iban", required=True, help="account that the file belongs to")
        parser.add_argument("--as", dest="email", required=True, help="e-mail of the treasurer who imports")
        parser.add_argument("--profile", metavar="JSON", help="what the columns of the account's tables (CSV) are, from this file on")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        account = BankAccount.objects.filter(book__campaign=campaign, iban=options["iban"].replace(" ", "")).first()
        if account is None:
            raise CommandError(f"The campaign has no account {options['iban']}.", returncode=2)
        author = Role.objects.filter(campaign=campaign, user__email=options["email"].lower(), name="treasurer", ended_on=None).first()
        if author is None:
            raise CommandError(f"{options['email']} is no treasurer of this campaign.", returncode=2)
        data = self.read_file(options["file"])
        if options["profile"]:
            profile = profile_from_json(self.read_file(options["profile"]).decode())
            books.save_profile(bank_account=account, profile=profile, sample=data, author=author, request_id=str(uuid.uuid4()))
        # The same bytes give the same request, so that a command that was cut off can simply be run again.
        request_id = str(uuid.UUID(bytes=sha256(str(account.pk).encode() + data)[:16]))
        report = import_statement(bank_account=account, data=data, filename=options["file"], author=author, request_id=request_id)
        if options["json"]:
            return self.print_json(report.__dict__)
        if report.held:
            raise Refused([*(Problem(**problem) for problem in report.held), WAITS])
        self.stdout.write(
            f"{report.new} new lines, {report.known} known; {report.claimed} gifts by reference, {report.unidentified} to Unidentified, "
            f"{report.waiting} lines wait for the treasurer; {report.changed} told before with other words, details of {report.filled} filled."
        )
        return None
