"""`awna publish DIR`: a static, signed copy of every public page, log file and data package, for any web server or a USB stick."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from awna.core.problems import Refused
from awna.kit.commands import AwnaCommand, campaign_named
from awna.parties.models import Campaign
from awna.public.snapshot.making import Report, publish_snapshot

PUBLIC_UMASK = 0o022
"""The web server reads the copy as another user, however private the other files of this one are."""


class Command(AwnaCommand):
    help = "Write a static, signed copy of the public site into DIR; DIR/current leads to the newest whole one."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="the folder that holds the copies; a web server serves DIR/current")
        parser.add_argument("--campaign", help="only this campaign, by its address; default: all")
        parser.add_argument("--at", metavar="TIME", help="the time that the copy says it was made, with its zone; default: now")
        parser.add_argument("--once-founded", action="store_true", help="for a timer: where no campaign has a signed book yet, do nothing")
        parser.add_argument("--fresh", action="store_true", help="build every file again, taking nothing over from the copy before")
        parser.add_argument(
            "--processes", type=int, default=0, metavar="N", help="how many processes build pages; default: one a core, at most 4"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaigns = [campaign_named(options["campaign"])] if options["campaign"] else list(Campaign.objects.order_by("slug"))
        if options["processes"] < 0:
            raise CommandError("--processes takes a number of at least 1.", returncode=2)
        before = os.umask(PUBLIC_UMASK)
        try:
            report = self._publish(campaigns, options)
        except Refused as refused:
            if not options["once_founded"] or [problem.code for problem in refused.problems] != ["nothing_signs"]:
                raise
            self.stdout.write("No campaign has a signed book yet: nothing to publish.")
            return
        finally:
            os.umask(before)
        self._tell(report, json=options["json"])

    def _publish(self, campaigns: list[Campaign], options: dict[str, Any]) -> Report:
        return publish_snapshot(options["folder"], campaigns=campaigns, made_at=_time(options["at"]), processes=options["processes"],
                                fresh=options["fresh"])  # fmt: skip

    def _tell(self, report: Report, *, json: bool) -> None:
        if json:
            self.print_json({"place": report.place, "files": report.files, "bytes": report.bytes, "written": report.written, "kept": report.kept,
                             "left_out": report.left_out, "heads": {head.slug: head.size for head in report.facts.heads}})  # fmt: skip
            return
        self.stdout.write(f"{report.place}: {report.files} files, {report.bytes} bytes; {report.written} written, {report.kept} as before.")
        for head in report.facts.heads:
            self.stdout.write(f"{head.slug}: from the head of {head.size} entries.")
        for path in report.left_out:
            self.stderr.write(f"{path} was left out: the picture still carries what the camera wrote into it. Upload it again.")


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise CommandError(f"“{text}” is no time with its zone, such as 2026-11-21T18:00:00Z.", returncode=2)
    return found
