"""`read_bill(data)`: a bill of quantities in any of its files as lines, rows kept for correction, checked totals and a loss report."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ..problems import Problem, Refused
from .groups import settle_groups
from .lines import Bill, BillLine, HeldRow
from .mapping import BillMapping, suggest_mapping
from .opening import open_bill
from .rows import ReadRow, complete_line, read_row
from .sheets import Book, Cell, Row, Sheet
from .totals import check_totals
from .tree import Branch, build_tree
from .words import IMPERIAL

_FILLED = ("title", "unit", "currency", "level", "parent", "kind")
"""Fields that a cell merged over several rows says for each of them; a code or a figure belongs to its first row alone."""


def read_bill(data: bytes, *, mapping: BillMapping | None = None, currency: str = "") -> Bill:
    """The bill in a file. Without a mapping one is suggested, `currency` is then used where the file names none.

    Raises Refused where the file cannot be opened or its columns are not known; anything else is told row by row.
    """
    return read_book(open_bill(data), mapping=mapping, currency=currency)


def read_book(book: Book, *, mapping: BillMapping | None = None, currency: str = "") -> Bill:
    """The same for a file that is open already; cells of it may have been corrected."""
    if mapping is None:
        mapping = suggest_mapping(book)
        mapping = replace(mapping, currency=mapping.currency or currency)
    if problems := mapping.check():
        raise Refused(problems)
    sheet = _sheet(book, mapping)
    bill = Bill(mapping, notes=list(book.notes))
    _note_what_is_left(book, sheet, mapping, bill)
    rows, totals = _sorted_rows(list(_read_rows(sheet, mapping, bill)))
    branches = build_tree(rows, mapping.numbering)
    _give_codes(branches, bill)
    kept = settle_groups(branches, bill)
    _check_codes(branches, kept)
    _collect(branches, kept, bill)
    check_totals(bill, branches, totals)
    _note_units(bill)
    return bill


def _sheet(book: Book, mapping: BillMapping) -> Sheet:
    found = next((sheet for sheet in book.sheets if sheet.name == mapping.sheet), None)
    if found is None:
        text = "There is no sheet %(sheet)s in this file. Choose the sheet again."
        raise Refused(Problem("bill_sheet_missing", text, {"sheet": mapping.sheet}, "sheet"))
    return found


def _read_rows(sheet: Sheet, mapping: BillMapping, bill: Bill) -> Iterator[ReadRow]:
    filled = _filled_cells(sheet, mapping)
    wanted = {column.index for column in mapping.columns}
    heads = {column.index: column.head for column in mapping.columns if column.head}
    lost = 0
    for row in sheet.rows:
        if row.number <= mapping.head_row:
            continue
        if len(heads) > 1 and all(row.at(index).text == head for index, head in heads.items()):
            bill.notes.append(Problem("bill_heads_repeated", "The heads stand here again; the row was left out.", {}, f"row {row.number}"))
            continue
        if not any(row.at(index).text or row.at(index).unvalued for index in wanted):
            lost += 1
            continue
        yield read_row(row, mapping, filled.get(row.number, {}))
    if lost:
        bill.notes.append(
            Problem("bill_rows_left_out", "%(count)s rows hold nothing in the chosen columns and were left out.", {"count": lost})
        )


def _filled_cells(sheet: Sheet, mapping: BillMapping) -> dict[int, dict[int, Cell]]:
    columns = {column.index for column in mapping.columns if column.field in _FILLED}
    rows: dict[int, Row] = {row.number: row for row in sheet.rows}
    filled: dict[int, dict[int, Cell]] = {}
    for span in sheet.spans:
        if span.left in columns and span.bottom > span.top and span.top in rows:
            for number in range(span.top + 1, span.bottom + 1):
                if number in rows:
                    filled.setdefault(number, {})[span.left] = rows[span.top].at(span.left)
    return filled


def _sorted_rows(rows: Sequence[ReadRow]) -> tuple[list[ReadRow], list[ReadRow]]:
    """Lines and headings, and the rows that add them up."""
    return [row for row in rows if not row.total], [row for row in rows if row.total]


def _give_codes(branches: Sequence[Branch], bill: Bill) -> None:
    """Rows without a code get one from their place, which no other row has."""
    used = {branch.read.code for branch in branches}
    count: dict[int | None, int] = {}
    for branch in branches:
        count[branch.above] = count.get(branch.above, 0) + 1
        if branch.read.code:
            continue
        above = branches[branch.above].read.code if branch.above is not None else ""
        number = count[branch.above]
        code = f"{above}.{number}".strip(".")
        while code in used:
            number += 1
            code = f"{above}.{number}".strip(".")
        branch.read.code = code
        used.add(code)
        bill.notes.append(
            Problem("bill_code_given", "The row had no code and was given %(code)s.", {"code": code}, f"row {branch.read.row}"),
        )


def _check_codes(branches: Sequence[Branch], kept: dict[int, str]) -> None:
    first: dict[str, int] = {}
    for place in kept:
        read = branches[place].read
        if read.code in first:
            text = "The code “%(code)s” stands already in row %(other)s. Give each line its own."
            read.fault("bill_code_twice", text, "code", code=read.code, other=first[read.code])
        first.setdefault(read.code, read.row)


def _collect(branches: Sequence[Branch], kept: dict[int, str], bill: Bill) -> None:
    """Lines for the rows without a problem, the others held; a line below a held row stands under the next one above."""
    for place, branch in enumerate(branches):
        read = branch.read
        if place in kept and kept[place] != "heading":
            complete_line(read)
        elif place in kept and not 0 < len(read.title or read.code) <= 300:
            read.fault("bill_text_wrong", "The %(name)s must hold 1 to %(most)s characters.", "title", name="title", most=300)
        bill.notes += read.notes
    for place, kind in kept.items():
        read = branches[place].read
        if read.problems:
            bill.held.append(HeldRow(read.row, read.cells, tuple(read.problems)))
            continue
        parent = _parent(branches, place)
        heading = kind == "heading"
        bill.lines.append(BillLine(read.row, read.code, read.title or read.code, "" if heading else read.unit, Decimal(0) if heading or read.quantity
                                   is None else read.quantity, () if heading else tuple(read.rates), parent, kind, "" if heading
                                   else read.source_unit))  # fmt: skip


def _parent(branches: Sequence[Branch], place: int) -> str:
    step = branches[place].above
    while step is not None and branches[step].read.problems:
        step = branches[step].above
    return branches[step].read.code if step is not None else ""


def _note_what_is_left(book: Book, sheet: Sheet, mapping: BillMapping, bill: Bill) -> None:
    for other in book.sheets:
        if other is not sheet and other.rows:
            text = "The sheet %(sheet)s has %(count)s rows and was not read."
            bill.notes.append(Problem("bill_sheet_left_out", text, {"sheet": other.name, "count": len(other.rows)}, other.name))
    wanted = {column.index for column in mapping.columns}
    head = next((row for row in sheet.rows if row.number == mapping.head_row), None)
    body = [row for row in sheet.rows if row.number > mapping.head_row]
    for index in range(max((len(row.cells) for row in body), default=0)):
        count = sum(1 for row in body if row.at(index).text) if index not in wanted else 0
        if count:
            text = "The column %(column)s was not read; it holds something in %(count)s rows."
            name = (head.at(index).text if head else "") or str(index + 1)
            bill.notes.append(Problem("bill_column_left_out", text, {"column": name, "count": count}, f"column {index + 1}"))
    above = sum(1 for row in sheet.rows if row.number < mapping.head_row)
    if above:
        bill.notes.append(Problem("bill_rows_above", "%(count)s rows above the heads were left out.", {"count": above}))


def _note_units(bill: Bill) -> None:
    """Units that were translated, and two systems of measures in one bill."""
    told = sorted({(line.source_unit, line.unit) for line in bill.lines if line.source_unit and line.source_unit != line.unit})
    for source, unit in told:
        bill.notes.append(Problem("bill_unit_read_as", "The unit %(source)s was read as %(unit)s.", {"source": source, "unit": unit}))
    units = {line.unit for line in bill.lines}
    if units & IMPERIAL and units & {"m", "m2", "m3", "km", "kg", "t", "l"}:
        text = "The bill mixes metric units with %(units)s. Nothing was converted."
        bill.notes.append(Problem("bill_units_mixed", text, {"units": ", ".join(sorted(units & IMPERIAL))}))
