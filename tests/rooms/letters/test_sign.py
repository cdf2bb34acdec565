"""Signing an open letter: mailed link, counted once confirmed, taken back at any time."""

import re
from typing import Any

import pytest
from django.core import mail, signing
from django.test import Client

from awna.core.problems import Refused
from awna.kit.jobs import work_off
from awna.letters import services
from awna.letters.models import OpenLetter, Signature
from tests.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def letter(world: World) -> OpenLetter:
    return services.open_letter(
        campaign=world.campaign,
        code="let-it-stand",
        title="Let the clinic stand",
        text="To all.\nLet it stand.",
        language="en",
        author=world.salma,
    )


def sign(letter: OpenLetter, **changed: Any) -> None:
    services.sign_letter(letter=letter, **{"kind": "person", "name": "Dana", "email": "dana@example.org", "show_name": True} | changed)


def signature_of(letter: OpenLetter, name: str = "Dana") -> Signature:
    return next(row for row in letter.signatures.all() if row.name == name)


def test_counts_only_when_confirmed_and_once(letter: OpenLetter) -> None:
    sign(letter)
    assert services.count_signatures(letter).people == 0
    token = services.confirm_token(signature_of(letter))
    services.confirm_signature(token=token)
    services.confirm_signature(token=token)
    assert services.count_signatures(letter) == services.LetterCount(people=1, organisations=0, people_named=1)


def test_an_address_signs_once_however_it_is_written(letter: OpenLetter) -> None:
    sign(letter)
    sign(letter, email="DANA@example.org", name="Dana D.")
    assert letter.signatures.count() == 1


def test_a_confirmed_signature_is_not_changed_by_whoever_knows_the_address(letter: OpenLetter) -> None:
    sign(letter)
    services.confirm_signature(token=services.confirm_token(signature_of(letter)))
    sign(letter, name="Somebody else")
    assert [row.name for row in letter.signatures.all()] == ["Dana"]


def test_taking_back_deletes_who_it_was_and_stops_counting(letter: OpenLetter) -> None:
    sign(letter)
    row = signature_of(letter)
    confirm, withdraw = services.confirm_token(row), services.withdraw_token(row)
    services.confirm_signature(token=confirm)
    services.withdraw_signature(token=withdraw)
    row.refresh_from_db()
    assert (row.name, row.place, row.email, row.email_index, row.state) == ("", "", "", None, "withdrawn")
    assert services.count_signatures(letter).people == 0
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=confirm)
    assert refused.value.codes == ["signature_withdrawn"]


@pytest.mark.parametrize(
    "forge", [lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), lambda token: "x", lambda token: token.split(":")[0]]
)
def test_forged_links_are_refused(letter: OpenLetter, forge: Any) -> None:
    sign(letter)
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=forge(services.confirm_token(signature_of(letter))))
    assert refused.value.codes == ["link_not_ours"]
    assert services.count_signatures(letter).people == 0


def test_a_link_to_take_back_does_not_confirm(letter: OpenLetter) -> None:
    sign(letter)
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=services.withdraw_token(signature_of(letter)))
    assert refused.value.codes == ["link_not_ours"]


def test_a_link_older_than_three_days_is_refused(letter: OpenLetter, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(letter)
    token = services.confirm_token(signature_of(letter))
    real = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: real() + services.CONFIRM_HOURS * 3600 + 1)
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=token)
    assert refused.value.codes == ["link_too_old"]


def test_an_organisation_says_who_signs(letter: OpenLetter) -> None:
    with pytest.raises(Refused) as refused:
        sign(letter, kind="organisation", name="Guild of Caldrey")
    assert refused.value.codes == ["signature_without_office"]
    sign(letter, kind="organisation", name="Guild of Caldrey", office="Chair")
    services.confirm_signature(token=services.confirm_token(signature_of(letter, "Guild of Caldrey")))
    assert services.count_signatures(letter).organisations == 1


def test_the_words_stay_as_people_signed_them(world: World, letter: OpenLetter) -> None:
    with pytest.raises(Refused) as refused:
        services.open_letter(
            campaign=world.campaign, code=letter.code, title=letter.title, text="Other words.", language="en", author=world.salma
        )
    assert refused.value.codes == ["letter_text_fixed"]


def test_only_stewards_and_coordinators_open_a_letter(world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.open_letter(campaign=world.campaign, code="mine", title="Mine", text="Mine.", language="en", author=world.karim)
    assert refused.value.codes == ["role_may_not_do_this"]


def test_name_and_address_are_sealed_in_the_table(letter: OpenLetter) -> None:
    from django.db import connection

    sign(letter)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, email, place FROM letters_signature")
        row = cursor.fetchone()
    assert "Dana" not in row[0] and "dana@" not in row[1]


def test_the_pages_from_form_to_count(letter: OpenLetter, django_capture_on_commit_callbacks: Any) -> None:
    client, page = Client(), letter.get_absolute_url()
    form = {"kind": "person", "name": "Dana", "email": "dana@example.org", "show_name": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(page, form)
    second = client.post(page, {**form, "email": "nobody@example.org"})
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    work_off()
    link = re.search(r"http\S+/letters/confirm/\S+", mail.outbox[0].body)
    assert link is not None
    path = "/c/" + link.group().split("/c/", 1)[1]
    assert "Dana" in client.get(path).content.decode() and services.count_signatures(letter).people == 0
    assert client.post(path).status_code == 200
    shown = client.get(page).content.decode()
    assert "<bdi>Dana</bdi>" in shown and "dana@example.org" not in shown


def test_what_was_typed_stays_when_refused(letter: OpenLetter) -> None:
    answer = Client().post(letter.get_absolute_url(), {"kind": "organisation", "name": "Guild", "email": "guild@example.org"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Guild"' in page and 'href="#id_office"' in page and letter.signatures.count() == 0


def test_a_forged_link_gets_a_page_that_says_so(letter: OpenLetter) -> None:
    answer = Client().get(f"/c/{letter.campaign.slug}/letters/confirm/forged/")
    assert answer.status_code == 400 and "was not made by this site" in answer.content.decode()
