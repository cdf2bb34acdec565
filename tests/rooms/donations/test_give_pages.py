"""Giving in four pages without an account: amount, details, check, bank reference."""

import pytest

from awna.books import services as books
from awna.donations.models import Donor, Pledge
from awna.donations.qr import payment_codes
from tests.world import make_world

pytestmark = pytest.mark.django_db
IBAN = "DE84999900000000001234"


@pytest.fixture
def book():
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)
    books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    return book


def choose(client, book, **more):
    account, fund = book.bank_accounts.first(), book.fund("unallocated")
    return client.post("/c/clinic/give/", {"other": "130.50", "account": account.pk, "fund": fund.pk, **more})


def give(client, book, **details):
    page = client.get(choose(client, book).url)
    request_id = page.context["form"].initial["request_id"]
    return client.post(choose(client, book).url, {"request_id": request_id, **details})


def test_dana_gives_in_four_pages(client, book):
    assert "How much would you like to give?" in client.get("/c/clinic/give/").content.decode()
    answer = give(client, book, name="Dana", email="dana@example.org")
    check = client.get(answer.url).content.decode()
    assert "130.50" in check and "Dana" in check and "dana@example.org" in check
    done = client.post(answer.url, follow=True)
    pledge = Pledge.objects.get()
    page = done.content.decode()
    assert pledge.state == "pledged"
    assert pledge.reference_grouped in page and IBAN in page and "Neighbours North" in page and '<svg class="qr"' in page
    assert done["Referrer-Policy"] == "no-referrer" and "noindex" in done["X-Robots-Tag"] and "no-store" in done["Cache-Control"]


def test_name_and_address_never_stand_in_an_address(client, book):
    answer = give(client, book, name="Dana", email="dana@example.org")
    assert "Dana" not in answer.url and "example.org" not in answer.url


def test_giving_works_without_name_and_with_arabic_digits(client, book):
    answer = choose(client, book, other="١٣٠")
    assert "other=130.00" in answer.url
    assert client.post(give(client, book).url).status_code == 302
    assert Donor.objects.get().name == ""


def test_offered_amount_is_taken_when_none_is_typed(client, book):
    assert "other=25.00" in choose(client, book, other="", pick="25").url


@pytest.mark.parametrize("typed", ["", "0", "-5", "ten", "1.234", "1e3", "10" * 9])
def test_wrong_amount_comes_back_with_a_reason_and_what_was_typed(client, book, typed):
    answer = choose(client, book, other=typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["other"]
    assert not typed or f'value="{typed}"' in answer.content.decode()


def test_same_form_sent_twice_is_one_pledge(client, book):
    address = choose(client, book).url
    first, second = (client.post(address, {"request_id": "0123", "name": "Dana"}) for _ in range(2))
    assert first.url == second.url
    assert Pledge.objects.count() == 1


def test_damaged_address_leads_back_and_foreign_tokens_find_nothing(client, book):
    assert client.get("/c/clinic/give/details/?other=x").url == "/c/clinic/give/"
    assert client.get("/c/clinic/give/no-such-token/").status_code == 404
    unconfirmed = give(client, book).url.replace("/check/", "/")
    assert client.get(unconfirmed).url == f"{unconfirmed}check/"


def test_campaign_without_account_says_so(client):
    make_world()
    assert "Giving is not open yet" in client.get("/c/clinic/give/").content.decode()


def test_payment_code_holds_the_stored_account_and_only_euros(client, book):
    client.post(give(client, book).url)
    pledge = Pledge.objects.get()
    assert [(code.kind, code.svg.count("<path")) for code in payment_codes(pledge)] == [("epc", 2)]
    pledge.bank_account.commodity.code = "USD"
    assert payment_codes(pledge) == []
