"""What a reader asks of the open books: the filters of an address, read strictly, each wrong value answered with a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from awna.consent.models import Proposal
from awna.core.amounts import format_minor, parse_minor
from awna.core.ledger.rules import KINDS_WITHOUT_ROWS, PAIRS
from awna.core.problems import Problem, Refused

from ..models import Account, Book, Commodity, Custody, Fund

KINDS = tuple(dict.fromkeys([*(rule.kind for rule in PAIRS), *sorted(KINDS_WITHOUT_ROWS)]))
NAMES = ("from", "to", "kind", "fund", "custody", "account", "commodity", "proposal", "least", "most", "q")
SHORT_CHARS = 8
"""Hexadecimal characters of an opaque id in an address; more are taken, too."""
WORDS_CHARS_MAX = 80
FOUND_NAMES_MAX = 200
_HEX = re.compile(r"[0-9a-f]{8,32}")
_POSITION = re.compile(r"(\d{1,15})\.(\d{1,4})")


@dataclass(frozen=True)
class Filters:
    """What was asked, looked up. Everything left out means all."""

    since: date | None = None
    until: date | None = None
    kind: str = ""
    fund: Fund | None = None
    custody: Custody | None = None
    account: Account | None = None
    commodity: Commodity | None = None
    proposal: Proposal | None = None
    least: int | None = None
    most: int | None = None
    words: str = ""
    funds_named: tuple[Any, ...] = ()
    commodities_named: tuple[Any, ...] = ()
    kinds_named: tuple[str, ...] = ()
    before: tuple[int, int] | None = None

    @property
    def is_empty(self) -> bool:
        return not self.query()

    @property
    def count(self) -> int:
        """How many filters are in force."""
        return len(self.query())

    @property
    def on_rows(self) -> bool:
        """Whether anything but dates narrows the rows; then entries without rows are left out."""
        return any((self.fund, self.custody, self.account, self.commodity, self.least is not None, self.most is not None, self.words))

    def query(self, **change: str) -> dict[str, str]:
        """The address again, as few words as say it; `before` is left out unless named."""
        said = {
            "from": self.since.isoformat() if self.since else "", "to": self.until.isoformat() if self.until else "", "kind": self.kind,
            "fund": self.fund.code if self.fund else "", "custody": short(self.custody), "account": short(self.account),
            "commodity": self.commodity.code if self.commodity else "", "proposal": short(self.proposal),
            "least": self._amount(self.least), "most": self._amount(self.most), "q": self.words,
        }  # fmt: skip
        return {name: value for name, value in (said | change).items() if value}

    def _amount(self, minor: int | None) -> str:
        return "" if minor is None or self.commodity is None else format_minor(minor, self.commodity.scale)


@dataclass
class _Reading:
    book: Book
    query: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        return str(self.query.get(name, "")).strip()

    def refuse(self, code: str, text: str, where: str, **params: object) -> None:
        self.problems.append(Problem(code, text, params or {"asked": self.text(where)}, where))


def read_filters(book: Book, query: Mapping[str, str], *, kind_words: Mapping[str, str] | None = None) -> tuple[Filters, list[Problem]]:
    """The filters and what is wrong with them; a wrong one is left out. `kind_words` names the kinds in the reader's language."""
    reading = _Reading(book, query)
    since, until = _day(reading, "from"), _day(reading, "to")
    if since and until and since > until:
        reading.refuse("dates_crossed", "“To” is before “from”. Exchange the two dates.", "to", asked=until)
    kind = reading.text("kind")
    if kind and kind not in KINDS:
        reading.refuse("kind_unknown", "“%(asked)s” is not a kind of entry. Choose one of the list.", "kind")
        kind = ""
    commodity = _commodity(reading)
    least, most = _amount(reading, "least", commodity), _amount(reading, "most", commodity)
    if least is not None and most is not None and least > most:
        reading.refuse("amounts_crossed", "“At most” is less than “at least”. Exchange the two amounts.", "most", asked=most)
    words = _words(reading)
    found = Filters(
        since=since, until=until, kind=kind, fund=_fund(reading), custody=_by_short(reading, Custody, "custody", book=book),
        account=_by_short(reading, Account, "account", book=book), commodity=commodity,
        proposal=_by_short(reading, Proposal, "proposal", campaign=book.campaign_id), least=least, most=most, words=words,
        **_named(book, words, kind_words or {}), before=_before(reading))  # fmt: skip
    return found, reading.problems


