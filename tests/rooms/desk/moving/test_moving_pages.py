"""The pages of moving in: from a template to rows taken in, and who may."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from awna.campaigns.models import BringIn
from awna.crews.models import Volunteer
from awna.supply.models import Item

from .conftest import GOODS, PEOPLE

QUERIES_MAX = 12
"""Questions that a page may ask of the database."""


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def send(client, kind, text, **more):
    file = SimpleUploadedFile("list.csv", text if isinstance(text, bytes) else text.encode())
    return client.post(reverse("moving_kind", args=["clinic", kind]), {"file": file} | more)


def test_a_file_is_looked_at_taken_in_and_taken_back(world):
    rami = signed_in(world.rami.user)
    looked = send(rami, "volunteers", PEOPLE)
    found = BringIn.objects.get()
    here = reverse("bring_in", args=["clinic", found.pk])
    assert looked.url == here
    page = rami.get(here).content.decode()
    assert "V-3" in page and "xx1" in page and Volunteer.objects.count() == 0
    assert rami.post(here).status_code == 422
    assert rami.post(here, {"leave_refused": "on"}).url == here
    assert Volunteer.objects.count() == 2
    assert "V-3" in rami.get(here).content.decode()
    refused = rami.get(reverse("bring_in_refused", args=["clinic", found.pk])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(refused)))
    assert [(row["code"], row["row"]) for row in rows] == [("V-3", "4")] and "xx1" in rows[0]["reason"]
    assert "list.csv" in rami.get(reverse("moving_home", args=["clinic"])).content.decode()
    back = reverse("bring_in_back", args=["clinic", found.pk])
    assert "2 rows" in rami.get(back).content.decode()
    assert rami.post(back).status_code == 302
    assert Volunteer.objects.count() == 0


def test_the_refused_rows_corrected_come_in_as_they_are(world):
    rami = signed_in(world.rami.user)
    send(rami, "volunteers", PEOPLE)
    refused = rami.get(reverse("bring_in_refused", args=["clinic", BringIn.objects.get().pk])).content
    assert send(rami, "volunteers", refused.replace(b"xx1", b"xx")).status_code == 302
    again = BringIn.objects.order_by("brought_at").last()
    assert rami.post(reverse("bring_in", args=["clinic", again.pk])).status_code == 302
    assert Volunteer.objects.get().code == "V-3"


def test_other_heads_lead_to_the_columns_and_are_offered_the_next_time(world):
    bilal = signed_in(world.buyer.user)
    sent = send(bilal, "items", "No;Thing;In;Colour\ncement;Cement;bag;grey\n")
    found = BringIn.objects.get()
    columns = reverse("bring_in_columns", args=["clinic", found.pk])
    assert sent.url == columns
    assert "Colour" in bilal.get(columns).content.decode()
    assert bilal.post(columns, {"head_row": "1", "column_code": "No"}).status_code == 422
    said = {"head_row": "1", "column_code": "No", "column_name": "Thing", "column_unit": "In"}
    assert bilal.post(columns, said).url == reverse("bring_in", args=["clinic", found.pk])
    assert bilal.post(reverse("bring_in", args=["clinic", found.pk])).status_code == 302
    assert Item.objects.get().name == "Cement"
    send(bilal, "items", "No;Thing;Unit price\nsand;Sand;3\n")
    again = BringIn.objects.order_by("brought_at").last()
    page = bilal.get(reverse("bring_in_columns", args=["clinic", again.pk])).content.decode()
    assert "Read the last time, and not in this file" in page and ">In<" in page


@pytest.mark.parametrize(("kind", "who"), [("volunteers", "rami"), ("items", "buyer"), ("gifts", "karim"), ("openings", "karim")])
def test_templates_explain_each_column_and_bring_nothing_in(world, kind, who):
    client = signed_in(getattr(world, who).user)
    text = client.get(reverse("moving_template_csv", args=["clinic", kind])).content.decode("utf-8-sig")
    heads, explained, example = csv.reader(io.StringIO(text))
    assert len(heads) == len(explained) == len(example) and example[0].startswith("# ") and explained[0].startswith("# ")
    book = load_workbook(io.BytesIO(client.get(reverse("moving_template_xlsx", args=["clinic", kind])).content))
    assert [cell.value for cell in book.worksheets[0][1]] == heads
    assert [row[0].value for row in book.worksheets[1].rows] == heads


def test_the_template_itself_holds_no_rows(world):
    rami = signed_in(world.rami.user)
    template = rami.get(reverse("moving_template_csv", args=["clinic", "volunteers"])).content
    send(rami, "volunteers", template)
    page = rami.get(reverse("bring_in", args=["clinic", BringIn.objects.get().pk])).content.decode()
    assert "there are no rows" in page


def test_bad_files_are_refused_in_words(world):
    rami = signed_in(world.rami.user)
    for data, words in (
        (b"", "empty"),
        (b"PK\x03\x04 nothing", "cannot be read"),
        (b"%PDF-1.4 x", "not read"),
        (b"code\n" * 9000, "at most"),
    ):
        answer = send(rami, "volunteers", data)
        if answer.status_code == 302:
            answer = rami.get(answer.url)
        assert words in answer.content.decode(), data[:9]
    assert Volunteer.objects.count() == 0


def test_formulas_are_marked_as_text_on_the_way_out(world):
    bilal = signed_in(world.buyer.user)
    send(bilal, "items", GOODS.replace("Lamp", "=HYPERLINK(1)"))
    data = bilal.get(reverse("bring_in_refused", args=["clinic", BringIn.objects.get().pk])).content.decode()
    assert "'=HYPERLINK(1)" in data


def test_eve_and_other_roles_may_not(world):
    rami, bilal, eve = signed_in(world.rami.user), signed_in(world.buyer.user), signed_in(world.eve)
    send(rami, "volunteers", PEOPLE)
    found = BringIn.objects.get()
    assert eve.get(reverse("moving_home", args=["clinic"])).status_code == 403
    assert bilal.get(reverse("moving_kind", args=["clinic", "volunteers"])).status_code == 403
    assert bilal.get(reverse("bring_in", args=["clinic", found.pk])).status_code == 404
    assert bilal.post(reverse("bring_in_back", args=["clinic", found.pk])).status_code == 404
    assert "list.csv" not in bilal.get(reverse("moving_home", args=["clinic"])).content.decode()
    assert bilal.get(reverse("moving_kind", args=["clinic", "nothing"])).status_code == 404


def test_pages_ask_few_questions_however_many_files_came(world, django_assert_max_num_queries):
    rami, nour = signed_in(world.rami.user), signed_in(world.nour.user)
    for number in range(3):
        send(rami, "volunteers", PEOPLE.replace("V-", f"W{number}-"))
    for client, path in (
        (rami, reverse("bring_in", args=["clinic", BringIn.objects.all()[0].pk])),
        (nour, reverse("moving_home", args=["clinic"])),
    ):
        with django_assert_max_num_queries(QUERIES_MAX):
            assert client.get(path).status_code == 200


def test_a_file_is_put_away(world):
    rami = signed_in(world.rami.user)
    send(rami, "volunteers", PEOPLE)
    found = BringIn.objects.get()
    assert rami.post(reverse("bring_in_away", args=["clinic", found.pk])).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.rows, found.content) == ("dropped", "", "")
