"""The trace page: each hop with date, papers and place, pooled and not yet said, a picture that fits the list, and a proof to check."""

import html
import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from awna.approvals.services import release
from awna.books.models import Opening
from awna.books.services import publish_head
from awna.core.log.checkpoint import read_key
from awna.core.log.proof import check_proof
from awna.donations.models import Donor
from awna.donations.services import claim_movements, pledge_gift
from awna.public.journey import Journey, journey_of
from awna.public.way import FULL, NODE, STEP, WIDTH
from awna.supply.services import OrderAsk, order_materials, pay_supplier
from tests.rooms.funded import Funded, make_funded

pytestmark = pytest.mark.django_db
GIFT_MINOR, ASKED_MINOR = 25_000, 4_015_000  # of Dana's gift EUR 150.00 go into the payment, after all that came before it


@pytest.fixture
def funded() -> Funded:
    return make_funded()


@pytest.fixture
def donor(funded: Funded) -> Donor:
    """Dana gave EUR 250.00 after EUR 40,000.00 of others; then EUR 40,150.00 were released, ordered for and paid."""
    pledge = pledge_gift(bank_account=funded.account, amount_minor=GIFT_MINOR, request_id="d1", fund=funded.roof, name="Dana")
    claim_movements(movements=[funded.bank_line(GIFT_MINOR, reference=pledge.reference)], author=funded.world.karim)
    proposed = funded.propose(funded.ask(ASKED_MINOR, evidence=("invoice",)))
    funded.sign(proposed)
    release(proposal=proposed.proposal, author=funded.world.salma)
    order = order_materials(
        supplier=funded.omar, proposal=proposed.proposal, milestone="1", lines=[OrderAsk(funded.cement, 500)], amount_minor=ASKED_MINOR,
        expected_on=timezone.localdate(), author=funded.world.buyer, request_id="o1",
    )  # fmt: skip
    from awna.books.services import store_document

    invoice = store_document(book=funded.book, data=b"Invoice 1", name="invoice.txt", media_type="text/plain", kind="invoice")
    from tests.rooms.funded import OMAR_ACCOUNT

    paid = funded.bank_line(-ASKED_MINOR, counter_account=OMAR_ACCOUNT)
    pay_supplier(order=order, movement=paid, author=funded.world.karim, request_id="pay", documents=[invoice])
    return pledge.donor


def shown(donor: Donor, prefix: str = "") -> str:
    return Client().get(f"{prefix}/c/clinic/gift/{donor.token}/").content.decode()


def way(donor: Donor) -> Journey:
    return journey_of(donor.gifts.get())


def test_each_hop_has_its_date_its_papers_and_says_what_was_pooled(donor: Donor) -> None:
    steps = {step.kind: step for step in way(donor).steps}
    assert list(steps) == ["gift", "hold", "release", "order", "pay"]
    assert {kind: step.minor for kind, step in steps.items()} == {
        "gift": 25_000, "hold": 15_000, "release": 15_000, "order": 15_000, "pay": 15_000}  # fmt: skip
    assert not steps["gift"].pooled, "it had just come"
    assert steps["hold"].pooled, "other gifts lay in the account"
    ((kind, digest),) = steps["pay"].documents
    assert kind == "invoice" and re.fullmatch("[0-9a-f]{64}", digest)
    page = shown(donor)
    assert digest in page and "first in, first out” decided" in page and "Not yet:" in page


def test_a_gift_that_lay_alone_is_not_called_pooled(funded: Funded) -> None:
    other = pledge_gift(
        bank_account=funded.account, amount_minor=5_000, request_id="alone", name="Dana", fund=funded.book.fund("unallocated")
    )
    claim_movements(movements=[funded.bank_line(5_000, reference=other.reference)], author=funded.world.karim)
    funded.propose(funded.ask(5_000, fund=other.fund), request_id="p-alone")
    steps = {step.kind: step for step in way(other.donor).steps}
    assert steps["hold"].minor == 5_000 and not steps["hold"].pooled


def test_places_are_said_as_exactly_as_they_were_opened(donor: Donor) -> None:
    gift = donor.gifts.get()
    assert "Place:" not in shown(donor)
    account = str(journey_of(gift).gift.movement.custody_id)
    common = {"book": gift.book, "entry_seq": gift.entry_seq, "of": account, "salt": "00" * 32}
    Opening.objects.create(name="place_coarse", value="Wadi Sanad district", **common)
    assert "Place: Wadi Sanad district." in shown(donor)
    Opening.objects.create(name="place_exact", value="Bank Street 1", **common)
    assert "Place: Bank Street 1." in shown(donor)
    gift.book.campaign.at_risk = True
    gift.book.campaign.save()
    assert "Place:" not in shown(donor)


def test_the_picture_divides_the_gift_as_the_list_does(donor: Donor) -> None:
    drawn = way(donor).way
    assert drawn is not None and [stone.y for stone in drawn.stones] == [n * STEP for n in range(5)]
    assert [round(stone.width / FULL, 2) for stone in drawn.stones] == [1.0, 0.6, 0.6, 0.6, 0.6]
    rests = [stone.rests for stone in drawn.stones]
    assert [bool(line) for line in rests] == [True, False, False, False, True], "what was not taken, and what was spent"
    assert float(rests[0].split("h")[1]) == pytest.approx(0.4 * FULL, abs=0.2)
    numbers = [float(x) for band in drawn.bands for x in re.findall(r"[\d.]+", band.path)]
    assert max(numbers) <= max(WIDTH, 4 * STEP + NODE)


def test_the_picture_is_mirrored_where_people_read_from_the_other_side(donor: Donor) -> None:
    first, other = (re.findall(r'<rect class="w\d" x="([\d.]+)" y="\d+" width="([\d.]+)"', shown(donor, prefix)) for prefix in ("", "/ar"))
    assert [(WIDTH - float(x) - float(width), float(width)) for x, width in first] == [
        (pytest.approx(float(x), abs=0.2), float(width)) for x, width in other
    ]
    assert "style=" not in shown(donor)


def test_the_page_brings_a_proof_that_holds(donor: Donor) -> None:
    assert "data-check" not in shown(donor), "no head covers the gift yet"
    publish_head(donor.gifts.get().book)
    page = shown(donor)
    leaf, proof, key = (html.unescape(re.search(f' data-{name}="([^"]*)"', page)[1]) for name in ("leaf", "proof", "key"))
    assert check_proof(proof, leaf=leaf.encode(), key=read_key(key)) == []
    assert check_proof(proof, leaf=leaf.encode() + b" ", key=read_key(key)) != []
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/public/check.js" defer>']


def test_every_word_of_the_check_has_its_sentence(donor: Donor) -> None:
    from pathlib import Path

    import awna

    publish_head(donor.gifts.get().book)
    said = set(re.findall(r'<template data-say="(\w+)">', shown(donor)))
    script = (Path(awna.__file__).parent / "public/static/public/check.js").read_text()
    naming = "\n".join(line for line in script.splitlines() if "code" in line or "Stop(" in line)
    codes = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', naming))
    assert codes == said


def test_dates_of_a_way_never_run_backwards(donor: Donor) -> None:
    days: list[date] = [step.day for step in way(donor).steps]
    assert days == sorted(days)
