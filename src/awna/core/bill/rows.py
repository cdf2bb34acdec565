"""Understands one row of a bill: its figures, unit, currencies and kind, and every reason why it is not a line yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from ..amounts import AMOUNT_MINOR_MAX
from ..problems import Problem
from .figures import parse_figure, plain_number, words_beside
from .lines import CODE_CHARS_MAX, FIGURE_DECIMALS, TITLE_CHARS_MAX, Rate, amount_minor, minor_of
from .mapping import BillMapping, Column
from .sheets import Cell, Row
from .words import CURRENCIES, currency_in, is_total, kind_of, says_alternate, unit_of

FIGURE_MAX = Decimal(10) ** 12
DOLLARS = ("USD", "CAD", "AUD")


@dataclass
class ReadRow:
    """A row on its way: what was found, and what is wrong with it."""

    row: int
    cells: dict[str, str]
    code: str = ""
    title: str = ""
    unit: str = ""
    source_unit: str = ""
    quantity: Decimal | None = None
    rates: list[Rate] = field(default_factory=list)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    parent: str = ""
    level: int | None = None
    indent: int = 0
    kind: str = ""
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def bare(self) -> bool:
        """Without unit, quantity and rate: a heading, a total or a note."""
        return not self.source_unit and self.quantity is None and not self.rates

    @property
    def total(self) -> bool:
        return self.quantity is None and not self.rates and bool(self.amounts) and (is_total(self.title) or is_total(self.code))

    def fault(self, code: str, text: str, column: str, /, **params: object) -> None:
        self.problems.append(Problem(code, text, params, f"row {self.row}, {column}"))


def read_row(row: Row, mapping: BillMapping, filled: Mapping[int, Cell]) -> ReadRow:
    """The row with its problems; `filled` are cells that stand for it in a range merged over several rows."""

    def cell(column: Column | None) -> Cell:
        if column is None:
            return Cell()
        own = row.at(column.index)
        return own if own.text or own.unvalued else filled.get(column.index, own)

    texts = {column.head or column.field: cell(column).text for column in mapping.columns if cell(column).text}
    found = ReadRow(row.number, texts, cell(mapping.column("code")).text, _one_line(cell(mapping.column("title")).text))
    found.indent = cell(mapping.column("title")).indent
    found.parent = cell(mapping.column("parent")).text
    found.kind = kind_of(cell(mapping.column("kind")).text) or ("alternate" if says_alternate(found.title) else "")
    for column in mapping.columns:
        if cell(column).unvalued:
            text = "The cell holds a formula without its result. Open the file in its program, let it calculate, and save it again."
            found.fault("bill_formula_without_result", text, column.head or column.field)
    _read_level(found, cell(mapping.column("level")), mapping)
    _read_quantity(found, mapping, cell(mapping.column("unit")), cell(mapping.column("quantity")))
    own = cell(mapping.column("currency")).text
    currency = currency_in(own) or (own if own in CURRENCIES else "")
    if own and not currency:
        found.fault(
            "bill_currency_unknown", "“%(asked)s” is not a currency that is known here. Use a code such as USD.", "currency", asked=own
        )
    for column in mapping.of("rate"):
        _read_money(found, column, cell(column), currency, mapping)
    for column in mapping.of("amount"):
        _read_money(found, column, cell(column), currency, mapping)
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _read_level(found: ReadRow, cell: Cell, mapping: BillMapping) -> None:
    if not cell.text:
        return
    value = cell.number if cell.number is not None else parse_figure(cell.text, decimal=mapping.decimal)
    if value is None or value != int(value) or not 0 <= value <= 100:
        found.fault("bill_level_wrong", "“%(asked)s” is not a level. Use whole numbers from 0 to 100.", "level", asked=cell.text)
    else:
        found.level = int(value)


def _read_quantity(found: ReadRow, mapping: BillMapping, unit: Cell, quantity: Cell) -> None:
    """The quantity; a unit may stand behind its number, and must then be the one of the unit's column."""
    known = {word.casefold(): name for word, name in mapping.units}

    def named(text: str) -> str:
        return known.get(text.casefold(), "") or unit_of(text)

    beside = "" if quantity.number is not None or not plain_number(quantity.text)[0] else words_beside(quantity.text)[1]
    found.source_unit = unit.text or beside
    found.unit = named(found.source_unit) if found.source_unit else ""
    if found.source_unit and not found.unit:
        text = "“%(asked)s” is not a unit that is known here. Say in the mapping which of our units it is."
        found.fault("bill_unit_unknown", text, "unit", asked=found.source_unit)
    if unit.text and beside and named(beside) != found.unit:
        text = "The quantity is in %(beside)s, the unit says %(unit)s. Correct one of them."
        found.fault("bill_unit_differs", text, "quantity", beside=beside, unit=unit.text)
    found.quantity = _figure(found, quantity, "quantity", mapping)


