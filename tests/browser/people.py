"""Somebody invited, a question to a second person and a lost sign-in, so that the pages of people show everything."""

from typing import Any

from awna.parties.people import services

from .ground import Ground


def people_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    """What fills the parameters of the addresses of people, by the address's name."""
    w = ground.world
    services.invite_person(campaign=w.campaign, email="maryam@example.org", role_name="translator", language="ar", author=w.salma)
    services.invite_person(
        campaign=w.campaign, email="jonas@example.org", role_name="treasurer", section=w.north, language="de", author=w.north_treasurer
    )
    link = services.begin_lost_sign_in(user=w.shift_lead.user, language="en")
    token = link.rstrip("/").rsplit("/", 1)[1]
    lost = services.ask_colleagues(lost=services.find_lost(token))
    return {"person": {"person": w.shift_lead.user_id}, "confirm_lost": {"lost": lost.pk}, "lost_sign_in": {"token": token}}
