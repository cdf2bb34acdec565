"""`awna erasedonor LINK`: forget who gave, at the donor's own wish."""

from typing import Any

from awna.core.problems import Problem, Refused
from awna.donations.models import Donor
from awna.donations.services import erase_donor
from awna.kit.commands import AwnaCommand


class Command(AwnaCommand):
    help = "Forget the donor of a private link: keys, name, address, mails. The book keeps its entries, which then link to nobody."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("link", help="the donor's private link, or its last part")
        parser.add_argument("--dry-run", action="store_true", help="only say how many gifts it concerns")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        donor = Donor.objects.by_token(options["link"].rstrip("/").rpartition("/")[2])
        if donor is None:
            raise Refused(Problem("donor_link_unknown", "This link opens no gift. Copy the whole address of the donor's private page."))
        if options["dry_run"]:
            gifts, mails = donor.gifts.count(), 0
        else:
            erased = erase_donor(donor)
            gifts, mails = erased.gifts, erased.mails
        if options["json"]:
            self.print_json({"gifts": gifts, "mails": mails})
        else:
            self.stdout.write(f"{gifts} gifts link to nobody any more; {mails} mails are forgotten.")
