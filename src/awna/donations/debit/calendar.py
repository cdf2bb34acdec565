"""Days on which TARGET settles, instalment days, and the earliest day of a collection.

TARGET is closed on Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December (European Central Bank, TARGET
calendar). A file must reach the bank one TARGET day before it collects (SEPA Direct Debit Core rulebook).
"""

from calendar import monthrange
from datetime import date, timedelta

FILE_DAYS_BEFORE = 1
_FIXED = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})


def is_target_day(day: date) -> bool:
    sunday = easter(day.year)
    closed = {sunday - timedelta(2), sunday + timedelta(1)}
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED and day not in closed


def target_day_from(day: date) -> date:
    """This day, or the next one on which TARGET settles."""
    while not is_target_day(day):
        day += timedelta(1)
    return day


def earliest_collection(today: date, *, notice_days: int) -> date:
    """The first day that leaves the payer the notice and the bank its own day."""
    filed = target_day_from(today)
    for _day in range(FILE_DAYS_BEFORE):
        filed = target_day_from(filed + timedelta(1))
    return target_day_from(max(today + timedelta(notice_days), filed))


def notice_by(collect_on: date, *, notice_days: int) -> date:
    """The last day on which a debit may be announced."""
    return collect_on - timedelta(notice_days)


def instalment_day(first_on: date, *, months: int, number: int) -> date:
    """The day of an instalment, counted from 1; a month that is too short takes its last day, and the next one the wanted day again."""
    month = first_on.month - 1 + months * (number - 1)
    year, month = first_on.year + month // 12, month % 12 + 1
    return date(year, month, min(first_on.day, monthrange(year, month)[1]))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
