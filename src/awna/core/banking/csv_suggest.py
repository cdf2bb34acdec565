"""Propose profiles for an unknown CSV; what the file does not settle is named as a doubt, never chosen in silence."""

import base64
import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import islice, product
from typing import Any

from awna.core.problems import Problem

from .csv_checks import DELIMITERS, check_profile
from .csv_preview import preview, problem_to_plain
from .csv_profile import Column, CsvProfile, profile_from_json, profile_to_json
from .csv_reader import RowReader
from .csv_table import cut_table, decode
from .csv_words import currency_in, field_of
from .files import refuse_what_is_no_text

ROWS_LOOKED_AT = 200
HEAD_ROWS_MAX = 40
SUGGESTIONS_MAX = 6
COLUMNS_MIN = 3
SHARE_OF_KIND = 0.9
_DATE = re.compile(r"(\d{1,4})([./\-])(\d{1,2})\2(\d{2,4})(\.?)( \d{2}:\d{2}(:\d{2})?)?")
_NUMBER = re.compile(r"[(]?[+\-−]?\s?\d[\d.,'’ \u00a0\u202f]*[+\-]?[)]?")
_TAIL = re.compile(r"([.,])(\d+)\D*$")


@dataclass(frozen=True)
class Suggestion:
    """A profile that may fit. `doubts` name what only a person can know; `known` is the name of a profile that we ship."""

    profile: CsvProfile
    doubts: tuple[Problem, ...] = ()
    known: str = ""
    movements: int = 0  # that it reads from this file; 0 where it does not read it yet


@dataclass(frozen=True)
class _Grid:
    """A way to cut the file: where the header stands, and the rows below it."""

    delimiter: str
    skip_head: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, place: int) -> list[str]:
        return [row[place] for row in self.rows if place < len(row) and row[place]]


@cache
def shipped_profiles() -> tuple[CsvProfile, ...]:
    """The layouts that come with the program, by name."""
    folder = resources.files(__package__).joinpath("profiles")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".json")), key=lambda item: item.name)
    return tuple(profile_from_json(item.read_text(encoding="utf-8")) for item in files)


def suggest_profiles(data: bytes) -> list[Suggestion]:
    """Shipped profiles that read the whole file, then layouts worked out from it; the ones with the fewest doubts first."""
    refuse_what_is_no_text(data, "")
    known = [
        Suggestion(profile, tuple(_doubts_of_known(data, profile)), profile.name, found.count)
        for profile in shipped_profiles()
        if profile.header and not (found := preview(data, profile, 1)).problems and found.count
    ]
    encoding, doubts = _encoding(data)
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError:
        return known
    worked_out = [_tried(data, one) for grid in _grids(text) for one in _from_grid(grid, encoding, doubts)]
    worked_out.sort(key=lambda one: (one.movements == 0, len(one.doubts)))
    return [*known, *worked_out][:SUGGESTIONS_MAX]


def _doubts_of_known(data: bytes, profile: CsvProfile) -> Iterable[Problem]:
    """That a layout's columns fit does not settle in which order another bank of that layout writes its days, nor its currency."""
    table = cut_table(decode(data, profile), profile)
    reader = RowReader(table, profile)

    def cells(*names: str) -> list[str]:
        places = [place for (name, _), place in reader.places.items() if name in names]
        return [row.cells[place] for row in table.rows for place in places if place < len(row.cells) and row.cells[place]]

    dates, numbers = cells("booked_on"), cells("amount", "debit", "credit", "balance")
    if len(_date_formats(dates)) > 1:
        yield _doubt_date(dates[0])
    if len(_marks(numbers)) > 1:
        yield _doubt_mark(numbers)
    if profile.fixed_currency and profile.fixed_currency not in " ".join(table.columns):
        yield _doubt("csv_doubt_currency", "The file names no currency; the profile takes it for %(found)s.", profile.fixed_currency)


