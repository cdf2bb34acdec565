"""Which sheet, row and columns of a file hold the bill: data that is suggested, corrected by a person, saved, and used again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..problems import Problem, Refused
from .figures import decimal_sign
from .sheets import COLUMNS_MAX, ROWS_MAX, Book, Row, Sheet, Span
from .words import CURRENCIES, FIELDS, currency_in, field_of

HEAD_ROWS_MAX = 80  # rows in which the heads are looked for
NUMBERINGS = ("code", "parent", "level", "indent", "flat")
REPEATABLE = ("rate", "amount")


@dataclass(frozen=True)
class Column:
    """One column of the file: the field it fills, its place from 0, its currency where the head names one, and the head."""

    field: str
    index: int
    currency: str = ""
    head: str = ""


@dataclass(frozen=True)
class BillMapping:
    """How a file is read. `head_row` is the last row of heads, 0 = none; `numbering` says what makes the tree; `units` adds words."""

    columns: tuple[Column, ...]
    sheet: str = ""
    head_row: int = 1
    decimal: str = "."
    currency: str = ""
    numbering: str = "code"
    units: tuple[tuple[str, str], ...] = ()
    round_figures: bool = False

    def column(self, field: str) -> Column | None:
        return next((column for column in self.columns if column.field == field), None)

    def of(self, field: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.field == field)

    def to_data(self) -> dict[str, Any]:
        """The mapping as plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "BillMapping":
        """The mapping of saved or sent data; Refused where it does not fit together."""
        try:
            columns = tuple(
                Column(str(one["field"]), int(one["index"]), str(one.get("currency", "")), str(one.get("head", "")))
                for one in data["columns"]
            )
            units = tuple((str(word), str(unit)) for word, unit in data.get("units", ()))
            found = cls(columns, str(data.get("sheet", "")), int(data.get("head_row", 1)), str(data.get("decimal", ".")),
                        str(data.get("currency", "")), str(data.get("numbering", "code")), units, bool(data.get("round_figures")))  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Refused(Problem("bill_mapping_damaged", "The saved mapping is not whole. Choose the columns again.")) from error
        if problems := found.check():
            raise Refused(problems)
        return found

    def check(self) -> list[Problem]:
        """What keeps this mapping from being used."""
        problems = []
        names = [column.field for column in self.columns]
        for field in sorted(set(names)):
            if field not in FIELDS:
                problems.append(Problem("bill_field_unknown", "There is no field %(field)s.", {"field": field}, field))
            elif names.count(field) > 1 and field not in REPEATABLE:
                text = "Two columns are chosen for %(field)s. Choose one."
                problems.append(Problem("bill_field_twice", text, {"field": field}, field))
        if "title" not in names:
            problems.append(Problem("bill_no_title_column", "No column is chosen for the description. Choose it.", {}, "title"))
        if not {"quantity", "rate", "amount"} & set(names):
            text = "No column is chosen for a quantity, a rate or an amount. Choose at least one."
            problems.append(Problem("bill_no_figure_column", text, {}, "quantity"))
        wrong = self.decimal not in (".", ",") or self.numbering not in NUMBERINGS or not 0 <= self.head_row <= ROWS_MAX
        if wrong or any(not 0 <= column.index < COLUMNS_MAX for column in self.columns):
            text = "The sign of decimals, the numbering, the row of heads or a column is none of those that there are. Choose them again."
            problems.append(Problem("bill_mapping_wrong", text))
        for code in (self.currency, *(column.currency for column in self.columns)):
            if code and code not in CURRENCIES:
                text = "%(asked)s is not a currency that is known here. Use a code such as USD."
                problems.append(Problem("bill_currency_unknown", text, {"asked": code}, "currency"))
        return problems


