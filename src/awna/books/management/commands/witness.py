"""`awna witness`: watch a log, this one or another, and cosign its heads. The same as `python -m awna.core.log.witness`; no database."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand

from awna.core.log import witness


class Command(BaseCommand):
    help = "Fetch a log's head, check that it continues the last one seen, cosign it. Without a log: print the witness's key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        witness.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        code = witness.run(argparse.Namespace(**options))
        if code:
            sys.exit(code)
