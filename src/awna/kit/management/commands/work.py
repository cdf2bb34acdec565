"""`awna work`: run waiting jobs, once or for ever."""

import os
import time
from typing import Any

from awna.kit.commands import AwnaCommand
from awna.kit.jobs import work_off
from awna.kit.serving import serve

INTERVAL_S = 2


class Command(AwnaCommand):
    help = "Run waiting jobs (mail, options of a plan). Stops with SIGTERM."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="run what is waiting and stop")
        parser.add_argument("--with", dest="parent", type=int, metavar="PID", help="stop when the process that started this one is gone")

    def run(self, **options: Any) -> None:
        serve()
        while not options["parent"] or os.getppid() == options["parent"]:
            work_off()
            if options["once"]:
                return
            time.sleep(INTERVAL_S)
