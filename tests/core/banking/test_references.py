"""Gift references survive how people and banks write them, and a damaged one is never taken for another."""

import random
from decimal import Decimal

import pytest

from awna.core.banking.matching import Target, match_line
from awna.core.banking.references import ALPHABET, epc_payload, find_references, group_reference, is_iban, is_reference, new_reference
from awna.core.banking.statement import Line
from awna.core.problems import Refused

REFERENCE = "RF737G1A02C02800"
DANA = Target(REFERENCE, Decimal("100.00"), "EUR")


def credit(text="", **fields):
    return Line(**{"amount": Decimal("100.00"), "currency": "EUR", "text": text, **fields})


def test_new_references_are_valid_and_differ():
    source = random.Random(7)
    made = {new_reference(source.randbytes(8)) for _ in range(500)}
    assert len(made) == 500
    assert all(is_reference(item) and len(item) == 16 for item in made)


def test_iso_11649_check_digits():
    """The standard's own example, RF18 5390 0754 7034, has a shorter body but the same check."""
    from awna.core.banking.references import _mod97

    assert _mod97("539007547034RF18") == 1


@pytest.mark.parametrize(
    "text",
    [
        REFERENCE, "rf73 7g1a 02c0 2800", "Gift RF73-7G1A-02C0-2800 thank you", "SPENDERF737G1A02C02800",
        "RF73 7G1A 02C0\n2800 for the school", "RF737GIAO2CO28OO",
    ],
)  # fmt: skip
def test_reference_is_found_however_it_was_typed(text):
    assert find_references(text) == [REFERENCE]


def test_a_wrong_digit_is_never_accepted_and_a_wrong_character_hardly_ever():
    """Why a reference is random and looked up: a letter in place of a digit shifts the check, so about one in a hundred passes."""
    damaged = [
        (REFERENCE[place], character, REFERENCE[:place] + character + REFERENCE[place + 1 :])
        for place in range(2, 16)
        for character in ALPHABET
        if character != REFERENCE[place]
    ]
    passing = [(was, now) for was, now, text in damaged if is_reference(text)]
    assert not [pair for pair in passing if pair[0].isdigit() == pair[1].isdigit()]
    assert len(passing) <= len(damaged) * 0.02


def test_exact_reference_currency_and_amount_book_themselves():
    match = match_line(credit(reference=REFERENCE), targets={REFERENCE: DANA})
    assert match is not None and match.books_itself


@pytest.mark.parametrize(
    ("line", "target", "reason"),
    [
        (credit(REFERENCE, currency="USD"), DANA, "other_currency"),
        (credit(REFERENCE, amount=Decimal("90.00")), DANA, "other_amount"),
        (credit(REFERENCE, status="pending"), DANA, "not_booked"),
        (credit(REFERENCE, reversal=True), DANA, "reversal"),
        (credit(REFERENCE), Target(REFERENCE, Decimal("100.00"), "EUR", open=False), "not_open"),
        (credit(REFERENCE), Target(REFERENCE, Decimal("100.00"), "EUR", blocked=True), "blocked"),
    ],
)
def test_anything_less_is_a_suggestion_with_its_reason(line, target, reason):
    match = match_line(line, targets={REFERENCE: target})
    assert match is not None and not match.books_itself and match.reason == reason


def test_debits_and_foreign_references_match_nothing():
    assert match_line(credit(REFERENCE, amount=Decimal("-100.00")), targets={REFERENCE: DANA}) is None
    assert match_line(credit("RF18 5390 0754 7034"), targets={REFERENCE: DANA}) is None


def test_two_references_in_one_transfer_wait_for_a_person():
    other = "RF46CSAMJM057H9A"
    match = match_line(credit(f"{REFERENCE} {other}"), targets={REFERENCE: DANA, other: Target(other, Decimal("100.00"), "EUR")})
    assert match is not None and match.reason == "several_references"


def test_payment_code_is_the_text_of_epc069_12():
    text = epc_payload(name="Section  North", iban="DE84 9999 0000 0000 0012 34", amount=Decimal("100"), reference=REFERENCE)
    assert text == f"BCD\n002\n1\nSCT\n\nSection North\nDE84999900000000001234\nEUR100.00\n\n{REFERENCE}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "USD"}, "epc_only_euro"), ({"iban": "DE85999900000000001234"}, "iban_invalid"),
        ({"amount": Decimal("0.001")}, "epc_amount_out_of_range"), ({"name": " "}, "epc_without_name"),
    ],
)  # fmt: skip
def test_payment_code_refuses_what_it_cannot_say(change, code):
    asked = {"name": "Section North", "iban": "DE84999900000000001234", "amount": Decimal("100"), "reference": REFERENCE, **change}
    with pytest.raises(Refused) as refused:
        epc_payload(**asked)
    assert refused.value.codes == [code]


def test_iban_check_and_grouping():
    assert is_iban("NL78XBNK0000004321") and not is_iban("NL79XBNK0000004321")
    assert group_reference(REFERENCE) == "RF73 7G1A 02C0 2800"
