"""`awna decide NUMBER CHOICE`: one steward's word on a release."""

import uuid
from typing import Any

from django.db import transaction

from awna.approvals.models import Release
from awna.approvals.services import STEWARD
from awna.approvals.services import decide as decide_proposal
from awna.books.models import Entry
from awna.consent.services import state_of
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named


class Command(AwnaCommand):
    help = "Say a steward's word on a release: approve, ask or decline. The word that completes the quorum releases the money."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("number", type=int, help="the release's number")
        parser.add_argument("choice", help="approve, ask or decline")
        parser.add_argument("--as", dest="acting", metavar="EMAIL", required=True, help="the steward who decides")
        parser.add_argument("--reason", default="", help="needed to ask or decline")
        parser.add_argument("--request-id", help="repeat an earlier word safely")
        parser.add_argument("--campaign", help="the campaign's address; needed when there are several")
        parser.add_argument("--dry-run", action="store_true", help="check, change nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        steward = acting_role(campaign, options["acting"], STEWARD)
        release = release_numbered(campaign, options["number"])
        with transaction.atomic():
            decide_proposal(
                proposal=release.proposal, steward=steward, choice=options["choice"], reason=options["reason"],
                request_id=options["request_id"] or str(uuid.uuid4()),
            )  # fmt: skip
            standing, released = state_of(release.proposal), is_released(release)
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json(
                {
                    "release": release.number,
                    "signed": standing.approvals,
                    "required": standing.required,
                    "released": released,
                    "dry_run": options["dry_run"],
                }
            )
        self.stdout.write(
            f"release {release.number}: {standing.approvals} of {standing.required} signed" + (", released" if released else "")
        )
        return None


def release_numbered(campaign: Any, number: int) -> Release:
    found = Release.objects.filter(campaign=campaign, number=number).first()
    if found is None:
        raise Refused(
            Problem("release_unknown", "There is no release %(number)s. See the stewards' queue for the numbers.", {"number": number})
        )
    return found


def is_released(release: Release) -> bool:
    return Entry.objects.filter(proposal=release.proposal_id, kind="release").exists()
