"""A campaign's own words in the reader's language."""

import pytest
from django.test import Client

from awna.parties.services import write_text
from tests.world import make_world

pytestmark = pytest.mark.django_db


def test_the_title_stands_in_the_readers_language_on_every_page():
    campaign = make_world().campaign
    write_text(campaign=campaign, kind="title", language="ar", text="عيادة وادي سند")
    assert "عيادة وادي سند" in Client().get("/ar/c/clinic/letters/").content.decode()
    assert "Wadi Sanad Clinic" in Client().get("/c/clinic/letters/", headers={"accept-language": "en"}).content.decode()
