"""`awna receivegoods LOAD ITEM:GOOD[:DAMAGED] …`: count what came."""

import uuid
from typing import Any

from django.db import transaction

from awna.core.amounts import format_minor, parse_minor
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.supply.services import RECEIVER_ROLES, Count, receive, still_under_way


class Command(AwnaCommand):
    help = "Count a load: ITEM:GOOD or ITEM:GOOD:DAMAGED for each item. What is short or damaged stays under way."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("load", type=int, help="the load's number")
        parser.add_argument("counts", nargs="+", metavar="ITEM:GOOD[:DAMAGED]", help="an item's code and what was counted")
        parser.add_argument("--request-id", help="repeat an earlier count safely")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *RECEIVER_ROLES)
        load = campaign.consignments.filter(number=options["load"]).first()
        if load is None:
            raise Refused(
                Problem("load_unknown", "There is no load %(number)s. See the stores' page for the numbers.", {"number": options["load"]})
            )
        counts = [_count(campaign, text) for text in options["counts"]]
        with transaction.atomic():
            receive(consignment=load, counts=counts, author=author, request_id=options["request_id"] or str(uuid.uuid4()))
            left = {count.item.code: format_minor(still_under_way(load, count.item), count.item.commodity.scale) for count in counts}
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"load": load.number, "under_way": left, "dry_run": options["dry_run"]})
        self.stdout.write(
            f"load {load.number} counted; still under way: " + ", ".join(f"{code} {quantity}" for code, quantity in left.items())
        )
        return None


def _count(campaign: Any, text: str) -> Count:
    code, *figures = text.split(":")
    item = campaign.items.select_related("commodity").filter(code=code).first()
    if item is None or len(figures) not in (1, 2):
        raise Refused(
            Problem("count_wrong", "“%(asked)s” is not ITEM:GOOD or ITEM:GOOD:DAMAGED with an item of this campaign.", {"asked": text})
        )
    return Count(item, *(parse_minor(figure, item.commodity.scale) for figure in figures))
