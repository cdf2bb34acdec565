"""`awna work`: run waiting jobs, once or for ever."""

import time
from typing import Any

from awna.kit.commands import AwnaCommand
from awna.kit.jobs import work_off

INTERVAL_S = 2


class Command(AwnaCommand):
    help = "Run waiting jobs (mail, options of a plan). Stops with SIGTERM."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="run what is waiting and stop")

    def run(self, **options: Any) -> None:
        while True:
            work_off()
            if options["once"]:
                return
            time.sleep(INTERVAL_S)
