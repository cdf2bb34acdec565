"""The demonstration: somebody is invited, somebody came and left, a translator waits for nobody's word, a steward's invitation does."""

from typing import Any

from awna.parties.people import services as people


def tell(story: Any) -> None:
    """Four steps that the page of people shows."""
    salma, nils = story.roles["Salma"], story.roles["Nils"]
    shift_lead = people.give_colleague_role(campaign=story.campaign, person=story.roles["Bilal"].user, role_name="shift_lead", author=salma)
    people.end_role(role=shift_lead, author=salma)
    invited = (("maryam@example.org", "translator", None, salma), ("jonas@example.org", "treasurer", nils.section, nils))
    for email, role_name, section, author in invited:
        people.invite_person(campaign=story.campaign, email=email, role_name=role_name, section=section, language="ar", author=author)
