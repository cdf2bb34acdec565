"""Signing an open letter: a mailed code, counted once confirmed, hidden or taken back at any time."""

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from awna.core.problems import Refused
from awna.kit.jobs import work_off
from awna.letters import services
from awna.letters.models import OpenLetter, Organisation, Signature, Waiting
from awna.letters.services import signing
from tests.world import World

from .conftest import Confirm, Sign

pytestmark = pytest.mark.django_db


def test_counts_only_when_confirmed_and_once(letter: OpenLetter, sign: Sign) -> None:
    token = services.confirm_token(sign())
    assert services.count_signatures(letter).people == 0
    first = services.confirm_signature(token=token)
    assert services.confirm_signature(token=token) == first
    assert services.count_signatures(letter) == services.LetterCount(people=1, organisations=0, people_named=1)
    assert not Waiting.objects.exists()


def test_an_address_signs_once_however_it_is_written(letter: OpenLetter, sign: Sign) -> None:
    sign()
    sign(email="DANA@example.org", name="Dana D.")
    assert [services.open_waiting(row)["name"] for row in Waiting.objects.all()] == ["Dana D."]


def test_a_confirmed_signature_is_not_changed_by_whoever_knows_the_address(letter: OpenLetter, confirm: Confirm) -> None:
    confirm()
    services.sign_letter(letter=letter, name="Somebody else", email="dana@example.org")
    assert [row.name for row in letter.signatures.all()] == ["Dana"] and not Waiting.objects.exists()


def test_what_was_corrected_on_the_page_is_what_counts(sign: Sign) -> None:
    row = services.confirm_signature(token=services.confirm_token(sign()), name="Dana R.", place="Rind", show_name=False)
    row.refresh_from_db()
    assert (row.name, row.place, row.show_name) == ("Dana R.", "Rind", False)


def test_taking_back_deletes_who_it_was_and_stops_counting(letter: OpenLetter, sign: Sign) -> None:
    code = services.confirm_token(sign())
    row = services.confirm_signature(token=code)
    services.withdraw_signature(token=services.withdraw_token(row))
    row.refresh_from_db()
    assert (row.name, row.place, row.email, row.email_index, row.state) == ("", "", "", None, "withdrawn")
    assert services.count_signatures(letter).people == 0
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=code)
    assert refused.value.codes == ["signature_withdrawn"]


def test_a_hidden_name_still_counts(letter: OpenLetter, confirm: Confirm) -> None:
    token = services.withdraw_token(confirm())
    services.show_signature(token=token, shown=False)
    assert services.count_signatures(letter) == services.LetterCount(people=1, organisations=0, people_named=0)
    assert "Dana" not in Client().get(letter.get_absolute_url()).content.decode()
    services.show_signature(token=token, shown=True)
    assert "Dana" in Client().get(letter.get_absolute_url()).content.decode()


@pytest.mark.parametrize("forge", [lambda code: code[:-1] + ("A" if code[-1] != "A" else "B"), lambda code: "x", lambda code: code[:10]])
def test_forged_codes_are_refused(letter: OpenLetter, sign: Sign, forge: Any) -> None:
    code = services.confirm_token(sign())
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=forge(code))
    assert refused.value.codes == ["link_not_ours"]
    assert services.count_signatures(letter).people == 0


def test_a_code_may_be_typed_as_it_was_heard(sign: Sign) -> None:
    code = services.confirm_token(sign())
    heard = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert services.confirm_signature(token=heard).name == "Dana"


def test_the_lasting_link_does_not_confirm_and_an_altered_one_does_nothing(sign: Sign, confirm: Confirm) -> None:
    row = confirm()
    for call, token in (
        (services.confirm_signature, services.withdraw_token(row)),
        (services.withdraw_signature, services.withdraw_token(row)[:-1]),
    ):
        with pytest.raises(Refused) as refused:
            call(token=token)
        assert refused.value.codes == ["link_not_ours"]


def test_a_code_older_than_three_days_is_refused_and_purged(sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    code, real = services.confirm_token(sign()), time.time
    monkeypatch.setattr(signing.time, "time", lambda: real() + services.CONFIRM_HOURS * 3600 + 1)
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=code)
    assert refused.value.codes == ["link_too_old"]
    assert services.purge_unconfirmed() == 1 and not Waiting.objects.exists()
    with pytest.raises(Refused) as refused:
        services.confirm_signature(token=code)
    assert refused.value.codes == ["signature_unknown"]


def test_an_organisation_says_who_signs_and_counts_once_the_desk_has_seen_why(
    world: World, letter: OpenLetter, sign: Sign, confirm: Confirm
) -> None:
    with pytest.raises(Refused) as refused:
        sign(kind="organisation", name="Guild of Caldrey")
    assert refused.value.codes == ["signature_without_office"]
    row = confirm(kind="organisation", name="Guild of Caldrey", office="Chair", email="g@example.org")
    assert isinstance(row, Organisation)
    count = services.count_signatures(letter)
    assert (count.organisations, count.organisations_checking) == (0, 1)
    services.note_authority(organisation=row, authority="minutes seen", author=world.salma)
    count = services.count_signatures(letter)
    assert (count.organisations, count.organisations_checking) == (1, 0)
    with pytest.raises(Refused) as refused:
        sign(kind="organisation", name="guild of  caldrey", office="Clerk", email="other@example.org")
    assert refused.value.codes == ["organisation_signed_already"]


