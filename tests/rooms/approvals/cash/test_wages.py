"""Day wages: written by one, approved by another, paid by a third, seen by a fourth; each refusal once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from awna.approvals.cash import services, shown
from awna.approvals.models import WageRow, WageSheet
from awna.books.services import balance_of, check_book
from awna.core.problems import Refused


def codes(call, **wanted):
    with pytest.raises(Refused) as refused:
        call(**wanted)
    return refused.value.codes


def test_a_sheet_is_paid_under_the_release(pay):
    part = pay.wages()
    sheet = pay.paid(part)
    assert (sheet.state, sheet.total_minor, sheet.entry.kind) == (WageSheet.PAID, 8_000, "pay")
    assert {one.document.kind for one in sheet.entry.evidence.all()} == {"wage_sheet", "signed_sheet"}
    assert balance_of(pay.funded.book, stage="released", commodity=pay.funded.eur) == 42_000
    leaf = bytes(sheet.entry.leaf)
    assert sheet.document.digest.encode() in leaf
    assert sheet.photo.digest.encode() in leaf
    assert b"Amal" not in leaf
    assert check_book(pay.funded.book) == []


def test_twice_is_once(pay):
    part = pay.wages()
    sheet = pay.paid(part)
    size = pay.funded.book.entries.count()
    again = services.witness_wages(sheet=sheet, second=pay.world.shift_lead)
    assert again.entry_id == sheet.entry_id
    assert services.approve_sheet(sheet=sheet, author=pay.world.nour).pk == sheet.pk
    assert services.note_wages_paid(sheet=sheet, photo=b"", paid_on=pay.today, author=pay.world.karim).pk == sheet.pk
    assert pay.hire("Amal Sample").pk == pay.workers[0].pk
    assert pay.sheet(part).pk == sheet.pk
    assert pay.funded.book.entries.count() == size


def test_no_more_than_is_released(pay):
    sheet = pay.filled(pay.wages(7_999))
    assert codes(services.approve_sheet, sheet=sheet, author=pay.world.nour) == ["wages_exceed_release"]
    assert sheet.milestone.proposal.release.payee.title == "Day labour"


def test_two_sheets_share_what_is_released(pay):
    part = pay.wages(15_000)
    first = services.approve_sheet(sheet=pay.filled(part), author=pay.world.nour)
    other = pay.sheet(part, "other")
    services.write_hours(sheet=other, hours=pay.hours(pay.hire("Cemal Sample"), hours="12", rate=1_000), author=pay.world.shift_lead)
    assert services.left_for(part) == 7_000
    assert codes(services.approve_sheet, sheet=other, author=pay.world.nour) == ["wages_exceed_release"]
    services.drop_sheet(sheet=first, why="Written for the wrong week", author=pay.world.nour)
    assert services.approve_sheet(sheet=other, author=pay.world.nour).state == WageSheet.APPROVED


def test_nobody_is_paid_twice_for_a_day(pay):
    part = pay.wages()
    sheet = pay.filled(part)
    amal = pay.workers[0]
    twice = pay.hours(amal, amal)
    assert codes(services.write_hours, sheet=sheet, hours=twice, author=pay.world.shift_lead) == ["person_twice_on_a_day"]
    other = pay.sheet(part, "other")
    assert codes(services.write_hours, sheet=other, hours=pay.hours(amal), author=pay.world.shift_lead) == ["person_on_another_sheet"]
    with pytest.raises(IntegrityError), transaction.atomic():
        WageRow.objects.create(sheet=other, labourer=amal, day=pay.today, hours=1, rate_minor=1)
    assert sheet.rows.count() == 2
    services.drop_sheet(sheet=sheet, why="Wrong days", author=pay.world.nour)
    assert services.write_hours(sheet=other, hours=pay.hours(amal), author=pay.world.shift_lead).total_minor == 4_000


def test_who_approves_wrote_none_of_it_and_is_not_on_it(pay):
    part = pay.wages()
    sheet = pay.filled(part)
    assert codes(services.approve_sheet, sheet=sheet, author=pay.world.shift_lead) == ["role_may_not_do_this"]
    services.write_hours(sheet=sheet, hours=pay.hours(*pay.workers), author=pay.world.nour)
    assert codes(services.approve_sheet, sheet=sheet, author=pay.world.nour) == ["approver_wrote_the_sheet"]
    nour = pay.hire("N. O.", email=pay.world.nour.user.email)
    services.write_hours(sheet=sheet, hours=pay.hours(nour), author=pay.world.shift_lead)
    assert codes(services.approve_sheet, sheet=sheet, author=pay.world.nour) == ["approver_is_on_the_sheet"]
    services.write_hours(sheet=sheet, hours=pay.hours(pay.hire(" nour ")), author=pay.world.shift_lead)
    assert codes(services.approve_sheet, sheet=sheet, author=pay.world.nour) == ["approver_is_on_the_sheet"]


def test_who_pays_is_neither_approver_nor_receiver_nor_asker(pay):
    part = pay.wages()
    sheet = services.approve_sheet(sheet=pay.filled(part), author=pay.world.nour)
    paying = {"sheet": sheet, "photo": pay.photo, "paid_on": pay.today}
    assert codes(services.note_wages_paid, author=pay.world.nour, **paying) == ["role_may_not_do_this"]
    assert codes(services.note_wages_paid, author=pay.world.karim, **paying) == ["line_missing"]
    line = pay.drawn()
    assert codes(services.note_wages_paid, author=pay.world.karim, movement=line, **paying | {"photo": b""}) == ["photo_missing"]
    assert codes(
        services.note_wages_paid, author=pay.world.karim, movement=line, **paying | {"paid_on": pay.today + timedelta(days=1)}
    ) == ["paid_on_wrong"]
    pay.workers[0].user = pay.world.karim.user
    pay.workers[0].save()
    assert codes(services.note_wages_paid, author=pay.world.karim, movement=line, **paying) == ["payer_is_on_the_sheet"]


def test_the_witness_is_neither_payer_nor_receiver(pay):
    part = pay.wages()
    sheet = services.approve_sheet(sheet=pay.filled(part), author=pay.world.nour)
    assert codes(services.witness_wages, sheet=sheet, second=pay.world.salma) == ["nothing_to_witness"]
    services.note_wages_paid(sheet=sheet, photo=pay.photo, paid_on=pay.today, movement=pay.drawn(), author=pay.world.karim)
    assert codes(services.witness_wages, sheet=sheet, second=pay.world.karim) == ["witness_is_the_payer"]
    pay.workers[0].user = pay.world.rami.user
    pay.workers[0].save()
    assert codes(services.witness_wages, sheet=sheet, second=pay.world.rami) == ["witness_is_on_the_sheet"]
    back = services.refuse_payment(sheet=sheet, second=pay.world.salma)
    assert (back.state, back.photo, back.entry) == (WageSheet.APPROVED, None, None)


def test_a_fixed_sheet_stays_as_it_is(pay):
    sheet = pay.paid(pay.wages())
    assert codes(services.write_hours, sheet=sheet, hours=[], author=pay.world.shift_lead) == ["sheet_is_fixed"]
    assert codes(services.drop_sheet, sheet=sheet, why="no", author=pay.world.nour) == ["sheet_is_paid"]


def test_the_share_of_the_district_waits_for_ten_people(pay):
    part = pay.wages()
    pay.paid(part)
    assert shown.local_share(pay.world.campaign) == shown.LocalShare(2, None)
    names = [pay.hire(f"Worker {n}", local=n != 0) for n in range(8)]
    sheet = pay.sheet(part, "eight")
    services.write_hours(sheet=sheet, hours=pay.hours(*names, hours="4"), author=pay.world.shift_lead)
    sheet = services.approve_sheet(sheet=sheet, author=pay.world.nour)
    services.note_wages_paid(sheet=sheet, photo=pay.photo, paid_on=pay.today, movement=pay.drawn(16_000), author=pay.world.karim)
    services.witness_wages(sheet=sheet, second=pay.world.salma)
    assert shown.local_share(pay.world.campaign) == shown.LocalShare(10, 75)


def test_the_pages_from_hours_to_the_entry(pay, client):
    part = pay.wages()
    amal = pay.hire("Amal Sample")

    def as_(role):
        client.force_login(getattr(role, "user", role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    as_(pay.world.eve)
    assert client.get("/desk/clinic/wages/").status_code == 403
    as_(pay.world.shift_lead)
    day = pay.today.isoformat()
    made = {"milestone": part.pk, "title": "Roof", "first_on": day, "last_on": day, "request_id": "w"}
    assert client.post("/desk/clinic/wages/new/", made).status_code == 302
    sheet = "/desk/clinic/wages/1/"
    cell, rate = f"h-{amal.pk}-{day}", f"r-{amal.pk}"
    wrong = client.post(sheet, {cell: "eight", rate: "5.00"})
    assert wrong.status_code == 422
    assert "“eight” is no figure of hours" in wrong.content.decode()
    assert client.post(sheet, {cell: "8", rate: "5.00"}).status_code == 302
    assert "Amal Sample" in client.get(sheet).content.decode()
    assert as_(pay.world.nour).post(sheet + "approve/").status_code == 302
    as_(pay.world.karim)
    assert client.get(sheet + "list.pdf").content.startswith(b"%PDF")
    line = pay.drawn(4_000)
    with open_photo(pay) as photo:
        assert client.post(sheet + "pay/", {"photo": photo, "paid_on": day, "movement": line.pk}).status_code == 302
    assert client.post(sheet + "witness/").status_code == 409
    assert as_(pay.world.salma).post(sheet + "witness/").status_code == 302
    page = client.get(sheet).content.decode()
    assert "Amal" not in page
    assert "L-01" in page
    assert WageSheet.objects.get().state == WageSheet.PAID
    assert client.get(sheet + "signed.webp").status_code == 403


def open_photo(pay):
    import io

    file = io.BytesIO(pay.photo)
    file.name = "list.jpg"
    return file
