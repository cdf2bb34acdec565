"""Cash boxes on pages, as a command, in the doctor's round and in public."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from awna.approvals.models import CashBox, CashCount, ReceiptBook
from awna.books.services.cash import at_hand
from awna.desk.doctor.campaign import boxes_look

from .test_boxes import Cash

DESK = "/desk/clinic/cash/"
QUERIES_MAX = 12


@pytest.fixture
def cash(pay):
    return Cash(pay)


def as_(client, who):
    client.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def file_of(data):
    file = io.BytesIO(data)
    file.name = "paper.jpg"
    return file


def test_a_purchase_and_a_count_on_pages(cash, client):
    world, today = cash.world, timezone.localdate().isoformat()
    box = f"{DESK}{cash.box.pk}/"
    assert as_(client, world.eve).get(DESK).status_code == 403
    assert client.get(box).status_code == 403
    part = cash.petty_after_filling()
    as_(client, world.karim)
    bought = {
        "milestone": part.pk,
        "text": "Nails",
        "amount": "12.50",
        "paid_on": today,
        "book": cash.book.pk,
        "serial": "3",
        "request_id": "n",
    }
    answer = client.post(box + "spend/", bought | {"photo": file_of(cash.pay.photo)})
    assert answer.status_code == 422
    assert "Page 1 of book A comes before page 3" in answer.content.decode()
    assert client.post(box + "spend/", bought | {"serial": "1", "photo": file_of(cash.pay.photo)}).status_code == 302
    payment = cash.box.payments.get()
    assert client.post(f"{box}payments/{payment.pk}/sign/").status_code == 409
    assert as_(client, world.nour).post(f"{box}payments/{payment.pk}/sign/").status_code == 302
    assert client.get(f"{box}photos/{payment.photo.digest}.webp").headers["Content-Type"] == "image/webp"
    assert client.post(box + "count/", {"counted": "287,50"}).status_code == 422
    assert client.post(box + "count/", {"counted": "280.00"}).status_code == 302
    page = as_(client, world.karim).get(box + "count/").content.decode()
    assert "Nour has counted" in page
    assert "280" not in page
    explain = client.post(box + "count/", {"counted": "280.00"}).url
    assert "EUR 7.50 are missing" in client.get(explain).content.decode()
    said = {"reason": "Nobody knows where it is", "fund": cash.funded.roof.pk}
    assert client.post(explain, said).status_code == 302
    assert CashCount.objects.get().state == CashCount.DONE
    assert at_hand(cash.box.account) == 28_000
    assert "the stewards are asked" in client.get(box).content.decode()


def test_a_page_of_the_book_is_declared_lost_on_pages(cash, client):
    book = f"{DESK}books/{cash.book.pk}/"
    assert as_(client, cash.world.eve).get(book).status_code == 403
    as_(client, cash.world.karim)
    assert client.post(book, {"what": "lost", "serial": 1, "why": "Torn out in the rain"}).status_code == 302
    assert client.post(book, {"what": "void", "serial": 2, "why": "Spoilt by ink"}).status_code == 422
    assert client.post(book + "1/lost/").status_code == 409
    assert as_(client, cash.world.nour).post(book + "1/lost/").status_code == 302
    assert client.post(book, {"what": "void", "serial": 2, "why": "Spoilt by ink"}).status_code == 302
    assert ReceiptBook.objects.get().pages.count() == 2


def test_the_command_types_a_figure(cash, capsys):
    cash.fill()
    for who, state in ((cash.world.nour, "first"), (cash.world.karim, "done")):
        call_command("countcash", str(cash.box.pk), "300.00", "--as", who.user.email, "--json")
        assert json.loads(capsys.readouterr().out)["state"] == state
    with pytest.raises(SystemExit):
        call_command("countcash", "no-box", "1.00")
    assert "There is no cash box" in capsys.readouterr().err


def test_the_doctor_tells_of_a_box_that_nobody_counts_and_the_public_reads_of_counts(cash, client):
    assert list(boxes_look(cash.funded.book)) == []
    assert "It was not counted yet." in client.get("/c/clinic/book/accounts/").content.decode()
    CashBox.objects.update(opened_on=timezone.localdate() - timedelta(days=15))
    (found,) = boxes_look(cash.funded.book)
    assert found.problem.code == "box_not_counted"
    cash.count(0, cash.world.nour)
    cash.count(0, cash.world.karim)
    assert list(boxes_look(cash.funded.book)) == []
    assert "Two people counted it last on" in client.get("/c/clinic/book/accounts/").content.decode()


def test_the_pages_ask_few_questions(cash, client):
    part = cash.petty_after_filling()
    cash.pay_for(part)
    sheet = cash.pay.paid(cash.pay.wages())
    as_(client, cash.world.karim)
    asked = {}
    for path in (
        DESK,
        f"{DESK}{cash.box.pk}/",
        f"{DESK}{cash.box.pk}/spend/",
        f"{DESK}books/{cash.book.pk}/",
        "/desk/clinic/wages/",
        sheet.get_absolute_url(),
    ):
        with CaptureQueriesContext(connection) as told:
            assert client.get(path).status_code == 200
        asked[path] = len(told)
    assert {path: n for path, n in asked.items() if n > QUERIES_MAX} == {}
