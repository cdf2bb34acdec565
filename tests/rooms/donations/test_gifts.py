"""Dana pledges, the bank reports, the book holds the gift: by exact reference alone, and once."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Movement, Transfer
from awna.core.banking.references import group_reference, is_reference
from awna.core.problems import Refused
from awna.donations import services
from awna.donations.models import Donor, Gift, Pledge
from awna.kit.jobs import work_off
from tests.world import make_world

pytestmark = pytest.mark.django_db
IBAN = "DE84999900000000001234"
DAY = date(2026, 11, 12)


@pytest.fixture
def world():
    world = make_world()
    world.book = books.open_book(campaign=world.campaign, author=world.karim)
    world.account = books.open_bank_account(book=world.book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    return world


def pledge(world, minor=10_000, *, request_id="form 1", **more):
    return services.pledge_gift(bank_account=world.account, amount_minor=minor, request_id=request_id, **more)


def bank_reports(world, *lines, number=1):
    """Movements of an MT940 statement whose credits carry these (amount, text) pairs."""
    opening = 1000
    rows = "".join(f":61:2611121112C{amount},00NTRFNONREF//B{number}{i}\n:86:{text}\n" for i, (amount, text) in enumerate(lines))
    data = (
        f":20:STARTUMS\n:25:{IBAN}\n:28C:{number:05}/001\n:60F:C261111EUR{opening},00\n{rows}"
        f":62F:C261112EUR{opening + sum(amount for amount, _ in lines)},00\n-\n"
    )
    stored = books.store_statement(
        bank_account=world.account, data=data.encode(), filename="day.sta", author=world.north_treasurer, request_id=f"file {number}"
    )
    return stored.new


def claim(world, movements):
    return services.claim_movements(movements=movements, author=world.north_treasurer)


def test_exact_reference_books_the_gift_into_its_fund(world):
    roof = books.ensure_fund(book=world.book, code="roof", title="The roof")
    promised = pledge(world, fund=roof, name="Dana")
    claimed = claim(world, bank_reports(world, (100, f"Gift {group_reference(promised.reference)}"), (30, "no reference")))
    (gift,) = claimed.gifts
    assert (gift.amount_minor, gift.received_on, gift.donor.name) == (10_000, DAY, "Dana")
    assert [item.reason for item in claimed.left] == ["no_reference"]
    row = Transfer.objects.get(entry__book=world.book, kind="gift")
    assert (f"{row.entry_seq}.{row.line}", row.amount, row.credit_fund) == (gift.lot, 10_000, roof)
    assert books.balance_of(world.book, stage="free", fund=roof) == 10_000
    promised.refresh_from_db()
    assert promised.state == "received"


def test_claimed_twice_is_once(world):
    promised = pledge(world)
    movements = bank_reports(world, (100, promised.reference))
    claim(world, movements)
    again = claim(world, Movement.objects.all())
    assert (again.gifts, again.left) == ([], [])
    assert Gift.objects.count() == 1


def test_second_transfer_with_the_same_reference_waits_for_a_person(world):
    promised = pledge(world)
    claimed = claim(world, bank_reports(world, (100, promised.reference), (100, f"again {promised.reference}")))
    assert len(claimed.gifts) == 1
    assert [item.reason for item in claimed.left] == ["not_open"]


def test_other_amount_and_draft_and_other_account_do_not_book_themselves(world):
    south = books.open_bank_account(
        book=world.book, section=world.south, holder="Neighbours South", iban="NL78XBNK0000004321", currency="EUR"
    )
    less = pledge(world)
    elsewhere = services.pledge_gift(bank_account=south, amount_minor=5_000, request_id="form 2")
    draft = pledge(world, 2_000, request_id="form 3", draft=True)
    claimed = claim(world, bank_reports(world, (90, less.reference), (50, elsewhere.reference), (20, draft.reference)))
    assert claimed.gifts == []
    assert sorted(item.reason for item in claimed.left) == ["no_reference", "not_open", "other_amount"]


def test_person_assigns_what_only_resembles_a_pledge(world):
    promised = pledge(world)
    (left,) = claim(world, bank_reports(world, (90, promised.reference))).left
    gift = services.assign_movement(movement=left.movement, pledge=left.pledge, author=world.north_treasurer)
    assert gift.amount_minor == 9_000
    assert services.assign_movement(movement=left.movement, pledge=left.pledge, author=world.north_treasurer) == gift


@pytest.mark.parametrize("state", ["movement_not_free", "pledge_not_open", "pledge_of_another_account"])
def test_assigning_refuses(world, state):
    south = books.open_bank_account(
        book=world.book, section=world.south, holder="Neighbours South", iban="NL78XBNK0000004321", currency="EUR"
    )
    first, second = pledge(world), pledge(world, request_id="form 2")
    elsewhere = services.pledge_gift(bank_account=south, amount_minor=9_000, request_id="form 3")
    used, free = bank_reports(world, (100, first.reference), (90, "no reference"))
    claim(world, [used])
    asked = {"movement_not_free": (used, second), "pledge_not_open": (free, first), "pledge_of_another_account": (free, elsewhere)}
    with pytest.raises(Refused) as refused:
        services.assign_movement(movement=asked[state][0], pledge=asked[state][1], author=world.north_treasurer)
    assert refused.value.codes == [state]


def test_pledging_twice_with_one_request_is_once(world):
    first, second = pledge(world), pledge(world)
    assert first == second
    assert is_reference(first.reference)
    assert Donor.objects.count() == 1


@pytest.mark.parametrize(("minor", "fund", "code"), [(0, None, "pledge_amount_wrong"), (100, "unidentified", "pledge_fund_wrong")])
def test_pledge_refuses(world, minor, fund, code):
    with pytest.raises(Refused) as refused:
        pledge(world, minor, fund=world.book.fund(fund) if fund else None)
    assert refused.value.codes == [code]
    assert Pledge.objects.count() == 0


def test_donor_is_sealed_in_the_database_and_found_by_token_alone(world):
    from django.db import connection

    promised = pledge(world, name="Dana Example", email="dana@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, email, token FROM donations_donor")
        raw = cursor.fetchone()
    assert all(value.startswith("s1:") for value in raw)
    assert Donor.objects.by_token(promised.donor.token) == promised.donor
    assert Donor.objects.by_token("guess") is None


def test_unconfirmed_drafts_are_forgotten_after_a_day(world):
    draft = pledge(world, draft=True, name="Dana")
    Pledge.objects.filter(pk=draft.pk).update(pledged_at=timezone.now() - timedelta(hours=25))
    pledge(world, request_id="form 2")
    assert Donor.objects.count() == 1


def test_dropped_pledge_cannot_be_confirmed(world):
    draft = pledge(world, draft=True)
    Pledge.objects.filter(pk=draft.pk).update(state="dropped")
    with pytest.raises(Refused) as refused:
        services.confirm_pledge(pledge=draft)
    assert refused.value.codes == ["pledge_dropped"]


def test_donor_gets_the_reference_and_later_the_arrival_by_mail(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        promised = pledge(world, email="dana@example.org")
        claim(world, bank_reports(world, (100, promised.reference)))
    work_off()
    assert [message.to for message in mail.outbox] == [["dana@example.org"]] * 2
    assert group_reference(promised.reference) in mail.outbox[0].body
    assert promised.get_absolute_url() in mail.outbox[1].body


def test_goods_are_counted_in_by_two_people_and_once(world):
    beds = books.ensure_commodity(code="bed", kind="equipment", scale=0, name="Bed")
    store = books.ensure_custody(book=world.book, type="place", ref="store:1", title="Store")
    given = {
        "custody": store, "commodity": beds, "amount": 4, "author": world.store, "second": world.nour, "received_on": DAY,
        "request_id": "beds", "name": "Omar",
    }  # fmt: skip
    gift = services.record_gift_in_kind(**given)
    assert services.record_gift_in_kind(**given) == gift
    assert books.balance_of(world.book, stage="stock", custody=store, commodity=beds) == 4
    with pytest.raises(Refused):
        services.record_gift_in_kind(**{**given, "second": world.store, "request_id": "alone"})
    assert Gift.objects.count() == 1 and Donor.objects.count() == 1
