"""A returned debit finds its gift, its mandate and its pledge by itself; interim reports on the desk; posted ones that the bank withdrew."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Movement
from awna.desk import bank_import, services
from awna.donations import services as donations
from awna.donations.debit import services as debits
from awna.donations.debit.calendar import earliest_collection
from awna.donations.debit.models import Debit
from awna.donations.models import Gift, Pledge
from tests.banks import Booking, camt
from tests.world import make_world

IBAN, PAYER = "DE84999900000000001234", "FR7630006000011234567890189"


@pytest.fixture
def w(db):
    world = make_world()
    world.book = books.open_book(campaign=world.campaign, author=world.karim)
    world.account = books.open_bank_account(book=world.book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    world.today = timezone.localdate()
    world.files, world.at_bank = 0, 0
    return world


def bring(w, *bookings, kind="053", details=True):
    w.files += 1
    data = camt(
        kind,
        IBAN,
        "EUR",
        opening=f"{w.at_bank}.00",
        bookings=list(bookings),
        details=details,
        day=w.today + timedelta(w.files),
        number=w.files,
    )
    if kind == "053":
        w.at_bank += sum(int(float(part[0])) for one in bookings for part in one.parts)
    return services.import_statement(
        bank_account=w.account, data=data, filename="f.xml", author=w.north_treasurer, request_id=f"f{w.files}"
    )


def debited(w):
    debits.set_creditor(bank_account=w.account, street="Lindenweg", building="7a", post_code="20095", town="Hamburg", country="de",
                        creditor_id="DE98 ZZZ0 9999 9999 99")  # fmt: skip
    asked = debits.Asked(
        text="I allow Neighbours North to debit my account.", name="Dana", iban=PAYER, signed_on=w.today, email="dana@example.org"
    )
    mandate = debits.sign_mandate(bank_account=w.account, asked=asked, author=w.north_treasurer, request_id="m")
    debits.start_plan(donor=mandate.donor, bank_account=w.account, fund=w.book.fund("unallocated"), amount_minor=2_500, months=1, first_on=w.today,
                      count=None, mandate=mandate, request_id="p")  # fmt: skip
    run = debits.make_run(
        bank_account=w.account, collect_on=earliest_collection(w.today, notice_days=14), author=w.north_treasurer, request_id="r"
    )
    return run.debits.get()


def bring_return(w, amount, debit, reason):
    w.files += 1
    booking = Booking("R1", [(amount, "Dana", debit.end_to_end_id)])
    data = camt(
        "053", IBAN, "EUR", opening=f"{w.at_bank}.00", bookings=[booking], details=True, day=w.today + timedelta(w.files), number=w.files
    )
    data = data.replace(b"</TxDtls>", f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls>".encode())
    w.at_bank += int(float(amount))
    return services.import_statement(
        bank_account=w.account, data=data, filename="f.xml", author=w.north_treasurer, request_id=f"f{w.files}"
    )


def test_a_returned_debit_takes_its_gift_back_and_its_mandate_learns_why(w):
    debit = debited(w)
    assert bring(w, Booking("C1", [("25.00", "Dana", debit.end_to_end_id)])).claimed == 1
    report = bring_return(w, "-25.00", debit, "MD01")
    assert (report.returned, report.waiting, len(report.rows["returned"])) == (1, 0, 1)
    debit = Debit.objects.get(pk=debit.pk)
    assert (debit.live, debit.reason, debit.returned_on) == (False, "MD01", w.today + timedelta(2))
    assert debit.mandate.state == "ended", "no mandate, says the bank"
    gift = Gift.objects.get()
    assert gift.returned_seq is not None
    assert books.balance_of(w.book, stage="free", commodity=w.account.commodity) == 0
    assert books.check_book(w.book) == []


def test_a_return_of_another_amount_tells_the_debit_and_waits_for_a_person(w):
    debit = debited(w)
    bring(w, Booking("C1", [("25.00", "Dana", debit.end_to_end_id)]))
    report = bring_return(w, "-28.00", debit, "AM04")
    assert (report.returned, report.waiting) == (0, 1)
    assert Debit.objects.get(pk=debit.pk).reason == "AM04"
    assert Gift.objects.get().returned_seq is None


def test_a_line_out_that_is_no_return_of_ours_is_left_alone(w):
    debit = debited(w)
    bring(w, Booking("C1", [("25.00", "Dana", debit.end_to_end_id)]))
    report = bring_return(w, "-25.00", type("Other", (), {"end_to_end_id": "OTHER-1"}), "AM04")
    assert (report.returned, report.waiting) == (0, 1)
    assert Debit.objects.get(pk=debit.pk).live


def test_a_batch_of_debits_books_itself_when_its_notice_comes(w):
    first = donations.pledge_gift(bank_account=w.account, amount_minor=2_500, request_id="a", name="Dana")
    second = donations.pledge_gift(bank_account=w.account, amount_minor=4_000, request_id="b", name="Amal")
    batch = Booking("B1", [("25.00", "Dana", first.reference), ("40.00", "Amal", second.reference)])
    assert bring(w, batch, details=False).unidentified == 1
    w.files -= 1
    report = bring(w, batch, kind="054")
    assert (report.claimed, report.unidentified, report.new, len(report.rows["apart"])) == (2, 0, 2, 1)
    assert set(Pledge.objects.values_list("state", flat=True)) == {"received"}
    assert books.check_book(w.book) == []
    assert all(one.equal for one in books.compare_accounts(w.book))


def test_a_gift_posted_from_an_interim_report_goes_when_the_final_statement_lacks_it(w):
    bring(w, Booking("A0", [("1.00", "Amal", "")]))
    bank_import.set_interim_rule(bank_account=w.account, posts=True, author=w.north_treasurer)
    pledge = donations.pledge_gift(bank_account=w.account, amount_minor=2_500, request_id="a", name="Dana")
    bookings = [Booking("I1", [("25.00", "Dana", pledge.reference)]), Booking("I2", [("3.00", "Amal", "")])]
    report = bring(w, *bookings, kind="052")
    assert (report.claimed, report.unidentified, [note["code"] for note in report.notes]) == (1, 1, ["interim_is_posted"])
    w.files -= 1
    report = bring(w, bookings[1])
    assert (report.new, report.known, len(report.rows["unconfirmed"])) == (0, 1, 1)
    pledge.refresh_from_db()
    assert pledge.state == "pledged" and not Gift.objects.exists()
    assert books.check_book(w.book) == []
    assert all(one.equal for one in books.compare_accounts(w.book))
    assert Movement.objects.unfinished(w.book).count() == 0


def test_the_page_of_interim_reports_suggests_and_says_what_the_bank_gives(w, client: Client):
    pledge = donations.pledge_gift(bank_account=w.account, amount_minor=2_500, request_id="a", name="Dana")
    report = bring(w, Booking("I1", [("25.00", "Dana", pledge.reference)]), kind="052")
    assert (report.provisional, report.new, Movement.objects.count()) == (1, 0, 0)
    address = reverse("bank_interim", args=[w.campaign.slug])
    client.force_login(w.north_treasurer.user)
    page = client.get(address).content.decode()
    assert "25" in page and pledge.reference in page and "Dana" in page
    assert client.post(address, {"account": w.account.pk, "posts": "yes"}).status_code == 302
    assert Gift.objects.get().amount_minor == 2_500, "what waited is posted"
    client.force_login(w.eve)
    assert client.get(address).status_code == 404 or client.get(address).status_code == 403
