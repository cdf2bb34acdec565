"""Direct debit: mandates frozen as signed, instalments on their days, a file that two approve and its schema accepts, returns."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from awna.books import services as books
from awna.core.problems import Refused
from awna.donations.debit import services
from awna.donations.debit.calendar import earliest_collection, instalment_day, is_target_day
from awna.donations.debit.models import DebitRun, Mandate
from awna.donations.debit.pain import sepa_text
from awna.donations.models import Pledge
from awna.kit.jobs import work_off
from tests.world import make_world

IBAN, PAYER = "DE84999900000000001234", "FR7630006000011234567890189"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"}


@pytest.fixture
def w(db):
    world = make_world()
    world.book = books.open_book(campaign=world.campaign, author=world.karim)
    world.account = books.open_bank_account(book=world.book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    services.set_creditor(
        bank_account=world.account, street="Lindenweg", building="7a", post_code="20095", town="Hamburg", country="de",
        creditor_id="DE98 ZZZ0 9999 9999 99",
    )  # fmt: skip
    world.today = timezone.localdate()
    return world


def sign(w, *, request_id="m1", **changes):
    asked = {"text": "I allow Neighbours North to debit my account.", "name": "Dana Müller", "iban": PAYER, "signed_on": w.today,
             "email": "dana@example.org"} | changes  # fmt: skip
    return services.sign_mandate(bank_account=w.account, asked=services.Asked(**asked), author=w.north_treasurer, request_id=request_id)


def plan(w, mandate, *, count=None, request_id="p1", minor=2_500, first_on=None):
    return services.start_plan(
        donor=mandate.donor, bank_account=w.account, fund=w.book.fund("unallocated"), amount_minor=minor, months=1, first_on=first_on or w.today,
        count=count, mandate=mandate, request_id=request_id,
    )  # fmt: skip


def run(w, *, request_id="r1", months=0):
    day = earliest_collection(w.today + timedelta(31 * months), notice_days=14)
    return services.make_run(bank_account=w.account, collect_on=day, author=w.north_treasurer, request_id=request_id)


def approve(w, found):
    for person in (w.north_treasurer, w.salma):
        services.approve_run(run=found, digest=found.digest, author=person)


def values(data, path):
    return [one.text for one in ET.fromstring(data).findall(path, NS)]


def refused(call, **arguments):
    with pytest.raises(Refused) as error:
        call(**arguments)
    return [problem.code for problem in error.value.problems]


def test_file_says_field_by_field_what_was_signed_and_passes_its_schema(w):
    mandate = sign(w)
    plan(w, mandate)
    found = run(w)
    approve(w, found)
    data = services.take_file(run=found, author=w.north_treasurer)
    line, (pledge,) = ".//p:DrctDbtTxInf/", Pledge.objects.all()
    assert values(data, ".//p:SeqTp") == ["FRST"] and values(data, ".//p:ReqdColltnDt") == [found.collect_on.isoformat()]
    assert values(data, ".//p:CdtrSchmeId//p:Othr/p:Id") == ["DE98ZZZ09999999999"]
    assert values(data, ".//p:CdtrAcct//p:IBAN") == [IBAN] and values(data, ".//p:DbtrAcct//p:IBAN") == [PAYER]
    assert values(data, line + "p:InstdAmt") == ["25.00"] and values(data, line + "p:Dbtr/p:Nm") == ["Dana Muller"]
    assert values(data, ".//p:EndToEndId") == [pledge.reference] and values(data, ".//p:MndtId") == [mandate.reference]
    assert values(data, ".//p:DtOfSgntr") == [w.today.isoformat()]
    assert (values(data, ".//p:Cdtr/p:PstlAdr/p:TwnNm"), values(data, ".//p:Cdtr/p:PstlAdr/p:Ctry")) == (["Hamburg"], ["DE"])
    assert values(data, ".//p:AdrLine") == [] and values(data, ".//p:GrpHdr/p:CtrlSum") == ["25.00"]


def test_file_is_given_out_after_two_different_people_and_every_download_is_written_down(w):
    plan(w, sign(w))
    found = run(w)
    services.approve_run(run=found, digest=found.digest, author=w.north_treasurer)
    services.approve_run(run=found, digest=found.digest, author=w.north_treasurer)
    assert refused(services.take_file, run=found, author=w.north_treasurer) == ["run_not_approved"]
    assert refused(services.approve_run, run=found, digest="0" * 64, author=w.salma) == ["other_file_approved"]
    assert refused(services.approve_run, run=found, digest=found.digest, author=w.nour) == ["not_an_approver"]
    assert len(mail.outbox) == 0
    services.approve_run(run=found, digest=found.digest, author=w.salma)
    first = services.take_file(run=found, author=w.north_treasurer)
    assert first == services.take_file(run=found, author=w.north_treasurer)
    assert [mark.what for mark in found.marks.all()] == ["approved", "approved", "taken", "taken"]
    assert refused(services.drop_run, run=found, author=w.salma) == ["file_was_taken"]


def test_payer_is_told_before_and_too_late_is_refused(w, django_capture_on_commit_callbacks):
    plan(w, sign(w))
    found = run(w)
    with django_capture_on_commit_callbacks(execute=True):
        approve(w, found)
    work_off()
    (letter,) = mail.outbox
    assert "25.00 EUR" in letter.body and found.collect_on.isoformat() in letter.body and "DE98ZZZ09999999999" in letter.body
    late = DebitRun.objects.create(
        bank_account=w.account, collect_on=w.today, notice_by=w.today - timedelta(1), total_minor=1, content="x", digest="d",
        made_by=w.north_treasurer, request_id="late",
    )  # fmt: skip
    assert refused(services.approve_run, run=late, digest="d", author=w.salma) == ["notice_too_late"]


def test_first_recurring_last_and_a_first_that_came_back(w):
    mandate = sign(w)
    plan(w, mandate, count=3, first_on=w.today)
    first = run(w)
    assert first.debits.get().sequence == "FRST"
    services.return_debit(end_to_end_id=first.debits.get().end_to_end_id, reason="am04")
    again = run(w, request_id="r2")
    (second_try,) = again.debits.all()
    assert second_try.sequence == "FRST" and second_try.end_to_end_id == first.debits.get().end_to_end_id + "-2"
    later = run(w, request_id="r3", months=3)
    assert [debit.sequence for debit in later.debits.order_by("pk")] == ["RCUR", "FNAL"]
    assert refused(run, w=w, request_id="r4", months=12) == ["nothing_due"]


def test_mandate_for_once_is_debited_once(w):
    mandate = sign(w, once=True)
    assert refused(plan, w=w, mandate=mandate, count=2) == ["mandate_for_once"]
    plan(w, mandate, count=1)
    assert run(w).debits.get().sequence == "OOFF"


@pytest.mark.parametrize(("reason", "mandate_state", "pledge_state"), [
    ("AM04", "active", "pledged"), ("MD06", "active", "dropped"), ("MD07", "ended", "dropped"), ("AC04", "ended", "dropped"),
])  # fmt: skip
def test_return_finds_its_original_by_the_id_once(w, reason, mandate_state, pledge_state):
    mandate = sign(w)
    plan(w, mandate)
    (debit,) = run(w).debits.all()
    found = services.return_debit(end_to_end_id=debit.end_to_end_id, reason=reason)
    again = services.return_debit(end_to_end_id=debit.end_to_end_id, reason="MS03")
    mandate.refresh_from_db()
    debit.pledge.refresh_from_db()
    assert (again.reason, again.returned_on) == (reason, found.returned_on)
    assert (mandate.state, debit.pledge.state) == (mandate_state, pledge_state)
    assert refused(services.return_debit, end_to_end_id="RF00NOBODY", reason="AM04") == ["debit_unknown"]


def test_statement_line_with_the_id_books_the_gift_itself(w):
    from awna.donations.services import claim_movements

    plan(w, sign(w))
    (debit,) = run(w).debits.all()
    text = f":20:S\n:25:{IBAN}\n:28C:00001/001\n:60F:C261111EUR0,00\n:61:2611121112C25,00NDDTNONREF//B1\n:86:{debit.end_to_end_id}\n:62F:C261112EUR25,00\n-\n"
    stored = books.store_statement(bank_account=w.account, data=text.encode(), filename="a.sta", author=w.north_treasurer, request_id="f1")
    claimed = claim_movements(movements=stored.new, author=w.north_treasurer)
    assert [gift.donor.name for gift in claimed.gifts] == ["Dana Müller"]


def test_what_was_signed_is_sealed_and_frozen_and_twice_is_once(w):
    mandate = sign(w)
    assert sign(w).pk == mandate.pk
    assert len(mandate.digest) == 64 and sign(w, request_id="m2").digest != mandate.digest
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, iban, text FROM donations_mandate")
        assert all(value.startswith("s1:") for row in cursor.fetchall() for value in row)


@pytest.mark.parametrize(("changes", "codes"), [
    ({"iban": "FR7630006000011234567890188"}, ["iban_invalid"]),
    ({"iban": "GB33BUKB20201555555555"}, ["payer_needs_address"]),
    ({"name": " "}, ["mandate_incomplete"]),
    ({"signed_on": date(2999, 1, 1)}, ["signed_in_the_future"]),
    ({"country": "France"}, ["country_unknown"]),
])  # fmt: skip
def test_mandate_that_no_bank_takes_is_refused(w, changes, codes):
    assert refused(sign, w=w, **changes) == codes
    assert Mandate.objects.count() == 0


def test_ended_mandate_ends_its_plan_and_is_debited_no_more(w):
    mandate = sign(w)
    found = plan(w, mandate)
    services.make_due(bank_account=w.account, until=w.today)
    assert refused(services.end_mandate, mandate=mandate, reason=" ", author=w.north_treasurer) == ["end_without_reason"]
    services.end_mandate(mandate=mandate, reason="revoked by letter", author=w.north_treasurer)
    found.refresh_from_db()
    assert found.ended_on == w.today and Pledge.objects.get().state == "dropped"
    assert [event.state for event in mandate.history.all()] == ["active", "ended"]
    assert refused(run, w=w) == ["nothing_due"]


def test_somebody_forgotten_is_debited_no_more_and_leaves_no_name(w):
    from awna.donations.services import erase_donor

    mandate = sign(w)
    plan(w, mandate)
    erase_donor(mandate.donor)
    mandate.refresh_from_db()
    assert (mandate.state, mandate.name, mandate.iban, mandate.text) == ("ended", "", "", "")
    assert refused(run, w=w) == ["nothing_due"]


def test_account_without_identifier_and_day_without_banks_are_refused(w):
    plan(w, sign(w))
    other = books.open_bank_account(book=w.book, section=w.south, holder="Neighbours South", iban="GB33BUKB20201555555555", currency="GBP")
    assert refused(services.make_run, bank_account=other, collect_on=w.today, author=w.karim, request_id="x") == ["creditor_unknown"]
    saturday = w.today + timedelta(60 + (5 - (w.today + timedelta(60)).weekday()) % 7)
    assert refused(services.make_run, bank_account=w.account, collect_on=saturday, author=w.karim, request_id="y") == [
        "collection_day_wrong"
    ]


def test_dropped_run_lets_its_instalments_wait_again(w):
    plan(w, sign(w), count=1)
    found = run(w)
    assert refused(run, w=w, request_id="r2") == ["nothing_due"]
    services.drop_run(run=found, author=w.salma)
    assert run(w, request_id="r3").debits.get().sequence == "FRST"


def test_target_days_of_2026_and_names_in_other_scripts():
    closed = [date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25), date(2026, 11, 21)]
    assert [is_target_day(day) for day in closed] == [False] * 6 and is_target_day(date(2026, 12, 24))
    assert earliest_collection(date(2026, 4, 2), notice_days=1) == date(2026, 4, 7)
    assert sepa_text("Żółć & Søn <x>") == "Zolc Son x" and sepa_text("دانة").isascii()


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.sampled_from([1, 3, 6, 12]), st.integers(1, 60))
def test_instalments_keep_their_day_of_the_month_and_their_order(first_on, months, number):
    day, after = (instalment_day(first_on, months=months, number=n) for n in (number, number + 1))
    assert day < after and (day.day == first_on.day or (day + timedelta(1)).day == 1)


def test_desk_walks_from_paper_to_file(client, w):
    client.force_login(w.north_treasurer.user)
    page = client.post("/desk/clinic/debits/mandate/", {
        "request_id": "form", "account": w.account.pk, "fund": w.book.fund("unallocated").pk, "name": "Dana", "iban": PAYER, "text": "I allow it.",
        "signed_on": w.today, "amount": "25.00", "months": "1", "first_on": w.today,
    })  # fmt: skip
    assert page.status_code == 302 and PAYER in client.get(page.url).content.decode()
    made = client.post("/desk/clinic/debits/run/", {
        "request_id": "run", "account": w.account.pk, "collect_on": earliest_collection(w.today, notice_days=14),
    })  # fmt: skip
    found = DebitRun.objects.get()
    assert client.post(f"{made.url}file/").status_code == 409
    client.post(made.url, {"act": "approve", "digest": found.digest})
    client.force_login(w.salma.user)
    assert "1 of 2 approved" in client.get(made.url).content.decode()
    client.post(made.url, {"act": "approve", "digest": found.digest})
    client.force_login(w.north_treasurer.user)
    answer = client.post(f"{made.url}file/")
    assert answer.content == found.content.encode() and "attachment" in answer["Content-Disposition"]
    assert found.collect_on.isoformat() in answer["Content-Disposition"]
    assert client.get("/desk/clinic/debits/").status_code == 200


def test_treasurer_of_another_section_and_eve_see_nothing(client, w):
    mandate = sign(w)
    client.force_login(w.south_treasurer.user)
    assert client.get(f"/desk/clinic/debits/mandate/{mandate.pk}/").status_code == 404
    assert "Dana" not in client.get("/desk/clinic/debits/").content.decode()
    client.force_login(w.eve)
    assert client.get("/desk/clinic/debits/").status_code in (403, 404)
