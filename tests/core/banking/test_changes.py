"""A file over days that are stored already: what is known, new, changed and gone is told apart, and nothing is decided."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.changes import KEY_FIELDS, compare_statement, fill_details, unconfirmed
from awna.core.banking.statement import Line, Statement, read_statements

FIXTURES = Path(__file__).parent / "fixtures"
DAY = date(2026, 11, 10)


def movement(amount="50.00", *, day=DAY, text="gift", **more):
    return Line(amount=Decimal(amount), currency="EUR", booked_on=day, text=text, **more)


def statement(*lines, **more):
    return Statement("NL78XBNK0000004321", "EUR", opening_on=DAY, closing_on=DAY + timedelta(9), lines=lines, **more)


STORED = [
    movement(),
    movement(),
    movement("20.00", bank_reference="B2", counter_account="X1", reference="R1"),
    movement("7.00", text="other"),
]


def test_the_same_file_is_all_known_and_twins_are_counted():
    found = compare_statement(statement(*STORED), STORED)
    assert (len(found.known), found.new, found.changed, found.gone) == (4, (), (), ())
    found = compare_statement(statement(*STORED, movement()), STORED)
    assert (len(found.known), len(found.new)) == (4, 1)
    found = compare_statement(statement(*STORED[1:]), STORED)
    assert (len(found.known), found.gone) == (3, (STORED[0],))


@pytest.mark.parametrize("name", KEY_FIELDS)
def test_a_single_changed_field_is_flagged_by_its_name(name):
    other = {"booked_on": DAY + timedelta(1), "amount": Decimal("21.00"), "currency": "USD"}.get(name, "changed")
    found = compare_statement(statement(*STORED[:2], replace(STORED[2], **{name: other}), STORED[3]), STORED)
    assert (len(found.known), found.new, found.gone) == (3, (), ())
    assert [(one.fields, one.earlier) for one in found.changed] == [((name,), STORED[2])]


def test_an_equal_bank_reference_pairs_lines_of_which_more_has_changed():
    other = movement("21.00", day=DAY + timedelta(2), text="all new", bank_reference="B2")
    found = compare_statement(statement(*STORED[:2], other, STORED[3]), STORED)
    assert [one.earlier for one in found.changed] == [STORED[2]]


def test_days_outside_of_the_statement_are_neither_gone_nor_changed():
    before = movement(day=DAY - timedelta(1))
    found = compare_statement(statement(*STORED), [*STORED, before])
    assert found.gone == () and found.changed == ()
    assert compare_statement(statement(kind="interim"), STORED).gone == ()


def test_an_interim_line_that_no_final_statement_confirms_is_listed_when_its_day_is_covered():
    report = statement(
        movement(), movement(), movement("9.00", day=DAY + timedelta(20)), movement("1.00", status="pending"), kind="interim"
    )
    assert unconfirmed(report, []) == []
    assert unconfirmed(report, [statement(movement())]) == [movement()]
    assert unconfirmed(report, [statement(movement(), movement())]) == []


def test_a_notice_fills_the_details_of_a_booking_and_adds_no_movement():
    (notice,) = read_statements((FIXTURES / "genf.camt054.xml").read_bytes())
    booked = Line(amount=Decimal("148.50"), currency="CHF", booked_on=DAY, entry=1, entry_reference="E-1")
    whole = Statement(notice.account, "CHF", lines=(booked, replace(booked, entry=2, entry_reference="E-2")))
    filled = fill_details(whole, [notice])
    assert [(str(line.amount), line.counterparty, line.entry) for line in filled.lines] == [
        ("100.00", "Dana Example", 1), ("50.00", "Friends of Wadi Amal", 1), ("-1.50", "", 1), ("148.50", "", 2),
    ]  # fmt: skip
    assert sum(line.amount for line in filled.lines) == sum(line.amount for line in whole.lines)
    assert {line.booked_on for line in filled.lines} == {DAY}
    for notices in ([], [notice, notice], [replace(notice, account="other")], [replace(notice, kind="final")]):
        assert fill_details(whole, notices) == whole
    assert fill_details(replace(whole, lines=(replace(booked, amount=Decimal(148)),)), [notice]).lines[0].amount == 148
