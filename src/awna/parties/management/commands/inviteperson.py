"""`awna inviteperson EMAIL ROLE`: offer somebody a role by mail."""

from typing import Any

from django.db import transaction

from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.parties.people.naming import section_named
from awna.parties.people.rules import MANAGERS
from awna.parties.people.services import invite_person


class Command(AwnaCommand):
    help = (
        "Offer somebody a role by mail, in the name of a steward or treasurer; where the role needs a second person, they are asked first."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="where the link goes")
        parser.add_argument("role", help="the role's name, such as coordinator")
        parser.add_argument("--section", help="the name of the section that it is for")
        parser.add_argument("--language", default="", help="the language of the mail, such as ar; default: that of the site")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *MANAGERS)
        with transaction.atomic():
            invitation = invite_person(
                campaign=campaign, email=options["email"], role_name=options["role"], section=section_named(campaign, options["section"]),
                language=options["language"] or campaign.site_language, author=author,
            )  # fmt: skip
            transaction.set_rollback(options["dry_run"])
        state = "mailed" if invitation.sent_at else "waits for a second person"
        if options["json"]:
            return self.print_json(
                {
                    "email": invitation.email,
                    "role": invitation.role_name,
                    "state": state,
                    "until": invitation.expires_at,
                    "dry_run": options["dry_run"],
                }
            )
        self.stdout.write(f"{invitation.email}, {invitation.role_name}: {state}" + (" (nothing was changed)" if options["dry_run"] else ""))
        return None
