"""`awna proposerelease`: ask the stewards for money."""

import json
import uuid
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.dateparse import parse_date

from awna.approvals.services import PROPOSER_ROLES, MilestoneAsk, propose_release
from awna.books.models import Commodity, Custody
from awna.core.amounts import parse_minor
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named


class Command(AwnaCommand):
    help = (
        "Ask for a release: --payee NAME --from IBAN --currency EUR --fund CODE --milestone N:AMOUNT:DATE[:EVIDENCE,…], one for each part."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("text", help="what the money buys")
        parser.add_argument("--payee", required=True, help="the payee's name or reference in the book")
        parser.add_argument("--from", dest="purse", required=True, help="the number of the bank account that pays")
        parser.add_argument("--currency", required=True, help="its currency")
        parser.add_argument("--fund", required=True, help="the fund's code")
        parser.add_argument("--milestone", action="append", required=True, help="number:amount:earliest date[:evidence,evidence]")
        parser.add_argument("--budget-line", help="the code of a budget line")
        parser.add_argument("--expires", required=True, help="last day to decide, such as 2026-12-31")
        parser.add_argument("--request-id", help="repeat an earlier request safely")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *PROPOSER_ROLES)
        expires_on = parse_date(options["expires"])
        if expires_on is None:
            raise CommandError(f"“{options['expires']}” is not a date such as 2026-12-31.", returncode=2)
        with transaction.atomic():
            release = propose_release(
                campaign=campaign, payee=_payee(campaign, options["payee"]), milestones=_milestones(campaign, options), text=options["text"],
                budget_line=_budget_line(campaign, options["budget_line"]), expires_on=expires_on, filed_by=author,
                request_id=options["request_id"] or str(uuid.uuid4()),
            )  # fmt: skip
            transaction.set_rollback(options["dry_run"])
        said = {
            "release": release.number,
            "proposal": str(release.proposal_id),
            "digest": release.proposal.digest,
            "dry_run": options["dry_run"],
        }
        self.stdout.write(
            json.dumps(said) if options["json"] else f"release {release.number} waits for the stewards, digest {release.proposal.digest}"
        )


def _payee(campaign: Any, name: str) -> Custody:
    for custody in Custody.objects.filter(book__campaign=campaign, type__in=("payee", "bank", "cash")):
        if name in (custody.title, custody.ref, str(custody.pk)):
            return custody
    raise Refused(Problem("payee_unknown", "The book knows no payee “%(name)s”. Add the supplier first.", {"name": name}))


def _milestones(campaign: Any, options: dict[str, Any]) -> list[MilestoneAsk]:
    number = "".join(options["purse"].split()).upper()
    account = campaign.book.bank_accounts.filter(iban=number, commodity__code=options["currency"]).first()
    fund = campaign.book.funds.filter(code=options["fund"]).first()
    if account is None or fund is None:
        raise Refused(Problem("purse_or_fund_unknown", "There is no account %(purse)s in %(currency)s, or no fund “%(fund)s”. Check both.",
                              {"purse": number, "currency": options["currency"], "fund": options["fund"]}))  # fmt: skip
    return [_milestone(text, account.custody, fund, account.commodity) for text in options["milestone"]]


def _milestone(text: str, custody: Custody, fund: Any, commodity: Commodity) -> MilestoneAsk:
    parts = text.split(":")
    earliest = parse_date(parts[2]) if len(parts) in (3, 4) else None
    if earliest is None:
        raise Refused(Problem("milestone_wrong", "“%(asked)s” is not a milestone. Write number:amount:date, such as 1:1250.50:2026-12-01:invoice.",
                              {"asked": text}))  # fmt: skip
    evidence = tuple(kind for kind in parts[3].split(",") if kind) if len(parts) == 4 else ()
    return MilestoneAsk(
        n=parts[0],
        custody=custody,
        fund=fund,
        commodity=commodity,
        ceiling=parse_minor(parts[1], commodity.scale),
        earliest=earliest,
        evidence=evidence,
    )


def _budget_line(campaign: Any, code: str | None) -> Any:
    if not code:
        return None
    line = campaign.budget_lines.filter(code=code).first()
    if line is None:
        raise Refused(Problem("budget_line_unknown", "The budget has no line “%(code)s”. Load it first.", {"code": code}))
    return line
