"""`awna loadvolunteers FILE`: register the volunteers of a CSV list, all or none."""

from typing import Any

from django.db import transaction

from awna.crews.services import REGISTRARS, load_volunteers
from awna.kit.commands import AwnaCommand, acting_role, campaign_named


class Command(AwnaCommand):
    help = "Register the volunteers of a CSV file (code, name, languages, skills, available, vetting, vetted_until); all or none."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="the CSV file")
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one")
        parser.add_argument("--as", dest="email", help="who registers them (e-mail); default the first coordinator")
        parser.add_argument("--dry-run", action="store_true", help="check everything and keep nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        role = acting_role(campaign, options["email"], *REGISTRARS)
        with transaction.atomic():
            loaded = load_volunteers(campaign=campaign, data=self.read_file(options["file"]), author=role)
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"volunteers": [person.code for person in loaded], "kept": not options["dry_run"]})
        kept = "would be registered" if options["dry_run"] else "registered"
        self.stdout.write(f"{len(loaded)} volunteers {kept}.")
        return None
