"""A load leaves, arrives short, and what never comes is a loss: entries, never edits."""

import pytest

from awna.access.services import add_crossing
from awna.approvals.services import release
from awna.books.models import Entry
from awna.books.services import balance_of
from awna.core.problems import Refused
from awna.parties.services import create_campaign, give_role
from awna.supply import services
from awna.supply.models import Consignment, Receipt
from awna.supply.services import Count, OrderAsk
from tests.rooms.funded import make_funded


@pytest.fixture
def funded(db):
    return make_funded()


@pytest.fixture
def ordered(funded):
    asked = funded.propose()
    funded.sign(asked)
    release(proposal=asked.proposal, author=funded.world.salma)
    return services.order_materials(
        supplier=funded.omar, proposal=asked.proposal, milestone="1", lines=[OrderAsk(funded.cement, 400)], amount_minor=290_000,
        author=funded.world.buyer, request_id="o1",
    )  # fmt: skip


def ship(funded, ordered, quantity=400, *, request_id="s1", **changes):
    wanted = {"lines": [OrderAsk(funded.cement, quantity)], "to_store": funded.store, "order": ordered, "author": funded.world.store}
    return services.ship(request_id=request_id, **(wanted | changes))


def count(funded, load, good, damaged=0, *, author=None, request_id="r1"):
    return services.receive(
        consignment=load, counts=[Count(funded.cement, good, damaged)], author=author or funded.world.store, request_id=request_id
    )


def lose(funded, at, quantity, *, cause="Stolen at the road block", author=None, second=None, request_id="l1"):
    return services.record_loss(
        at=at, item=funded.cement, quantity=quantity, cause=cause, author=author or funded.world.store, second=second or funded.world.nour,
        request_id=request_id,
    )  # fmt: skip


def bags(funded, stage):
    return balance_of(funded.book, stage=stage, commodity=funded.cement.commodity)


def codes(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def test_a_load_is_under_way_through_a_crossing(funded, ordered):
    crossing = add_crossing(campaign=funded.world.campaign, code="north", name="North crossing", author=funded.world.nour)
    load = ship(funded, ordered, crossing=crossing)
    assert (bags(funded, "transit"), bags(funded, "stock"), load.crossing) == (400, 0, crossing)
    assert load.fund == funded.roof


def test_shipped_twice_and_counted_twice_is_once(funded, ordered):
    load = ship(funded, ordered)
    assert ship(funded, ordered) == load
    assert count(funded, load, 389, 7) == count(funded, load, 389, 7)
    assert (Consignment.objects.count(), Receipt.objects.count(), bags(funded, "stock")) == (1, 1, 389)
    assert codes(count, funded, load, 388) == ["request_already_used"]


def test_short_stays_under_way_until_a_loss_is_recorded(funded, ordered):
    load = ship(funded, ordered)
    count(funded, load, 389, 7)
    assert services.still_under_way(load, funded.cement) == 11
    lose(funded, load, 11)
    lose(funded, load, 11)
    assert (bags(funded, "transit"), bags(funded, "stock"), bags(funded, "lost")) == (0, 389, 11)
    assert Entry.objects.filter(kind="loss").count() == 1


def test_stock_by_place_names_store_item_and_fund(funded, ordered):
    count(funded, ship(funded, ordered), 400)
    (row,) = services.stock_by_place(funded.world.campaign)
    assert (row["store"], row["item"], row["fund"], row["quantity"]) == (funded.store, funded.cement, funded.roof, 400)


def test_a_load_goes_on_to_another_store(funded, ordered):
    count(funded, ship(funded, ordered), 400)
    roof_store = services.add_store(campaign=funded.world.campaign, name="Roof store", author=funded.world.store)
    load = ship(funded, None, 150, request_id="s2", from_store=funded.store, to_store=roof_store, fund=funded.roof)
    count(funded, load, 150, request_id="r2")
    assert {row["store"].name: row["quantity"] for row in services.stock_by_place(funded.world.campaign)} == {
        "Roof store": 150,
        "Ward store": 250,
    }


def test_what_is_refused_when_shipping(funded, ordered):
    world = funded.world
    assert codes(ship, funded, ordered, 401) == ["load_exceeds_what_is_there"]
    assert codes(ship, funded, ordered, 0) == ["load_lines_wrong"]
    assert codes(ship, funded, None) == ["load_origin_wrong"]
    assert codes(ship, funded, ordered, second=world.store) == ["second_person_missing"]
    assert codes(ship, funded, ordered, author=world.karim) == ["role_may_not_do_this"]
    both = give_role(campaign=world.campaign, user=world.buyer.user, name="storekeeper")
    assert codes(ship, funded, ordered, author=both) == ["receiver_is_the_buyer"]
    assert not Consignment.objects.exists()


def test_an_order_is_not_shipped_twice_over(funded, ordered):
    ship(funded, ordered, 300)
    assert codes(ship, funded, ordered, 101, request_id="s2") == ["load_exceeds_what_is_there"]


def test_what_is_refused_when_counting(funded, ordered):
    load = ship(funded, ordered)
    other = services.add_item(campaign=funded.world.campaign, code="sand", name="Sand", unit="m3", author=funded.world.buyer)
    assert codes(count, funded, load, 400, 1) == ["count_exceeds_what_was_sent"]
    assert codes(count, funded, load, -1) == ["count_exceeds_what_was_sent"]
    assert codes(services.receive, consignment=load, counts=[Count(other, 1)], author=funded.world.store, request_id="r") == [
        "count_lines_wrong"
    ]
    assert codes(count, funded, load, 400, author=funded.world.buyer) == ["role_may_not_do_this"]
    assert bags(funded, "stock") == 0


def test_what_is_refused_when_lost(funded, ordered):
    load = ship(funded, ordered)
    assert codes(lose, funded, load, 401) == ["loss_exceeds_what_is_there"]
    assert codes(lose, funded, load, 1, cause=" ") == ["loss_needs_a_cause"]
    assert codes(lose, funded, load, 1, second=funded.world.store) == ["second_person_missing"]
    assert codes(lose, funded, load, 1, author=funded.world.buyer) == ["role_may_not_do_this"]
    assert bags(funded, "lost") == 0


def test_eve_cannot(funded, ordered):
    load = ship(funded, ordered)
    eve = give_role(campaign=create_campaign(slug="x", title="X", owner_name="X"), user=funded.world.eve, name="storekeeper")
    assert codes(ship, funded, ordered, author=eve, request_id="s2") == ["role_of_another_campaign"]
    assert codes(count, funded, load, 1, author=eve) == ["role_of_another_campaign"]
    assert codes(lose, funded, load, 1, author=eve) == ["role_of_another_campaign"]


def test_an_item_keeps_its_unit(funded):
    same = {"campaign": funded.world.campaign, "code": "cement", "name": "Cement", "author": funded.world.buyer}
    assert services.add_item(unit="bag", **same) == funded.cement
    assert codes(services.add_item, unit="kg", **same) == ["item_counted_otherwise"]
    assert codes(services.add_item, unit="bag", **(same | {"code": "C ement"})) == ["item_code_wrong"]
    assert codes(services.add_item, unit="bag", kind="food", **(same | {"code": "rice"})) == ["item_kind_unknown"]
