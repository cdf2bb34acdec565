"""`awna importgifts FILE`: donors, gifts and opening balances of a campaign that ran before its book."""

from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from awna.books.models import BankAccount
from awna.donations.earlier_file import DECIMALS, SEPARATORS
from awna.donations.services import earlier
from awna.kit.commands import AwnaCommand, campaign_named
from awna.parties.models import Role


class Command(AwnaCommand):
    help = "Bring in gifts and opening balances of before the book from a CSV file. A file or row that came in before is known and not taken again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="the CSV file, UTF-8")
        parser.add_argument("--campaign", help="slug; needed when there are several")
        parser.add_argument("--account", required=True, metavar="IBAN", help="account that received the gifts")
        parser.add_argument("--decimal", required=True, choices=sorted(DECIMALS), help="decimal mark of the amounts; never guessed")
        parser.add_argument("--separator", required=True, choices=sorted(SEPARATORS), help="what stands between cells; never guessed")
        parser.add_argument("--as", dest="email", required=True, help="e-mail of the treasurer of the account's own body")
        parser.add_argument("--leave-refused", action="store_true", help="take the good rows though others are refused")
        parser.add_argument("--dry-run", action="store_true", help="judge every row, keep nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        account = BankAccount.objects.filter(book__campaign=campaign, iban=options["account"].replace(" ", "")).first()
        if account is None:
            raise CommandError(f"The campaign has no account {options['account']}.", returncode=2)
        roles = Role.objects.filter(campaign=campaign, user__email=options["email"].lower(), name="treasurer", ended_on=None)
        author = roles.filter(section=account.section_id).first() or roles.first()
        if author is None:
            raise CommandError(f"{options['email']} is no treasurer of this campaign.", returncode=2)
        marks = {"decimal": options["decimal"], "separator": options["separator"]}
        with transaction.atomic():
            found = earlier.look_at_gifts(bank_account=account, data=self.read_file(options["file"]), author=author, **marks)
            rows = earlier.preview(found).rows if found.state == "draft" else []
            if options["dry_run"]:
                transaction.set_rollback(True)
            else:
                self._say_refused(rows)
                found = earlier.take_gifts_in(found=found, author=author, leave_refused=options["leave_refused"])
        self._report(options, found, rows)

    def _say_refused(self, rows: list[earlier.Judged]) -> None:
        for row in rows:
            for problem in row.problems:
                self.stderr.write(str(problem))

    def _report(self, options: dict[str, Any], found: Any, rows: list[earlier.Judged]) -> None:
        count = {state: sum(row.state == state for row in rows) for state in (earlier.NEW, earlier.KNOWN, earlier.REFUSED)}
        if options["dry_run"]:
            self._say_refused(rows)
        if options["json"]:
            told = {
                "import": str(found.pk),
                "rows": count,
                "opening": found.opening_id and str(found.opening_id),
                "kept": not options["dry_run"],
            }
            return self.print_json(told)
        if not rows:
            self.stdout.write(f"This very file came in on {found.done_at:%Y-%m-%d}; nothing was taken again.")
            return None
        kept = "would be taken" if options["dry_run"] else "taken"
        self.stdout.write(f"{count['new']} rows {kept}, {count['known']} known already, {count['refused']} refused.")
        return None
