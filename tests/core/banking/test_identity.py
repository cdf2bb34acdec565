"""A movement is counted once, however often and in whatever halves its bank sends it; twins are both kept."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.banking.identity import are_disjoint, line_key, period_of, place_lines
from awna.core.banking.statement import Line, Statement

SECRET = b"of this installation"
DAY = date(2026, 11, 2)


def movement(amount="50.00", *, day=DAY, text="Rebuild together", reference=""):
    return Line(amount=Decimal(amount), currency="EUR", booked_on=day, text=text, reference=reference)


def statement(*lines, opening_on=DAY, closing_on=DAY, number="1", **more):
    return Statement("NL78XBNK0000004321", "EUR", opening_on=opening_on, closing_on=closing_on, number=number, lines=lines, **more)


def bring_in(statements):
    """What a shelf of stored movements holds after these files, in this order."""
    seen = {}
    for item in statements:
        for placed in place_lines(item, secret=SECRET, seen=seen):
            if not placed.known:
                assert placed.occurrence == len(seen.get(placed.key, [])) + 1
                seen.setdefault(placed.key, []).append(period_of(item))
    return {key: len(periods) for key, periods in seen.items()}


def test_same_statement_twice_brings_nothing_new():
    one = statement(movement(), movement("20.00"))
    assert bring_in([one, one]) == bring_in([one])


def test_twins_in_one_file_are_both_kept():
    assert list(bring_in([statement(movement(), movement())]).values()) == [2]


def test_twin_of_the_next_statement_adds_up():
    first = statement(movement(), opening=Decimal(0), closing=Decimal(50))
    second = statement(movement(), number="2", opening=Decimal(50), closing=Decimal(100))
    assert list(bring_in([first, second]).values()) == [2]


def test_two_cumulative_reports_of_a_day_count_once():
    first = statement(movement(), kind="interim")
    second = statement(movement(), movement("7.00"), number="2", kind="interim")
    assert sum(bring_in([first, second]).values()) == 2


def test_spacing_case_and_trailing_zeros_do_not_make_another_movement():
    keys = {line_key(item, account="A 1", secret=SECRET) for item in (movement(), movement("50", text="REBUILD  to gether"))}
    assert len(keys) == 1
    assert line_key(movement(reference="RF1"), account="A1", secret=SECRET) not in keys
    assert line_key(movement(), account="A1", secret=b"of another one") not in keys


def test_key_version_1_never_changes():
    line = replace(movement("-12.50", text="Straße 1"), counter_account="DE84 9999", value_on=None)
    assert line_key(line, account="NL78", secret=b"k") == "d2a5530043119b245922126065dc0e4d2caa75de2f2945b7e81a199ba87638e8"


def test_unknown_periods_are_never_called_disjoint():
    known = period_of(statement())
    assert not are_disjoint(known, period_of(statement(opening_on=None)))
    assert are_disjoint(known, period_of(statement(opening_on=DAY + timedelta(1), closing_on=DAY + timedelta(2))))


days = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["50.00", "20.00"])), max_size=30)


@settings(max_examples=60, deadline=None)
@given(days, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6), st.randoms(use_true_random=False))
def test_overlapping_exports_in_any_order_lose_no_twin_and_double_none(movements, windows, random):
    lines = [movement(amount, day=DAY + timedelta(days=day)) for day, amount in movements]

    def export(start, end):
        inside = [line for line in lines if DAY + timedelta(start) <= line.booked_on <= DAY + timedelta(end)]
        random.shuffle(inside)
        return statement(*inside, opening_on=DAY + timedelta(start), closing_on=DAY + timedelta(end))

    whole = export(0, 9)
    exports = [export(min(pair), max(pair)) for pair in windows] + [whole, whole]
    random.shuffle(exports)
    assert bring_in(exports) == bring_in([whole])
