"""An exact identifier of ours always wins and alone books itself; everything else is a suggestion that explains itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from awna.core.banking.matching import Target, references_of
from awna.core.banking.ranking import Targets, rank_line, rank_lines
from awna.core.banking.references import find_qr_references, is_qr_reference
from awna.core.banking.similarity import name_similarity
from awna.core.banking.statement import Line

from ._judging import judge

ONE, TWO = "RF737G1A02C02800", "RF46CSAMJM057H9A"
QR = "210000000003139471430009017"
ACCOUNT = "NL78XBNK0000004321"
DANA = Target(ONE, Decimal("100.00"), "EUR", key="1", name="Dana Example", expected_on=date(2026, 11, 10), payer_accounts=(ACCOUNT,))
OMAR = Target(TWO, Decimal("50.00"), "EUR", key="2", name="Omar Example", expected_on=date(2026, 11, 10))


def credit(text="", **fields):
    return Line(**{"amount": Decimal("100.00"), "currency": "EUR", "text": text, "booked_on": date(2026, 11, 12), **fields})


def best(line, *targets):
    return rank_line(line, Targets(targets))[0]


def test_seeded_noise_books_nothing_wrongly_and_nearly_all_that_is_whole():
    verdict = judge(20261121, 1_000)
    assert verdict.lines == 1_000 and len(verdict.by_noise) >= 15
    assert verdict.wrong == []
    assert verdict.automatic_share >= 0.95
    for noise in ("part payment", "two references", "wrong currency", "reversal", "damaged character", "remembered payer, one open pledge"):
        assert verdict.by_noise[noise]["right"] == verdict.by_noise[noise]["lines"], noise


@pytest.mark.parametrize(
    ("line", "target", "code"),
    [
        (credit(f"thanks {ONE}"), DANA, "exact_reference"),
        (credit(reference="RF73 7G1A", text="02C0 2800"), DANA, "exact_reference"),
        (credit(creditor_reference=QR), replace(DANA, reference="", qr_reference=QR), "exact_qr"),
        (credit(text="21 00000 00003 13947 14300 09017"), replace(DANA, reference="", qr_reference=QR), "exact_qr"),
        (credit(mandate_id="m-5"), replace(DANA, mandate_id="M-5"), "exact_mandate"),
        (credit(end_to_end_id="E 5"), replace(DANA, end_to_end_id="E5"), "exact_end_to_end"),
    ],
)
def test_exact_identifiers_book_themselves(line, target, code):
    found = best(line, target, OMAR)
    assert (found.books_itself, found.code, found.score) == (True, code, 100)
    assert found.shares[0].target is target and str(found.reason)


@pytest.mark.parametrize(
    ("line", "target", "code"),
    [
        (credit(ONE, amount=Decimal("99.99")), DANA, "part_payment"),
        (credit(ONE, amount=Decimal("100.01")), DANA, "over_payment"),
        (credit(ONE, currency="USD"), DANA, "other_currency"),
        (credit(ONE, status="pending"), DANA, "not_booked"),
        (credit(ONE, status="info"), DANA, "not_booked"),
        (credit(ONE, reversal=True), DANA, "reversal"),
        (credit(ONE), replace(DANA, open=False), "not_open"),
        (credit(ONE), replace(DANA, blocked=True), "blocked"),
        (credit("RF737G1A02C02801"), DANA, "damaged_reference"),
        (credit("7G1A02C02800"), DANA, "damaged_reference"),
        (credit("gift", counter_account="nl78 xbnk 0000 0043 21"), DANA, "payer_account"),
        (credit("gift", counterparty="EXAMPLE DANA"), DANA, "amount_and_name"),
        (credit("gift", counterparty="Dana Exampel", amount=Decimal("7")), DANA, "name_alone"),
        (credit(ONE, amount=Decimal("-100.00")), DANA, "returned"),
    ],
)
def test_anything_less_is_a_suggestion_that_says_why(line, target, code):
    found = best(line, target)
    assert (found.books_itself, found.code) == (False, code)
    assert found.score < 100 and str(found.reason)


def test_an_exact_reference_beats_a_remembered_account_and_a_like_name():
    found = best(credit(TWO, amount=Decimal("50.00"), counter_account=ACCOUNT, counterparty="Dana Example"), DANA, OMAR)
    assert found.books_itself and found.shares[0].target is OMAR


def test_mandate_of_instalments_books_the_only_one_that_fits():
    parts = [
        replace(DANA, reference=reference, mandate_id="M-5", amount=Decimal(amount))
        for reference, amount in ((ONE, "100.00"), (TWO, "50.00"))
    ]
    assert best(credit(mandate_id="M-5"), *parts).shares[0].target is parts[0]
    alike = [replace(part, amount=Decimal("100.00")) for part in parts]
    assert not any(one.books_itself for one in rank_line(credit(mandate_id="M-5"), Targets(alike)))


def test_one_line_for_several_pledges_is_offered_as_a_split():
    found = best(credit(f"{ONE} {TWO}", amount=Decimal("150.00")), DANA, OMAR)
    assert (found.code, found.books_itself) == ("pledges_add_up", False)
    assert [(share.target.reference, share.amount) for share in found.shares] == [(ONE, Decimal("100.00")), (TWO, Decimal("50.00"))]
    payer = replace(OMAR, payer_accounts=(ACCOUNT,))
    by_payer = rank_line(credit("gift", amount=Decimal("150.00"), counter_account=ACCOUNT), Targets([DANA, payer]))
    assert by_payer[0].code == "pledges_add_up" and len(by_payer[0].shares) == 2


def test_several_lines_for_one_pledge_are_joined():
    lines = [credit(ONE, amount=Decimal("60.00")), credit(ONE, amount=Decimal("40.00")), credit(TWO, amount=Decimal("1.00"))]
    ranked = rank_lines(lines, Targets([DANA, OMAR]))
    assert [found[0].code for found in ranked] == ["lines_add_up", "lines_add_up", "part_payment"]
    assert ranked[0][0].lines == (0, 1) and ranked[0][0].shares[0].amount == Decimal("60.00")


def test_a_pledge_books_itself_once_in_a_batch():
    ranked = rank_lines([credit(ONE), credit(ONE)], Targets([DANA]))
    assert [found[0].books_itself for found in ranked] == [True, False]
    assert ranked[1][0].code == "paid_already"


def test_two_pledges_without_a_reference_of_ours_are_two():
    other = QR[:-2] + "25"
    assert is_qr_reference(other)
    targets = [Target("", Decimal("100.00"), "EUR", qr_reference=number) for number in (QR, other)]
    ranked = rank_lines([credit(creditor_reference=QR), credit(creditor_reference=other), credit(creditor_reference=QR)], Targets(targets))
    assert [found[0].books_itself for found in ranked] == [True, True, False]


def test_a_payer_with_two_open_pledges_is_a_question():
    found = rank_line(credit("gift", counter_account=ACCOUNT), Targets([DANA, replace(OMAR, payer_accounts=(ACCOUNT,))]))
    assert {one.code for one in found} == {"payer_of_several"} and not any(one.books_itself for one in found)
    assert found[0].shares[0].target is DANA  # whose amount is equal


def test_nothing_of_ours_and_foreign_numbers_suggest_nothing():
    assert rank_line(credit("RF18 5390 0754 7034", counterparty="Somebody Else"), Targets([DANA])) == []
    assert rank_line(credit(amount=Decimal(0), text=ONE), Targets([DANA])) == []


def test_references_are_found_across_fields_and_marks():
    assert references_of(credit(f"Gift/{ONE[:4]}.{ONE[4:8]},{ONE[8:]}")) == [ONE]
    assert references_of(credit(reference=ONE[:9], text=ONE[9:])) == [ONE]
    assert references_of(credit(counterparty=f"{ONE} Dana")) == [ONE]


def test_swiss_qr_references_are_checked():
    assert is_qr_reference(QR) and not is_qr_reference(QR[:-1] + "8") and not is_qr_reference(QR[:-1])
    assert find_qr_references(f"x {QR[:2]} {QR[2:7]} {QR[7:12]} {QR[12:17]} {QR[17:22]} {QR[22:]} y") == [QR]
    assert find_qr_references("1" + QR) == []


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Dana Example", "EXAMPLE, Dana", 1, 1),
        ("Jürgen Beispiel", "Juergen Beispiel", 0.8, 1),
        ("Zoë Example", "Zoe Example", 1, 1),
        ("Dana Example", "D. Example", 0.7, 1),
        ("Dana Exampel", "Dana Example", 0.8, 1),
        ("Dana Example", "Omar Beispiel", 0, 0.2),
        ("Dana Example", "", 0, 0),
        ("Klein 4", "Klein 14", 0, 0.5),
        ("Klein 4", "4, Klein", 1, 1),
        ("Klein 4", "Klein", 0.7, 0.95),
        ("Dana Example", "Dana Foundation for the Rebuilding of Schools", 0, 0.6),
    ],
)
def test_likeness_of_names(one, other, least, most):
    assert least <= name_similarity(one, other) <= most
    assert name_similarity(one, other) == name_similarity(other, one)
