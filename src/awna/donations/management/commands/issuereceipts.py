"""`awna issuereceipts`: the receipts of a year, one for each donor, to be run again after any stop."""

import sys
from typing import Any

from django.core.management.base import CommandError

from awna.donations.services import annual_progress, issue_annual_receipts
from awna.kit.commands import AwnaCommand, campaign_named
from awna.parties.models import Role

DONORS_A_PART = 25


class Command(AwnaCommand):
    help = "Issue the receipts of a year for one section (or the owner): what is missing, donor by donor."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("year", type=int, help="the year, which must be over")
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument(
            "--as", dest="email", required=True, help="the treasurer (e-mail) whose section issues; one without a section: the owner"
        )
        parser.add_argument("--plain", action="store_true", help="plain confirmations even where tax receipts are possible")
        parser.add_argument("--dry-run", action="store_true", help="only say how many donors wait")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = Role.objects.filter(campaign=campaign, user__email=options["email"].lower(), name="treasurer", ended_on=None).first()
        if author is None:
            raise CommandError(f"{options['email']} is no treasurer of this campaign.", returncode=2)
        here: dict[str, Any] = {"campaign": campaign, "section": author.section, "year": options["year"]}
        before = annual_progress(**here)
        issued, left = (0, []) if options["dry_run"] else self._issue(here, author, plain=options["plain"], all_of=before.waiting)
        said = {
            "stood": before.done,
            "waited": before.waiting,
            "issued": issued,
            "left": [[str(donor), [str(one) for one in why]] for donor, why in left],
        }
        if options["json"]:
            return self.print_json(said)
        self.stdout.write(f"{before.done} stood, {before.waiting} donors waited; {issued} issued, {len(left)} left out.")
        for donor, why in left:
            self.stdout.write(f"  {donor}: {' '.join(str(one) for one in why)}")
        return None

    def _issue(self, here: dict[str, Any], author: Role, *, plain: bool, all_of: int) -> tuple[int, list[Any]]:
        issued, left, after, more = 0, [], None, True
        while more:
            run = issue_annual_receipts(**here, author=author, plain=plain, after=after, most=DONORS_A_PART)
            issued, left, more = issued + len(run.issued), [*left, *run.left], run.more
            after = max([str(one.donor_id) for one in run.issued] + [str(donor.pk) for donor, _why in run.left], default=None)
            more = more and after is not None
            if sys.stderr.isatty():
                self.stderr.write(f"\r{issued + len(left)} of {all_of}", ending="")
        return issued, left
