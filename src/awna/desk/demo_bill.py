"""The demonstration: tasks on the lines of the bill, somebody who gives for one line, and a second version of the bill that waits."""

from decimal import Decimal
from typing import Any

from awna.campaigns.bill import services as bills
from awna.crews import services as crews
from awna.donations import services as donations
from awna.works.costs.services import set_task_lines

from .demo_files import FILES

SECOND_VERSION = "bill-second-version.csv"
ROOMS = "RWDPLS"  # reception, ward, delivery room, pharmacy, laboratory, store room
STEPS = {"1": "A.1", "2": "A.2", "3": "A.3", "4": "A.4", "5": "C.1", "6": "C.2", "7": "B", "8": "B.3", "9": "B.4"}
"""Each room is built in the same nine steps; a step counts on the line that it takes most from."""
OTHERS = {"G1": "E.2", "G3": "C.1", "G4": "C.1", "G5": "A.3", "X1": "C.3", "X2": "D.1"}
DOORS = 240_00  # minor units for two doors


def tell(story: Any) -> None:
    """Nour puts tasks on lines and looks at a new price list; a donor gives for two doors."""
    lead = story.roles["Nour"]
    codes = set(story.campaign.tasks.values_list("code", flat=True))
    wanted = {f"{room}{step}": line for room in ROOMS for step, line in STEPS.items()} | OTHERS
    set_task_lines(campaign=story.campaign, lines={task: line for task, line in wanted.items() if task in codes}, author=lead)
    _work_on_a_line(story)
    donations.pledge_gift(
        bank_account=story.accounts["USD"],
        amount_minor=DOORS,
        request_id="demo-pledge-line",
        name="M. Probe",
        budget_line=story.lines["B.1"],
    )
    data = (FILES / SECOND_VERSION).read_bytes()
    bills.keep_bill(campaign=story.campaign, data=data, name=SECOND_VERSION, author=lead)


def _work_on_a_line(story: Any) -> None:
    """Two of the wall crew worked on the trench: their hours stand on its line."""
    rami, crew = story.roles["Rami"], story.campaign.crews.get(name="Wall crew")
    task = story.campaign.tasks.get(code="G3")
    shift = crews.plan_shift(
        crew=crew,
        works_on=story.today,
        title=str(task),
        task_ref=f"task:{task.pk}",
        hours_planned=Decimal(4),
        author=rami,
        request_id="demo-shift-line",
    )
    for member in crew.members.order_by("code")[:2]:
        hours = crews.record_hours(shift=shift, volunteer=member, hours=Decimal("3.5"), author=rami)
        crews.approve_hours(hours=hours, approver=story.roles["Lina"])
