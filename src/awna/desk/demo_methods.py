"""The demonstration: six ways to build the walls, with invented factors that say so, and the stewards asked about one of them."""

from typing import Any

from awna.works.methods import services as methods
from awna.works.methods.files import FACTORS, METHODS, look_at_file, take_file_in
from awna.works.models import BuildElement

from .demo_files import FILES
from .demo_keys import agree

FILES_OF_METHODS = ((FACTORS, "build-factors.csv"), (METHODS, "build-methods.csv"))
TRIAL_SCHEDULES = 20
ASKED = "earth-block"


def tell(story: Any) -> None:
    """Take the files in, try each way in the plan, ask for earth blocks; Salma has agreed, the second word is missing."""
    lead = story.roles["Nour"]
    for sort, name in FILES_OF_METHODS:
        found = look_at_file(campaign=story.campaign, data=(FILES / name).read_bytes(), name=name, sort=sort, author=lead)
        take_file_in(found=found, author=lead)
    walls = BuildElement.objects.get(campaign=story.campaign, code="walls")
    methods.try_methods(element=walls, author=lead, today=story.today, schedules=TRIAL_SCHEDULES)
    choice = methods.ask_for_method(method=walls.methods.get(code=ASKED), author=lead, request_id="demo-method-1")
    agree(proposal=choice.proposal, steward=story.roles["Salma"])
