"""`awna loadbudget FILE`: load a bill of quantities."""

from typing import Any

from django.db import transaction

from awna.campaigns.services import BUDGET_ROLES, load_budget
from awna.core.amounts import currency_scale, format_minor
from awna.kit.commands import AwnaCommand, acting_role, campaign_named


class Command(AwnaCommand):
    help = "Load a bill of quantities from xlsx, ods, CSV or JSON, whole or not at all; the same codes are the same lines."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="the file of the bill")
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--as", dest="acting", metavar="EMAIL", help="the person who acts; default: the first who may")
        parser.add_argument("--change", action="store_true", help="known lines get the figures of the file")
        parser.add_argument("--dry-run", action="store_true", help="check and count, change nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *BUDGET_ROLES)
        data = self.read_file(options["file"])
        with transaction.atomic():
            lines = load_budget(campaign=campaign, data=data, filename=options["file"], author=author, change=options["change"])
            transaction.set_rollback(options["dry_run"])
        sums: dict[str, int] = {}
        for line in lines:
            for currency, minor in line.amounts.items() if line.is_counted else ():
                sums[currency] = sums.get(currency, 0) + minor
        totals = {code: format_minor(minor, currency_scale(code)) for code, minor in sums.items()}
        if options["json"]:
            return self.print_json({"lines": len(lines), "totals": totals, "dry_run": options["dry_run"]})
        said = ", ".join(f"{code} {total}" for code, total in totals.items())
        self.stdout.write(f"{len(lines)} lines, {said}" + (" (nothing was changed)" if options["dry_run"] else ""))
        return None
