"""`awna listpeople`: who is here with which roles, and who is invited."""

from typing import Any

from awna.kit.commands import AwnaCommand, campaign_named
from awna.parties.models import Role
from awna.parties.people.services import open_invitations


class Command(AwnaCommand):
    help = "List everyone with a role in a campaign, and the open invitations."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--ended", action="store_true", help="also roles that ended")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        roles = Role.objects.filter(campaign=campaign) if options["ended"] else Role.objects.held(campaign)
        people = [
            {
                "name": role.user.name, "email": role.user.email, "role": role.name, "section": role.section.name if role.section else "",
                "began_on": role.began_on, "ended_on": role.ended_on, "active": role.user.is_active,
            }
            for role in roles.select_related("user", "section").order_by("user__name", "user__email", "name")
        ]  # fmt: skip
        invited = [
            {"email": one.email, "role": one.role_name, "section": one.section.name if one.section else "", "sent_at": one.sent_at, "until": one.expires_at}
            for one in open_invitations(campaign)
        ]  # fmt: skip
        if options["json"]:
            return self.print_json({"people": people, "invited": invited})
        for one in people:
            where, ended = f" of {one['section']}" if one["section"] else "", f", ended {one['ended_on']}" if one["ended_on"] else ""
            self.stdout.write(f"{one['name'] or one['email']} <{one['email']}>: {one['role']}{where} since {one['began_on']}{ended}")
        for one in invited:
            self.stdout.write(f"invited: {one['email']} as {one['role']}" + ("" if one["sent_at"] else ", waits for a second person"))
        return None
