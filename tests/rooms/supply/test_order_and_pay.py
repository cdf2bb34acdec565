"""Ordering under a release and paying that payee only."""

from datetime import timedelta

import pytest
from django.utils import timezone

from awna.approvals.services import release, void
from awna.books.models import Entry
from awna.books.services import balance_of, open_bank_account, store_document
from awna.core.problems import Refused
from awna.parties.services import create_campaign, give_role
from awna.supply import services
from awna.supply.models import PurchaseOrder
from awna.supply.services import OrderAsk
from tests.rooms.funded import OMAR_ACCOUNT, make_funded


@pytest.fixture
def funded(db):
    return make_funded()


@pytest.fixture
def released(funded):
    asked = funded.propose()
    funded.sign(asked)
    release(proposal=asked.proposal, author=funded.world.salma)
    return asked


def order(funded, asked, *, request_id="o1", **changes):
    wanted = {
        "supplier": funded.omar, "proposal": asked.proposal, "milestone": "1", "lines": [OrderAsk(funded.cement, 400)], "amount_minor": 290_000,
        "author": funded.world.buyer,
    }  # fmt: skip
    return services.order_materials(request_id=request_id, **(wanted | changes))


def pay(funded, ordered, movement, *, author=None, documents=None, request_id="pay1"):
    invoice = store_document(book=funded.book, data=b"%PDF 2211", name="2211.pdf", media_type="application/pdf", kind="invoice")
    return services.pay_supplier(
        order=ordered, movement=movement, documents=[invoice] if documents is None else documents, author=author or funded.world.karim,
        request_id=request_id,
    )  # fmt: skip


def codes(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def at(funded, stage):
    return balance_of(funded.book, stage=stage, commodity=funded.eur)


def test_an_order_commits_what_was_released(funded, released):
    made = order(funded, released)
    assert (at(funded, "released"), at(funded, "committed")) == (0, 290_000)
    assert [str(line) for line in made.lines.all()] == ["400 bag Cement"]


def test_ordered_twice_is_once(funded, released):
    assert order(funded, released) == order(funded, released)
    assert PurchaseOrder.objects.count() == 1


def test_what_is_refused_when_ordering(funded, released):
    world = funded.world
    other = services.add_supplier(campaign=world.campaign, name="Another yard", author=world.buyer)
    assert codes(order, funded, released, supplier=other) == ["order_to_another_payee"]
    assert codes(order, funded, released, amount_minor=290_001) == ["order_exceeds_release"]
    assert codes(order, funded, released, lines=[]) == ["order_lines_wrong"]
    assert codes(order, funded, released, lines=[OrderAsk(funded.cement, 0)]) == ["order_quantity_wrong"]
    assert codes(order, funded, released, milestone="9") == ["milestone_unknown"]
    assert codes(order, funded, released, author=world.karim) == ["role_may_not_do_this"]
    assert not PurchaseOrder.objects.exists()


def test_eve_cannot_order_or_pay(funded, released):
    eve = give_role(campaign=create_campaign(slug="x", title="X", owner_name="X"), user=funded.world.eve, name="buyer")
    assert codes(order, funded, released, author=eve) == ["role_of_another_campaign"]
    assert codes(pay, funded, order(funded, released), funded.bank_line(-290_000), author=eve) == ["role_of_another_campaign"]


def test_nothing_is_ordered_under_what_is_not_released(funded):
    asked = funded.propose()
    assert codes(order, funded, asked) == ["release_not_approved", "order_exceeds_release"]


def test_an_ordered_release_cannot_be_voided(funded, released):
    order(funded, released)
    assert codes(void, proposal=released.proposal, author=funded.world.salma, request_id="v") == ["release_is_ordered"]


def test_a_bank_line_pays_the_order(funded, released):
    ordered = order(funded, released)
    line = funded.bank_line(-290_000, counter_account=OMAR_ACCOUNT)
    entry = pay(funded, ordered, line)
    assert at(funded, "committed") == 0
    assert pay(funded, ordered, line) == entry
    assert Entry.objects.filter(kind="pay").count() == 1


def test_what_is_refused_when_paying(funded, released):
    ordered = order(funded, released)
    other = open_bank_account(book=funded.book, section=None, holder="Owner", iban="XX00 9999", currency="EUR")
    assert codes(pay, funded, ordered, funded.bank_line(-290_000, counter_account="XX99 1")) == ["payment_to_another_payee"]
    assert codes(pay, funded, ordered, funded.bank_line(-290_000, account=other)) == ["payment_from_another_account"]
    assert codes(pay, funded, ordered, funded.bank_line(-290_001)) == ["payment_exceeds_order"]
    assert codes(pay, funded, ordered, funded.bank_line(500)) == ["payment_already_used"]
    assert codes(pay, funded, ordered, funded.bank_line(-290_000), documents=[]) == ["payment_evidence_missing"]
    early = funded.bank_line(-290_000, on=timezone.localdate() - timedelta(days=3))
    assert codes(pay, funded, ordered, early) == ["payment_too_early"]
    assert codes(pay, funded, ordered, funded.bank_line(-290_000), author=funded.world.buyer) == ["role_may_not_do_this"]
    both = give_role(campaign=funded.world.campaign, user=funded.world.buyer.user, name="treasurer")
    assert codes(pay, funded, ordered, funded.bank_line(-290_000), author=both) == ["payer_is_the_buyer"]
    assert not Entry.objects.filter(kind="pay").exists()


def test_a_used_bank_line_does_not_pay_another_order(funded, released):
    line = funded.bank_line(-100_000)
    first = order(funded, released, amount_minor=200_000)
    pay(funded, first, line)
    second = funded.propose(funded.ask(50_000), request_id="p2")
    funded.sign(second)
    release(proposal=second.proposal, author=funded.world.salma)
    another = order(funded, second, request_id="o2", amount_minor=50_000)
    assert codes(pay, funded, another, line, request_id="pay2") == ["payment_already_used"]


def test_a_supplier_keeps_its_bank_account(funded):
    again = {"campaign": funded.world.campaign, "name": "Omar Building Supplies", "author": funded.world.buyer}
    assert services.add_supplier(**again) == funded.omar
    assert codes(services.add_supplier, bank_account="XX77", **again) == ["supplier_account_differs"]
