"""The demonstration: a list of items that came in but for one row, and last year's list of volunteers, whose columns have other names, waiting."""

from typing import Any

from awna.campaigns.moving import services as moving

from .demo_files import FILES
from .moving.kinds import kind_named

ITEMS, VOLUNTEERS = "items-of-last-year.csv", "volunteers-of-last-year.csv"


def tell(story: Any) -> None:
    """Bilal takes the good rows of his list; Rami has only looked at hers."""
    items, volunteers, bilal = kind_named("items"), kind_named("volunteers"), story.roles["Bilal"]
    found = moving.keep_file(campaign=story.campaign, kind=items, data=(FILES / ITEMS).read_bytes(), name=ITEMS, author=bilal)
    moving.take_in(found=found, kind=items, author=bilal, leave_refused=True)
    data = (FILES / VOLUNTEERS).read_bytes()
    moving.keep_file(campaign=story.campaign, kind=volunteers, data=data, name=VOLUNTEERS, author=story.roles["Rami"])
