"""Days that are stored already: what is told otherwise, confirmed, withdrawn or taken apart is told apart, and nothing is decided."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.changes import changed_lines, covers, split_bookings, states_of, told
from awna.core.banking.statement import Line, Statement, read_statements

FIXTURES = Path(__file__).parent / "fixtures"
ACCOUNT = "NL78XBNK0000004321"
DAY = date(2026, 11, 10)
KEY_FIELDS = ("booked_on", "amount", "currency", "text", "reference", "counter_account")


def movement(amount="50.00", *, day=DAY, text="gift", **more):
    return Line(amount=Decimal(amount), currency="EUR", booked_on=day, text=text, **more)


def told_all(*lines):
    return [told(line, account=ACCOUNT) for line in lines]


STORED = [
    movement(),
    movement(),
    movement("20.00", bank_reference="B2", counter_account="X1", reference="R1"),
    movement("7.00", text="other"),
]


def test_the_same_lines_are_never_changed_ones():
    assert changed_lines(told_all(*STORED), told_all(*STORED)) == []
    assert changed_lines(told_all(*STORED, movement()), told_all(*STORED)) == []


@pytest.mark.parametrize("name", [name for name in KEY_FIELDS if name != "booked_on"])
def test_a_single_changed_field_is_flagged_by_the_banks_reference(name):
    other = {"amount": Decimal("21.00"), "currency": "USD"}.get(name, "changed")
    changed = [*STORED[:2], replace(STORED[2], **{name: other}), STORED[3]]
    assert changed_lines(told_all(*changed), told_all(*STORED)) == [(2, 2)]


def test_a_shared_reference_another_day_and_a_wording_that_is_still_there_tell_nothing():
    other = replace(STORED[2], text="changed")
    for lines in ([other, replace(other, text="twice")], [replace(other, booked_on=DAY + timedelta(1))], [other, STORED[2]]):
        assert changed_lines(told_all(*lines), told_all(*STORED)) == []
    assert changed_lines(told_all(other), told_all(STORED[2], replace(STORED[2], text="x"))) == []


def test_interim_lines_are_confirmed_withdrawn_or_wait():
    def asked(report, final, days=(DAY,)):
        return states_of(told_all(*report), told_all(*final), is_covered=lambda day: day in days)

    later = movement("9.00", day=DAY + timedelta(20))
    assert asked([movement(), later], [], days=()) == ["waiting", "waiting"]
    assert asked([movement(), movement(), later], [movement()]) == ["confirmed", "withdrawn", "waiting"]
    assert asked([movement(), movement()], [movement(), movement()]) == ["confirmed", "confirmed"]
    whole = movement("50.00", text="batch", bank_reference="B7")
    assert asked([whole], [replace(whole, text="other words")]) == ["confirmed"]
    assert asked([whole], [replace(whole, amount=Decimal(amount)) for amount in (20, 30)]) == ["confirmed"], "in parts"
    assert asked([whole], [replace(whole, amount=Decimal(20))]) == ["withdrawn"]


@pytest.mark.parametrize(("first", "last", "begins", "expected"), [(0, 0, False, True), (-1, 0, False, True), (0, 5, False, False), (0, 5, True, True),
                                                                  (1, 5, True, False), (-5, -1, True, False)])  # fmt: skip
def test_a_statement_covers_the_days_after_its_opening_balance(first, last, begins, expected):
    assert covers(DAY + timedelta(first), DAY + timedelta(last), DAY, begins=begins) is expected
    assert not covers(None, DAY, DAY, begins=True)


def test_a_notice_splits_the_booking_and_adds_no_money():
    (notice,) = read_statements((FIXTURES / "genf.camt054.xml").read_bytes())
    day = notice.lines[0].booked_on
    booked = Line(amount=Decimal("148.50"), currency="CHF", booked_on=day, entry=1, entry_reference="E-1")
    whole = Statement(notice.account, "CHF", lines=(booked, replace(booked, entry=2, entry_reference="E-2")))
    parts = split_bookings(whole, [notice])
    assert [(str(line.amount), line.counterparty, line.entry) for line in parts.lines] == [
        ("100.00", "Dana Example", 1), ("50.00", "Friends of Wadi Amal", 1), ("-1.50", "", 1), ("148.50", "", 2),
    ]  # fmt: skip
    assert sum(line.amount for line in parts.lines) == sum(line.amount for line in whole.lines)
    assert {line.booked_on for line in parts.lines} == {day}
    assert split_bookings(parts, [notice]) == parts, "once more is the same"
    for notices in ([], [notice, notice], [replace(notice, account="other")], [replace(notice, kind="final")]):
        assert split_bookings(whole, notices) == whole
    assert split_bookings(whole, [notice], may_split=lambda _: False) == whole
    late = replace(whole, lines=(replace(booked, booked_on=day + timedelta(365)),))
    assert split_bookings(late, [notice]) == late, "a reference that is used again"
    other = replace(whole, lines=(replace(booked, amount=Decimal(148)),))
    assert split_bookings(other, [notice]) == other
