"""Every address declares who may use it; what declares nothing is refused."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from awna.kit.middleware import PolicyMiddleware
from awna.kit.policies import ANYONE, Actor, declared_policies, guarded, role
from tests.world import PASSWORD, make_world


def test_every_address_declares_a_policy():
    undeclared = [route for route, _name, policies in declared_policies() if not policies]
    assert undeclared == []
    assert len(list(declared_policies())) > 20


@pytest.mark.django_db
def test_an_address_without_a_policy_is_refused(settings):
    settings.ROOT_URLCONF = "tests.rooms.kit.test_policies"
    assert Client().get("/open/").status_code == 200
    assert Client().get("/forgotten/").status_code == 403
    assert [route for route, _name, policies in declared_policies() if not policies] == ["forgotten/"]


@pytest.mark.django_db
def test_a_method_without_a_policy_is_refused(settings):
    settings.ROOT_URLCONF = "tests.rooms.kit.test_policies"
    assert Client().post("/open/").status_code == 405


@pytest.mark.django_db
def test_a_role_counts_only_in_its_own_campaign(settings):
    settings.ROOT_URLCONF = "tests.rooms.kit.test_policies"
    world = make_world()
    make_world_of_others()
    client = Client()
    assert client.login(request=RequestFactory().get("/"), username=world.salma.user.email, password=PASSWORD)
    assert client.get("/c/clinic/key/").status_code == 200
    assert client.get("/c/school/key/").status_code == 403
    assert client.get("/c/nowhere/key/").status_code == 404


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in(settings):
    settings.ROOT_URLCONF = "tests.rooms.kit.test_policies"
    make_world()
    answer = Client().get("/c/clinic/key/")
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_the_actor_of_nobody_holds_nothing():
    assert not role("steward").allows(Actor(None))
    assert ANYONE.allows(Actor(None))
    assert PolicyMiddleware(lambda request: HttpResponse())(RequestFactory().get("/")).status_code == 200


def make_world_of_others():
    from awna.parties.services import create_campaign

    return create_campaign(slug="school", title="A school", owner_name="A school board")


def _page(request, slug=None):
    return HttpResponse("here")


urlpatterns = [
    guarded("open/", _page, name="open", GET=ANYONE),
    path("forgotten/", lambda request: HttpResponse("leaked")),
    path("accounts/login/", lambda request: HttpResponse("sign in"), name="account_login"),
    guarded("c/<slug:slug>/key/", _page, name="key", GET=role("steward")),
]
urlpatterns[2].callback = guarded("x", urlpatterns[2].callback, name="x", GET=ANYONE).callback
