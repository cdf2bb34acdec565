"""The pages of people: who may open them, what they offer, and how many questions they ask."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from awna.parties.models import Invitation, Role, RoleAsk
from awna.parties.people import services

pytestmark = pytest.mark.django_db
QUERIES_MAX = 12


@pytest.fixture
def enter(world, client):
    def go(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return go


def test_a_steward_invites_sends_again_and_takes_back(world, enter):
    client, home = enter(world.salma.user), f"/desk/{world.campaign.slug}/people/"
    sent = client.post(f"{home}invite/", {"email": "new@example.org", "role_name": "buyer", "language": "de", "section": ""})
    assert sent.status_code == 302
    invitation = Invitation.objects.get()
    assert "new@example.org" in client.get(home).content.decode()
    client.post(f"{home}invitations/{invitation.pk}/", {"act": "again"})
    client.post(f"{home}invitations/{invitation.pk}/", {"act": "back"})
    invitation.refresh_from_db()
    assert invitation.taken_back_at
    assert client.post(f"{home}invitations/{invitation.pk}/", {"act": "again"}).status_code == 409


def test_a_steward_withdraws_gives_and_deactivates(world, enter):
    client, page = enter(world.salma.user), f"/desk/{world.campaign.slug}/people/{world.rami.user.pk}/"
    client.post(page, {"act": "give", "give-role_name": "shift_lead", "give-section": str(world.north.pk)})
    client.post(page, {"act": "end", "role": str(world.rami.pk)})
    assert [role.name for role in Role.objects.held(world.campaign).filter(user=world.rami.user)] == ["shift_lead"]
    client.post(page, {"act": "deactivate"})
    world.rami.user.refresh_from_db()
    assert not world.rami.user.is_active
    assert client.post(page, {"act": "end", "role": "0" * 32}).status_code == 404


def test_the_second_steward_answers_on_the_page(world, enter):
    services.end_role(role=world.yusuf, author=world.salma)
    ask = RoleAsk.objects.get()
    mine = enter(world.salma.user).get(f"/desk/{world.campaign.slug}/people/").content.decode()
    assert f"/people/asked/{ask.pk}/" not in mine
    client = enter(world.karim.user)
    assert f"/people/asked/{ask.pk}/" in client.get(f"/desk/{world.campaign.slug}/people/").content.decode()
    client.post(f"/desk/{world.campaign.slug}/people/asked/{ask.pk}/", {"act": "agree"})
    world.yusuf.refresh_from_db()
    assert world.yusuf.ended_on


def test_everybody_lays_down_the_own_role_and_no_other(world, enter):
    client = enter(world.store.user)
    assert client.post("/my/sign-in/", {"act": "end", "role": str(world.rami.pk)}).status_code == 404
    assert client.post("/my/sign-in/", {"act": "end", "role": str(world.store.pk)}).status_code == 302
    world.store.refresh_from_db()
    assert world.store.ended_on
    refused = enter(world.north_treasurer.user).post("/my/sign-in/", {"act": "end", "role": str(world.north_treasurer.pk)})
    assert refused.status_code == 409


def test_a_section_s_treasurer_sees_that_section_alone(world, enter):
    page = enter(world.north_treasurer.user).get(f"/desk/{world.campaign.slug}/people/").content.decode()
    assert "Rami" in page
    assert "Sue" not in page
    other = f"/desk/{world.campaign.slug}/people/{world.south_treasurer.user.pk}/"
    assert enter(world.north_treasurer.user).get(other).status_code == 302


def test_eve_and_a_storekeeper_open_none_of_it(world, enter):
    for user in (world.eve, world.store.user):
        client = enter(user)
        for path in ("", "log/", "invite/", f"{world.rami.user.pk}/"):
            assert client.get(f"/desk/{world.campaign.slug}/people/{path}").status_code == 403
    assert enter(world.eve).get(f"/desk/{world.campaign.slug}/people/lost/").status_code == 403


def test_the_pages_ask_few_questions_however_many_people(world, enter):
    for number in range(6):
        services.invite_person(
            campaign=world.campaign, email=f"new{number}@example.org", role_name="volunteer", section=world.north, author=world.salma
        )
    client = enter(world.salma.user)
    for path in ("", "log/", f"{world.rami.user.pk}/", "lost/"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(f"/desk/{world.campaign.slug}/people/{path}").status_code == 200
        assert len(asked) <= QUERIES_MAX, [query["sql"][:90] for query in asked]
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/my/sign-in/").status_code == 200
    assert len(asked) <= QUERIES_MAX


def test_a_wrong_code_stays_on_the_form(world, enter):
    token = services.begin_lost_sign_in(user=world.rami.user, language="en").rstrip("/").rsplit("/", 1)[1]
    lost = services.ask_colleagues(lost=services.find_lost(token))
    page = f"/desk/{world.campaign.slug}/people/lost/{lost.pk}/"
    client = enter(world.nour.user)
    assert client.post(page, {"code": "1", "spoke": "on"}).status_code == 422
    assert client.post(page, {"code": services.code_of(token)}).status_code == 422
    assert client.post(page, {"code": services.code_of(token), "spoke": "on"}).status_code == 302
    assert client.post(page, {"act": "stop"}).status_code == 302
    assert client.get(page).status_code == 404
