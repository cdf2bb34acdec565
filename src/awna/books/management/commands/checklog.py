"""`awna checklog`: read every published byte of a log again and name what is damaged."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from awna.books.services.checklog import check_folder, check_log
from awna.core.log.checkpoint import read_key
from awna.core.problems import Refused
from awna.kit.commands import AwnaCommand

from .dumpbook import book_of


class Command(AwnaCommand):
    help = "Re-read all published files of a log against the database and against themselves. Exit codes: 0 whole, 1 damaged, 2 misused."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("campaign", nargs="?", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--folder", help="check a copy of a log in this folder, without the database; needs --key")
        parser.add_argument("--key", help="the log key, name+hash+key, from a source that you trust")
        parser.add_argument("--json", action="store_true", help="print the problems as JSON")

    def run(self, **options: Any) -> None:
        if bool(options["folder"]) != bool(options["key"]) or (options["folder"] and options["campaign"]):
            raise CommandError("Give a campaign, or --folder together with --key.", returncode=2)
        if options["folder"]:
            if not Path(options["folder"]).is_dir():
                raise CommandError(f"{options['folder']} is not a folder.", returncode=2)
            problems = check_folder(Path(options["folder"]), key=read_key(options["key"]))
        else:
            problems = check_log(book_of(options["campaign"]))
        if options["json"]:
            self.print_json([{"file": problem.where, "code": problem.code, "problem": str(problem)} for problem in problems])
        if problems:
            raise Refused(problems)
        if not options["json"]:
            self.stdout.write("Every file of the log is whole.")
