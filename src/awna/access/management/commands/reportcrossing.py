"""`awna reportcrossing CODE STATUS`: add a dated, sourced report about a crossing."""

import argparse
import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.access.models import Crossing
from awna.access.services import REPORTER_ROLES, add_crossing, report
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date such as 2026-12-01") from error


class Command(AwnaCommand):
    help = "Report that a crossing is open, closed or restricted, from when, until when, and who says so."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("code", help="the crossing's code")
        parser.add_argument("status", help="open, closed or restricted")
        parser.add_argument("--from", dest="valid_from", type=iso_date, metavar="DATE", help="first day; default: today")
        parser.add_argument("--until", dest="valid_until", type=iso_date, metavar="DATE", help="last day; default: until further notice")
        parser.add_argument("--source", required=True, help="who says so")
        parser.add_argument("--confidence", default="heard", help="seen, confirmed or heard (default)")
        parser.add_argument("--name", help="name a crossing that is not known yet")
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--as", dest="acting", metavar="EMAIL", help="the person who acts; default: the first who may")
        parser.add_argument("--request-id", help="repeat an earlier report safely")
        parser.add_argument("--dry-run", action="store_true", help="check, change nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *REPORTER_ROLES)
        with transaction.atomic():
            crossing = self._crossing(campaign, author, options)
            made = report(
                crossing=crossing, status=options["status"], valid_from=options["valid_from"] or timezone.localdate(),
                valid_until=options["valid_until"], source=options["source"], confidence=options["confidence"], reported_by=author,
                request_id=options["request_id"] or str(uuid.uuid4()),
            )  # fmt: skip
            windows = [{"start": w.start, "until": w.until, "status": w.status} for w in crossing.open_windows()]
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"crossing": crossing.code, "report": str(made.pk), "windows": windows, "dry_run": options["dry_run"]})
        spans = [f"{window['start']} to {window['until'] or 'further notice'}" for window in windows]
        self.stdout.write(f"{made}. Passable: {'; '.join(spans) or 'no days known'}")
        return None

    @staticmethod
    def _crossing(campaign: Any, author: Any, options: Any) -> Crossing:
        found = campaign.crossings.filter(code=options["code"]).first()
        if found is None and options["name"]:
            return add_crossing(campaign=campaign, code=options["code"], name=options["name"], author=author)
        if found is None:
            raise Refused(
                Problem("crossing_unknown", "There is no crossing “%(code)s”. Give --name to name a new one.", {"code": options["code"]})
            )
        return found
