"""The translators' desk: side by side in the browser, or by a file in a program of their own."""

import pytest
from django.test import Client

from awna.letters import services as letters
from awna.parties import services as parties
from awna.parties.models import Translation, User
from tests.world import PASSWORD, make_world

pytestmark = pytest.mark.django_db
TITLE = "/desk/clinic/translations/ar/campaign.title/"


@pytest.fixture
def world():
    return make_world()


def signed_in(email):
    client = Client()
    client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def write(client, text, seen=0):
    return client.post(TITLE, {"text": text, "credit": "Layla", "seen": seen})


def test_a_translator_sees_what_is_missing_and_saves_the_title(world):
    user = parties.register_user(email="layla@example.org", name="Layla", password=PASSWORD)
    parties.give_role(campaign=world.campaign, user=user, name="translator")
    client = signed_in("layla@example.org")
    assert "campaign.title" in client.get("/desk/clinic/translations/ar/").content.decode()
    answer = write(client, "عيادة وادي سند")
    assert answer.status_code == 302
    assert "campaign." in answer.url  # the next text that waits
    row = Translation.objects.get()
    assert (row.text, row.state, row.credit) == ("عيادة وادي سند", "draft", "Layla")


def test_another_reviews_it(world):
    write(signed_in("rami@example.org"), "عيادة وادي سند")
    assert signed_in("rami@example.org").post(f"{TITLE}review/").status_code == 409
    assert signed_in("salma@example.org").post(f"{TITLE}review/").status_code == 302
    assert Translation.objects.get().state == "reviewed"


def test_what_was_typed_stays_when_another_was_faster(world):
    write(signed_in("rami@example.org"), "عيادة وادي سند")
    answer = write(signed_in("salma@example.org"), "مركز وادي سند")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "مركز وادي سند" in page and "عيادة وادي سند" in page and 'name="seen" value="1"' in page


def test_a_po_file_goes_out_and_comes_back(world, tmp_path):
    client = signed_in("rami@example.org")
    out = client.get("/desk/clinic/translations/ar.po").content.decode()
    back = out.replace('msgid "Wadi Sanad Clinic"\nmsgstr ""', 'msgid "Wadi Sanad Clinic"\nmsgstr "عيادة وادي سند"')
    assert back != out
    for kept in ("1 translations were kept, 0 said the same", "0 translations were kept, 1 said the same"):
        file = tmp_path / "clinic.ar.po"
        file.write_text(back, encoding="utf-8")
        with file.open("rb") as opened:
            answer = client.post("/desk/clinic/translations/ar/", {"file": opened}, follow=True)
        assert kept in answer.content.decode()
    assert Translation.objects.get().text == "عيادة وادي سند"


def test_a_file_with_an_older_original_is_named_and_the_rest_is_kept(world, tmp_path):
    client = signed_in("rami@example.org")
    file = tmp_path / "old.po"
    file.write_text('msgctxt "campaign.title"\nmsgid "Old Clinic"\nmsgstr "x"\n\nmsgctxt "campaign.place_public"\n'
                    'msgid "Wadi Sanad district"\nmsgstr "قضاء وادي سند"\n\nmsgctxt "gone"\nmsgid "y"\nmsgstr "z"\n', encoding="utf-8")  # fmt: skip
    with file.open("rb") as opened:
        page = client.post("/desk/clinic/translations/ar/", {"file": opened}, follow=True).content.decode()
    assert "campaign.title" in page and "gone" in page
    assert [row.subject for row in Translation.objects.all()] == ["campaign.place_public"]


def test_what_is_no_po_file_is_refused(world, tmp_path):
    file = tmp_path / "picture.po"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with file.open("rb") as opened:
        answer = signed_in("rami@example.org").post("/desk/clinic/translations/ar/", {"file": opened})
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["", "ar/", "ar/campaign.title/", "ar.po"])
def test_eve_sees_none_of_it(world, path):
    assert signed_in("eve@example.org").get(f"/desk/clinic/translations/{path}").status_code == 403


def test_a_letter_is_translated_here_and_a_new_wording_is_not_shown_by_its_old_translation(world):
    letter = letters.open_letter(
        campaign=world.campaign, code="let", title="Let them", text="Let them stand.", language="en", author=world.salma
    )
    client = signed_in("rami@example.org")
    for part, words in (("title", "دعوهم"), ("text", "دعوهم قائمين.")):
        path = f"/desk/clinic/translations/ar/letter.{letter.pk}.{part}/"
        assert client.post(path, {"text": words, "credit": "", "seen": 0}).status_code == 302
    assert letters.wording_of(letter, "ar").text == "دعوهم قائمين."
    letters.issue_version(letter=letter, title="Let them", text="Let all of them stand.", author=world.salma)
    letter.refresh_from_db()
    assert letters.wording_of(letter, "ar").language == "en"
    assert letters.wordings_of(letter, "en")[1] == ["en"]
