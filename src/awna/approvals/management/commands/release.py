"""`awna release NUMBER`: release what k stewards have signed, or free what ended."""

from typing import Any

from django.db import transaction

from awna.approvals.services import PROPOSER_ROLES, STEWARD, release, void
from awna.kit.commands import AwnaCommand, acting_role, campaign_named

from .decide import release_numbered


class Command(AwnaCommand):
    help = "Release the money of an approved proposal; with --void, take the proposal back and free what was not ordered."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("number", type=int, help="the release's number")
        parser.add_argument("--void", action="store_true", help="free the money instead")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        proposal = release_numbered(campaign, options["number"]).proposal
        with transaction.atomic():
            if options["void"]:
                author = acting_role(campaign, options["acting"], *PROPOSER_ROLES)
                entry = void(proposal=proposal, author=author, request_id=f"void:{proposal.pk}")
            else:
                entry = release(proposal=proposal, author=acting_role(campaign, options["acting"], STEWARD))
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"release": options["number"], "entry": entry.seq if entry else None, "dry_run": options["dry_run"]})
        self.stdout.write(f"release {options['number']}: " + (f"entry {entry.seq} ({entry.kind})" if entry else "nothing was left to free"))
        return None
