"""`awna approvehours`: the shift lead approves the hours that wait."""

from typing import Any

from awna.core.problems import Refused
from awna.crews.models import Hours
from awna.crews.services import APPROVERS, approve_hours
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.kit.policies import Actor


class Command(AwnaCommand):
    help = "Approve hours that wait, in the name of a shift lead; what may not be approved is named and the rest is done."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one")
        parser.add_argument("--as", dest="email", help="the shift lead (e-mail); default the first one")
        parser.add_argument("--code", help="only the hours of the volunteer with this code")
        parser.add_argument("--dry-run", action="store_true", help="only list what waits")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        role = acting_role(campaign, options["email"], *APPROVERS)
        waiting = Hours.objects.for_actor(Actor(role.user, [role])).waiting().filter(shift__crew__campaign=campaign)
        if options["code"]:
            waiting = waiting.filter(volunteer__code=options["code"])
        approved, problems = [], []
        for hours in waiting.select_related("shift__crew__campaign", "volunteer"):
            try:
                approved.append(hours if options["dry_run"] else approve_hours(hours=hours, approver=role))
            except Refused as refused:
                problems += [problem.at(hours.volunteer.code) for problem in refused.problems]
        rows = [{"code": row.volunteer.code, "day": row.shift.works_on, "hours": row.hours, "entry": row.entry_seq} for row in approved]
        if options["json"]:
            self.print_json(rows)
        else:
            for row in rows:
                self.stdout.write(
                    f"{row['day']} {row['code']} {row['hours']} h" + (f", entry {row['entry']}" if row["entry"] is not None else "")
                )
        if problems:
            raise Refused(problems)
