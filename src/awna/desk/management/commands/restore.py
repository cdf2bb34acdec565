"""`awna restore`: bring a backup back into a bare place, and say what is missing since."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from awna.kit.backups.restoring import restore
from awna.kit.commands import AwnaCommand


class Command(AwnaCommand):
    help = (
        "Bring a backup back into a bare data folder (or an empty PostgreSQL database), and compare its books with heads that were kept elsewhere. "
        "Exit code 1 when entries are missing at the end."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("backup", help="the sealed file")
        parser.add_argument("--key", required=True, metavar="FILE", help="the file with the secret key for backups")
        parser.add_argument(
            "--head", action="append", default=[], metavar="FILE", help="a checkpoint that was kept elsewhere; may be said several times"
        )
        parser.add_argument("--mirror", help="a copy of the log, to list missing entries one by one: https://…/c/NAME/log, or a folder")

        parser.add_argument("--forgotten", metavar="FILE", help="forgotten.jsonl of the second storage, where that is not set here")
        parser.add_argument(
            "--though-older",
            action="store_true",
            help="restore although a log or guard in place knows more entries than the backup; they are then listed",
        )

    def run(self, **options: Any) -> None:
        backup = Path(options["backup"])
        if not backup.is_file():
            raise CommandError(f"There is no file {backup}.", returncode=2)
        contents = restore(
            backup=backup,
            key_file=Path(options["key"]),
            though_older=options["though_older"],
            tell=lambda said: self.stderr.write(f"… {said}"),
        )
        self.stdout.write(f"Restored what was backed up at {contents.made_at} by version {contents.version}: {len(contents.files)} files.")
        # In a process of its own: this one still holds the keys of the bare place.
        words = [
            *(word for head in options["head"] for word in ("--head", head)),
            *(["--mirror", options["mirror"]] if options["mirror"] else []),
            *(["--forgotten", options["forgotten"]] if options["forgotten"] else []),
        ]
        done = subprocess.run([sys.executable, "-m", "awna.cli", "checkrestored", *words], env=os.environ, check=False)  # noqa: S603 - this program again, with the words that it was given
        if done.returncode:
            sys.exit(done.returncode)
