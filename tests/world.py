"""The cast and the place of every story: one invented clinic, its owner, its sections, its people."""

from dataclasses import dataclass

from awna.parties import services as parties
from awna.parties.legal.models import REQUIRED
from awna.parties.legal.services import publish_legal_texts
from awna.parties.models import Campaign, Role, Section, User

PASSWORD = "stone upon stone"


@dataclass
class World:
    """A campaign with everyone in place. `role("steward")` gives the first role of a name."""

    campaign: Campaign
    north: Section
    south: Section
    salma: Role
    yusuf: Role
    karim: Role
    nour: Role
    rami: Role
    buyer: Role
    store: Role
    shift_lead: Role
    north_treasurer: Role
    south_treasurer: Role
    eve: User


def person(name: str) -> User:
    return User.objects.create_user(f"{name.lower().replace(' ', '.')}@example.org", PASSWORD, name=name)


def make_world(slug: str = "clinic") -> World:
    """The cast of the tests, made by the services that a user would use."""
    campaign = parties.create_campaign(
        slug=slug, title="Wadi Sanad Clinic", summary="Rebuild the clinic of Wadi Sanad.", place_public="Wadi Sanad district",
        goal_minor=240_000_00, goal_currency="EUR", owner_name="Wadi Sanad Health Association",
    )  # fmt: skip
    north = parties.create_section(campaign=campaign, name="Neighbours North", country="DE", currency="EUR", registration="VR 1")
    south = parties.create_section(campaign=campaign, name="Neighbours South", country="GB", currency="GBP", registration="CH 2")

    def give(name: str, role: str, section: Section | None = None) -> Role:
        return parties.give_role(campaign=campaign, user=person(name), name=role, section=section)

    world = World(
        campaign=campaign, north=north, south=south,
        salma=give("Salma", "steward"), yusuf=give("Yusuf", "steward"), karim=give("Karim", "treasurer"), nour=give("Nour", "site_lead"),
        rami=give("Rami", "coordinator", north), buyer=give("Bilal", "buyer"), store=give("Samira", "storekeeper"), shift_lead=give("Lina", "shift_lead"),
        north_treasurer=give("Nils", "treasurer", north), south_treasurer=give("Sue", "treasurer", south), eve=person("Eve"),
    )  # fmt: skip
    open_to_gifts(campaign, author=world.karim)
    return world


def open_to_gifts(campaign: Campaign, *, author: Role) -> None:
    """Every body gets its legal pages, without which none may collect."""
    for body in (None, *campaign.sections.all()):
        texts = {kind: f"The {kind} page of {body or 'the owner'}." for kind in REQUIRED}
        publish_legal_texts(campaign=campaign, section=body, texts=texts, language="en", author=author)
