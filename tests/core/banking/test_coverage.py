"""Statements follow each other in date, number and balance; every day that none covers is named."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from awna.core.banking.coverage import Period, Span, by_month, coverage, faults


def day(n):
    return date(2026, 10, 1) + timedelta(days=n - 1)


def period(first, last, opening=0, closing=0, number=""):
    return Period(number, day(first), day(last), opening, closing)


def test_statements_that_follow_each_other_have_no_fault():
    # One bank dates the opening on the day before, another on the day itself.
    assert faults(coverage([period(1, 5, 0, 10), period(5, 9, 10, 20), period(10, 12, 20, 5)])) == []


def test_a_missing_statement_is_a_gap_of_its_own_with_its_days():
    spans = coverage([period(11, 20, 50, 60), period(1, 5, 0, 10)])
    assert [span.fault for span in spans] == ["", "gap", ""]
    assert spans[1] == Span("gap", day(6), day(10), difference=40)


def test_days_without_movement_are_no_gap_where_the_bank_numbers_its_statements():
    quiet = [period(1, 2, 0, 10, "00041/001"), period(5, 6, 10, 30, "00042/001")]
    assert faults(coverage(quiet)) == []
    assert [one.fault for one in faults(coverage([quiet[0], period(5, 6, 10, 30, "00043/001")]))] == ["gap"]
    assert [one.fault for one in faults(coverage([quiet[0], period(5, 6, 11, 30, "00042/001")]))] == ["gap"]


def test_an_overlap_and_a_broken_balance_are_named():
    spans = coverage([period(1, 10, 0, 10), period(8, 12, 7, 20), period(13, 15, 25, 30)])
    assert faults(spans) == [Span("overlap", day(8), day(10)), Span("break", day(12), day(13), difference=5)]
    inside = coverage([period(1, 31, 0, 10), period(4, 6, 0, 1), period(32, 40, 10, 11)])
    assert faults(inside) == [Span("overlap", day(4), day(6))]


def test_several_statements_of_one_day_are_put_in_the_order_of_their_balances():
    assert faults(coverage([period(3, 3, 30, 40), period(3, 3, 10, 30), period(1, 2, 0, 10)])) == []


def table(first, last, opening=None, closing=None):
    return Period("", day(first), day(last), opening, closing, table=True)


def test_days_between_tables_are_a_hole_only_where_balances_do_not_meet_or_cannot_prove_it():
    assert faults(coverage([table(1, 5, 0, 10), table(8, 12, 10, 20)])) == []  # a weekend, and the balance is the same
    (open_one,) = faults(coverage([table(1, 5), table(8, 12)]))
    assert (open_one.fault, open_one.first, open_one.last, open_one.unproven) == ("gap", day(6), day(7), True)
    (broken,) = faults(coverage([table(1, 5, 0, 10), table(8, 12, 11, 20)]))
    assert (broken.difference, broken.unproven) == (1, False)
    (statement,) = faults(coverage([period(1, 5, None, None), period(8, 12, None, None)]))
    assert not statement.unproven


def test_tables_cut_from_the_same_days_are_no_fault():
    assert faults(coverage([table(1, 10), table(5, 12)])) == []


def test_what_the_bank_does_not_state_is_not_made_up():
    assert faults(coverage([Period("", None, None), Period("", day(1), day(2)), Period("", day(3), day(4), None, 5)])) == []
    assert coverage([]) == []


def test_a_long_account_is_listed_by_month_and_keeps_each_fault():
    daily = [period(n, n, n - 1, n) for n in range(1, 62) if n not in (20, 21)]
    rows = by_month(coverage(daily))
    assert [(row.fault, row.statements) for row in rows] == [("", 19), ("gap", 0), ("", 10), ("", 30)]
    assert (rows[0].opening, rows[0].closing, rows[0].first, rows[0].last) == (0, 19, day(1), day(19))


@given(
    st.integers(2, 40).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.integers(1, n - 2) if n > 2 else st.just(0), max_size=n), st.randoms())
    )
)
def test_in_whatever_order_they_come_exactly_the_missing_days_are_gaps(case):
    count, missing, shuffler = case
    daily = [period(n + 1, n + 1, n, n + 1) for n in range(count) if n not in missing or n in (0, count - 1)]
    gone = {day(n + 1) for n in missing if 0 < n < count - 1}
    shuffler.shuffle(daily)
    told = {span.first + timedelta(days=n) for span in faults(coverage(daily)) for n in range((span.last - span.first).days + 1)}
    assert told == gone
