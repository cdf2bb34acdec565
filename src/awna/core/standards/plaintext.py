"""The book for Beancount, hledger and ledger: goods and hours are commodities, arrivals are positive, opaque ids stay as metadata."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from awna.core.amounts import format_minor

SYMBOL_CHARS_MAX = 24
ID_CHARS = 12
"""Hexadecimal characters of an account's id in its name: two of a million accounts meet once in 500 books."""
_WORDS = {"TRUE", "FALSE", "NULL"}
_ROOTS = {"ext": "Income:Outside", "lost": "Expenses:Lost", "trading": "Equity:Trading", "short": "Liabilities:Short"}
_PAID = "Expenses:Paid"
ENTRY_TAGS = ("id", "proposal", "reverses")


@dataclass(frozen=True)
class Thing:
    """A commodity of the book: a currency, a material, hours."""

    id: str
    code: str
    name: str
    scale: int


@dataclass(frozen=True)
class Place:
    """An account of the book. `pays` marks the outside accounts of payees."""

    id: str
    stage: str
    custody_type: str
    custody: str
    fund: str
    fund_title: str
    commodity: str
    pays: bool = False


@dataclass(frozen=True)
class Move:
    """One row: `minor` leave `debit` and arrive at `credit`."""

    debit: str
    credit: str
    commodity: str
    minor: int


@dataclass(frozen=True)
class Line:
    """One entry; without moves it is kept as a comment."""

    seq: int
    id: str
    day: date
    kind: str
    moves: tuple[Move, ...]
    proposal: str = ""
    reverses: int | None = None


def symbols_of(things: Iterable[Thing]) -> dict[str, str]:
    """Thing → a symbol that all three programs accept; the same things give the same symbols."""
    symbols: dict[str, str] = {}
    taken: set[str] = set()
    for thing in sorted(things, key=lambda thing: (thing.code, thing.id)):
        base = re.sub(r"[^A-Z0-9]+", "-", thing.code.upper()).strip("-")
        base = base if base[:1].isalpha() and base not in _WORDS else f"C-{base}"
        base = base[:SYMBOL_CHARS_MAX].rstrip("-")
        base = base if len(base) > 1 else f"{base}-X"
        symbol, number = base, 2
        while symbol in taken:
            symbol = f"{base[: SYMBOL_CHARS_MAX - len(str(number)) - 1]}-{number}"
            number += 1
        taken.add(symbol)
        symbols[thing.id] = symbol
    return symbols


def name_of(place: Place) -> str:
    """Stage, custody, fund and the beginning of the account's id, as a name that all three programs accept."""
    root = _PAID if place.pays else _ROOTS.get(place.stage, f"Assets:{place.stage.capitalize()}")
    custody = f"{place.custody_type.capitalize()}-{_hex(place.custody)[:8]}:" if place.custody else ""
    fund = re.sub(r"[^A-Za-z0-9]+", "-", place.fund).strip("-")
    return f"{root}:{custody}F-{fund}:A-{_hex(place.id)[:ID_CHARS]}"


def beancount_lines(
    *, title: str, first_day: date, things: Sequence[Thing], places: Iterable[Place], entries: Iterable[Line]
) -> Iterator[str]:
    """A file for Beancount."""
    symbols, names = symbols_of(things), {}
    yield f'option "title" {_quoted(title)}\n\n'
    for thing in things:
        yield f"{first_day} commodity {symbols[thing.id]}\n  name: {_quoted(thing.name)}\n  id: {_quoted(thing.id)}\n"
    for place in places:
        names[place.id] = name_of(place)
        yield f"{first_day} open {names[place.id]} {symbols[place.commodity]}\n"
        yield "".join(f"  {key}: {_quoted(value)}\n" for key, value in _metadata(place).items())
    for line in entries:
        said = {"seq": str(line.seq), **{key: _quoted(value) for key, value in _entry_metadata(line).items()}}
        metadata = "".join(f"  {key}: {value}\n" for key, value in said.items())
        body = _postings(line, things, symbols, names, indent="  ", quote=str)
        yield (
            f'\n{line.day} * "{line.kind}"\n{metadata}{body}' if line.moves else f"\n; {line.day} entry {line.seq} {line.kind} {line.id}\n"
        )


