"""Goods are offered, accepted whole or in part or declined with a reason; the offerer is told, and what came is counted by two people."""

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse

from awna.books import services as books
from awna.core.problems import Refused
from awna.donations import services
from awna.donations.models import Donor, Gift, GoodsOffer
from awna.kit.jobs import work_off
from tests.rooms.funded import make_funded

pytestmark = pytest.mark.django_db
BEDS = {"what": "Hospital beds", "quantity": 12, "unit": "pieces", "details": "Ten years old", "name": "Dana", "email": "dana@example.org"}


@pytest.fixture
def funded():
    return make_funded()


def offer(funded, **more):
    return services.offer_goods(campaign=funded.world.campaign, request_id=more.pop("request_id", "o1"), **{**BEDS, **more})


def answer(funded, found, accepted, reason=""):
    return services.answer_offer(offer=found, accepted=accepted, reason=reason, author=funded.world.karim)


def test_an_offer_posts_nothing_and_twice_is_once(funded):
    found = offer(funded)
    assert offer(funded) == found and (found.state, Gift.objects.count(), GoodsOffer.objects.count()) == ("open", 0, 1)


@pytest.mark.parametrize(
    ("accepted", "reason", "state", "said"),
    [(12, "", "accepted", "gladly"), (5, "The lift carries five.", "partly", "take 5 of it"), (0, "No spare parts here.", "declined", "cannot take it")],
)  # fmt: skip
def test_each_answer_reaches_the_offerer_with_its_reason(funded, accepted, reason, state, said, django_capture_on_commit_callbacks, client):
    found = offer(funded)
    with django_capture_on_commit_callbacks(execute=True):
        done = answer(funded, found, accepted, reason)
    work_off()
    assert (done.state, done.accepted, done.reason) == (state, accepted, reason)
    (letter,) = mail.outbox
    assert letter.to == ["dana@example.org"] and said in letter.body and reason in letter.body
    page = client.get(done.get_absolute_url()).content.decode()
    assert reason in page and "Dana" not in page


@pytest.mark.parametrize(
    ("accepted", "reason", "code"), [(13, "", "accepted_above_offer"), (5, " ", "offer_needs_a_reason"), (0, "", "offer_needs_a_reason")]
)
def test_a_wrong_answer_is_refused(funded, accepted, reason, code):
    with pytest.raises(Refused) as refused:
        answer(funded, offer(funded), accepted, reason)
    assert code in refused.value.codes


def test_an_answer_stands(funded):
    found = offer(funded)
    assert answer(funded, found, 5, "Five fit.") == answer(funded, found, 5, "Five fit.")
    with pytest.raises(Refused) as refused:
        answer(funded, found, 12)
    assert refused.value.codes == ["offer_is_answered"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"what": " "}, "offer_without_goods"),
        ({"unit": ""}, "offer_without_unit"),
        ({"quantity": 0}, "offer_quantity_wrong"),
        ({"details": "x" * 1001}, "offer_details_too_long"),
    ],
)
def test_a_wrong_offer_is_refused_and_leaves_no_donor(funded, more, code):
    with pytest.raises(Refused) as refused:
        offer(funded, **more)
    assert refused.value.codes == [code] and not Donor.objects.exists()


def test_only_the_treasurer_of_its_body_answers(funded):
    found, w = offer(funded), funded.world
    for author in (w.north_treasurer, w.salma):
        with pytest.raises(Refused):
            services.answer_offer(offer=found, accepted=12, author=author)


def came(funded, found, **more):
    ask = {"custody": funded.store.custody, "commodity": funded.cement.commodity, "amount": 5, "author": funded.world.karim,
           "second": funded.world.nour, "received_on": date(2026, 11, 1), "request_id": "came"}  # fmt: skip
    return services.record_gift_in_kind(offer=found, **{**ask, **more})


def test_what_came_is_a_gift_of_the_offerer_and_counts_once(funded):
    found = offer(funded)
    with pytest.raises(Refused) as refused:
        came(funded, found)
    assert refused.value.codes == ["offer_not_accepted"]
    answer(funded, found, 5, "Five fit.")
    gift = came(funded, found)
    assert gift.donor == found.donor and GoodsOffer.objects.get().gift == gift and came(funded, found) == gift
    with pytest.raises(Refused) as refused:
        came(funded, found, request_id="again")
    assert refused.value.codes == ["offer_has_arrived"]
    assert books.check_book(funded.book) == []


def test_forgetting_the_offerer_forgets_what_was_written(funded):
    found = answer(funded, offer(funded), 0, "Dana, no spare parts.")
    services.erase_donor(found.donor)
    found.refresh_from_db()
    assert (found.details, found.reason, found.donor.name) == ("", "", "")


def test_the_whole_way_on_the_pages(funded, client):
    w = funded.world
    form = reverse("offer_goods", kwargs={"slug": "clinic"})
    assert (
        client.get(form).status_code == 200
        and reverse("offer_goods", kwargs={"slug": "clinic"}) in client.get("/c/clinic/give/").content.decode()
    )
    assert client.post(form, {**BEDS, "what": "", "request_id": "f"}).status_code == 422
    sent = client.post(form, {**BEDS, "request_id": "f"})
    found = GoodsOffer.objects.get()
    assert sent.status_code == 302 and sent["Location"] == found.get_absolute_url()
    assert client.get("/c/clinic/offer/nobody/").status_code == 404
    client.force_login(w.karim.user)
    desk = reverse("offers_desk", kwargs={"slug": "clinic"})
    assert "Hospital beds" in client.get(desk).content.decode()
    page = reverse("answer_offer", kwargs={"slug": "clinic", "offer": found.pk})
    assert client.get(page).status_code == 200 and client.post(page, {"accepted": 5}).status_code == 422
    assert client.post(page, {"accepted": 5, "reason": "Five fit."}).status_code == 302
    count = reverse("goods_came", kwargs={"slug": "clinic", "offer": found.pk})
    assert count in client.get(desk).content.decode() and client.get(count).status_code == 200
    told = {
        "store": funded.store.pk,
        "item": funded.cement.pk,
        "quantity": 5,
        "received_on": "2026-11-01",
        "second": w.nour.pk,
        "request_id": "c",
    }
    assert client.post(count, {**told, "received_on": "2999-01-01"}).status_code == 422
    assert client.post(count, told).status_code == 302
    assert "counted" in client.get(desk).content.decode()
    assert "has arrived" in client.get(found.get_absolute_url()).content.decode()
    client.force_login(w.salma.user)
    assert client.get(desk).status_code in (403, 404)
