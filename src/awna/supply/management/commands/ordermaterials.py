"""`awna ordermaterials NUMBER ITEM:QUANTITY …`: order under an approved release."""

import uuid
from typing import Any

from django.db import transaction

from awna.core.amounts import parse_minor
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.supply.services import BUYER_ROLES, OrderAsk, order_materials


class Command(AwnaCommand):
    help = "Order materials under a release: the release's number, the price of all, and ITEM:QUANTITY for each item."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("release", type=int, help="the release's number")
        parser.add_argument("amount", help="the price of all, in the currency of the release")
        parser.add_argument("lines", nargs="+", metavar="ITEM:QUANTITY", help="an item's code and how many of its unit")
        parser.add_argument("--milestone", default="1", help="the milestone's number; default: 1")
        parser.add_argument("--request-id", help="repeat an earlier order safely")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *BUYER_ROLES)
        release = campaign.releases.select_related("proposal", "payee").filter(number=options["release"]).first()
        supplier = campaign.suppliers.filter(custody=release.payee).first() if release else None
        if release is None or supplier is None:
            raise Refused(Problem("release_unknown", "There is no release %(number)s to a supplier. See the stewards' queue for the numbers.",
                                  {"number": options["release"]}))  # fmt: skip
        milestone = release.proposal.milestones.filter(n=options["milestone"]).select_related("commodity").first()
        scale = milestone.commodity.scale if milestone else 0
        with transaction.atomic():
            order = order_materials(
                supplier=supplier, proposal=release.proposal, milestone=options["milestone"], lines=read_lines(campaign, options["lines"]),
                amount_minor=parse_minor(options["amount"], scale), author=author, request_id=options["request_id"] or str(uuid.uuid4()),
            )  # fmt: skip
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"order": order.number, "entry": order.entry.seq, "dry_run": options["dry_run"]})
        self.stdout.write(f"order {order.number} to {supplier}, entry {order.entry.seq}")
        return None


def read_lines(campaign: Any, texts: list[str]) -> list[OrderAsk]:
    """`cement:400` → so many of that item; Refused where the item or the number is not one."""
    lines = []
    for text in texts:
        code, _, quantity = text.partition(":")
        item = campaign.items.select_related("commodity").filter(code=code).first()
        if item is None or not quantity:
            raise Refused(
                Problem(
                    "item_unknown", "“%(asked)s” is not ITEM:QUANTITY with an item of this campaign. Add the item first.", {"asked": text}
                )
            )
        lines.append(OrderAsk(item, parse_minor(quantity, item.commodity.scale)))
    return lines
