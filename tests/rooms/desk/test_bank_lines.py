"""The treasurer settles what a bank file left open: a giver found, money sent on and arrived, an order's payment pointed to."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from awna import verify
from awna.approvals.services import MilestoneAsk, decide, propose_release
from awna.books import services as books
from awna.books.models import BankAccount, Book, Entry, Movement
from awna.core.problems import Refused
from awna.desk import services as desk
from awna.donations.models import Gift, Pledge
from awna.donations.services import pledge_gift
from awna.supply.services import OrderAsk, add_item, add_supplier, order_materials
from tests.banks import BankLine, camt053
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
NORTH, OWNER, PAGE = "DE02120300000000202051", "XX000001", "/desk/clinic/bank/"


@dataclass
class Place:
    """The cast, a section's account with 500.00 from Dana and 70.00 from nobody known, and the owner's empty account."""

    world: World
    book: Book
    north: BankAccount
    owner: BankAccount
    pledge: Pledge

    def bring_in(self, account: BankAccount, opening: str, number: int, *lines: BankLine) -> desk.ImportReport:
        author = self.world.north_treasurer if account == self.north else self.world.karim
        data = camt053(account.iban, "EUR", opening=opening, day=timezone.localdate(), number=number, lines=list(lines))
        return desk.import_statement(
            bank_account=account, data=data, filename=f"{number}", author=author, request_id=f"{account.pk} {number}"
        )

    def agreed(self, payee: Any, ceiling: int, text: str) -> Any:
        today = timezone.localdate()
        asks = [MilestoneAsk("1", self.north.custody, self.book.fund("unallocated"), self.north.commodity, ceiling, today)]
        asked = propose_release(campaign=self.world.campaign, payee=payee, milestones=asks, text=text, expires_on=today + timedelta(days=9),
                                filed_by=self.world.buyer, request_id=text)  # fmt: skip
        for steward in (self.world.salma, self.world.yusuf):
            decide(proposal=asked.proposal, steward=steward, choice="approve", request_id=f"{steward.pk} {text}")
        return asked.proposal

    def sum(self, stage: str, account: BankAccount | None = None, fund: str = "") -> int:
        return books.balance_of(self.book, stage=stage, custody=account and account.custody, fund=self.book.fund(fund) if fund else None)


@pytest.fixture
def place() -> Place:
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)
    north = books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=NORTH, currency="EUR")
    owner = books.open_bank_account(book=book, section=None, holder="Health Association", iban=OWNER, currency="EUR")
    dana = pledge_gift(bank_account=north, amount_minor=500_00, request_id="dana", name="Dana")
    wanted = pledge_gift(bank_account=north, amount_minor=70_00, request_id="ravi", name="Ravi")
    pledge_gift(bank_account=north, amount_minor=30_00, request_id="mina", name="Mina")
    place = Place(world, book, north, owner, wanted)
    damaged = wanted.reference[:9] + "U" + wanted.reference[10:]
    place.bring_in(north, "0.00", 1, BankLine("500.00", "Dana", dana.reference), BankLine("70.00", "R. Payer", text=f"gift {damaged}"))
    return place


def as_(client, who):
    client.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(client) -> str:
    return client.get(PAGE).content.decode()


def settle(client, movement, choice, request_id=""):
    return client.post(PAGE, {"movement": movement.pk, "choice": choice, "request_id": request_id or str(uuid.uuid4())})


def test_money_without_a_name_finds_its_pledge_and_keeps_its_lot(place, client, tmp_path):
    as_(client, place.world.north_treasurer)
    page = read(client)
    assert "R. Payer" in page
    assert "similar reference, same amount" in page
    assert page.index("Ravi") < page.index("Mina"), "the likely pledge stands first"
    line = Movement.objects.get(amount=70_00)
    lot = Entry.objects.get(transfers__movement=line)
    for request_id in ("once", "once", "again"):
        assert settle(client, line, f"pledge:{place.pledge.pk}", request_id).status_code == 302
    gift = Gift.objects.get(movement=line)
    assert (gift.pledge, gift.lot, gift.amount_minor) == (place.pledge, f"{lot.seq}.1", 70_00)
    assert Entry.objects.filter(kind="allocate").count() == 1
    assert (place.sum("free", fund="unidentified"), place.sum("free", fund="unallocated")) == (0, 570_00)
    assert {hop.amount for hop in books.trace_lot(place.book, gift.lot)} == {70_00}
    assert books.check_book(place.book) == []
    books.publish_head(place.book)
    dump = tmp_path / "book.jsonl"
    dump.write_bytes(books.dump_book(place.book))
    assert verify.main([str(dump)]) == 0
    place.pledge.refresh_from_db()
    assert place.pledge.state == "received"
    assert "No bank line waits" in read(client)


def test_a_refusal_stands_on_the_form_of_its_line(place, client):
    as_(client, place.world.north_treasurer)
    line = Movement.objects.get(amount=70_00)
    met = Pledge.objects.get(state="received")
    answer = settle(client, line, f"pledge:{met.pk}")
    assert answer.status_code == 422
    assert "received already. Choose an open one." in answer.content.decode()
    assert "not among the choices" in settle(client, line, "pledge:nothing").content.decode()
    assert not Gift.objects.filter(movement=line).exists()
    settle(client, line, f"pledge:{place.pledge.pk}")
    other = Pledge.objects.get(state="pledged")
    assert "does not stand whole in Unidentified" in settle(client, line, f"pledge:{other.pk}").content.decode()


def test_only_the_treasurer_of_the_account_reads_and_settles(place, client):
    line, choice = Movement.objects.get(amount=70_00), f"pledge:{place.pledge.pk}"
    as_(client, place.world.eve)
    assert (client.get(PAGE).status_code, settle(client, line, choice).status_code) == (403, 403)
    as_(client, place.world.nour)
    assert client.get(PAGE).status_code == 403
    as_(client, place.world.south_treasurer)
    assert "No bank line waits" in read(client)
    assert settle(client, line, choice).status_code == 404
    as_(client, place.world.karim)
    page = read(client)
    assert "70.00" in page
    assert [secret for secret in ("R. Payer", "Ravi", place.pledge.reference_grouped) if secret in page] == []
    assert settle(client, line, choice).status_code == 422
    with pytest.raises(Refused, match="another body"):
        desk.identify_line(movement=line, pledge=place.pledge, author=place.world.karim, request_id="x")
    assert not Gift.objects.filter(movement=line).exists()


def test_money_sent_on_leaves_waits_and_arrives(place, client):
    sending = place.agreed(place.owner.custody, 450_00, "Send on to the owner")
    assert place.bring_in(place.north, "570.00", 2, BankLine("-450.00", "Owner")).waiting == 1
    as_(client, place.world.north_treasurer)
    assert "Remittance: Send on to the owner · EUR 450.00 (same amount)" in read(client)
    choice = f"remit:{sending.milestones.get().pk}"
    line = Movement.objects.get(amount=-450_00)
    assert [settle(client, line, choice).status_code for _time in range(2)] == [302, 302]
    assert (place.sum("transit"), place.sum("released")) == (450_00, 0)

    report = place.bring_in(place.owner, "0.00", 1, BankLine("450.00", "North"), BankLine("20.00", "A neighbour"))
    assert (report.new, report.unidentified, report.waiting) == (2, 0, 2)
    arrived, gift = Movement.objects.get(amount=450_00), Movement.objects.get(amount=20_00)
    assert settle(client, arrived, choice).status_code == 404, "the section does not see the owner's account"
    as_(client, place.world.karim)
    assert "A neighbour" in read(client)
    wrong = settle(client, gift, choice)
    assert wrong.status_code == 422
    assert "The banks kept 430.00 EUR" in wrong.content.decode()
    assert place.sum("transit") == 450_00
    assert [settle(client, arrived, choice).status_code for _time in range(2)] == [302, 302]
    assert [settle(client, gift, "unidentified").status_code for _time in range(2)] == [302, 302]
    assert settle(client, arrived, "unidentified").status_code == 422
    assert (place.sum("transit"), place.sum("free", place.owner)) == (0, 470_00)
    assert place.sum("free", place.owner, "unidentified") == 20_00
    assert place.bring_in(place.owner, "470.00", 2, BankLine("5.00", "Another")).unidentified == 1, "nothing is under way any more"
    assert books.check_book(place.book) == []


def test_a_line_that_pays_an_order_leads_to_its_page(place, client):
    world = place.world
    omar = add_supplier(campaign=world.campaign, name="Omar Building Supplies", bank_account="XX777", author=world.buyer)
    cement = add_item(campaign=world.campaign, code="cement", name="Cement", unit="bag", author=world.buyer)
    buying = place.agreed(omar.custody, 200_00, "Cement")
    order_materials(supplier=omar, proposal=buying, milestone="1", lines=[OrderAsk(cement, 20)], amount_minor=200_00, author=world.buyer,
                    request_id="order")  # fmt: skip
    place.bring_in(place.north, "570.00", 2, BankLine("-200.00", "Omar", account="XX777"))
    page = read(as_(client, world.north_treasurer))
    assert 'href="/desk/clinic/supply/orders/1/pay/"' in page
    assert "Remittance:" not in page, "a supplier is paid by an order, never by a remittance"
    line = Movement.objects.get(amount=-200_00)
    assert settle(client, line, f"remit:{buying.milestones.get().pk}").status_code == 422


def test_what_the_bank_did_by_itself_is_booked_by_a_choice(place, client):
    """A charge takes unallocated money; a gift that the bank took back is named, and its line then waits no more."""
    report = place.bring_in(place.north, "570.00", 2, BankLine("-2.50", text="charges"), BankLine("-500.00", "Dana", text="returned"))
    assert report.waiting == 2
    charge, back = Movement.objects.get(amount=-2_50), Movement.objects.get(amount=-500_00)
    gift = Entry.objects.get(transfers__movement__amount=500_00)
    page = read(as_(client, place.world.north_treasurer))
    assert f"The bank took the gift of entry {gift.seq} back" in page
    assert "fact:99.1" not in page
    assert settle(client, back, "fact:99.1").status_code == 422
    assert [settle(client, back, f"fact:{gift.seq}.1").status_code for _time in range(2)] == [302, 302]
    assert settle(client, charge, "fact:").status_code == 302
    assert place.sum("short") == -2_50, "nothing unallocated is left for the charge, and the book says so"
    assert place.sum("free", fund="unidentified") == 70_00
    assert all(one.equal for one in books.compare_accounts(place.book))
    assert books.check_book(place.book) == []


def test_a_line_set_aside_becomes_a_remittance_when_its_notice_comes(place, client):
    assert place.bring_in(place.owner, "0.00", 1, BankLine("450.00", "North")).unidentified == 1
    sending = place.agreed(place.owner.custody, 450_00, "Send on to the owner")
    place.bring_in(place.north, "570.00", 2, BankLine("-450.00", "Owner"))
    choice = f"remit:{sending.milestones.get().pk}"
    settle(as_(client, place.world.north_treasurer), Movement.objects.get(amount=-450_00), choice)
    as_(client, place.world.karim)
    arrived = Movement.objects.get(amount=450_00)
    assert "Remittance: Send on to the owner" in read(client)
    assert [settle(client, arrived, choice).status_code for _time in range(2)] == [302, 302]
    assert (place.sum("transit"), place.sum("free", place.owner, "unidentified"), place.sum("free", place.owner)) == (0, 0, 450_00)
    assert books.check_book(place.book) == []
