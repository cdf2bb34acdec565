"""The desk of news: a preview before anything is public, withdrawal with a reason, a pin; and who may not."""

from typing import Any

import feedparser
import pytest
from django.core.management import call_command
from django.test import Client

from awna.books.services import open_book, store_document
from awna.campaigns import services
from awna.campaigns.models import Subscription, Update
from awna.core.problems import Refused
from awna.kit.markup import render_light
from awna.parties.services import translate_text
from tests.world import World

WRITE, DESK = "/desk/clinic/news/write/", "/desk/clinic/news/"
TEXT = "The roof **stands**.\n\n- dry\n- safe\n\n[Read](https://example.org/a) <script>alert(1)</script>"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def publish(world: World, **more: Any) -> Update:
    told = {"title": "The roof", "text": TEXT, "language": "en", "author": world.nour, "request_id": "u1"} | more
    return services.publish_update(campaign=world.campaign, **told)


def codes(act: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def test_nour_previews_then_publishes(world: World) -> None:
    client = client_of(world.nour.user)
    form = {"title": "The roof", "text": TEXT, "language": "en", "request_id": "r1"}
    preview = client.post(WRITE, form | {"preview": "1"})
    assert preview.status_code == 200 and "not published yet" in preview.content.decode() and not Update.objects.exists()
    assert client.post(WRITE, form | {"publish": "1"}).status_code == 302
    assert client.post(WRITE, form | {"publish": "1"}).status_code == 302 and Update.objects.count() == 1
    page = Client().get(Update.objects.get().get_absolute_url()).content.decode()
    assert "<strong>stands</strong>" in page and "<li>dry</li>" in page and "Site lead" in page and "Nour" not in page
    assert "<script>alert" not in page and 'href="https://example.org/a"' in page


def test_what_was_typed_is_kept_when_refused(world: World) -> None:
    answer = client_of(world.nour.user).post(
        WRITE, {"title": "", "text": "Eleven masons", "language": "en", "request_id": "r", "publish": "1"}
    )
    assert answer.status_code == 422 and "Eleven masons" in answer.content.decode()


@pytest.mark.parametrize("path", [DESK, WRITE, "/desk/clinic/news/photos/", "/desk/clinic/news/events/", "/desk/clinic/outcomes/"])
def test_eve_and_a_buyer_see_no_desk(world: World, path: str) -> None:
    assert client_of(world.eve).get(path).status_code == client_of(world.buyer.user).get(path).status_code == 403
    assert Client().get(path).status_code == 302
    assert client_of(world.nour.user).get(path).status_code == 200


def test_an_update_is_withdrawn_with_a_reason_and_stays_in_its_place(world: World) -> None:
    update = publish(world)
    client, path = client_of(world.salma.user), f"{DESK}{update.pk}/withdraw/"
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "It named a street."}).status_code == 302
    for address in (update.get_absolute_url(), "/c/clinic/news/"):
        page = Client().get(address).content.decode()
        assert "It named a street." in page and "The roof" in page and "Steward" in page and "<strong>stands" not in page
    assert services.latest_updates(world.campaign, language="en") == []
    (entry,) = feedparser.parse(Client().get("/c/clinic/news/feed.atom").content).entries
    assert "It named a street." in entry.content[0].value and "stands" not in entry.content[0].value
    services.withdraw_update(update=update, reason="Another word", author=world.nour, title_too=True)
    assert "Another word" not in Client().get(update.get_absolute_url()).content.decode()


def test_a_title_that_harms_goes_with_its_text(world: World) -> None:
    update = services.withdraw_update(
        update=publish(world, title="Convoy at nine"), reason="Named an hour.", author=world.nour, title_too=True
    )
    for address in (update.get_absolute_url(), "/c/clinic/news/", "/c/clinic/news/feed.atom"):
        assert "Convoy at nine" not in Client().get(address).content.decode()


def test_one_update_is_pinned_on_top(world: World) -> None:
    first, second, third = (publish(world, title=name, request_id=name) for name in ("One", "Two", "Three"))
    client = client_of(world.nour.user)
    for update in (second, first):
        assert client.post(f"{DESK}{update.pk}/pin/").status_code == 302
    assert [row.title for row in services.latest_updates(world.campaign, language="en")] == ["One", "Three", "Two"]
    client.post(f"{DESK}{first.pk}/pin/")
    assert services.latest_updates(world.campaign, language="en", limit=1) == [third]


def test_readers_of_another_language_get_their_own_or_any(world: World) -> None:
    publish(world)
    assert [row.language for row in services.latest_updates(world.campaign, language="ar")] == ["en"]
    publish(world, language="ar", title="السقف", request_id="ar")
    assert [row.language for row in services.latest_updates(world.campaign, language="ar")] == ["ar"]


def test_an_update_rests_on_papers_and_entries_of_its_own_book(world: World) -> None:
    assert codes(lambda: publish(world, entries=[7])) == ["proof_entry_unknown"]
    book = open_book(campaign=world.campaign, author=world.karim)
    paper = store_document(book=book, data=b"a slip", name="slip.txt", media_type="text/plain", kind="slip")
    page = Client().get(publish(world, documents=[paper]).get_absolute_url()).content.decode()
    assert paper.digest in page and "slip.txt" not in page


def test_light_marks_never_become_tags_of_their_own() -> None:
    for hostile in (
        "<b onclick=x>",
        "[x](javascript:alert(1))",
        '[x](https://a.b/" onmouseover="y)',
        "**<img src=x>**",
        "- <svg/onload=1>",
    ):
        html = str(render_light(hostile))
        assert "onclick=x>" not in html.replace("&gt;", "") and "<img" not in html and "<svg" not in html and 'href="javascript' not in html
        assert '" onmouseover="' not in html


def test_the_command_sends_and_says(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sendnews", "--dry-run", "--json")
    assert '"due": 0' in capsys.readouterr().out and not Subscription.objects.exists()
    call_command("sendnews")
    assert "0 letters were queued" in capsys.readouterr().out


def test_a_translated_update_is_read_in_the_readers_language(world: World) -> None:
    update = publish(world)
    words = {f"update.{update.pk}.title": "السقف قائم", f"update.{update.pk}.text": "السقف **قائم** وجاف."}
    for source in services.text_sources(world.campaign):
        if source.subject in words:
            translate_text(campaign=world.campaign, source=source, language="ar", text=words[source.subject], author=world.salma)
    publish(world, title="Only in English", request_id="en")
    (told,) = services.latest_updates(world.campaign, language="ar")
    assert (told.title_shown, told.language_shown, told.is_told) == ("السقف قائم", "ar", True)
    for path in ("/ar/c/clinic/news/", f"/ar/c/clinic/news/{update.pk}/"):
        page = Client().get(path).content.decode()
        assert "<strong>قائم</strong>" in page and 'lang="ar" dir="auto"' in page and "Only in English" not in page
    (entry,) = feedparser.parse(Client().get("/ar/c/clinic/news/feed.atom").content).entries
    assert entry.title == "السقف قائم" and entry.content[0].language == "ar"
    assert len(services.latest_updates(world.campaign, language="en")) == 2
    update.refresh_from_db()
    assert update.title == "The roof"
