"""The public pages: figures add up, each opens its entries, rows keep their addresses, a gift is followed by its link alone."""

import csv
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import awna
from awna.approvals.services import release
from awna.books.models import Entry
from awna.books.services import Row, Spot, post_entry
from awna.donations.models import Donor
from awna.donations.services import claim_movements, pledge_gift
from awna.public.figures import FIGURES, money_of, rows_of, sign_in
from awna.public.journey import journey_of
from tests.rooms.funded import Funded, make_funded

pytestmark = pytest.mark.django_db
PAGE_BYTES_MAX = 14_336
QUERIES_MAX = 12
CSS = Path(awna.__file__).parent / "kit/static/kit/awna.css"


@pytest.fixture
def funded() -> Funded:
    return make_funded()


@pytest.fixture
def donor(funded: Funded) -> Donor:
    """Dana's EUR 250.00 arrived; the next payment to Omar is released, and EUR 100.00 is promised."""
    pledge = pledge_gift(bank_account=funded.account, amount_minor=25_000, request_id="d1", fund=funded.roof, name="Dana")
    line = funded.bank_line(25_000, reference=pledge.reference)
    assert claim_movements(movements=[line], author=funded.world.karim).gifts
    proposed = funded.propose(funded.ask(4_010_000))
    funded.sign(proposed)
    release(proposal=proposed.proposal, author=funded.world.salma)
    pledge_gift(bank_account=funded.account, amount_minor=10_000, request_id="d2")
    return pledge.donor


def page(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_figures_add_up_and_equal_the_rows_behind_them(funded: Funded, donor: Donor) -> None:
    (money,) = money_of(funded.book)
    assert money.adds_up
    assert (money.received, money.spent, money.committed, money.in_hand) == (4_025_000, 0, 4_010_000, 15_000)
    for figure in FIGURES:
        rows = rows_of(funded.book, figure=figure, code="EUR")
        signed = [row.amount * sign_in(figure, kind=row.kind, debit_stage=row.debit_stage, credit_stage=row.credit_stage) for row in rows]
        assert sum(signed) == getattr(money, figure)


def test_a_reversed_gift_is_not_received(funded: Funded) -> None:
    gift = Entry.objects.get(book=funded.book, kind="gift")
    place = {"fund": str(funded.roof.pk), "commodity": str(funded.eur.pk)}
    back = funded.bank_line(-4_000_000)
    post_entry(
        book=funded.book, kind="reverse", author=funded.world.karim, second=funded.world.salma, effective_date=timezone.localdate(),
        request_id="undo", reverses=gift.seq,
        rows=[Row(Spot("free", str(funded.account.custody_id), **place), Spot("ext", None, **place), 4_000_000, movement=str(back.pk))],
    )  # fmt: skip
    (money,) = money_of(funded.book)
    assert (money.received, money.spent, money.in_hand) == (0, 0, 0)


def test_the_campaign_page_links_each_figure(donor: Donor) -> None:
    shown = page("/c/clinic/")
    assert "40\u00a0250" in shown and 'class="wall"' in shown and "Wadi Sanad Health Association" in shown
    for figure in ("spent", "committed", "in_hand", "received"):
        assert f'href="/c/clinic/money/{figure}/EUR/"' in shown
    assert "40\u00a0100.00" in page("/c/clinic/money/committed/EUR/")


def test_rows_of_the_book_keep_their_address(donor: Donor) -> None:
    assert "/c/clinic/book/0001/" in page("/c/clinic/book/")
    shown = page("/c/clinic/book/0001/")
    seqs = [entry.seq for entry in Entry.objects.all()]
    assert all(f'id="e{seq}"' in shown for seq in seqs)
    assert "Dana" not in shown
    for wrong in ("1", "0", "0002", "abcd", "00001", "٠٠٠١"):
        assert Client().get(f"/c/clinic/book/{wrong}/").status_code == 404


def test_the_same_rows_as_json_and_csv(donor: Donor) -> None:
    rows = json.loads(page("/c/clinic/book/0001.json"))
    table = list(csv.DictReader(io.StringIO(page("/c/clinic/book/0001.csv"))))
    assert [(str(row["entry"]), row["amount"]) for row in rows] == [(row["entry"], row["amount"]) for row in table]
    assert {"entry": 2, "kind": "gift", "from": "ext", "to": "free", "amount": "250.00", "commodity": "EUR"}.items() <= rows[1].items()


def test_a_gift_is_followed_by_its_link_alone(donor: Donor) -> None:
    answer = Client().get(f"/c/clinic/gift/{donor.token}/")
    shown = answer.content.decode()
    assert answer.status_code == 200 and "250.00" in shown and "Released by the stewards" in shown and "Dana" not in shown
    assert answer["Referrer-Policy"] == "no-referrer" and "noindex" in answer["X-Robots-Tag"]
    assert Client().get(f"/c/clinic/gift/{donor.pk}/").status_code == 404


def test_the_parts_of_a_gift_add_up_to_it(donor: Donor) -> None:
    gift = donor.gifts.get()
    journey = journey_of(gift)
    assert sum(part.minor for part in journey.parts) == gift.amount_minor
    assert {part.stage: part.minor for part in journey.parts} == {"released": 10_000, "free": 15_000}
    assert journey.not_yet == ["order", "pay", "receive_goods", "issue"]


@pytest.mark.parametrize("path", ["/c/clinic/", "/c/clinic/book/0001/", "/c/clinic/money/received/EUR/", "/c/clinic/letters/"])
def test_pages_in_arabic_run_from_the_other_side(donor: Donor, path: str) -> None:
    shown = page(f"/ar{path}")
    assert '<html lang="ar" dir="rtl">' in shown and f'href="{path}" lang="en"' in shown and "machine" not in path


@pytest.mark.parametrize("path", ["/", "/c/clinic/"])
def test_an_empty_campaign_says_so(path: str) -> None:
    from tests.world import make_world

    make_world()
    answer = Client().get(path, follow=True)
    assert answer.status_code == 200 and "Nothing has been reported from the place yet." in answer.content.decode()


def test_pages_stay_light(donor: Donor, django_assert_max_num_queries: Any) -> None:
    css = len(gzip.compress(CSS.read_bytes(), 9))
    assert css <= 6 * 1024
    for path in ("/c/clinic/", f"/c/clinic/gift/{donor.token}/", "/ar/c/clinic/"):
        with django_assert_max_num_queries(QUERIES_MAX):
            shown = page(path)
        assert len(gzip.compress(shown.encode(), 9)) + css <= PAGE_BYTES_MAX
        # A block of schema.org data is no script: nothing runs it.
        assert not re.search(r"<script(?! type=\"application/ld\+json\">)|style=|<style|\son\w+=\"", shown)
