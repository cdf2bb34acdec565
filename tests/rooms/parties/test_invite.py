"""Bringing people into roles by a mailed link."""

import pytest
from django.core import mail

from awna.core.problems import Refused
from awna.kit.jobs import work_off
from awna.parties import services
from awna.parties.models import Invitation, Role, User
from tests.world import PASSWORD, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def token_of(link):
    return link.rstrip("/").rsplit("/", 1)[1]


def test_an_invited_person_chooses_a_password_and_has_the_role(world):
    link = services.invite(campaign=world.campaign, email="New@example.org", role_name="steward")
    role = services.accept_invitation(token=token_of(link), name="Huda", password=PASSWORD)
    assert (role.name, role.user.email, role.campaign) == ("steward", "new@example.org", world.campaign)
    assert User.objects.get(email="new@example.org").check_password(PASSWORD)


def test_the_letter_leaves_when_the_transaction_commits(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        link = services.invite(campaign=world.campaign, email="new@example.org", role_name="treasurer", section=world.north)
    work_off()
    assert [letter.to for letter in mail.outbox] == [["new@example.org"]]
    assert link in mail.outbox[0].body


def test_a_link_works_once(world):
    link = services.invite(campaign=world.campaign, email="new@example.org", role_name="buyer")
    services.accept_invitation(token=token_of(link), name="Huda", password=PASSWORD)
    with pytest.raises(Refused) as refused:
        services.accept_invitation(token=token_of(link), name="Huda", password=PASSWORD)
    assert refused.value.codes == ["invitation_not_valid"]


def test_a_changed_link_is_refused(world, client):
    link = services.invite(campaign=world.campaign, email="new@example.org", role_name="buyer")
    assert client.get(link[:-3] + "AA/").status_code == 400
    assert not Invitation.objects.exclude(accepted_at=None).exists()


def test_a_link_to_an_existing_user_changes_no_password(world):
    link = services.invite(campaign=world.campaign, email=world.eve.email, role_name="steward")
    with pytest.raises(Refused) as refused:
        services.accept_invitation(token=token_of(link), name="Mallory", password="another password")
    assert refused.value.codes == ["invitation_needs_sign_in"]
    world.eve.refresh_from_db()
    assert world.eve.check_password(PASSWORD)
    assert services.accept_invitation(token=token_of(link), name="", password="", signed_in_as=world.eve).name == "steward"


def test_a_short_password_is_refused_and_leaves_the_link_open(world):
    link = services.invite(campaign=world.campaign, email="new@example.org", role_name="buyer")
    with pytest.raises(Refused) as refused:
        services.accept_invitation(token=token_of(link), name="Huda", password="short")
    assert refused.value.codes == ["password_too_short"]
    assert services.accept_invitation(token=token_of(link), name="Huda", password=PASSWORD)


def test_an_unknown_role_is_refused(world):
    with pytest.raises(Refused) as refused:
        services.invite(campaign=world.campaign, email="a@example.org", role_name="king")
    assert refused.value.codes == ["role_unknown"]


def test_a_role_given_twice_is_one(world):
    before = Role.objects.count()
    services.give_role(campaign=world.campaign, user=world.salma.user, name="steward")
    assert Role.objects.count() == before


def test_a_section_of_another_campaign_is_refused(world):
    other = services.create_campaign(slug="school", title="A school", owner_name="A board")
    with pytest.raises(Refused) as refused:
        services.give_role(campaign=other, user=world.eve, name="treasurer", section=world.north)
    assert refused.value.codes == ["section_of_another_campaign"]


def test_an_address_taken_is_refused(world):
    with pytest.raises(Refused) as refused:
        services.create_campaign(slug="clinic", title="Again", owner_name="Someone")
    assert refused.value.codes == ["campaign_address_taken"]


def test_a_treasurer_of_one_section_sees_that_section_only(world):
    from awna.kit.policies import Actor
    from awna.parties.models import Section

    assert list(Section.objects.for_actor(Actor(None, [world.north_treasurer]))) == [world.north]
    assert set(Section.objects.for_actor(Actor(None, [world.karim]))) == {world.north, world.south}
    assert not Section.objects.for_actor(Actor(world.eve, [])).exists()
