"""A frozen gift's money is set aside: nothing releases, sends or gives it back until the stewards thaw it, or refuse it and it goes back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from awna.approvals.services import answered, decide
from awna.approvals.services.questions import waiting_for
from awna.books import services as books
from awna.core.problems import Refused
from awna.donations import services
from awna.donations.models import Freeze, Gift
from awna.donations.services import giving_back
from awna.donations.services.freezing import THAW
from tests.rooms.donations.receiving import make_receiving

from .test_sheltered import closed, give, world  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_receiving()


def freeze(place, gift, **more):
    return services.freeze_gift(gift=gift, author=place.treasurer, **more)


def agree(place, proposal):
    w = place.funded.world
    return [
        answered(decision=decide(proposal=proposal, steward=one, choice="approve", request_id=str(one.pk))) for one in (w.salma, w.yusuf)
    ]


def aside(place):
    return [(one.code, one.minor) for one in books.sums_set_aside(place.funded.book)]


def fresh(gift):
    return Gift.objects.get(pk=gift.pk)


def test_frozen_money_is_held_and_nobody_can_release_it(place):
    gift = place.gift()
    general = gift.pledge.fund
    freeze(place, gift, ground="order", note="Letter 12 of the court")
    assert (services.left_of(gift), aside(place)) == (0, [("EUR", gift.amount_minor)])
    ask = place.funded.ask(1, custody=place.account.custody, fund=general)
    with pytest.raises(Refused) as refused:
        place.funded.propose(ask)
    assert refused.value.codes == ["release_exceeds_restricted_balance"]
    freeze(place, gift)  # twice is once
    assert Freeze.objects.count() == 1 and aside(place) == [("EUR", gift.amount_minor)]
    assert books.check_book(gift.book) == []


def test_its_own_money_is_held_and_not_that_of_an_older_gift(place):
    first, second = place.gift(1_000), place.gift(2_000, name="Ola")
    freeze(place, second)
    assert (services.left_of(first), services.left_of(second)) == (1_000, 0)


def test_nobody_can_free_it_by_another_door(place):
    gift = freeze(place, place.gift())
    held = Freeze.objects.get().proposal
    with pytest.raises(Refused) as refused:
        giving_back.release_refund(proposal=held, author=place.funded.world.salma)
    assert refused.value.codes == ["refund_not_agreed"]
    assert held.purpose not in {
        one.proposal.purpose for one in waiting_for(campaign=gift.donor.campaign, reader=place.funded.world.salma, since=None)
    }
    line = place.funded.bank_line(-gift.amount_minor, account=place.account, counter_account="DE00 GIVER")
    with pytest.raises(Refused) as refused:
        giving_back.pay_back(gift=gift, movement=line, author=place.treasurer)
    assert refused.value.codes == ["refund_not_agreed"]


def test_the_stewards_thaw_it(place):
    gift = freeze(place, place.gift())
    asked = services.ask_thaw(gift=gift, author=place.treasurer)
    assert services.ask_thaw(gift=gift, author=place.treasurer) == asked
    with pytest.raises(Refused) as refused:
        services.thaw_gift(proposal=asked, author=place.funded.world.salma)
    assert refused.value.codes == ["thaw_not_agreed"]
    assert agree(place, asked) == [False, True]
    gift = fresh(gift)
    assert (gift.frozen_at, services.left_of(gift), aside(place)) == (None, gift.amount_minor, [])
    assert Freeze.objects.get().ended_by == place.funded.world.yusuf
    freeze(place, gift)  # and it may be frozen once more
    assert services.left_of(gift) == 0 and Freeze.objects.count() == 2
    assert books.check_book(gift.book) == []


def test_a_declined_thaw_leaves_it_frozen_and_may_be_asked_again(place):
    gift = freeze(place, place.gift())
    asked = services.ask_thaw(gift=gift, author=place.treasurer)
    decide(proposal=asked, steward=place.funded.world.salma, choice="decline", reason="The court has not ruled.", request_id="n")
    assert services.left_of(gift) == 0 and services.ask_thaw(gift=gift, author=place.treasurer) != asked


def test_the_stewards_refuse_it_and_it_goes_back(place):
    gift = freeze(place, place.gift())
    asked = giving_back.ask_refund(gift=gift, author=place.treasurer)
    assert services.left_of(gift) == 0 and aside(place) == []
    with pytest.raises(Refused) as refused:
        services.ask_thaw(gift=gift, author=place.treasurer)
    assert refused.value.codes == ["gift_is_being_given_back"]
    agree(place, asked)
    line = place.funded.bank_line(-gift.amount_minor, account=place.account, counter_account="DE00 GIVER")
    assert giving_back.pay_back(gift=gift, movement=line, author=place.treasurer).kind == "refund"
    assert fresh(gift).returned_seq is not None and books.check_book(gift.book) == []


def test_a_refusal_that_a_steward_declines_sets_the_money_aside_again(place):
    gift = freeze(place, place.gift())
    asked = giving_back.ask_refund(gift=gift, author=place.treasurer)
    decide(proposal=asked, steward=place.funded.world.salma, choice="decline", reason="Wait for the court.", request_id="no")
    assert fresh(gift).frozen_at is not None
    assert (services.left_of(gift), aside(place)) == (0, [("EUR", gift.amount_minor)])
    agree(place, services.ask_thaw(gift=gift, author=place.treasurer))
    assert services.left_of(gift) == gift.amount_minor


def test_freezing_stops_a_refund_that_was_agreed(place):
    gift = place.gift()
    agree(place, giving_back.ask_refund(gift=gift, author=place.treasurer))
    freeze(place, gift, ground="order")
    assert aside(place) == [("EUR", gift.amount_minor)]
    line = place.funded.bank_line(-gift.amount_minor, account=place.account, counter_account="DE00 GIVER")
    with pytest.raises(Refused) as refused:
        giving_back.pay_back(gift=gift, movement=line, author=place.treasurer)
    assert refused.value.codes == ["refund_not_agreed"]
    assert books.check_book(gift.book) == []


def test_a_refund_that_expired_unanswered_holds_no_money_for_ever(place, monkeypatch):
    gift = place.gift()
    first = giving_back.ask_refund(gift=gift, author=place.treasurer)
    later = timezone.localdate() + timedelta(days=giving_back.DAYS_TO_AGREE + 1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: later)
    assert giving_back.ask_refund(gift=gift, author=place.treasurer) != first
    assert services.left_of(gift) == 0 and books.check_book(gift.book) == []


def test_what_the_bank_takes_back_leaves_the_money_set_aside(place):
    gift = freeze(place, place.gift())
    line = place.funded.bank_line(-gift.amount_minor, account=place.account)
    entry = services.record_return(gift=gift, movement=line, author=place.treasurer, request_id="back")
    assert fresh(gift).returned_seq == entry.seq and aside(place) == []
    assert books.check_book(gift.book) == []


def test_a_frozen_gift_is_not_undone(place):
    gift = freeze(place, place.gift())
    with pytest.raises(Refused) as refused:
        services.undo_gifts(movement=gift.movement, author=place.treasurer)
    assert refused.value.codes == ["gift_was_frozen"] and fresh(gift).frozen_at is not None


def test_a_gift_that_went_back_and_an_unknown_ground_are_refused(place):
    gift = place.gift()
    for more, code in (({"ground": "mood"}, "freeze_ground_unknown"), ({"note": "x" * 501}, "freeze_note_too_long")):
        with pytest.raises(Refused) as refused:
            freeze(place, gift, **more)
        assert refused.value.codes == [code]
    Gift.objects.filter(pk=gift.pk).update(returned_seq=gift.entry_seq)
    with pytest.raises(Refused) as refused:
        freeze(place, gift)
    assert refused.value.codes == ["gift_went_back"]


def test_another_body_may_neither_freeze_nor_ask(place):
    gift, w = place.gift(), place.funded.world
    for author in (w.south_treasurer, w.karim, w.salma):
        with pytest.raises(Refused):
            services.freeze_gift(gift=gift, author=author)
    freeze(place, gift)
    for author in (w.south_treasurer, w.karim, w.salma):
        with pytest.raises(Refused):
            services.ask_thaw(gift=gift, author=author)
    with pytest.raises(Refused) as refused:
        services.ask_thaw(gift=place.gift(name="Ola"), author=place.treasurer)
    assert refused.value.codes == ["gift_not_frozen"]


def test_a_share_of_a_batch_is_set_aside_alone(world):  # noqa: F811
    gifts, _ = closed(world)
    dana = gifts[3]
    services.freeze_gift(gift=dana, author=world.north_treasurer)
    assert services.left_of(dana) == 0
    assert all(services.left_of(gift) == gift.amount_minor for gift in gifts if gift != dana)
    assert books.check_book(world.book) == []


def test_a_gift_frozen_in_an_open_batch_is_set_aside_when_the_batch_closes(world):  # noqa: F811
    gifts = give(world, 10)
    services.freeze_gift(gift=gifts[2], author=world.north_treasurer)
    assert books.sums_set_aside(world.book) == []
    services.close_batch(batch=gifts[2].batch, author=world.north_treasurer)
    assert [one.minor for one in books.sums_set_aside(world.book)] == [gifts[2].amount_minor]
    assert services.left_of(fresh(gifts[2])) == 0 and books.check_book(world.book) == []


def test_the_treasurer_freezes_on_a_page_and_sees_what_is_set_aside(place, client):
    gift = place.gift()
    desk = reverse("gifts_desk", kwargs={"slug": "clinic"})
    page = reverse("freeze_gift", kwargs={"slug": "clinic", "gift": gift.pk})
    client.force_login(place.treasurer.user)
    assert client.get(page).status_code == 200
    assert client.post(page, {"ground": ""}).status_code == 422
    assert client.post(page, {"ground": "order", "note": "Letter 12"}).status_code == 302
    text = client.get(desk).content.decode()
    assert "frozen" in text and "Letter 12" in text and "Set aside" in text
    assert client.post(desk, {"gift": gift.pk, "act": "thaw"}).status_code == 302
    assert "asked to thaw" in client.get(desk).content.decode()
    assert [one.proposal.purpose for one in waiting_for(campaign=gift.donor.campaign, reader=place.funded.world.salma, since=None)] == [
        THAW
    ]
    client.force_login(place.funded.world.south_treasurer.user)
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("name", ["campaign", "book", "book_accounts", "book_funds"])
def test_the_public_reads_a_sum_and_no_reason(place, client, name):
    freeze(place, place.gift(), ground="screening", note="Letter 12")
    shown = client.get(reverse(name, kwargs={"slug": "clinic"}))
    text = b"".join(shown.streaming_content).decode() if shown.streaming else shown.content.decode()
    assert shown.status_code == 200
    assert not [word for word in ("Dana", "Letter 12", "sanction", "rozen", "court") if word in text]


def test_the_public_pages_name_what_is_not_available(place, client):
    freeze(place, place.gift())
    figure = client.get(reverse("figure", kwargs={"slug": "clinic", "figure": "in_hand", "code": "EUR"}))
    assert "130.50" in figure.content.decode() and "is not available at present" in figure.content.decode()
    assert "not available" in client.get(reverse("book_accounts", kwargs={"slug": "clinic"})).content.decode()
