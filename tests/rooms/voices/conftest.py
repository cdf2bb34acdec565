"""A campaign with two leads of safeguarding whose keys were made elsewhere, and people in charge."""

from dataclasses import dataclass

import pytest
from django.test import Client

from awna.kit import crowd
from awna.parties import services as parties
from awna.parties.models import Role
from awna.voices import boxes, services
from awna.voices.models import LeadKey
from tests.world import World, make_world, person


@dataclass
class Leads:
    """Mona and Jonas; `secrets` are on their machines."""

    world: World
    mona: Role
    jonas: Role
    keys: tuple[LeadKey, LeadKey]
    secrets: tuple[str, str]


@pytest.fixture
def world(db, monkeypatch) -> World:
    monkeypatch.setattr(crowd, "gate", crowd.Gate(clock=crowd.time.time))
    return make_world()


@pytest.fixture
def leads(world) -> Leads:
    roles = [parties.give_role(campaign=world.campaign, user=person(name), name="safeguarding") for name in ("Mona", "Jonas")]
    pairs = [boxes.new_pair() for _role in roles]
    keys = [services.add_lead_key(role=role, title=role.user.name, public_key=pair[1]) for role, pair in zip(roles, pairs, strict=True)]
    return Leads(world, *roles, keys=tuple(keys), secrets=tuple(pair[0] for pair in pairs))


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(role.user)
    return client