def suggest_mapping(book: Book) -> BillMapping:
    """The mapping that the heads of a file speak for: the sheet and row that name most fields. Refused where none names enough."""
    best: tuple[int, int, Sheet, int, tuple[Column, ...]] | None = None
    for sheet in book.sheets:
        for place, row in enumerate(sheet.rows[:HEAD_ROWS_MAX]):
            columns = _columns(_heads(sheet, row))
            score = len({column.field for column in columns})
            enough = {"title"} < {column.field for column in columns} and score >= 2
            if enough and (best is None or (score, len(sheet.rows)) > best[:2]):
                best = (score, len(sheet.rows), sheet, place, columns)
    if best is None:
        text = "No row was found that names the columns: a description, and a quantity, a rate or an amount. Choose the row and the columns by hand."
        raise Refused(Problem("bill_heads_not_found", text))
    _, _, sheet, place, columns = best
    columns, last = _second_heads(sheet, place, columns)
    body = sheet.rows[last + 1 :]
    figures = [row.at(column.index).text for row in body for column in columns
               if column.field in ("quantity", "rate", "amount") and row.at(column.index).number is None]  # fmt: skip
    mapping = BillMapping(columns, sheet.name, sheet.rows[last].number, decimal_sign(figures, usual=book.usual_decimal))
    above = " ".join(cell.text for row in sheet.rows[: last + 1] for cell in row.cells)
    return replace(mapping, currency=currency_in(above), numbering=_numbering(mapping, body))


def _heads(sheet: Sheet, row: Row) -> list[str]:
    """The words of a row; a head over merged columns stands over each of them."""
    heads = [cell.text if cell.number is None else "" for cell in row.cells]
    for span in _spans_at(sheet, row.number):
        heads += [""] * (min(span.right + 1, COLUMNS_MAX) - len(heads))
        for index in range(span.left + 1, min(span.right + 1, COLUMNS_MAX)):
            heads[index] = heads[index] or heads[span.left]
    return heads


def _spans_at(sheet: Sheet, number: int) -> list[Span]:
    return [span for span in sheet.spans if span.top <= number <= span.bottom and span.left < COLUMNS_MAX]


def _columns(heads: Sequence[str]) -> tuple[Column, ...]:
    """What says exactly what it is goes first; a second rate or amount is kept where it has a currency of its own."""
    told = [(index, head, *field_of(head)) for index, head in enumerate(heads) if head and len(head) <= 80]
    chosen: dict[int, Column] = {}
    for wanted in (True, False):
        for index, head, field, exactly in told:
            if not field or exactly is not wanted or index in chosen:
                continue
            currency = currency_in(head) if field in REPEATABLE else ""
            same = [column for column in chosen.values() if column.field == field]
            if not same or (field in REPEATABLE and currency and currency not in {column.currency for column in same}):
                chosen[index] = Column(field, index, currency, head)
    return tuple(chosen[index] for index in sorted(chosen))


def _second_heads(sheet: Sheet, place: int, columns: tuple[Column, ...]) -> tuple[tuple[Column, ...], int]:
    """Heads in two rows: below a merged head the second row says more (`Rate` over `USD` and `ILS`)."""
    row = sheet.rows[place]
    wide = [span for span in _spans_at(sheet, row.number) if span.right > span.left and span.top == row.number]
    if not wide or place + 1 >= len(sheet.rows):
        return columns, place
    below = sheet.rows[place + 1]
    inside = [index for span in wide for index in range(span.left, min(span.right, COLUMNS_MAX - 1) + 1)]
    if not inside or any(below.at(index).number is not None or not below.at(index).text for index in inside):
        return columns, place
    upper = _heads(sheet, row)
    width = max(len(upper), len(below.cells))
    upper += [""] * (width - len(upper))
    both = [f"{upper[index]} {below.at(index).text}".strip() if index in inside else upper[index] for index in range(width)]
    better = _columns(both)
    return (better, place + 1) if len(better) >= len(columns) else (columns, place)


def _numbering(mapping: BillMapping, body: Iterable[Row]) -> str:
    for field in ("parent", "level"):
        if mapping.column(field):
            return field
    code, title = mapping.column("code"), mapping.column("title")
    rows = list(body)
    codes = {row.at(code.index).text for row in rows} - {""} if code else set()
    if any(upper in codes for one in codes for upper in uppers(one)):
        return "code"
    if title and len({row.at(title.index).indent for row in rows if row.at(title.index).text}) > 1:
        return "indent"
    return "code" if codes else "flat"


def uppers(code: str) -> list[str]:
    """The codes above a code, nearest first: `1.2.3` → `1.2`, `1`; `1.2` may stand as `1.2.` or `1.2.0`."""
    result = []
    for place in range(len(code) - 1, 0, -1):
        if code[place] in ".-/ " and code[:place].strip(".-/ "):
            result += [code[:place], code[: place + 1], f"{code[:place]}{code[place]}0"]
    return [upper for upper in result if upper != code]
