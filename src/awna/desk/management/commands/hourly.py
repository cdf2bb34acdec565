"""`awna hourly`: everything that must run regularly, in turn, from one timer."""

from typing import Any

from awna.core.problems import Problem, Refused
from awna.desk.doctor.upkeep import keep_stamp
from awna.desk.hourly import hourly_jobs, run_each
from awna.kit.commands import AwnaCommand
from awna.kit.serving import serve


class Command(AwnaCommand):
    help = "Do what is due: forget what may not be kept, sign the heads of the books, send news and waiting mail. Run it once an hour."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only list the jobs")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        serve()
        jobs = hourly_jobs()
        outcomes = [] if options["dry_run"] else run_each(jobs)
        if not options["dry_run"]:
            keep_stamp()
        lines = [(job.name, job.what, False) for job in jobs] if options["dry_run"] else [(o.name, o.said, o.failed) for o in outcomes]
        if options["json"]:
            self.print_json([{"job": name, "said": said, "failed": failed} for name, said, failed in lines])
        else:
            for name, said, failed in lines:
                self.stdout.write(f"{name}: {'FAILED: ' if failed else ''}{said}.".replace("..", "."))
        failed = [outcome for outcome in outcomes if outcome.failed]
        if failed:
            raise Refused([Problem("hourly_job_failed", "%(name)s failed: %(why)s The other jobs were done. Mend the cause; the next run does what was missed.",
                                   {"name": one.name, "why": one.said}) for one in failed])  # fmt: skip
