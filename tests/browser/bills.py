"""Examples of the pages of the bill: a file that waits with a row to correct."""

from typing import Any

from awna.campaigns.bill.services import keep_bill

from .ground import Ground

TABLE = b"code,title,unit,quantity,rate,currency\nY,Yard,,,,\nY.1,Wall,m,40,12,EUR\nY.2,Gate,pcs,,90,EUR\n"


def bill_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    campaign = ground.world.campaign
    kept = keep_bill(campaign=campaign, data=TABLE, name="yard.csv", author=ground.world.nour)
    file = {"file": kept.pk}
    return {"bill_file": file, "bill_columns": file, "bill_row": {**file, "row": 4}}
