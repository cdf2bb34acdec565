"""The stewards' pages as plain forms, and the same acts as commands."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from awna.approvals.models import Release
from awna.books.services import balance_of
from awna.consent.models import Decision
from tests.rooms.funded import make_funded

QUEUE = "/desk/clinic/approvals/"
ROWS = {
    f"{rows}-{name}": count
    for rows, filled in (("part", 1), ("paper", 0), ("quote", 0))
    for name, count in (("TOTAL_FORMS", filled), ("INITIAL_FORMS", 0))
}


@pytest.fixture
def funded(db):
    return make_funded()


def as_(client, who):
    client.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def word(client, choice="approve", **more):
    return client.post(QUEUE + "1/", {"choice": choice, "reason": "", "request_id": "w1"} | more)


def released(funded):
    return balance_of(funded.book, stage="released", commodity=funded.eur)


def test_two_stewards_release_through_the_pages(funded, client):
    funded.propose()
    page = as_(client, funded.world.salma).get(QUEUE).content.decode()
    assert "0 of 2 signed" in page
    assert "Omar Building Supplies" in page
    assert "Yes, approve" in word(client).content.decode()
    assert not Decision.objects.exists()
    assert word(client, confirmed="on").status_code == 302
    assert released(funded) == 0
    assert "1 of 2 signed" in client.get(QUEUE).content.decode()
    as_(client, funded.world.yusuf)
    assert word(client, confirmed="on", request_id="w2").status_code == 302
    assert released(funded) == 290_000
    assert "The money is released to this payee only." in client.get(QUEUE + "1/").content.decode()


def test_to_decline_needs_a_reason_and_keeps_what_was_typed(funded, client):
    funded.propose()
    as_(client, funded.world.salma)
    assert word(client, "decline", confirmed="on").status_code == 422
    assert word(client, "decline", confirmed="on", reason="Two quotes are missing").status_code == 302
    answer = word(client, "approve", confirmed="on", reason="After all", request_id="w9")
    assert answer.status_code == 422
    assert "You have decided on this proposal already" in answer.content.decode()


def test_who_may_open_and_sign(funded, client):
    funded.propose()
    assert client.get(QUEUE).status_code == 302
    assert as_(client, funded.world.eve).get(QUEUE).status_code == 403
    assert word(client, confirmed="on").status_code == 403
    assert as_(client, funded.world.karim).get(QUEUE).status_code == 200
    assert word(client, confirmed="on").status_code == 403
    assert not Decision.objects.exists()


def test_the_site_lead_asks_by_the_form(funded, client):
    as_(client, funded.world.nour)
    asked = {
        "text": "Cement", "payee": funded.omar.custody.pk, "custody": funded.account.custody.pk, "fund": funded.roof.pk, **ROWS,
        "part-0-kind": "instalment", "part-0-amount": "2900", "part-0-evidence": ["invoice"], "part-0-earliest": timezone.localdate(), "expires_on": timezone.localdate() + timedelta(days=9), "request_id": "f1",
    }  # fmt: skip
    assert client.get(QUEUE + "new/").status_code == 200
    assert client.post(QUEUE + "new/", asked | {"part-0-amount": "99999999"}).status_code == 422
    assert client.post(QUEUE + "new/", asked | {"part-0-amount": "12,5"}).status_code == 422
    assert not Release.objects.exists()
    for _ in range(2):
        assert client.post(QUEUE + "new/", asked).status_code == 302
    assert Release.objects.count() == 1
    assert balance_of(funded.book, stage="held", commodity=funded.eur) == 290_000


def test_the_commands_walk_the_same_way(funded, capsys):
    today = timezone.localdate()
    ask = [
        "proposerelease", "Cement", "--payee", "Omar Building Supplies", "--from", "XX00 1111", "--currency", "EUR", "--fund", "roof",
        "--milestone", f"1:2900:{today}:invoice", "--expires", str(today + timedelta(days=5)), "--json",
    ]  # fmt: skip
    call_command(*ask, "--dry-run")
    assert not Release.objects.exists()
    capsys.readouterr()
    call_command(*ask)
    assert json.loads(capsys.readouterr().out)["release"] == 1
    call_command("decide", "1", "approve", "--as", "salma@example.org")
    with pytest.raises(SystemExit) as stopped:
        call_command("release", "1")
    assert stopped.value.code == 1
    assert "1 of 2 stewards have signed" in capsys.readouterr().err
    call_command("decide", "1", "approve", "--as", "yusuf@example.org", "--json")
    assert json.loads(capsys.readouterr().out)["released"] is True
    call_command("release", "1", "--void")
    assert released(funded) == 0