def suggest_plain(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sandbox target: `{"data": base64}` in, suggestions as JSON-able values out; `profile` is its JSON text."""
    return [
        {
            "profile": profile_to_json(one.profile),
            "doubts": [problem_to_plain(problem) for problem in one.doubts],
            "known": one.known,
            "movements": one.movements,
        }
        for one in suggest_profiles(base64.b64decode(payload["data"]))
    ]


def _encoding(data: bytes) -> tuple[str, list[Problem]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", []
    try:
        data.decode("utf-8")
        return "utf-8", []
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        piece = data[start : error.end + 20].split(b"\n")[0][-40:]
        readings = {name: piece.decode(name, "replace") for name in ("windows-1252", "windows-1250", "windows-1256", "windows-1251")}
        said = "; ".join(f"{name}: {text}" for name, text in readings.items())
        return "windows-1252", [
            _doubt("csv_doubt_encoding", "The file is not UTF-8. Choose the encoding in which this reads well: %(found)s.", said)
        ]


def _grids(text: str) -> list[_Grid]:
    """The ways to cut the file that give a table: the one with most columns first."""
    found = [grid for delimiter in DELIMITERS if (grid := _grid(text, delimiter)) is not None]
    return sorted(found, key=lambda grid: -len(grid.columns) * len(grid.rows))[:2]


def _grid(text: str, delimiter: str) -> _Grid | None:
    """The table begins at the first row that is as wide as the rest and holds a date; the row above it may be its header."""
    lines = list(islice(io.StringIO(text, newline=""), ROWS_LOOKED_AT + HEAD_ROWS_MAX))
    try:
        cut = [tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])) for line in lines]
    except csv.Error:
        return None
    widths = [len(row) for row in cut if len(row) >= COLUMNS_MIN]
    if not widths:
        return None
    width = max(set(widths), key=widths.count)
    first = next(
        (i for i, row in enumerate(cut[:HEAD_ROWS_MAX]) if abs(len(row) - width) <= 1 and any(_DATE.fullmatch(cell) for cell in row)), None
    )
    if first is None:
        return None
    header = next((i for i in range(first - 1, -1, -1) if any(cut[i])), None)
    titled = header is not None and len(cut[header]) >= width - 1 and not any(_NUMBER.fullmatch(cell) for cell in cut[header])
    columns = cut[header] if titled and header is not None else ()
    rows = tuple(row for row in cut[first:] if abs(len(row) - width) <= 1 and any(row))
    return _Grid(delimiter, header if titled and header is not None else first, columns, rows)


def _from_grid(grid: _Grid, encoding: str, doubts: list[Problem]) -> Iterable[Suggestion]:
    """One suggestion for each reading of the dates and of the numbers that the file leaves open."""
    kinds = {place: _kind(grid.cells(place)) for place in range(max(len(row) for row in grid.rows))}
    places, more = _places(grid, kinds)
    dates = grid.cells(places["booked_on"]) if "booked_on" in places else []
    numbers = [cell for name in ("amount", "debit", "credit", "balance") if name in places for cell in grid.cells(places[name])]
    formats, marks = _date_formats(dates), _marks(numbers)
    more = [*doubts, *more]
    if len(formats) > 1:
        more.append(_doubt_date(dates[0]))
    if len(marks) > 1:
        more.append(_doubt_mark(numbers))
    base = _profile(grid, places, encoding)
    if base.currency == "" and not base.fixed_currency:
        more.append(_doubt("csv_doubt_currency", "The file names no currency. Say which one the account has.", ""))
    for date_format, (point, group) in product(formats or [("%Y-%m-%d")], marks):
        profile = replace(base, date_format=date_format, decimal_mark=point, thousands_mark=group)
        yield Suggestion(profile, tuple(more))


def _tried(data: bytes, one: Suggestion) -> Suggestion:
    """What is impossible about it stands with its doubts, and so does the first thing that does not read."""
    doubted = {doubt.where for doubt in one.doubts}
    problems = [problem for problem in check_profile(one.profile) if problem.where not in doubted]
    if problems:
        return replace(one, doubts=(*one.doubts, *problems))
    trial = one.profile
    if trial.currency == "" and not trial.fixed_currency:
        trial = replace(trial, fixed_currency="XXX")  # ISO 4217: no currency; only to see whether the rest reads
    found = preview(data, trial, 1)
    if found.problems:
        return replace(one, doubts=(*one.doubts, *found.problems[:3]))
    return replace(one, movements=found.count)


def _kind(cells: list[str]) -> str:
    if not cells:
        return "empty"
    for kind, pattern in (("date", _DATE), ("number", _NUMBER), ("currency", re.compile(r"[A-Z]{3}"))):
        if sum(1 for cell in cells if pattern.fullmatch(cell)) >= SHARE_OF_KIND * len(cells):
            return kind
    return "text"


def _places(grid: _Grid, kinds: Mapping[int, str]) -> tuple[dict[str, int], list[Problem]]:
    """Which column is which: by its title where its cells are of that kind, and else not at all."""
    wanted = {"booked_on": ("date",), "value_on": ("date",), "amount": ("number",), "debit": ("number", "empty"), "credit": ("number", "empty"),
              "balance": ("number",), "currency": ("currency",)}  # fmt: skip
    places: dict[str, int] = {}
    doubts: list[Problem] = []
    for place, title in enumerate(grid.columns):
        name = field_of(title)
        if not name or kinds.get(place, "empty") not in wanted.get(name, ("text", "number", "currency", "date")):
            continue
        if name in places and name != "text":
            doubts.append(
                _doubt(
                    "csv_doubt_columns",
                    "More than one column may be meant here: %(found)s.",
                    f"{grid.columns[places[name]]}, {title}",
                    name,
                )
            )
            continue
        places.setdefault(name, place)
    for name, kind in (("booked_on", "date"), ("amount", "number")):
        if name in places or (name == "amount" and ("debit" in places or "credit" in places)):
            continue
        found = [place for place, one in kinds.items() if one == kind and place not in places.values()]
        if found:
            places[name] = found[0]
            said = ", ".join(_title(grid, place) for place in found)
            doubts.append(_doubt("csv_doubt_untitled", "No title says which column this is; of the right kind are: %(found)s.", said, name))
    if "amount" in places:
        places.pop("debit", None), places.pop("credit", None)
    return places, doubts


def _profile(grid: _Grid, places: Mapping[str, int], encoding: str) -> CsvProfile:
    def column(name: str) -> Column:
        if name not in places:
            return ""
        title = grid.columns[places[name]] if places[name] < len(grid.columns) else ""
        if title and grid.columns.count(title) == 1:
            return title
        return places[name] + 1

    amount = places.get("amount", places.get("credit", -1))
    fixed = currency_in(grid.columns[amount]) if "currency" not in places and 0 <= amount < len(grid.columns) else ""
    text = column("text")
    return CsvProfile(
        name="new-profile",
        encoding=encoding,
        delimiter=grid.delimiter,
        header=bool(grid.columns),
        skip_head=grid.skip_head,
        fixed_currency=fixed,
        text=(text,) if text != "" else (),
        newest_first=_newest_first(grid, places),
        booked_on=column("booked_on"),
        value_on=column("value_on"),
        amount=column("amount"),
        debit=column("debit"),
        credit=column("credit"),
        currency=column("currency"),
        reference=column("reference"),
        counterparty=column("counterparty"),
        counter_account=column("counter_account"),
        bank_reference=column("bank_reference"),
        balance=column("balance"),
        account=column("account"),
    )


def _newest_first(grid: _Grid, places: Mapping[str, int]) -> bool:
    """Only years settle it here; the balance check of the preview settles the rest."""
    cells = grid.cells(places["booked_on"]) if "booked_on" in places else []
    return len(cells) > 1 and _sortable(cells[0]) > _sortable(cells[-1])


def _sortable(cell: str) -> tuple[str, ...]:
    found = _DATE.fullmatch(cell)
    if found is None:
        return ()
    first, middle, last = found[1], found[3].zfill(2), found[4]
    return (first, middle, last) if len(first) == 4 else (last, middle, first.zfill(2))


def _date_formats(cells: list[str]) -> list[str]:
    """One pattern where the cells settle the order of day and month; two where they do not."""
    found = [match for cell in cells if (match := _DATE.fullmatch(cell))]
    if not found:
        return []
    mark, dot = found[0][2], found[0][5]
    time = "" if not found[0][6] else " %H:%M:%S" if found[0][7] else " %H:%M"
    if len(found[0][1]) == 4:
        return [f"%Y{mark}%m{mark}%d{dot}{time}"]
    year = "%Y" if len(found[0][4]) == 4 else "%y"
    day_first, month_first = (f"{one}{mark}{two}{mark}{year}{dot}{time}" for one, two in (("%d", "%m"), ("%m", "%d")))
    if max(int(match[1]) for match in found) > 12:
        return [day_first]
    if max(int(match[3]) for match in found) > 12:
        return [month_first]
    # With points nobody writes the month first.
    return [day_first] if mark == "." else [day_first, month_first]


def _marks(cells: list[str]) -> list[tuple[str, str]]:
    """(decimal mark, thousands mark): one pair where the cells settle it."""
    for cell in cells:
        if "." in cell and "," in cell:
            return [(".", ",")] if cell.rfind(".") > cell.rfind(",") else [(",", ".")]
    tails = [match for cell in cells if (match := _TAIL.search(cell))]
    settled = {match[1] for match in tails if len(match[2]) != 3}
    group = next((mark for mark in ("'", "’", " ", "\u00a0", "\u202f") if any(mark in cell.strip() for cell in cells)), "")
    if len(settled) == 1:
        (point,) = settled
        return [(point, group or ("," if point == "." else "."))]
    if not tails:
        return [(".", group)]
    mark = tails[0][1]
    return [(mark, ""), ("." if mark == "," else ",", mark)]


def _title(grid: _Grid, place: int) -> str:
    return grid.columns[place] if place < len(grid.columns) and grid.columns[place] else str(place + 1)


def _doubt_date(sample: str) -> Problem:
    return _doubt("csv_doubt_date_format", "“%(found)s” may name the day first or the month first; no row settles it.", sample)


def _doubt_mark(numbers: list[str]) -> Problem:
    sample = next((cell for cell in numbers if _TAIL.search(cell)), numbers[0])
    return _doubt("csv_doubt_decimal_mark", "“%(found)s” may be thousands or decimals; no row settles it.", sample)


def _doubt(code: str, text: str, found: str, field: str = "") -> Problem:
    """The code names the field where it is not given."""
    return Problem(code, text, {"found": found[:300]}, field or code.removeprefix("csv_doubt_"))
