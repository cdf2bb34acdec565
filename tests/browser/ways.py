"""Examples for the pages of the ways to build."""

from typing import Any

from awna.works.methods.files import FACTORS, METHODS, look_at_file, take_file_in
from tests.rooms.works.methods.tables import factors, methods

from .ground import Ground


def way_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    """A wall with five ways, and the file that brought them."""
    w = ground.world
    for sort, text in ((FACTORS, factors()), (METHODS, methods().replace("north;south", ""))):
        found = look_at_file(campaign=w.campaign, data=text.encode(), name=f"{sort}.csv", sort=sort, author=w.nour)
        take_file_in(found=found, author=w.nour)
    walls = {"code": "walls"}
    return {"options": walls, "options_desk": walls, "method_file": {"found": found.pk}}
