"""All accounts: each hole between statements is red and has its days, book stands beside bank, nobody who paid is named, in the copy too."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Statement
from awna.books.services.filters import short
from awna.donations import services as donations
from awna.parties.services import change_section
from tests.rooms.funded import make_funded

from .snapshots import page as page_of_copy
from .snapshots import publish

pytestmark = pytest.mark.django_db
PAGE = "/c/clinic/book/accounts/"


@pytest.fixture
def funded():
    return make_funded()


def covers(funded, first, last, opening, closing, *, account=None, number="", form=""):
    """A statement of these days of October 2026."""
    account = account or funded.account
    funded.bank_line(1, account=account, counter_account="DE00 SECRET", reference="SECRET words")
    opening_on, closing_on = date(2026, 10, first), date(2026, 10, last)
    Statement.objects.create(
        bank_account=account, file=Statement.objects.latest("file__stored_at").file, position=1, number=number, opening_minor=opening,
        closing_minor=closing, opening_on=opening_on, closing_on=closing_on, format=form,
    )  # fmt: skip


def shown():
    answer = Client().get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_missing_statement_is_red_with_its_days_until_it_comes(funded):
    covers(funded, 1, 5, 0, 100)
    covers(funded, 11, 20, 300, 500)
    text = shown()
    assert 'class="fault"' in text and "no statement covers these days" in text and "Not complete" in text
    assert 'datetime="2026-10-06"' in text and 'datetime="2026-10-10"' in text
    covers(funded, 6, 10, 100, 300)
    text = shown()
    assert 'class="fault"' not in text and "3 statements, without a hole between them." in text


def test_overlaps_and_breaks_are_named(funded):
    covers(funded, 1, 10, 0, 100)
    covers(funded, 8, 12, 90, 200)
    covers(funded, 13, 20, 250, 300)
    text = shown()
    assert "two statements tell of these days" in text and "the later statement opens with another balance" in text
    assert text.count('class="fault"') == 2 and "2 holes or breaks are named below" in text


def test_a_hole_that_two_people_vouched_for_is_named_and_not_red(funded):
    covers(funded, 1, 5, 0, 100)
    covers(funded, 11, 20, 300, 500)
    (hole,) = books.holes_of(funded.account)
    for number, person in enumerate((funded.world.karim, funded.world.salma)):
        assert "Not complete" in shown() and 'class="fault"' in shown()
        reason = f"The bank closed its old branch {number}."
        books.vouch(bank_account=funded.account, subject=books.subject_of(hole), reason=reason, author=person)
    text = shown()
    assert 'class="fault vouched"' in text and "Two people vouched for this" in text and "no statement covers these days" in text
    assert "Not complete" not in text and "200.00" not in text.split("fault vouched")[0] and "+2.00" in text
    assert "old branch" not in text and "Karim" not in text


def test_days_between_tables_without_balances_are_not_proven(funded):
    covers(funded, 1, 2, None, None, form="csv")
    covers(funded, 5, 9, None, None, form="csv")
    text = shown()
    assert 'class="fault wait"' in text and "not proven that nothing is missing" in text and "1 run of days is not proven" in text


def test_days_between_tables_whose_balances_meet_are_whole(funded):
    covers(funded, 1, 2, 0, 100, form="csv")
    covers(funded, 5, 9, 100, 200, form="csv")
    assert 'class="fault' not in shown() and "without a hole" in shown()


def test_every_account_of_every_section_stands_there_with_its_permit(funded):
    south = funded.world.south
    books.open_bank_account(book=funded.book, section=south, holder="Neighbours South", iban="GB00 4444", currency="GBP")
    yesterday = timezone.localdate() - timedelta(days=1)
    values = {"register_body": "Charity Office", "registration": "77", "permit_until": yesterday}
    change_section(section=south, author=funded.world.south_treasurer, values=values)
    text = shown()
    assert "XX001111" in text and "GB004444" in text and "Charity Office 77" in text and "The permit of Neighbours South ended" in text


def test_book_and_bank_stand_side_by_side_with_the_day_and_lead_to_the_entries(funded):
    covers(funded, 1, 5, 0, 4_000_001)
    text = shown()
    assert "At the bank, statement of" in text and 'datetime="2026-10-05"' in text
    assert f"custody={short(funded.account.custody)}" in text and "In the book, EUR" in text


def test_nobody_who_paid_is_named_there_or_in_the_copy(funded, tmp_path):
    pledge = donations.pledge_gift(bank_account=funded.account, amount_minor=5_000, request_id="1", name="Dana SECRET")
    line = funded.bank_line(5_000, reference=pledge.reference, counter_account="DE00 SECRET")
    donations.claim_movements(movements=[line], author=funded.world.karim)
    covers(funded, 1, 5, 0, 100)
    covers(funded, 11, 20, 300, 500)
    assert "SECRET" not in shown() and pledge.reference not in shown()
    publish(tmp_path)
    copied = page_of_copy(tmp_path, "c/clinic/book/accounts/index.html")
    assert "no statement covers these days" in copied and "XX001111" in copied and "SECRET" not in copied
    assert 'dir="rtl"' in page_of_copy(tmp_path, "ar/c/clinic/book/accounts/index.html")


def test_a_sheltered_book_tells_months_and_neither_days_nor_balances(funded):
    covers(funded, 1, 5, 0, 777_77)
    covers(funded, 11, 20, 888_88, 999_99)
    type(funded.world.campaign).objects.filter(pk=funded.world.campaign.pk).update(at_risk=True)
    text = shown()
    assert "October 2026" in text and "a hole or a break" in text and "Not complete" in text
    assert not any(said in text for said in ("777.77", "888.88", "999.99", "111.11", "2026-10-0", "2026-10-1", "2026-10-2"))


def test_a_long_account_is_told_by_month_and_old_holes_stay_in_sight(funded):
    funded.bank_line(1)
    file = Statement.objects.latest("file__stored_at").file
    begin, gone = date(2024, 1, 1), {40, 41}
    rows = [
        Statement(bank_account=funded.account, file=file, position=n, opening_on=begin + timedelta(days=n), closing_on=begin + timedelta(days=n),
                  opening_minor=n, closing_minor=n + 1)
        for n in range(900) if n not in gone
    ]  # fmt: skip
    Statement.objects.bulk_create(rows)
    text = shown()
    assert (
        text.count('class="fault"') == 1
        and 'datetime="2024-02-10"' in text
        and text.index('class="fault"') < text.index("Older statements")
    )
    assert text.count("<tr") < 60
