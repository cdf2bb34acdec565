"""What the demonstration tells about its site, part after part: damage, bill, methods, access, diary, plan page, cash."""

from typing import Any

from . import (
    demo_access,
    demo_bill,
    demo_cash,
    demo_diary,
    demo_mail,
    demo_methods,
    demo_moving,
    demo_people,
    demo_planner,
    demo_schedule,
    demo_survey,
    demo_voices,
)

PARTS = (
    demo_survey,
    demo_bill,
    demo_methods,
    demo_schedule,
    demo_access,
    demo_diary,
    demo_planner,
    demo_people,
    demo_moving,
    demo_voices,
    demo_mail,
    demo_cash,
)


def tell_site(story: Any) -> None:
    """Each part takes the story as it stands (campaign, roles, items, today) and adds to it through services."""
    for part in PARTS:
        part.tell(story)
