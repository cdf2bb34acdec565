"""Two statements of one day may hold the same payment twice, and both are money."""

from hashlib import sha256

import pytest

from awna.books import services as books
from tests.world import make_world

pytestmark = pytest.mark.django_db
IBAN = "DE84999900000000001234"


def statement(number, opening):
    return (
        f":20:STARTUMS\n:25:{IBAN}\n:28C:{number:05}/001\n:60F:C261112EUR{opening},00\n"
        f":61:2611121112C50,00NTRFNONREF\n:86:For the clinic\n:62F:C261112EUR{opening + 50},00\n-\n"
    ).encode()


def test_twin_in_the_next_statement_of_the_day_is_kept_and_a_repeat_is_not():
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)
    account = books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")

    def store(number, opening, tail=b""):
        data = statement(number, opening) + tail
        return len(
            books.store_statement(
                bank_account=account, data=data, filename="day", author=world.karim, request_id=sha256(data).hexdigest()
            ).new
        )

    assert [store(1, 100), store(2, 150), store(2, 150, b"\n")] == [1, 1, 0]
