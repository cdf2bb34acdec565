"""Payment codes: what stands in the code is what stands on the page, field by field, and no code claims more than its format holds."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awna.books import services as books
from awna.core.banking.references import is_qr_reference, is_reference, new_reference, qr_reference, reference_of_qr
from awna.core.problems import Refused
from awna.donations import qr, services
from awna.donations.debit.services import is_creditor_id, set_creditor
from awna.parties.models import Role
from tests.world import make_world

EURO = "DE84999900000000001234"
SWISS, QR_IBAN = "CH9300762011623852957", "CH4431999123000889012"
"""The second is the example of the Swiss guidelines; its bank part is a QR-IID."""


@pytest.fixture
def pledged(db):
    """A pledge of 130.50 to an account with this number and currency."""
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)

    def make(iban=EURO, currency="EUR", holder="Neighbours North", address=True):
        account = books.open_bank_account(book=book, section=world.north, holder=holder, iban=iban, currency=currency)
        if address:
            set_creditor(bank_account=account, street="Lindenweg", building="7a", post_code="8001", town="Zurich", country="CH")
        return services.pledge_gift(bank_account=account, amount_minor=13_050, request_id=os.urandom(4).hex())

    return make


def test_epc_code_says_field_by_field_what_the_page_says(pledged):
    pledge = pledged()
    code = qr.epc_code(pledge)
    assert code.payload.split("\n") == [
        "BCD", "002", "1", "SCT", "", "Neighbours North", EURO, "EUR130.50", "", pledge.reference
    ]  # fmt: skip
    assert is_reference(pledge.reference) and 'class="qr"' in code.svg


def test_swiss_bill_with_an_ordinary_number_takes_our_rf_reference(pledged):
    pledge = pledged(SWISS, "CHF")
    (code,) = qr.payment_codes(pledge)
    assert code.payload.split("\r\n") == [
        "SPC", "0200", "1", SWISS, "S", "Neighbours North", "Lindenweg", "7a", "8001", "Zurich", "CH", *[""] * 7, "130.50", "CHF", *[""] * 7,
        "SCOR", pledge.reference, "", "EPD",
    ]  # fmt: skip
    assert code.kind == "swiss" and code.svg.count("<path") == 5


def test_swiss_bill_with_a_qr_number_takes_27_digits(pledged):
    pledge = pledged(QR_IBAN, "CHF")
    fields = qr.swiss_code(pledge).payload.split("\r\n")
    assert (fields[27], fields[28]) == ("QRR", qr.payment_reference(pledge))
    assert is_qr_reference(fields[28]) and reference_of_qr(fields[28]) == pledge.reference
    assert [len(part) for part in qr.payment_reference_grouped(pledge).split()] == [2, 5, 5, 5, 5, 5]


def test_euro_account_in_switzerland_has_both_codes_and_a_swiss_one_needs_the_address(pledged):
    assert [code.kind for code in qr.payment_codes(pledged(SWISS))] == ["epc", "swiss"]
    assert [code.kind for code in qr.payment_codes(pledged("CH5604835012345678009", address=False))] == ["epc"]


@pytest.mark.parametrize(("iban", "currency"), [(EURO, "USD"), (EURO, "CHF"), (SWISS, "USD"), ("XX00 1111", "EUR")])
def test_no_code_for_what_its_format_cannot_hold(pledged, iban, currency):
    assert qr.payment_codes(pledged(iban, currency)) == []


def test_marks_of_direction_and_line_ends_never_reach_a_bank(pledged):
    pledge = pledged(holder="Neighbours\u202e North\nEvil\u200b")
    assert qr.epc_code(pledge).payload.split("\n")[5] == "Neighbours North Evil"
    assert qr.plain_name("\u2067جمعية وادي سند\u2069") == "جمعية وادي سند"


def test_longest_name_still_fits_the_code(pledged):
    code = qr.epc_code(pledged(holder="جمعية " * 20))
    assert code is not None and len(code.payload.split("\n")[5]) <= 70 and len(code.payload.encode()) <= 331


@given(st.binary(min_size=8, max_size=8))
def test_qr_reference_and_rf_reference_stand_for_each_other(random):
    reference = new_reference(random)
    digits = qr_reference(reference)
    assert is_qr_reference(digits) and reference_of_qr(digits) == reference


def test_qr_reference_of_somebody_else_is_none_of_ours():
    assert reference_of_qr("210000000003139471430009017") is None
    assert reference_of_qr("210000000003139471430009018") is None


def test_creditor_without_town_or_with_a_damaged_id_is_refused(pledged):
    account = pledged().bank_account
    with pytest.raises(Refused) as refused:
        set_creditor(bank_account=account, town=" ", country="Germany", creditor_id="DE97ZZZ09999999999", notice_days=0)
    assert [problem.code for problem in refused.value.problems] == ["address_without_town", "creditor_id_invalid", "notice_out_of_range"]
    assert is_creditor_id("DE98ZZZ09999999999")


@pytest.mark.parametrize(("iban", "currency"), [(EURO, "EUR"), (SWISS, "CHF")])
def test_slip_is_the_same_pdf_each_time(pledged, iban, currency):
    pledge = pledged(iban, currency)
    slip = qr.payment_slip(pledge)
    assert slip.startswith(b"%PDF-") and slip == qr.payment_slip(pledge)


def test_page_shows_codes_text_and_slip(client, pledged):
    pledge = pledged(QR_IBAN, "CHF")
    page = client.get(pledge.get_absolute_url()).content.decode()
    assert QR_IBAN in page and qr.payment_reference_grouped(pledge) in page and "Swiss QR-bill" in page and "130.50" in page
    answer = client.get(f"{pledge.get_absolute_url()}payment.pdf")
    assert answer.content.startswith(b"%PDF-") and "no-store" in answer["Cache-Control"]


def test_giving_page_shows_each_account_as_text_and_as_code_without_an_amount(client, pledged):
    account = pledged().bank_account
    (code,) = qr.account_codes(account, text="Wadi Sanad Clinic")
    assert code.payload.split("\n") == ["BCD", "002", "1", "SCT", "", "Neighbours North", EURO, "", "", "", "Wadi Sanad Clinic"]
    swiss = pledged(SWISS, "CHF").bank_account
    (bill,) = qr.account_codes(swiss, text="Wadi Sanad Clinic")
    assert bill.payload.split("\r\n")[18:20] == ["", "CHF"] and bill.payload.split("\r\n")[27:] == ["NON", "", "Wadi Sanad Clinic", "EPD"]
    assert qr.account_codes(pledged(QR_IBAN, "CHF").bank_account, text="x") == []
    page = client.get("/c/clinic/give/").content.decode()
    assert EURO in page and SWISS in page and QR_IBAN in page and page.count('<svg class="qr"') == 2


def test_line_with_a_qr_reference_books_its_gift_itself(pledged):
    pledge = pledged(QR_IBAN, "CHF")
    account = pledge.bank_account
    text = f":20:S\n:25:{QR_IBAN}\n:28C:1/1\n:60F:C261111CHF0,\n:61:2611121112C130,50NTRFNONREF//B1\n:86:{qr.payment_reference_grouped(pledge)}\n:62F:C261112CHF130,50\n-\n"
    author = Role.objects.get(name="treasurer", section=account.section)
    stored = books.store_statement(bank_account=account, data=text.encode(), filename="a.sta", author=author, request_id="f")
    assert [gift.pledge for gift in services.claim_movements(movements=stored.new, author=author).gifts] == [pledge]
