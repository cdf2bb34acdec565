"""Examples of the pages of moving in: a list that came in but for a row, and one whose columns nobody has named yet."""

from typing import Any

from awna.campaigns.moving import services as moving
from awna.desk.moving.kinds import kind_named

from .ground import Ground

GOODS = b"code,name,unit\ngravel,Gravel,m3\nBad Code,Lamp,piece\n"
OTHER = b"No;Thing;Per\nsand;Sand;m3\n"


def moving_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    items, buyer, campaign = kind_named("items"), ground.world.buyer, ground.world.campaign

    def keep(data: bytes, name: str) -> Any:
        return moving.keep_file(campaign=campaign, kind=items, data=data, name=name, author=buyer)

    done = moving.take_in(found=keep(GOODS, "goods.csv"), kind=items, author=buyer, leave_refused=True)
    other, seen = keep(OTHER, "other.csv"), keep(GOODS.replace(b"gravel", b"tiles"), "tiles.csv")
    return {
        "bring_in": {"found": seen.pk}, "bring_in_columns": {"found": other.pk}, "bring_in_back": {"found": done.pk}, "moving_kind": {"kind": "items"},
    }  # fmt: skip
