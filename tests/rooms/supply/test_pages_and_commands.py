"""Buyer, treasurer and storekeeper walk their pages; the same acts as commands."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from awna.approvals.services import release
from awna.books.models import Milestone
from awna.books.services import balance_of
from awna.supply.models import Consignment, PurchaseOrder
from tests.rooms.funded import OMAR_ACCOUNT, make_funded

DESK = "/desk/clinic/supply/"


@pytest.fixture
def funded(db):
    funded = make_funded()
    asked = funded.propose()
    funded.sign(asked)
    release(proposal=asked.proposal, author=funded.world.salma)
    return funded


def as_(client, who):
    client.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def stage(funded, name, what="eur"):
    return balance_of(funded.book, stage=name, commodity=funded.eur if what == "eur" else funded.cement.commodity)


def test_from_order_to_count_through_the_pages(funded, client):
    as_(client, funded.world.buyer)
    milestone = Milestone.objects.get()
    asked = {
        "supplier": funded.omar.pk,
        "milestone": milestone.pk,
        "item": funded.cement.pk,
        "quantity": 400,
        "amount": "2900",
        "request_id": "o1",
    }
    assert client.get(DESK + "orders/new/").status_code == 200
    assert client.post(DESK + "orders/new/", asked | {"amount": "2900.01"}).status_code == 422
    assert client.post(DESK + "orders/new/", asked).status_code == 302
    assert client.post(DESK + "orders/new/", asked).status_code == 302
    assert PurchaseOrder.objects.count() == 1
    assert "400" in client.get(DESK).content.decode()

    as_(client, funded.world.karim)
    line = funded.bank_line(-290_000, counter_account=OMAR_ACCOUNT)
    assert client.post(DESK + "orders/1/pay/", {"movement": line.pk, "request_id": "p1"}).status_code == 422
    invoice = SimpleUploadedFile("2211.pdf", b"%PDF 2211", "application/pdf")
    paid = {"movement": line.pk, "request_id": "p1", "evidence": invoice, "evidence_kind": "invoice"}
    assert client.post(DESK + "orders/1/pay/", paid).status_code == 302
    assert stage(funded, "committed") == 0

    as_(client, funded.world.store)
    item = f"item_{funded.cement.pk}"
    assert client.post(DESK + "orders/1/ship/", {"to_store": funded.store.pk, item: 400, "request_id": "s1"}).status_code == 302
    page = client.get(DESK + "loads/1/").content.decode()
    assert "Expected" in page
    assert "bag" in page
    good, damaged = f"good_{funded.cement.pk}", f"damaged_{funded.cement.pk}"
    assert client.post(DESK + "loads/1/", {good: 401, damaged: 0, "request_id": "r1"}).status_code == 422
    assert client.post(DESK + "loads/1/", {good: 389, damaged: 7, "request_id": "r1"}).status_code == 302
    assert (stage(funded, "stock", "cement"), stage(funded, "transit", "cement")) == (389, 11)
    assert "389" in client.get(DESK + "stores/").content.decode()


def test_who_may_do_what(funded, client):
    assert client.get(DESK).status_code == 302
    for who, page, status in (
        (funded.world.eve, "", 403), (funded.world.rami, "stores/", 403), (funded.world.karim, "orders/new/", 403),
        (funded.world.buyer, "orders/1/pay/", 403), (funded.world.buyer, "orders/1/ship/", 403), (funded.world.buyer, "stores/", 200),
    ):  # fmt: skip
        assert as_(client, who).get(DESK + page).status_code == status, (who, page)
    assert as_(client, funded.world.buyer).post(DESK + "loads/1/", {}).status_code == 403


def test_the_commands_walk_the_same_way(funded, capsys):
    call_command("ordermaterials", "1", "2900", "cement:400", "--dry-run")
    assert not PurchaseOrder.objects.exists()
    call_command("ordermaterials", "1", "2900", "cement:400")
    call_command("shipgoods", "Ward store", "cement:400", "--order", "1", "--as", funded.world.store.user.email)
    capsys.readouterr()
    call_command("receivegoods", "1", "cement:389:7", "--json", "--as", funded.world.store.user.email)
    assert json.loads(capsys.readouterr().out) == {"load": 1, "under_way": {"cement": "11"}, "dry_run": False}
    assert stage(funded, "stock", "cement") == 389


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["ordermaterials", "9", "1", "cement:1"], "no release 9"),
        (["ordermaterials", "1", "1", "gold:1"], "ITEM:QUANTITY"),
        (["shipgoods", "Nowhere", "cement:1", "--order", "1"], "There is no"),
        (["receivegoods", "7", "cement:1"], "no load 7"),
    ],
)
def test_a_refused_command_ends_with_1_and_says_why(funded, capsys, words, reason):
    with pytest.raises(SystemExit) as stopped:
        call_command(*words)
    assert stopped.value.code == 1
    assert reason in capsys.readouterr().err
    assert not Consignment.objects.exists()
