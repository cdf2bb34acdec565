"""The last rate written down between one currency and others: read from its table, however long the book is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from ..models import Book
from .tables import db_uuid

_LAST = """SELECT c.code, CASE WHEN r.from_id = c.id THEN 1 ELSE 0 END, r.dated, r.entry_seq, r.rate FROM books_commodity c
JOIN books_commodity g ON g.code = %s AND g.kind = 'money'
JOIN books_rate r ON r.book_id = %s AND r.entry_seq = (SELECT s.entry_seq FROM books_rate s WHERE s.book_id = %s
    AND ((s.from_id = c.id AND s.to_id = g.id) OR (s.from_id = g.id AND s.to_id = c.id)) ORDER BY s.dated DESC, s.entry_seq DESC LIMIT 1)
WHERE c.kind = 'money' AND c.code IN ({marks})"""


@dataclass(frozen=True)
class LatestRate:
    """One unit of `of` was worth `value` of the currency asked for on that day, says entry `seq`."""

    of: str
    value: Decimal
    on: date
    seq: int

    def worth(self, minor: int, *, scale: int, to_scale: int) -> int:
        """Minor units of the other currency, rounded half to even."""
        return int((Decimal(minor).scaleb(to_scale - scale) * self.value).to_integral_value())


def latest_rates(book: Book, *, codes: Iterable[str], to: str) -> dict[str, LatestRate]:
    """Code → its last rate into `to`, in whichever direction it was written down. A code without one is missing: nobody guesses."""
    wanted = sorted(set(codes) - {to})
    if not wanted:
        return {}
    here = db_uuid(book.pk)
    with connection.cursor() as cursor:
        cursor.execute(_LAST.format(marks=", ".join(["%s"] * len(wanted))), [to, here, here, *wanted])
        rows = cursor.fetchall()
    return {code: LatestRate(code, _value(rate, bool(straight)), _day(on), seq) for code, straight, on, seq, rate in rows}


def _value(rate: str, straight: bool) -> Decimal:
    return Decimal(rate) if straight else 1 / Decimal(rate)


def _day(value: date | str) -> date:
    """SQLite hands raw dates out as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
