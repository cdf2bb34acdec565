"""`awna importstatement FILE`: a bank file in, gifts out."""

import uuid
from typing import Any

from django.core.management.base import CommandError

from awna.books.models import BankAccount
from awna.core.digest import sha256
from awna.desk.services import import_statement
from awna.kit.commands import AwnaCommand, campaign_named
from awna.parties.models import Role


class Command(AwnaCommand):
    help = "Import a CAMT.053 or MT940 file: gifts by their reference, the rest into Unidentified. A file imported twice adds nothing."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="bank file")
        parser.add_argument("--campaign", help="slug; needed when there are several")
        parser.add_argument("--iban", required=True, help="account that the file belongs to")
        parser.add_argument("--as", dest="email", required=True, help="e-mail of the treasurer who imports")
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
        # The same bytes give the same request, so that a command that was cut off can simply be run again.
        request_id = str(uuid.UUID(bytes=sha256(str(account.pk).encode() + data)[:16]))
        report = import_statement(bank_account=account, data=data, filename=options["file"], author=author, request_id=request_id)
        if options["json"]:
            return self.print_json(report.__dict__)
        self.stdout.write(
            f"{report.new} new lines, {report.known} known; {report.claimed} gifts by reference, {report.unidentified} to Unidentified, "
            f"{report.waiting} lines wait for the treasurer."
        )
        return None
