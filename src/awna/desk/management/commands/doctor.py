"""`awna doctor`: looks at everything, says what is wrong and what mends it."""

import sys
from typing import Any

from awna.desk.doctor.findings import BAD, WELL
from awna.desk.doctor.round import whole_round
from awna.kit.commands import AwnaCommand

MARKS = {"bad": "NOW ", "look": "soon", "well": "well"}


class Command(AwnaCommand):
    help = (
        "Look at settings, keys, disk, clock, certificate, mail, timer, jobs, backups, versions, guards, the second place of the head, and each campaign's log, heads and statements; "
        "say what is wrong and what mends it. Changes nothing. Exit code 1 when something may not wait."
    )
    # It must also speak where the database is older than the program or a guard is missing.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--all", action="store_true", help="also list what is well")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        found = whole_round()
        if options["json"]:
            self.print_json(
                [{"looked_at": one.name, "state": one.state, "code": one.problem.code, "said": one.said, "do": one.do} for one in found]
            )
        else:
            self._tell(found, options["all"])
        if any(one.state == BAD for one in found):
            sys.exit(1)

    def _tell(self, found: list[Any], everything: bool) -> None:
        for one in found:
            if everything or one.state != WELL:
                self.stdout.write(f"{MARKS[one.state]}  {one.name}: {one.said}" + (f"\n        → {one.do}" if one.do else ""))
        well = len({one.name for one in found if one.state == WELL})
        self.stdout.write(f"{well} things are well.")
