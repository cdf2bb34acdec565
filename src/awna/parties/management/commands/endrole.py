"""`awna endrole EMAIL ROLE`: withdraw a role and sign its holder out everywhere."""

from typing import Any

from django.db import transaction

from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.parties.models import RoleAsk
from awna.parties.people.naming import role_held, section_named
from awna.parties.people.rules import MANAGERS
from awna.parties.people.services import end_role


class Command(AwnaCommand):
    help = (
        "Withdraw a role, in the name of a steward or treasurer. A steward's seat and keys stay in the policy until the quorum changes it."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="whose role")
        parser.add_argument("role", help="the role's name, such as coordinator")
        parser.add_argument("--section", help="the name of its section, where the person holds the role in several")
        parser.add_argument("--even-last", action="store_true", help="also where no treasurer is left")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *MANAGERS)
        role = role_held(campaign, options["email"], options["role"], section_named(campaign, options["section"]))
        with transaction.atomic():
            done = end_role(role=role, author=author, even_last=options["even_last"])
            transaction.set_rollback(options["dry_run"])
        state = "waits for a second person" if isinstance(done, RoleAsk) else "ended"
        if options["json"]:
            return self.print_json({"email": options["email"], "role": role.name, "state": state, "dry_run": options["dry_run"]})
        self.stdout.write(f"{options['email']}, {role.name}: {state}" + (" (nothing was changed)" if options["dry_run"] else ""))
        return None
