"""What the demonstration tells stands on its pages: news in two languages, a picture, events, and promises in four different states."""

import pytest
from django.test import Client
from django.utils import timezone

from awna.books.services import open_book
from awna.desk.demo_news import tell_news
from awna.public.outcomes_shown import outcomes_of
from tests.world import make_world

pytestmark = pytest.mark.django_db


def test_the_demonstration_tells_its_news() -> None:
    world = make_world()
    book, roles = open_book(campaign=world.campaign, author=world.karim), {"Nour": world.nour, "Salma": world.salma, "Rami": world.rami}
    tell_news(campaign=world.campaign, book=book, roles=roles, today=timezone.localdate())
    shown = outcomes_of(world.campaign, language="ar")
    assert [item.state for item in shown] == ["met", "missed", "late", "on_the_way"] and all(item.title.language == "ar" for item in shown)
    pages = {
        path: Client().get(path).content.decode()
        for path in ("/c/clinic/news/", "/ar/c/clinic/news/", "/c/clinic/events/", "/c/clinic/press/")
    }
    assert "Written too early" in pages["/c/clinic/news/"] and "أوقف المطر" in pages["/ar/c/clinic/news/"]
    assert "Open day at the yard" in pages["/c/clinic/events/"] and "Soup evening" in pages["/c/clinic/events/"]
    assert 'alt="A wall of hollow blocks' in pages["/c/clinic/press/"]
