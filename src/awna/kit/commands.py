"""Commands that say plainly what was refused. Exit codes: 0 done, 1 refused with reasons on standard error, 2 misused."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from awna.core.problems import Problem, Refused

FILE_BYTES_MAX = 50 * 1024 * 1024


class AwnaCommand(BaseCommand):
    """Subclasses write `run(**options)`; a Refused is printed and ends with exit code 1."""

    def run(self, **options: Any) -> None:
        raise NotImplementedError("a command writes run()")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.run(**options)
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            sys.exit(1)

    @staticmethod
    def add_acting_arguments(parser: Any) -> None:
        """What every command takes that acts for a person in a campaign."""
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--as", dest="acting", metavar="EMAIL", help="the person who acts; default: the first who may")
        parser.add_argument("--dry-run", action="store_true", help="check, change nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def print_json(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str))

    @staticmethod
    def read_file(path: str) -> bytes:
        """The bytes of a file that a person named; Refused where it cannot be read."""
        file = Path(path)
        try:
            if file.stat().st_size > FILE_BYTES_MAX:
                raise Refused(Problem("file_too_large", "%(file)s is larger than %(mb)s MB. Split it.",
                                      {"file": file.name, "mb": FILE_BYTES_MAX // 1024**2}))  # fmt: skip
            return file.read_bytes()
        except OSError as error:
            raise Refused(Problem("file_unreadable", "%(file)s cannot be read: %(reason)s. Check the path.",
                                  {"file": path, "reason": error.strerror})) from error  # fmt: skip


def campaign_named(slug: str | None) -> Any:
    """The campaign with this slug, or the only one there is; misuse (exit code 2) otherwise."""
    from django.apps import apps

    campaigns = apps.get_model("parties", "Campaign").objects
    found = list(campaigns.filter(slug=slug) if slug else campaigns.all()[:2])
    if len(found) == 1:
        return found[0]
    if slug:
        raise CommandError(f"There is no campaign “{slug}”.", returncode=2)
    raise CommandError("Name the campaign with --campaign SLUG." if found else "There is no campaign yet: run awna setup.", returncode=2)


def acting_role(campaign: Any, email: str | None, *names: str) -> Any:
    """The role in whose name a command acts: that person's, or the first one held; misuse (exit code 2) when there is none."""
    from django.apps import apps

    held = apps.get_model("parties", "Role").objects.filter(campaign=campaign, name__in=names, ended_on=None)
    role = (held.filter(user__email=email.lower()) if email else held).order_by("began_on", "pk").first()
    if role is None:
        raise CommandError(f"{email or 'Nobody'} holds none of these roles in “{campaign.slug}”: {', '.join(names)}.", returncode=2)
    return role
