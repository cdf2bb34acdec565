"""`awna closecrossing CODE`: report a crossing closed and mend the plan in force; prints what moves."""

import uuid
from datetime import date
from typing import Any

from django.utils import timezone

from awna.access.management.commands.reportcrossing import iso_date
from awna.access.models import Crossing
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.works.services import PLAN_ROLES, adopt_plan, moves_of, repair_after_closing


class Command(AwnaCommand):
    help = "Report that a crossing is closed and mend the plan in force; --adopt puts the mended plan in force."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("code", help="the crossing's code")
        parser.add_argument("--from", dest="valid_from", type=iso_date, metavar="DATE", help="first day; default: today")
        parser.add_argument("--until", dest="valid_until", type=iso_date, metavar="DATE", help="last day; default: nobody knows")
        parser.add_argument("--source", required=True, help="who says so")
        parser.add_argument("--confidence", default="heard", help="seen, confirmed or heard (default)")
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--as", dest="acting", metavar="EMAIL", help="the person who acts; default: the first who may")
        parser.add_argument("--adopt", action="store_true", help="put the mended plan in force")
        parser.add_argument("--request-id", help="repeat an earlier report safely")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *PLAN_ROLES)
        crossing: Crossing | None = campaign.crossings.filter(code=options["code"]).first()
        if crossing is None:
            text = "There is no crossing “%(code)s”. Check the code."
            raise Refused(Problem("crossing_unknown", text, {"code": options["code"]}))
        start: date = options["valid_from"] or timezone.localdate()
        mended = repair_after_closing(
            crossing=crossing, status="closed", valid_from=start, valid_until=options["valid_until"], source=options["source"],
            confidence=options["confidence"], author=author, request_id=options["request_id"] or str(uuid.uuid4()),
        )  # fmt: skip
        if mended.run is None:
            self.stderr.write("The report is kept. The plan could not be mended:")
            raise Refused(mended.problems)
        if options["adopt"]:
            adopt_plan(run=mended.run, author=author)
        moves = moves_of(mended.run)
        if options["json"]:
            return self.print_json({"plan": str(mended.run.pk), "finish": mended.run.finish, "moved": mended.run.difference})
        self.stdout.write(f"{len(moves)} tasks move; finish in slot {mended.run.finish}.")
        for move in moves:
            self.stdout.write(f"{move.task}: {move.old_start} -> {move.new_start}{', other people' if move.crew_changed else ''}")
        return None