def hledger_lines(*, title: str, things: Sequence[Thing], places: Iterable[Place], entries: Iterable[Line]) -> Iterator[str]:
    """A journal for hledger."""
    symbols, names = symbols_of(things), {}
    yield f"; {_one_line(title)}\n"
    for thing in things:
        yield f"commodity {_sample(thing)} {_journal_symbol(symbols[thing.id])}  ; name:{_tag(thing.name)}, id:{thing.id}\n"
    for place in places:
        names[place.id] = name_of(place)
        yield f"account {names[place.id]}  ; {', '.join(f'{key}:{_tag(value)}' for key, value in _metadata(place).items())}\n"
    yield from _journal(entries, things, symbols, names, tag="{key}:{value}", joint=", ")


def ledger_lines(*, title: str, things: Sequence[Thing], places: Iterable[Place], entries: Iterable[Line]) -> Iterator[str]:
    """A journal for ledger."""
    symbols, names = symbols_of(things), {}
    yield f"; {_one_line(title)}\n" + "".join(f"tag {key}\n" for key in ENTRY_TAGS)
    for thing in things:
        symbol = _journal_symbol(symbols[thing.id])
        yield f"commodity {symbol}\n    note {_one_line(thing.name)}, id {thing.id}\n    format {_sample(thing, point=False)} {symbol}\n"
    for place in places:
        names[place.id] = name_of(place)
        yield f"account {names[place.id]}\n    note {'; '.join(f'{key} {_one_line(value)}' for key, value in _metadata(place).items())}\n"
    yield from _journal(entries, things, symbols, names, tag="{key}: {value}", joint="\n    ; ")


def _journal(
    entries: Iterable[Line], things: Sequence[Thing], symbols: Mapping[str, str], names: Mapping[str, str], *, tag: str, joint: str
) -> Iterator[str]:
    for line in entries:
        said = joint.join(tag.format(key=key, value=value) for key, value in _entry_metadata(line).items())
        body = _postings(line, things, symbols, names, indent="    ", quote=_journal_symbol)
        yield (
            f"\n{line.day} * ({line.seq}) {line.kind}\n    ; {said}\n{body}"
            if line.moves
            else f"\n; {line.day} entry {line.seq} {line.kind} {line.id}\n"
        )


def _postings(
    line: Line, things: Sequence[Thing], symbols: Mapping[str, str], names: Mapping[str, str], *, indent: str, quote: Callable[[str], str]
) -> str:
    scales = {thing.id: thing.scale for thing in things} if line.moves else {}
    return "".join(
        f"{indent}{names[account]}  {format_minor(sign * move.minor, scales[move.commodity])} {quote(symbols[move.commodity])}\n"
        for move in line.moves for sign, account in ((-1, move.debit), (1, move.credit))
    )  # fmt: skip


def _metadata(place: Place) -> dict[str, str]:
    said = {"id": place.id, "stage": place.stage, "custody": place.custody, "fund": place.fund_title}
    return {key: value for key, value in said.items() if value}


def _entry_metadata(line: Line) -> dict[str, str]:
    said = (line.id, line.proposal, "" if line.reverses is None else str(line.reverses))
    return {key: value for key, value in zip(ENTRY_TAGS, said, strict=True) if value}


def _sample(thing: Thing, *, point: bool = True) -> str:
    """How amounts look: hledger wants a decimal mark even where there are no decimals."""
    return f"1000.{'0' * thing.scale}" if thing.scale or point else "1000"


def _journal_symbol(symbol: str) -> str:
    return symbol if symbol.isalpha() else f'"{symbol}"'


def _hex(text: str) -> str:
    return text.replace("-", "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tag(text: str) -> str:
    """A comma ends a tag's value."""
    return _one_line(text).replace(",", ";")


def _quoted(text: str) -> str:
    escaped = _one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