def test_only_writers_note_authority(world: World, guild: Organisation) -> None:
    with pytest.raises(Refused) as refused:
        services.note_authority(organisation=guild, authority="minutes seen", author=world.karim)
    assert refused.value.codes == ["role_may_not_do_this"]


def test_a_person_has_no_office_and_no_third_kind_signs(sign: Sign) -> None:
    for changed, code in (
        ({"office": "Chair"}, "person_with_office"),
        ({"kind": "ghost"}, "signature_kind_unknown"),
        ({"name": " "}, "signature_without_name"),
    ):
        with pytest.raises(Refused) as refused:
            sign(**changed)
        assert refused.value.codes == [code]


def test_an_organisations_link_is_one_of_the_web(sign: Sign) -> None:
    with pytest.raises(Refused) as refused:
        sign(kind="organisation", name="Guild", office="Chair", link="javascript:alert(1)")
    assert refused.value.codes == ["link_not_web"]


def test_name_and_address_are_sealed_in_every_table(letter: OpenLetter, sign: Sign, confirm: Confirm) -> None:
    sign(email="waits@example.org", name="Waiting One")
    confirm()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM letters_signature")
        row = str(cursor.fetchall())
        cursor.execute("SELECT * FROM letters_waiting")
        row += str([[bytes(cell) if isinstance(cell, memoryview) else cell for cell in line] for line in cursor.fetchall()])
    assert "Dana" not in row and "example.org" not in row and "Waiting One" not in row


def test_the_mail_is_sent_once_a_day_and_holds_the_code(
    letter: OpenLetter, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time
    for days in (0.0, 0.2, 0.9):
        monkeypatch.setattr(signing.time, "time", lambda days=days: real() + days * 86400)
        services.sign_letter(letter=letter, name="Dana", email="dana@example.org")
        services.mail_waiting.func()
    assert len(mail.outbox) == 1 and services.confirm_token(Waiting.objects.get()) in mail.outbox[0].body
    monkeypatch.setattr(signing.time, "time", lambda: real() + 86400 * 1.1)
    services.sign_letter(letter=letter, name="Dana", email="dana@example.org")
    services.mail_waiting.func()
    assert len(mail.outbox) == 2


def test_several_confirm_in_one_commit(letter: OpenLetter, sign: Sign) -> None:
    codes = [services.confirm_token(sign(email=f"{n}@example.org")) for n in range(5)]
    asked = [signing.Confirmation(signing.read_code(code)) for code in codes] + [signing.Confirmation(10**6)]
    signing.confirm_together(asked)
    assert [one.row is not None for one in asked] == [True] * 5 + [False]
    assert asked[-1].problem is not None and services.count_signatures(letter).people == 5


def test_the_pages_from_form_to_count(letter: OpenLetter, django_capture_on_commit_callbacks: Any) -> None:
    client, page = Client(), letter.get_absolute_url()
    form = {"name": "Dana", "email": "dana@example.org", "show_name": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(page, form)
    assert first.status_code == 302
    work_off()
    link = re.search(r"http\S+/letters/confirm/\S+", mail.outbox[0].body)
    assert link is not None
    path = "/c/" + link.group().split("/c/", 1)[1]
    assert "Dana" in client.get(path).content.decode() and services.count_signatures(letter).people == 0
    typed = client.post(first["Location"], {"code": path.rstrip("/").rsplit("/", 1)[1].lower()})
    assert typed.status_code == 302
    done = client.post(path, follow=True).content.decode()
    assert "Your signature counts" in done
    shown = client.get(page).content.decode()
    assert "<bdi>Dana</bdi>" in shown and "dana@example.org" not in shown
    own = re.search(r'href="(/c/clinic/letters/withdraw/[^"]+)"', done)
    assert own is not None
    assert client.post(own.group(1), {"act": "hide"}).status_code == 302
    assert "<bdi>Dana</bdi>" not in client.get(page).content.decode()
    assert client.post(own.group(1), {"act": "withdraw"}).status_code == 200
    assert Signature.objects.get().state == "withdrawn"


def test_known_and_unknown_addresses_get_the_same_answer(letter: OpenLetter, confirm: Confirm) -> None:
    confirm()
    page, answers = letter.get_absolute_url(), []
    for email in ("dana@example.org", "nobody@example.org"):
        answer = Client().post(page, {"name": "X", "email": email})
        answers.append((answer.status_code, answer["Location"], answer.content))
        back = Client().post(f"{page}take-back/", {"email": email})
        answers.append((back.status_code, "", back.content.replace(email.encode(), b"")))
    assert answers[0] == answers[2] and answers[1][0] == answers[3][0] == 200


def test_what_was_typed_stays_when_refused(letter: OpenLetter) -> None:
    answer = Client().post(f"{letter.get_absolute_url()}organisation/", {"name": "Guild", "email": "guild@example.org"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Guild"' in page and 'href="#id_office"' in page and not Waiting.objects.exists()


def test_a_forged_code_gets_a_page_that_says_so(letter: OpenLetter) -> None:
    answer = Client().get(f"/c/{letter.campaign.slug}/letters/confirm/forged/")
    assert answer.status_code == 400 and "was not made by this site" in answer.content.decode()


def test_the_command_purges_what_nobody_confirmed(sign: Sign, capsys: pytest.CaptureFixture[str]) -> None:
    old, young = sign(), sign(email="young@example.org")
    Waiting.objects.filter(pk=old.pk).update(began_at=old.began_at - services.CONFIRM_HOURS * 3600 - 1)
    call_command("purgesignups")
    assert "1 sign-ups" in capsys.readouterr().out and Waiting.objects.get() == young
