"""Sites, goals, news and events: who may, what is refused, twice is once."""

from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from awna.campaigns import services
from awna.campaigns.models import Event, Goal, Update
from awna.core.problems import Refused
from tests.world import make_world


@pytest.fixture
def world(db):
    return make_world()


def publish(world, **changes):
    wanted = {
        "title": "The roof stands",
        "text": "Eleven masons, nine days.",
        "language": "en",
        "author": world.nour,
        "request_id": "news-1",
    }
    return services.publish_update(campaign=world.campaign, **(wanted | changes))


def codes(world, **changes):
    with pytest.raises(Refused) as refused:
        publish(world, **changes)
    return refused.value.codes


def test_news_published_twice_is_once(world):
    assert publish(world) == publish(world)
    assert Update.objects.count() == 1


def test_news_is_refused_when_empty_or_in_an_unknown_language_or_from_a_buyer(world):
    assert codes(world, text=" ") == ["update_is_empty"]
    assert codes(world, language="xx") == ["update_language_unknown"]
    assert codes(world, author=world.buyer) == ["role_may_not_do_this"]
    assert not Update.objects.exists()


def test_the_exact_place_of_a_site_is_sealed(world):
    site = services.add_site(campaign=world.campaign, name="Ward", place_public="Wadi Sanad", place_exact="33.1, 36.2", author=world.nour)
    with connection.cursor() as cursor:
        cursor.execute("SELECT place_exact FROM campaigns_site")
        assert "33.1" not in cursor.fetchone()[0]
    site.refresh_from_db()
    assert site.place_exact == "33.1, 36.2"
    assert services.add_site(campaign=world.campaign, name="Ward", place_public="", author=world.nour) == site


def test_a_goal_set_again_is_replaced_and_zero_is_refused(world):
    goal = {"campaign": world.campaign, "kind": "goods", "title": "Cement", "unit": "bag", "author": world.nour}
    services.set_goal(quantity=Decimal(400), **goal)
    services.set_goal(quantity=Decimal(450), **goal)
    assert [row.quantity for row in Goal.objects.all()] == [450]
    with pytest.raises(Refused) as refused:
        services.set_goal(quantity=Decimal(0), **goal)
    assert refused.value.codes == ["goal_wrong"]


def test_an_event_announced_twice_is_once(world):
    day = timezone.now()
    for _ in range(2):
        services.announce_event(campaign=world.campaign, title="Soup evening", starts_at=day, place_public="Town hall", author=world.rami)
    assert Event.objects.count() == 1
