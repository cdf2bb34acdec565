"""`awna loadtasks FILE`: load the tasks of a campaign from a table."""

from pathlib import Path
from typing import Any

from django.db import transaction

from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.works.task_file import LOAD_ROLES, load_tasks


class Command(AwnaCommand):
    help = "Load the tasks of a campaign from FILE (our CSV table), whole or not at all."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", metavar="FILE")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *LOAD_ROLES)
        data = self.read_file(options["file"])
        with transaction.atomic():
            tasks = load_tasks(campaign=campaign, data=data, filename=Path(options["file"]).name, author=author)
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"tasks": [task.code for task in tasks], "dry_run": options["dry_run"]})
        self.stdout.write(f"{len(tasks)} tasks {'would be loaded' if options['dry_run'] else 'loaded'}.")
        return None