def checked_filters(book: Book, query: Mapping[str, str]) -> Filters:
    """The same for programs: a wrong filter is refused."""
    found, problems = read_filters(book, query)
    if problems:
        raise Refused(problems)
    return found


def short(row: Any) -> str:
    """The opaque id of a row as addresses carry it."""
    return "" if row is None else UUID(str(row.pk)).hex[:SHORT_CHARS]


def _day(reading: _Reading, name: str) -> date | None:
    text = reading.text(name)
    if not text:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        reading.refuse("day_wrong", "“%(asked)s” is not a date. Write it as 2026-11-21.", name)
        return None


def _amount(reading: _Reading, name: str, commodity: Commodity | None) -> int | None:
    text = reading.text(name)
    if not text:
        return None
    if commodity is None:
        reading.refuse("amount_of_what", "An amount needs to know what it counts. Choose a currency or a material beside it.", name)
        return None
    try:
        return parse_minor(text, commodity.scale)
    except Refused as refused:
        reading.problems += [problem.at(name) for problem in refused.problems]
        return None


def _commodity(reading: _Reading) -> Commodity | None:
    code = reading.text("commodity")
    if not code:
        return None
    found = Commodity.objects.filter(code=code, accounts__book=reading.book).first()
    if found is None:
        reading.refuse("commodity_not_in_book", "This book counts nothing called “%(asked)s”. Choose one of the list.", "commodity")
    return found


def _fund(reading: _Reading) -> Fund | None:
    code = reading.text("fund")
    if not code:
        return None
    found = Fund.objects.filter(book=reading.book, code=code).first()
    if found is None:
        reading.refuse("fund_not_in_book", "This book has no purpose “%(asked)s”. Choose one of the list.", "fund")
    return found


def _by_short(reading: _Reading, model: Any, name: str, **within: Any) -> Any:
    """The one row whose id begins so; ids are opaque, so their beginning says nothing either."""
    text = reading.text(name).lower().replace("-", "")
    if not text:
        return None
    if _HEX.fullmatch(text):
        first, last = UUID(text.ljust(32, "0")), UUID(text.ljust(32, "f"))
        found = list(model.objects.filter(pk__gte=first, pk__lte=last, **within)[:2])
        if len(found) == 1:
            return found[0]
    reading.refuse("id_not_in_book", "This book has nothing with the number “%(asked)s”. Follow a link of the open books instead.", name)
    return None


def _words(reading: _Reading) -> str:
    words = reading.text("q")
    if len(words) > WORDS_CHARS_MAX:
        reading.refuse("words_too_long", "Search for at most %(most)s letters.", "q", most=WORDS_CHARS_MAX)
        return ""
    if "\x00" in words:
        reading.refuse("words_wrong", "The search holds a sign that no name has. Type it again.", "q", asked="")
        return ""
    return words


def _named(book: Book, words: str, kind_words: Mapping[str, str]) -> dict[str, tuple[Any, ...]]:
    """Public names alone are searched: purposes, things that are counted, kinds of entries."""
    if not words:
        return {}
    lowered = words.lower()
    funds = [pk for pk, title, code in Fund.objects.filter(book=book).values_list("pk", "title", "code")
             if lowered in title.lower() or lowered == code.lower()]  # fmt: skip
    things = Commodity.objects.filter(pk__in=Account.objects.filter(book=book).values("commodity")).values_list("pk", "name", "code")
    commodities = [pk for pk, name, code in things if lowered in name.lower() or lowered in code.lower()]
    kinds = tuple(kind for kind in KINDS if lowered in kind_words.get(kind, kind).lower())
    return {
        "funds_named": tuple(funds[:FOUND_NAMES_MAX]), "commodities_named": tuple(commodities[:FOUND_NAMES_MAX]), "kinds_named": kinds,
    }  # fmt: skip


def _before(reading: _Reading) -> tuple[int, int] | None:
    text = reading.text("before")
    if not text:
        return None
    match = _POSITION.fullmatch(text)
    if match is None or not text.isascii():
        reading.refuse("position_wrong", "“%(asked)s” is not a place in the book. A place looks like 1234.1.", "before")
        return None
    return int(match[1]), int(match[2])
