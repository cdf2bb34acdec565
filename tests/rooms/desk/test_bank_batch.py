"""Karim's page of many lines: what is safe is chosen, one bad line stops no other, one line pays two pledges, and all of it can be undone."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount, Book, Entry, Movement, StatementFile
from awna.desk import services as desk
from awna.donations.models import Gift, Pledge
from awna.donations.services import due_of, pledge_gift
from tests.banks import BankLine, camt053
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
NORTH, PAGE, UNDO, FILES = "DE02120300000000202051", "/desk/clinic/bank/batch/", "/desk/clinic/bank/undo/", "/desk/clinic/bank/files/"


class Batch:
    """A section's account, its treasurer's browser, and pledges that a file is about to meet."""

    def __init__(self, client) -> None:
        self.world: World = make_world()
        self.book: Book = books.open_book(campaign=self.world.campaign, author=self.world.karim)
        self.north: BankAccount = books.open_bank_account(
            book=self.book, section=self.world.north, holder="Neighbours North", iban=NORTH, currency="EUR"
        )
        self.client, self.number, self.closing = client, 0, 0
        client.force_login(self.world.north_treasurer.user, backend="django.contrib.auth.backends.ModelBackend")

    def pledge(self, name: str, minor: int, email: str = "") -> Pledge:
        return pledge_gift(bank_account=self.north, amount_minor=minor, request_id=f"{name}{minor}", name=name, email=email)

    def bring_in(self, *lines: BankLine) -> desk.ImportReport:
        self.number += 1
        data = camt053(NORTH, "EUR", opening=f"{self.closing}.00", day=timezone.localdate(), number=self.number, lines=list(lines))
        self.closing += sum(int(line.amount.partition(".")[0]) for line in lines)
        return desk.import_statement(
            bank_account=self.north, data=data, filename="f", author=self.world.north_treasurer, request_id=f"{self.number}"
        )

    def read(self) -> str:
        return self.client.get(PAGE).content.decode()

    def post(self, *chosen: tuple[Movement, str], request_id: str = "") -> str:
        given = {"request_id": request_id or str(uuid.uuid4()), "take": [str(movement.pk) for movement, _ in chosen]}
        given |= {f"choice-{movement.pk}": value for movement, value in chosen}
        assert self.client.post(PAGE, given).status_code == 302
        return self.read()

    def undo(self, movement: Movement, second: str = ""):
        return self.client.post(UNDO, {"movement": movement.pk, "second": second})

    def sound(self) -> bool:
        return books.check_book(self.book) == []


@pytest.fixture
def batch(client) -> Batch:
    return Batch(client)


def line(minor: int) -> Movement:
    return Movement.objects.get(amount=minor)


def test_one_line_pays_two_pledges_and_is_chosen_beforehand(batch):
    one, two = batch.pledge("Dana", 30_00), batch.pledge("Ravi", 20_00)
    batch.bring_in(BankLine("50.00", "Dana", text=f"{one.reference} {two.reference}"))
    page, value = batch.read(), f"split:{one.pk}=3000;{two.pk}=2000"
    assert f'value="{value}" checked' in page
    assert "make 50.00 together" in page
    assert "1 line is booked" in batch.post((line(50_00), value), request_id="once")
    batch.post((line(50_00), value), request_id="once")
    assert {gift.pledge: gift.amount_minor for gift in Gift.objects.all()} == {one: 30_00, two: 20_00}
    assert len({gift.reference for gift in Gift.objects.all()}) == 2, "each giver proves her own part alone"
    assert set(Pledge.objects.values_list("state", flat=True)) == {"received"}
    assert batch.sound()
    assert all(account.equal for account in books.compare_accounts(batch.book))


def test_part_payments_add_up_to_one_pledge(batch):
    pledge = batch.pledge("Dana", 50_00)
    batch.bring_in(BankLine("20.00", "Dana", pledge.reference), BankLine("30.00", "Dana", pledge.reference))
    page, value = batch.read(), f"part:{pledge.pk}"
    assert page.count(f'value="{value}" checked') == 2, "together they are exactly what is due"
    batch.post((line(20_00), value))
    pledge.refresh_from_db()
    assert (pledge.state, due_of([pledge])[pledge.pk]) == ("pledged", 30_00)
    batch.post((line(30_00), f"pledge:{pledge.pk}"))
    pledge.refresh_from_db()
    assert (pledge.state, pledge.gifts.count()) == ("received", 2)
    assert batch.sound()


def test_a_bad_line_stops_no_other(batch):
    pledge = batch.pledge("Dana", 50_00)
    batch.bring_in(BankLine("20.00", "A"), BankLine("30.00", "B"), BankLine("-3.00", text="charges"))
    page = batch.post(
        (line(20_00), "pledge:nothing"), (line(30_00), f"pledge:{pledge.pk}"), (line(-3_00), "fact:"),
    )  # fmt: skip
    assert "2 lines are booked" in page
    assert "not among the choices" in page
    assert Gift.objects.get().movement == line(30_00)
    assert line(-3_00).used == 3_00
    assert "Nothing was chosen" in batch.post((line(20_00), ""))


def test_a_remembered_account_is_a_suggestion_and_never_chosen_beforehand(batch):
    first = batch.pledge("Dana", 10_00, "dana@example.org")
    batch.bring_in(BankLine("10.00", "Dana", first.reference, account="XX11"))
    again = batch.pledge("Dana", 40_00, "dana@example.org")
    batch.bring_in(BankLine("40.00", "D.", text="as always", account="XX11"))
    page = batch.read()
    assert "This account paid before for the donor of" in page
    assert f'value="pledge:{again.pk}" checked' not in page
    assert "XX11" not in page


def test_every_decision_is_undone_by_a_reversal(batch):
    one, two = batch.pledge("Dana", 30_00), batch.pledge("Ravi", 20_00)
    batch.bring_in(BankLine("50.00", "Dana", text=f"{one.reference} {two.reference}"))
    value = f"split:{one.pk}=3000;{two.pk}=2000"
    batch.post((line(50_00), value))
    assert "Undo" in batch.client.get(UNDO).content.decode()
    assert [batch.undo(line(50_00)).status_code for _time in range(2)] == [302, 302]
    assert (line(50_00).used, Gift.objects.count()) == (0, 0)
    assert set(Pledge.objects.values_list("state", flat=True)) == {"pledged"}
    assert Entry.objects.filter(kind="reverse").count() == 3, "one of Unidentified, one of each part"
    batch.post((line(50_00), value))
    assert Gift.objects.count() == 2, "decided again, it counts again"
    assert batch.sound()
    assert all(account.equal for account in books.compare_accounts(batch.book))


def test_an_undone_name_takes_a_second_person_and_goes_back_to_unidentified(batch):
    pledge = batch.pledge("Dana", 50_00)
    batch.bring_in(BankLine("50.00", "Dana"))
    batch.post((line(50_00), f"pledge:{pledge.pk}"))
    assert "needs a second person" in batch.undo(line(50_00)).content.decode()
    assert batch.undo(line(50_00), str(batch.world.salma.pk)).status_code == 302
    assert (Gift.objects.count(), books.balance_of(batch.book, stage="free", fund=batch.book.fund("unidentified"))) == (0, 50_00)
    batch.post((line(50_00), f"pledge:{pledge.pk}"))
    assert Gift.objects.get().pledge == pledge
    assert batch.sound()


def test_a_return_is_marked_on_its_gift_and_can_be_undone(batch):
    pledge = batch.pledge("Dana", 50_00)
    batch.bring_in(BankLine("50.00", "Dana", pledge.reference))
    batch.bring_in(BankLine("-50.00", "Dana", pledge.reference, text="returned"))
    gift = Gift.objects.get()
    assert "a return of that payment" in batch.read()
    batch.post((line(-50_00), f"fact:{gift.lot}"))
    gift.refresh_from_db()
    assert gift.returned_seq is not None
    batch.undo(line(-50_00))
    gift.refresh_from_db()
    assert (gift.returned_seq, line(-50_00).used) == (None, 0)
    assert batch.sound()


def test_a_payment_that_came_back_is_reversed_by_the_banks_line(batch):
    batch.bring_in(BankLine("50.00", "A"), BankLine("-3.00", text="charges"))
    batch.post((line(-3_00), "fact:"))
    fact = Entry.objects.get(kind="bank_forced")
    batch.bring_in(BankLine("3.00", text="charges given back"), BankLine("1.00", text="interest"))
    assert f"The payment of entry {fact.seq} came back" in batch.read()
    assert "2 lines are booked" in batch.post((line(3_00), f"back:{fact.seq}"), (line(1_00), "fact:"))
    assert Entry.objects.filter(reverses=fact.seq).count() == 1
    assert books.shortfalls(batch.book) == []
    assert batch.sound()
    assert all(account.equal for account in books.compare_accounts(batch.book))


def test_a_rest_that_comes_with_the_reference_books_itself(batch):
    pledge = batch.pledge("Dana", 50_00)
    batch.bring_in(BankLine("20.00", "Dana", pledge.reference))
    batch.post((line(20_00), f"part:{pledge.pk}"))
    assert batch.bring_in(BankLine("50.00", "Dana", pledge.reference)).claimed == 0, "more than is due waits for a person"
    assert batch.bring_in(BankLine("30.00", "Dana", pledge.reference)).claimed == 1
    pledge.refresh_from_db()
    assert pledge.state == "received"
    assert batch.sound()


def test_others_neither_read_nor_book(batch):
    pledge = batch.pledge("Dana", 50_00)
    batch.bring_in(BankLine("50.00", "Dana Payer"))
    movement = line(50_00)
    for role, status in ((batch.world.eve, 403), (batch.world.south_treasurer, 302)):
        batch.client.force_login(getattr(role, "user", role), backend="django.contrib.auth.backends.ModelBackend")
        given = {"request_id": "x", "take": str(movement.pk), f"choice-{movement.pk}": f"pledge:{pledge.pk}"}
        assert batch.client.post(PAGE, given).status_code == status
        assert "Dana" not in batch.client.get(PAGE).content.decode()
    assert batch.undo(movement).status_code == 404
    assert not Gift.objects.exists()


def test_a_table_is_mapped_previewed_saved_and_imported(batch):
    table = b"Date;Amount;Text\n02.03.2026;50,00;from Dana\n03.03.2026;-7,00;fee\n"
    sent = {"bank_account": batch.north.pk, "file": SimpleUploadedFile("table.csv", table), "request_id": "t"}
    answer = batch.client.post("/desk/clinic/import/", sent)
    file = StatementFile.objects.get()
    assert answer["Location"] == f"/desk/clinic/bank/files/{file.pk}/columns/"
    assert "A table waits for its columns" in batch.client.get(FILES).content.decode()
    page = batch.client.get(answer["Location"])
    form = page.context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    given = {name: value for name, value in given.items() if value is not False}
    wrong = batch.client.post(answer["Location"], {**given, "date_format": "%m-%d-%Y", "save": "1"})
    assert wrong.status_code == 422
    assert "is not a date of the form" in wrong.content.decode()
    seen = batch.client.post(answer["Location"], {**given, "skip_foot": "٠", "preview": "1"})
    assert seen.status_code == 200
    assert seen.context["may_save"]
    given["seen"] = seen.context["form"]["seen"].value()
    done = batch.client.post(answer["Location"], {**given, "save": "1"})
    assert done["Location"] == "/desk/clinic/import/done/"
    assert "New lines" in batch.client.get(done["Location"]).content.decode()
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [-7_00, 50_00]
    assert json.loads(books.profile_of(batch.north).content)["date_format"] == "%d.%m.%Y"


def test_two_people_vouch_on_the_page_and_the_file_comes_in(batch):
    data = camt053(NORTH, "EUR", opening="0.00", day=timezone.localdate(), lines=[BankLine("50.00", "Dana")])
    head, entries = data.split(b"<Ntry>", 1)
    report = desk.import_statement(
        bank_account=batch.north,
        data=head + b"<Ntry>" + entries.replace(b">50.00<", b">51.00<"),
        filename="f",
        author=batch.world.north_treasurer,
        request_id="b",
    )
    assert (report.new, [problem["code"] for problem in report.held]) == (0, ["statement_balance_broken"])
    page = batch.client.get(FILES).content.decode()
    assert "A file does not add up" in page
    (hold,) = books.held_files(batch.north)
    word = {"account": batch.north.pk, "subject": hold.subject, "reason": "The bank confirmed it by letter"}
    assert batch.client.post(FILES, {**word, "reason": "no"}).status_code == 422
    for role in (batch.world.north_treasurer, batch.world.salma):
        batch.client.force_login(role.user, backend="django.contrib.auth.backends.ModelBackend")
        assert batch.client.post(FILES, word).status_code == 302
    batch.client.force_login(batch.world.north_treasurer.user, backend="django.contrib.auth.backends.ModelBackend")
    batch.client.post(FILES, {"account": batch.north.pk, "file": hold.file.pk})
    assert Movement.objects.count() == 1


def test_a_wrong_table_is_put_aside_on_the_page(batch):
    sent = SimpleUploadedFile("shopping.csv", b"What;How many\nNails;12\n")
    batch.client.post("/desk/clinic/import/", {"bank_account": batch.north.pk, "file": sent, "request_id": "t"})
    (hold,) = books.held_files(batch.north)
    given = {"account": batch.north.pk, "file": hold.file.pk, "act": "aside"}
    assert batch.client.post(FILES, {**given, "reason": "no"}).status_code == 422
    assert batch.client.post(FILES, {**given, "reason": "It is a shopping list"}).status_code == 302
    page = batch.client.get(FILES).content.decode()
    assert "A table waits for its columns" not in page
    assert "It is a shopping list" in page and "Take this file up again" in page
    assert batch.client.post(FILES, {**given, "act": "up", "reason": "Wanted after all"}).status_code == 302
    assert "A table waits for its columns" in batch.client.get(FILES).content.decode()
