"""No page adds one currency to another; where it values them together it says each rate and its day, and what has none."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from awna.books import services as books
from awna.books.services import record_rate
from awna.kit.policies import declared_policies
from tests.rooms.books import conftest as of_books

pytestmark = pytest.mark.django_db
ledger = of_books.ledger
# Amounts whose sums nobody meets by accident: added without a rate, two or three of them show one digit over and over.
ARRIVED = {"EUR": 11_111_111, "GBP": 22_222_222, "UAH": 44_444_444}
ADDED_BLINDLY = ("333333.33", "555555.55", "666666.66", "777777.77")
RATE, RATE_DAY = "0.8", date(2026, 3, 2)
TOGETHER = "388888"
"""111 111.11 EUR and 222 222.22 GBP at 1 EUR = 0.8 GBP; UAH has no rate and stands apart."""


@pytest.fixture
def place(ledger):
    for code, minor in ARRIVED.items():
        account = ledger.north if code == "EUR" else books.open_bank_account(
            book=ledger.book, section=ledger.world.north, holder="Neighbours North", iban=f"XX{code}1", currency=code
        )  # fmt: skip
        line = ledger.movement(minor, "gift", account)
        spot = {"fund": str(ledger.fund.pk), "commodity": str(account.commodity_id)}
        row = books.Row(books.Spot("ext", None, **spot), books.Spot("free", str(account.custody_id), **spot), minor, movement=str(line.pk))
        ledger.post("gift", row, request_id=code)
    record_rate(
        book=ledger.book, source="European Central Bank", of="EUR", to="GBP", rate=RATE, on=RATE_DAY, author=ledger.world.karim, request_id="r"
    )  # fmt: skip
    return ledger


def pages(roles):
    """Every page that needs no more than its campaign and that these roles may open."""
    for route, name, policies in declared_policies():
        policy = (policies or {}).get("GET")
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
        if policy is None or wanted != ["slug"] or "." in route.rpartition("/")[2]:
            continue
        if policy.roles & roles or (not policy.roles and not policy.login and not roles):
            yield reverse(name, kwargs={"slug": "clinic"})


def plain(answer):
    """What a reader sees, digits without their grouping."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return re.sub(r"(?<=\d)[\u00a0\u202f](?=\d)", "", text)


@pytest.mark.parametrize("who", ["", "karim", "salma", "north_treasurer"])
def test_no_page_adds_currencies_without_rate_and_day(place, client, who):
    role = getattr(place.world, who) if who else None
    if role:
        client.force_login(role.user)
    opened = 0
    for url in pages({role.name} if role else set()):
        answer = client.get(url)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        opened += 1
        text = plain(answer)
        assert not [sum_ for sum_ in ADDED_BLINDLY if sum_ in text], url
        if TOGETHER in text:
            assert all(word in text for word in ("UAH", "2 Mar 2026")) and re.search(r"1\.25|0\.8\b", text), url
    assert opened >= 8


def test_the_front_of_the_campaign_values_them_together_and_says_how(place, client):
    texts = [plain(client.get(url)) for url in pages(set())]
    assert any(TOGETHER in text for text in texts)  # else the test above would see nothing
