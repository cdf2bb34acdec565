"""The treasurer's pages of bank lines ask the same few questions for ten lines as for a hundred, and stay light."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount
from awna.desk.services import import_statement
from awna.donations.services import pledge_gift
from tests.banks import BankLine, camt053
from tests.world import make_world

pytestmark = pytest.mark.django_db
QUERIES_MAX, WEIGHT_MAX_BYTES = 20, 60_000
PAGES = ("bank/batch/", "bank/", "bank/undo/", "bank/files/", "")


@pytest.fixture
def north(client) -> BankAccount:
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)
    client.force_login(world.north_treasurer.user, backend="django.contrib.auth.backends.ModelBackend")
    return books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban="DE02120300000000202051", currency="EUR")


def bring_in(account: BankAccount, start: int, count: int, opening: str) -> str:
    """Lines of each kind: with a pledge's reference and another amount, charges, and some that nobody can tell. Returns the balance."""
    lines = []
    for number in range(start, start + count):
        if number % 5 < 3:
            pledge = pledge_gift(bank_account=account, amount_minor=1_000 + number, request_id=f"{number}", name=f"Giver {number}")
            lines.append(BankLine("50.00", "Giver", pledge.reference))
        else:
            lines.append(BankLine("-1.00" if number % 5 == 3 else "7.00", "Somebody", text="line"))
    data = camt053(account.iban, "EUR", opening=opening, day=timezone.localdate(), lines=lines, number=start + 1)
    role = account.section.roles.get(name="treasurer")
    import_statement(bank_account=account, data=data, filename="f", author=role, request_id=f"{start}")
    return f"{float(opening) + sum(float(line.amount) for line in lines):.2f}"


def asked(client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/desk/clinic/{page}")
    assert answer.status_code == 200
    weight = len(gzip.compress(answer.content))
    print(f"/{page}: {len(queries)} queries, {weight} bytes")  # a figure of the guide
    assert weight <= WEIGHT_MAX_BYTES
    return len(queries)


def test_a_hundred_lines_ask_no_more_than_ten(client, north):
    opening = bring_in(north, 0, 10, "0.00")
    for page in PAGES:
        client.get(f"/desk/clinic/{page}")
    few = {page: asked(client, page) for page in PAGES}
    bring_in(north, 10, 90, opening)
    many = {page: asked(client, page) for page in PAGES}
    assert client.get("/desk/clinic/bank/batch/").content.count(b"data-line") == 100
    assert max(many.values()) <= QUERIES_MAX
    assert many == few, "no query for a line"
