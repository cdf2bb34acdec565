"""Wordings, paper sheets and closing at the desk; what leaves as a file and on paper."""

import csv
import hashlib
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from awna.core.problems import Refused
from awna.letters import services
from awna.letters.models import OpenLetter, Organisation, PaperSheet
from tests.world import World

from .conftest import Confirm, Sign

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32


def enter(world: World, letter: OpenLetter, **changed: Any) -> PaperSheet:
    said: dict[str, Any] = {
        "count": 25, "place": "Rind", "collected_on": date(2026, 6, 1), "scan_digest": DIGEST, "first_counter": "Hala", "second_counter": "Samir",
        "author": world.nour,
    }  # fmt: skip
    return services.enter_sheet(letter=letter, **said | changed)


def test_the_words_stay_as_people_signed_them(world: World, letter: OpenLetter, confirm: Confirm) -> None:
    with pytest.raises(Refused) as refused:
        services.open_letter(
            campaign=world.campaign, code=letter.code, title=letter.title, text="Other words.", language="en", author=world.salma
        )
    assert refused.value.codes == ["letter_text_fixed"]
    first = confirm().version
    second = services.issue_version(letter=letter, title=letter.title, text="Other words.", author=world.salma)
    assert services.issue_version(letter=letter, title=letter.title, text="Other words.", author=world.salma) == second
    assert (first.text, second.number, second.text) == ("To all.\nLet it stand.", 2, "Other words.")
    assert [(row.version.number, row.people) for row in services.count_all(letter)[1]] == [(2, 0), (1, 1)]


def test_who_signed_an_earlier_wording_may_sign_the_new_one_and_counts_once(world: World, letter: OpenLetter, confirm: Confirm) -> None:
    confirm()
    services.issue_version(letter=letter, title="Now", text="Other words.", author=world.salma)
    letter.refresh_from_db()
    confirm()
    assert [(row.version.number, row.people) for row in services.count_all(letter)[1]] == [(2, 1), (1, 0)]
    assert services.count_signatures(letter).people == 1


def test_who_saw_the_earlier_wording_signs_that_one(world: World, letter: OpenLetter, sign: Sign) -> None:
    waiting = sign()
    services.issue_version(letter=letter, title="Now", text="Other words.", author=world.salma)
    assert services.confirm_signature(token=services.confirm_token(waiting)).version.number == 1


def test_a_new_wording_begins_without_translations(world: World, letter: OpenLetter) -> None:
    services.translate_letter(letter=letter, language="ar", title="دعوا", text="قائما", author=world.salma)
    assert services.wording_of(letter, "ar").state == "machine" and services.wordings_of(letter, "en")[1] == ["en", "ar"]
    services.issue_version(letter=letter, title="Now", text="Other words.", author=world.salma)
    letter.refresh_from_db()
    assert services.wording_of(letter, "ar") == services.Wording("Now", "Other words.", "en", "reviewed")


@pytest.mark.parametrize("act", ["open", "version", "close"])
def test_only_stewards_and_coordinators_write_letters(world: World, letter: OpenLetter, act: str) -> None:
    with pytest.raises(Refused) as refused:
        if act == "open":
            services.open_letter(campaign=world.campaign, code="mine", title="Mine", text="Mine.", language="en", author=world.karim)
        elif act == "version":
            services.issue_version(letter=letter, title="A", text="B", author=world.karim)
        else:
            services.close_letter(letter=letter, author=world.karim)
    assert refused.value.codes == ["role_may_not_do_this"]


