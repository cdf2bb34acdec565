"""Examples of the pages of access and of a closing: a request that waits, a table with a wrong row, a mended plan with ways on."""

from datetime import timedelta
from typing import Any

from awna.access.services import ask_to_pass
from awna.access.tables import look_at_table
from awna.works.crossing.models import Closing, WayOn
from awna.works.crossing.services import Said, close_crossing
from awna.works.services import moves_of

from .ground import CLOSED_FOR_DAYS, Ground

TABLE = b"crossing,item,asked_on\nnorth,Beds,2026-01-05\nsouth,Beds,2026-01-05\n"


def crossing_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    """Values for addresses, by their names. The ways are those of the mended plan: no search is run for a look at the page."""
    w = ground.world
    here = {"pk": ground.crossing.pk}
    asked = ask_to_pass(crossing=ground.crossing, item="Hospital beds", asked_on=ground.today, author=w.buyer, request_id="beds")
    table = look_at_table(campaign=w.campaign, data=TABLE, filename="notes.csv", author=w.nour)
    said = Said("closed", ground.today, ground.today + timedelta(days=CLOSED_FOR_DAYS), "two drivers", "heard")
    closing = close_crossing(crossing=ground.crossing, said=said, author=w.nour, request_id="example")
    repair = closing.repair
    assert repair is not None
    for position, (name, _word) in enumerate(WayOn.NAMES):
        moved = [] if position == 1 else [vars(move) for move in moves_of(repair)]
        WayOn.objects.create(
            closing=closing, name=name, position=position, finish=repair.finish + position, tasks_moved=len(moved), people_to_call=1,
            cost=100 * position, moved=moved, plan_json=repair.plan_json,
        )  # fmt: skip
    Closing.objects.filter(pk=closing.pk).update(state="done")  # a page that still waits looks again by itself, under the test's eyes
    return {
        "access_crossing": here, "report_crossing": here, "ask_to_pass": here, "decide_pass": {"pk": asked.pk},
        "import_access_preview": {"pk": table.pk}, "works_closing": {"pk": closing.pk},
    }  # fmt: skip
