"""`awna upgrade`: bring the data to this version, with a backup before and a look after; or back again."""

import sys
from typing import Any

from awna.core.problems import Problem, Refused
from awna.desk.doctor.findings import BAD, Finding
from awna.desk.upgrade.back import go_back
from awna.desk.upgrade.forward import COPY_KEPT_DAYS, upgrade
from awna.desk.upgrade.looking import look_before, other_advice
from awna.kit import serving
from awna.kit.commands import AwnaCommand


class Command(AwnaCommand):
    help = (
        "Bring the database to the version of this program: look first, make a backup, keep a copy, change, recompute every book. "
        "Stopped half-way, it goes on when it is typed again. With --back the data of before is put back."
    )
    # It must run where the database is older than the program, and where it stands between two versions.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only look, and say what would be done")
        parser.add_argument("--back", action="store_true", help="put back the data of before the upgrade")
        parser.add_argument(
            "--lose", type=int, metavar="N", help="with --back: go back though N entries, and what else was written since, are lost"
        )
        parser.add_argument(
            "--without-backup", action="store_true", help="make no sealed backup; the copy beside the database is kept all the same"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        if options["lose"] is not None and not options["back"]:
            raise Refused(Problem("lose_without_back", "--lose belongs to --back. Nothing was done."))
        with_backup = not options["without_backup"]
        if options["dry_run"]:
            self._look(look_before(with_backup=with_backup), options["json"])
        elif options["back"]:
            self._back(options)
        else:
            self._forward(with_backup, options)

    def _tell(self, options: dict[str, Any]) -> Any:
        quiet = options["json"] or options["verbosity"] == 0
        return (lambda _said: None) if quiet else (lambda said: self.stderr.write(f"… {said}"))

    def _look(self, found: list[Finding], as_json: bool) -> None:
        if as_json:
            self.print_json(
                [{"looked_at": one.name, "state": one.state, "code": one.problem.code, "said": one.said, "do": one.do} for one in found]
            )
        else:
            for one in found:
                self.stdout.write(f"{one.name}: {one.said}" + (f"\n    → {one.do}" if one.do else ""))
        if any(one.state == BAD for one in found):
            sys.exit(1)

    def _forward(self, with_backup: bool, options: dict[str, Any]) -> None:
        journal = upgrade(with_backup=with_backup, tell=self._tell(options))
        advice = other_advice() if journal else []
        if options["json"]:
            self.print_json(
                {"changed": journal is not None, "backup": journal.backup if journal else "", "advice": [one.said for one in advice]}
            )
            return
        if journal is None:
            self.stdout.write("Nothing had to be changed: the data is of this version.")
            return
        self.stdout.write(f"The data is of version {journal.version_to}, every book agrees with its log. Start the services again.")
        if journal.backup:
            self.stdout.write(f"Backup of before: {journal.backup}")
        self.stdout.write(
            f"The way back, for {COPY_KEPT_DAYS} days: stop the services, awna upgrade --back, install version {journal.version_from or 'of before'}."
        )
        for one in advice:
            self.stdout.write(f"Besides, {one.name}: {one.said}" + (f"\n    → {one.do}" if one.do else ""))

    def _back(self, options: dict[str, Any]) -> None:
        journal = go_back(lose=options["lose"], tell=self._tell(options))
        kept, version = serving.upgrade_folder(), journal.version_from or "of before"
        if options["json"]:
            self.print_json({"version": journal.version_from, "newer_state": str(kept)})
            return
        self.stdout.write(
            f"The data of before the upgrade is back. Now install version {version}, type awna checkrestored, and start the services."
        )
        self.stdout.write(f"The newer state is kept for {COPY_KEPT_DAYS} days in {kept}.")
        if options["lose"]:
            self.stdout.write(
                "The published log still has the lost entries: awna breaklog --mirror FOLDER-OF-THE-LOG --propose reads them back."
            )