def _read_money(found: ReadRow, column: Column, cell: Cell, row_currency: str, mapping: BillMapping) -> None:
    if not cell.text:
        return
    written = words_beside(cell.text)[0] if cell.number is None else ""
    if "$" in cell.text and written == "USD" and "us" not in cell.text.casefold():
        written = next((code for code in (column.currency, row_currency, mapping.currency) if code in DOLLARS), "USD")
    told = [code for code in (written, row_currency, column.currency) if code]
    currency = told[0] if told else mapping.currency
    if len(set(told)) > 1:
        text = "The %(field)s names %(one)s and %(other)s. Correct one of them."
        found.fault("bill_currency_differs", text, column.field, field=column.field, one=told[0], other=told[-1])
    value = _figure(found, cell, column.field, mapping, exact=column.field == "rate")
    if value is None:
        return
    if not currency:
        text = "Nothing says which currency this is. Choose the currency of the bill."
        found.fault("bill_currency_missing", text, column.field)
    elif column.field == "rate":
        found.rates.append(Rate(currency, value))
    else:
        found.amounts[currency] = value


def _figure(found: ReadRow, cell: Cell, column: str, mapping: BillMapping, *, exact: bool = True) -> Decimal | None:
    if not cell.text or cell.text in ("-", "–", "—"):
        return None
    value = cell.number if cell.number is not None else parse_figure(cell.text, decimal=mapping.decimal)
    if value is None:
        text = "“%(asked)s” is not a clear number where %(sign)s stands before decimals. Write it with digits only."
        found.fault("bill_number_unclear", text, column, asked=cell.text[:60], sign=mapping.decimal)
        return None
    if abs(value) >= FIGURE_MAX:
        found.fault(
            "bill_figure_too_large", "“%(asked)s” is larger than any figure of a bill. Split the line.", column, asked=cell.text[:60]
        )
        return None
    rounded = value.quantize(Decimal(1).scaleb(-FIGURE_DECIMALS), ROUND_HALF_UP)
    if exact and rounded != value:
        if not mapping.round_figures:
            text = "%(asked)s has more than %(most)s decimals. Round it, or let the import round all figures."
            found.fault("bill_figure_too_fine", text, column, asked=value, most=FIGURE_DECIMALS)
        else:
            text = "%(asked)s was rounded to %(rounded)s."
            found.notes.append(Problem("bill_figure_rounded", text, {"asked": value, "rounded": rounded}, f"row {found.row}, {column}"))
    return (rounded if exact else value).normalize() + 0


def complete_line(found: ReadRow) -> None:
    """Everything that a priced line must have and hold, checked; what can be told from the rest is told and noted."""
    for name, text, limit in (("code", found.code, CODE_CHARS_MAX), ("title", found.title, TITLE_CHARS_MAX)):
        if not 0 < len(text) <= limit:
            found.fault("bill_text_wrong", "The %(name)s must hold 1 to %(most)s characters.", name, name=name, most=limit)
    if found.quantity is None:
        found.fault("bill_quantity_missing", "The line has no quantity. Write how many units are needed.", "quantity")
        return
    if not found.source_unit and not found.unit:
        found.fault("bill_unit_missing", "The line has no unit. Write what is counted, such as m2 or LS.", "unit")
    if not found.rates:
        _rates_from_amounts(found)
    for rate in found.rates:
        _check_amount(found, rate)


def _rates_from_amounts(found: ReadRow) -> None:
    """A rate that is missing is the amount by the quantity, where that is exact to our decimals."""
    for currency, amount in found.amounts.items():
        if found.quantity:
            rate = amount / found.quantity
            if abs(rate) < FIGURE_MAX and (rate := rate.quantize(Decimal(1).scaleb(-FIGURE_DECIMALS))) * found.quantity == amount:
                found.rates.append(Rate(currency, rate.normalize() + 0))
                text = "The line has no rate; %(rate)s %(currency)s is its amount by its quantity."
                found.notes.append(
                    Problem("bill_rate_from_amount", text, {"rate": rate.normalize() + 0, "currency": currency}, f"row {found.row}")
                )
    if not found.rates:
        found.fault("bill_rate_missing", "The line has no rate. Write the price of one unit.", "rate")


def _check_amount(found: ReadRow, rate: Rate) -> None:
    minor = amount_minor(found.quantity or Decimal(0), rate.rate, rate.currency)
    if abs(minor) > AMOUNT_MINOR_MAX:
        found.fault("bill_amount_too_large", "Quantity times rate is larger than the book can hold. Split the line.", "rate")
        return
    stated = found.amounts.get(rate.currency)
    if stated is not None and (abs(stated) > AMOUNT_MINOR_MAX or abs(minor_of(stated, rate.currency) - minor) > 1):
        text = "%(quantity)s times %(rate)s is %(counted)s %(currency)s, but the line says %(stated)s. Correct the figure that is wrong."
        counted = (found.quantity or Decimal(0)) * rate.rate
        found.fault("bill_amount_differs", text, "amount", quantity=found.quantity, rate=rate.rate, counted=counted.normalize() + 0,
                    currency=rate.currency, stated=stated)  # fmt: skip
