"""Rates with day and source, the stewards' other questions, and both ends of money that a section sends on."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from awna.books import services as books
from awna.books.services.exchange import rates_of
from awna.consent.models import Proposal
from awna.desk.remittances import read_remittances
from awna.kit.policies import Actor
from tests.rooms.books import conftest as of_books
from tests.rooms.books.test_remit import released, remit

pytestmark = pytest.mark.django_db
ledger = of_books.ledger


def url(name):
    return reverse(name, kwargs={"slug": "clinic"})


def question_url(proposal):
    return reverse("question", kwargs={"slug": "clinic", "proposal": proposal.pk})


def page(client, role, name):
    client.force_login(role.user)
    return client.get(url(name)).content.decode()


def typed(**changes):
    rate = {"of": "UAH", "to": "EUR", "rate": "0.0205", "on": "2026-03-02", "source": "National bank", "request_id": "r1"}
    return {"act": "hand", **rate, **changes}


def test_a_rate_by_hand_waits_for_two_stewards_and_then_stands_with_its_source(ledger, client):
    w = ledger.world
    client.force_login(w.karim.user)
    assert client.post(url("rates_desk"), typed()).status_code == 302
    assert rates_of(ledger.book) == []
    proposal = Proposal.objects.get(purpose="rates")
    for number, steward in enumerate((w.salma, w.yusuf)):
        assert "1 UAH = 0.0205 EUR" in page(client, steward, "decisions")
        said = {"choice": "approve", "request_id": f"yes{number}", "confirmed": "on"}
        assert client.post(question_url(proposal), said).status_code == 302
    shown = page(client, w.karim, "rates_desk")
    assert [rate.on for rate in rates_of(ledger.book)] == ["2026-03-02"]
    assert "National bank" in shown and "2026-03-02" in shown


def test_a_declined_question_says_why_and_writes_nothing(ledger, client):
    client.force_login(ledger.world.karim.user)
    client.post(url("rates_desk"), typed())
    address, said = question_url(Proposal.objects.get(purpose="rates")), {"choice": "decline", "request_id": "no", "confirmed": "on"}
    client.force_login(ledger.world.salma.user)
    assert client.post(address, said).status_code == 422
    assert client.post(address, {**said, "reason": "another bank says 0.02"}).status_code == 302
    assert rates_of(ledger.book) == []


@pytest.mark.parametrize("changes", [{"rate": "0,0205"}, {"of": "EUR"}, {"on": "2.3.2026"}, {"source": ""}])
def test_a_bad_rate_is_refused_and_what_was_typed_stays(ledger, client, changes):
    client.force_login(ledger.world.karim.user)
    answer = client.post(url("rates_desk"), typed(**changes))
    assert (answer.status_code, Proposal.objects.filter(purpose="rates").count()) == (422, 0)
    assert "0205" in answer.content.decode()


def test_a_file_of_rates_is_one_question_and_a_bad_row_is_named(ledger, client):
    client.force_login(ledger.world.karim.user)
    for data, status in ((b"2026-03-02,UAH,EUR,zero,NBU\n", 422), (b"2026-03-02,UAH,EUR,0.02,NBU\n", 302)):
        file = SimpleUploadedFile("r.csv", b"date,from,to,rate,source\n" + data)
        answer = client.post(
            url("rates_desk"), {"act": "file", "file": file, "decimal": "point", "separator": "comma", "request_id": str(status)}
        )
        assert answer.status_code == status
        assert status == 302 or "row 2, column rate" in answer.content.decode()
    assert Proposal.objects.filter(purpose="rates").count() == 1


def test_the_old_address_of_questions_leads_to_the_queue_for_stewards_alone(ledger, client):
    client.force_login(ledger.world.karim.user)
    assert client.get(url("questions_desk")).status_code == 403
    client.force_login(ledger.world.salma.user)
    assert client.get(url("questions_desk")).url == url("decisions")


def seen(ledger, role):
    return read_remittances(campaign=ledger.world.campaign, actor=Actor(role.user, [role]))


def test_a_section_checks_before_it_sends_and_sees_both_ends(ledger, client):
    proposal = released(ledger)
    (before,) = seen(ledger, ledger.world.north_treasurer)
    assert (before.waiting, before.out, before.arrived) == (60_000, [], [])
    assert len(before.checks) == 7 and before.checks[0].ok
    remit(ledger, proposal, ledger.movement(-60_000, "to the association"), "out")
    (way,) = seen(ledger, ledger.world.north_treasurer)
    assert (way.under_way, way.waiting, way.checks) == (60_000, 0, [])
    assert way.age_days == (timezone.localdate() - way.out[0].day).days and way.is_late
    assert "days" in page(client, ledger.world.north_treasurer, "remittances_desk")
    remit(ledger, proposal, ledger.movement(59_000, "from Neighbours North", ledger.owner), "in")
    (done,) = seen(ledger, ledger.world.karim)
    assert (done.under_way, done.charges, [end.minor for end in done.arrived], done.age_days) == (0, 1_000, [59_000], 0)
    assert "590.00" in page(client, ledger.world.north_treasurer, "remittances_desk")


def test_another_section_sees_nothing_of_it(ledger, client):
    released(ledger)
    assert seen(ledger, ledger.world.south_treasurer) == []
    client.force_login(ledger.world.eve)
    assert client.get(url("remittances_desk")).status_code in (403, 404)


def test_the_check_names_what_is_not_in_order(ledger):
    released(ledger)
    ledger.world.north.permit_until = timezone.localdate() - timedelta(days=1)
    ledger.world.north.save()
    ledger.movement(500, "nobody knows")
    (one,) = seen(ledger, ledger.world.north_treasurer)
    said = [check.text for check in one.checks if not check.ok]
    assert any("permit" in text for text in said) and any("same balance" in text for text in said)


def test_the_ecb_button_says_what_it_lacks(ledger, client):
    hryvnia = books.open_bank_account(book=ledger.book, section=None, holder="Health Association", iban="UA1", currency="UAH")
    place = {"fund": str(ledger.fund.pk), "commodity": str(hryvnia.commodity_id)}
    line = ledger.movement(1_000, "gift", hryvnia)
    books.post_entry(
        book=ledger.book, kind="gift", author=ledger.world.karim, effective_date=line.booked_on, request_id="uah",
        rows=[books.Row(books.Spot("ext", None, **place), books.Spot("free", str(hryvnia.custody_id), **place), 1_000, movement=str(line.pk))],
    )  # fmt: skip
    client.force_login(ledger.world.karim.user)
    answer = client.post(url("rates_desk"), {"act": "ecb"}, follow=True).content.decode()
    assert "The ECB has no rate for: UAH" in answer and "no rate; ask the stewards" in answer
