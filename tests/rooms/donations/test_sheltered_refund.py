"""A gift out of a batch goes back: the stewards allow it, its own share is held, and the others stay as they were."""

from datetime import timedelta

import pytest

from awna.books import services as books
from awna.books.models import Entry
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.donations import services

from .test_sheltered import TODAY, closed, line, world  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


def test_a_share_that_goes_back_is_the_givers_own(world):  # noqa: F811
    gifts, _ = closed(world)
    dana = gifts[3]
    payee = books.ensure_custody(book=world.book, type="payee", ref="donor", title="Dana")
    common = {"payee": payee, "filed_by": world.nour, "expires_on": TODAY + timedelta(days=90)}
    with pytest.raises(Refused) as whose:
        books.propose_refund(book=world.book, lot=dana.lot, amount=100, request_id="head", **common)
    assert whose.value.codes == ["refund_needs_the_share"]
    with pytest.raises(Refused) as more:
        services.propose_refund(gift=dana, amount=dana.amount_minor + 1, request_id="more", **common)
    assert more.value.codes == ["refund_above_what_is_left"]
    asked = services.propose_refund(gift=dana, amount=dana.amount_minor, request_id="back", **common)
    for steward in (world.salma, world.yusuf):
        decide(proposal=asked, steward=steward, choice="approve", request_id=f"yes {steward.pk}")
    books.release_held(proposal=asked, author=world.salma)
    back = line(world, -dana.amount_minor, "refund")
    paid = books.pay_refund(proposal=asked, movement=back, author=world.karim, request_id="paid")
    way = services.way_of(dana)
    assert [(hop.amount, hop.taken) for hop in way] == [(dana.amount_minor, dana.amount_minor)] * 4
    assert way[-1].row[0] == paid.seq
    assert all(len(services.way_of(gift)) == 1 for gift in gifts if gift != dana)
    assert dana.reference not in b"".join(bytes(leaf) for leaf in Entry.objects.values_list("leaf", flat=True)).decode()
    assert books.check_book(world.book) == []