def test_a_closed_letter_takes_no_signature_and_no_wording_but_lets_names_go(
    world: World, letter: OpenLetter, sign: Sign, confirm: Confirm
) -> None:
    row = confirm()
    services.close_letter(letter=letter, author=world.salma)
    letter.refresh_from_db()
    for act in (
        lambda: sign(email="other@example.org"),
        lambda: services.issue_version(letter=letter, title="A", text="B", author=world.salma),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == ["letter_closed"]
    services.withdraw_signature(token=services.withdraw_token(row))
    assert services.count_signatures(letter).people == 0


def test_paper_is_counted_apart_and_once(world: World, letter: OpenLetter) -> None:
    sheet = enter(world, letter)
    assert enter(world, letter) == sheet
    count = services.count_signatures(letter)
    assert (count.people, count.on_paper, count.sheets) == (0, 25, 1)
    with pytest.raises(Refused) as refused:
        enter(world, letter, count=26)
    assert refused.value.codes == ["sheet_counted_already"]
    services.strike_sheet(sheet=sheet, reason="Counted twice", author=world.nour)
    assert services.count_signatures(letter).on_paper == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"count": 0}, "sheet_count_wrong"), ({"second_counter": " hala "}, "sheet_needs_two_counters"), ({"scan_digest": "ff"}, "scan_digest_wrong"),
        ({"collected_on": date(2126, 1, 1)}, "sheet_of_tomorrow"),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_is_refused(world: World, letter: OpenLetter, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        enter(world, letter, **changed)
    assert refused.value.codes == [code] and not PaperSheet.objects.exists()


def test_eve_enters_nothing_and_a_strike_says_why(world: World, letter: OpenLetter) -> None:
    with pytest.raises(Refused) as refused:
        enter(world, letter, author=world.karim)
    assert refused.value.codes == ["role_may_not_do_this"]
    with pytest.raises(Refused) as refused:
        services.strike_sheet(sheet=enter(world, letter), reason=" ", author=world.nour)
    assert refused.value.codes == ["strike_without_reason"]


def test_the_desk_pages(world: World, letter: OpenLetter, guild: Organisation) -> None:
    client = Client()
    client.force_login(world.salma.user)
    base = f"/desk/clinic/letters/{letter.pk}/"
    assert "Let the clinic stand" in client.get("/desk/clinic/letters/").content.decode()
    assert "Guild of Caldrey" in client.get(base).content.decode()
    assert client.post(f"/desk/clinic/letters/organisations/{guild.pk}/", {"authority": "minutes seen"}).status_code == 302
    scan = SimpleUploadedFile("sheet.jpg", b"scanned names")
    said = {
        "count": 3,
        "place": "Rind",
        "collected_on": timezone.localdate() - timedelta(days=1),
        "first_counter": "A",
        "second_counter": "B",
        "scan": scan,
    }
    assert client.post(f"{base}sheets/new/", said).status_code == 302
    sheet = PaperSheet.objects.get()
    assert sheet.scan_digest == hashlib.sha256(b"scanned names").hexdigest()
    assert client.post(f"/desk/clinic/letters/sheets/{sheet.pk}/strike/", {"reason": "twice"}).status_code == 302
    assert client.post(f"{base}version/", {"title": "Now", "text": "Other words."}).status_code == 302
    assert client.post(f"{base}close/").status_code == 302
    page = client.get(base).content.decode()
    assert "minutes seen" in page and "struck:" in page and services.count_all(letter)[1][0].version.number == 2
    stranger = Client()
    stranger.force_login(world.eve)
    assert stranger.get(base).status_code == 403


def test_the_csv_starts_no_formula_and_names_no_person(letter: OpenLetter, confirm: Confirm, guild: Organisation) -> None:
    confirm(name="Dana Hidden")
    confirm(kind="organisation", name='=HYPERLINK("x")', office="+Chair", signatory="Secret Person", email="f@example.org")
    answer = Client().get(f"{letter.get_absolute_url()}organisations.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "name" and {row[0] for row in rows[1:]} == {"Guild of Caldrey", '\'=HYPERLINK("x")'}
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row if cell)
    assert (
        "Dana" not in answer.content.decode() and "Secret" not in answer.content.decode() and "example.org" not in answer.content.decode()
    )


def test_the_print_page_says_countries_wordings_and_the_moment(
    world: World, letter: OpenLetter, confirm: Confirm, guild: Organisation
) -> None:
    confirm()
    page = Client().get(f"{letter.get_absolute_url()}print/").content.decode()
    assert "<h3>Ireland</h3>" in page and "Guild of Caldrey" in page and "Further signing is possible" in page and "As of" in page
    assert "Dana" not in page


def test_organisations_are_paged(letter: OpenLetter, world: World) -> None:
    version = letter.version
    Organisation.objects.bulk_create(
        Organisation(letter=letter, version=version, name=f"Guild {n:03}", name_key=str(n)) for n in range(101)
    )
    base = f"{letter.get_absolute_url()}organisations/"
    first, second = (Client().get(f"{base}{page}/").content.decode() for page in (1, 2))
    assert "Guild 000" in first and "Guild 100" not in first and "Guild 100" in second
    assert Client().get(f"{base}3/").status_code == 404
    assert "All organisations" in Client().get(letter.get_absolute_url()).content.decode()
