"""`awna makeplan`: plan the tasks of a campaign from its crews, stock, arrivals and money."""

import uuid
from typing import Any

from django.db import transaction

from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.works.services import PLAN_ROLES, PLAN_SCHEDULES, adopt_plan, make_plan


class Command(AwnaCommand):
    help = "Plan the campaign's tasks; --adopt puts the plan in force."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--as", dest="acting", metavar="EMAIL", help="the person who acts; default: the first who may")
        parser.add_argument("--schedules", type=int, default=PLAN_SCHEDULES, help="how long to search, in schedules tried")
        parser.add_argument("--seed", type=int, default=1, help="another number searches another way")
        parser.add_argument("--adopt", action="store_true", help="put the plan in force")
        parser.add_argument("--request-id", help="repeat an earlier run safely")
        parser.add_argument("--dry-run", action="store_true", help="plan, keep nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *PLAN_ROLES)
        with transaction.atomic():
            run = make_plan(
                campaign=campaign, author=author, request_id=options["request_id"] or str(uuid.uuid4()), schedules=options["schedules"],
                seed=options["seed"], progress=self._progress,
            )  # fmt: skip
            if options["adopt"]:
                adopt_plan(run=run, author=author)
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json(
                {"plan": str(run.pk), "finish": run.finish, "lower_bound": run.lower_bound, "adopted": bool(run.adopted_at)}
            )
        state = "in force" if run.adopted_at else "not in force until adopted"
        self.stdout.write(f"Plan of {len(run.plan.placements)} tasks, finish in slot {run.finish}, {state}.")
        return None

    def _progress(self, objective: int, bound: int, seconds: float) -> None:
        self.stderr.write(f"{seconds:6.1f} s  finish {objective}  no plan before {bound}")
