"""`awna shipgoods STORE ITEM:QUANTITY …`: put a load on its way."""

import uuid
from typing import Any

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.supply.services import RECEIVER_ROLES, ship

from .ordermaterials import read_lines


class Command(AwnaCommand):
    help = "Put a load on its way to a store: from an order (--order) or from another store (--from-store and --fund)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("to_store", help="the name of the store that awaits it")
        parser.add_argument("lines", nargs="+", metavar="ITEM:QUANTITY", help="an item's code and how many of its unit")
        parser.add_argument("--order", type=int, help="the number of the order that it fulfils")
        parser.add_argument("--from-store", help="the name of the store that it leaves")
        parser.add_argument("--fund", help="the code of the fund whose goods leave a store; default: goods-general")
        parser.add_argument("--crossing", help="the code of the crossing on the way")
        parser.add_argument("--request-id", help="repeat an earlier shipment safely")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *RECEIVER_ROLES)
        with transaction.atomic():
            load = ship(
                lines=read_lines(campaign, options["lines"]), to_store=_found(campaign.stores, "name", options["to_store"]),
                order=_found(campaign.orders, "number", options["order"]), from_store=_found(campaign.stores, "name", options["from_store"]),
                fund=_found(campaign.book.funds, "code", options["fund"]), crossing=_found(campaign.crossings, "code", options["crossing"]),
                author=author, request_id=options["request_id"] or str(uuid.uuid4()),
            )  # fmt: skip
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"load": load.number, "entry": load.entry.seq, "dry_run": options["dry_run"]})
        self.stdout.write(f"load {load.number} is on its way to {load.to_store}, entry {load.entry.seq}")
        return None


def _found(rows: Any, field: str, value: Any) -> Any:
    """The row named, None when none was named, Refused when there is no such row."""
    if value is None:
        return None
    row = rows.filter(**{field: value}).first()
    if row is None:
        raise Refused(Problem("name_not_found", "There is no %(what)s “%(asked)s” here. Check the name.",
                              {"what": rows.model._meta.verbose_name, "asked": value}))  # fmt: skip
    return row
