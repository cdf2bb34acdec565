"""The writers of the bill: bring a file in, say what its columns are, correct its rows, apply it with what it changes, put it away."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from awna.core.bill.lines import BillLine
from awna.core.bill.mapping import BillMapping
from awna.core.bill.plain import ReadBill, bill_from_plain
from awna.core.bill.sheets import BILL_BYTES_MAX
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.place import BudgetLine
from ..models.roles import BUDGET_ROLES
from .difference import Difference, compare, values_of
from .models import BillFile, BillLayout
from .taking_back import keep_before, lines_as_they_stand

DRAFTS_MAX = 20  # files of a campaign that are looked at at once
LINES_MAX = 20_000
CELL_CHARS_MAX = 500  # of a corrected cell
LAYOUT_CHARS_MAX = 120
LOOK, READ = "awna.core.bill.plain:look_at_bill", "awna.core.bill.plain:read_plain_bill"


@transaction.atomic
def keep_bill(*, campaign: Campaign, data: bytes, name: str, author: Role) -> BillFile:
    """Keep a file as a draft. Its columns are those of a saved mapping with the same heads, else what its heads speak for."""
    refuse_unless_role(author, *BUDGET_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    _refuse_size(data)
    if campaign.bill_files.filter(state="draft").count() >= DRAFTS_MAX:
        raise Refused(Problem("bill_files_wait", "%(most)s files wait already. Apply one or put one away first.", {"most": DRAFTS_MAX}))
    content = base64.b64encode(data).decode()
    looked = run_in_sandbox(LOOK, {"data": content})
    kept = BillFile(
        campaign=campaign, name=PurePath(name).name[:200] or "bill", content=content, sheets=looked["sheets"], brought_by=author
    )
    layout = next((one for one in campaign.bill_layouts.order_by("-saved_at") if _fits(one.mapping, looked["sheets"])), None)
    kept.mapping = layout.mapping if layout else looked["suggested"]
    if kept.mapping:
        if not kept.mapping["currency"]:
            kept.mapping["currency"] = campaign.goal_currency
        _read_again(kept)
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def map_bill(*, file: BillFile, mapping: BillMapping, author: Role, save_as: str = "") -> BillFile:
    """Read the file by this mapping. `save_as` keeps the mapping for the next file with the same heads."""
    file = _draft(file, author)
    if problems := mapping.check():
        raise Refused(problems)
    file.mapping, file.corrections = mapping.to_data(), {} if _moves(file.mapping, mapping) else file.corrections
    _read_again(file)
    file.save(update_fields=["mapping", "corrections", "reading"])
    if save_as.strip():
        BillLayout.objects.update_or_create(
            campaign=file.campaign, name=save_as.strip()[:LAYOUT_CHARS_MAX],
            defaults={"mapping": file.mapping, "saved_by": author, "saved_at": timezone.now()},
        )  # fmt: skip
    return file


@transaction.atomic
def correct_bill(*, file: BillFile, row: int, cells: Mapping[int, str] | None, author: Role) -> BillFile:
    """Other cells (column → text) for one row of the file, or None: leave the row out. The file itself stays as it came."""
    file = _draft(file, author)
    if file.mapping is None:
        raise Refused(Problem("bill_without_columns", "Say first what the columns of this file are."))
    if cells is not None and any(len(text) > CELL_CHARS_MAX for text in cells.values()):
        raise Refused(Problem("bill_cell_too_long", "A cell holds at most %(most)s characters.", {"most": CELL_CHARS_MAX}))
    said: dict[str, Any] = {"leave": True} if cells is None else {"cells": {str(index): text for index, text in cells.items()}}
    file.corrections = file.corrections | {str(row): said}
    _read_again(file)
    file.save(update_fields=["corrections", "reading"])
    return file


def bill_of(file: BillFile) -> ReadBill | None:
    """What was read of the file, None while its columns are not known."""
    return bill_from_plain(file.reading) if file.reading else None


def difference_of(file: BillFile) -> Difference:
    """What applying it now would change."""
    bill = bill_of(file)
    return compare(_present(file.campaign), bill.lines if bill else [])


@transaction.atomic
def apply_bill(*, file: BillFile, seen: str, take_out: bool = False, author: Role) -> BillFile:
    """Make the lines of the campaign those of the file. `seen` marks the difference that was shown; another one is refused.

    Rows that are held for correction stay in the file, which then goes on waiting. `take_out` removes lines that the file no longer has.
    """
    file = _draft(file, author)
    bill = bill_of(file)
    found = difference_of(file)
    if bill is None or not bill.lines:
        raise Refused(Problem("bill_without_lines", "No row of this file is a line yet. Correct its columns or its rows."))
    if found.seen != seen:
        raise Refused(Problem("bill_changed_since", "The bill or this file changed since you looked. Look at the difference once more."))
    before = lines_as_they_stand(file.campaign)
    _write(file.campaign, found, take_out=take_out)
    keep_before(file, before, lines_as_they_stand(file.campaign))
    if not bill.held:
        file.state = "applied"
    file.applied_at = timezone.now()
    file.save(update_fields=["state", "applied_at", "before"])
    return file


@transaction.atomic
def drop_bill(*, file: BillFile, author: Role) -> BillFile:
    """Put a file away; what was applied of it stays."""
    file = _draft(file, author)
    file.state, file.content, file.reading, file.sheets = "dropped", "", None, []
    file.save(update_fields=["state", "content", "reading", "sheets"])
    return file


@transaction.atomic
def load_budget(*, campaign: Campaign, data: bytes, filename: str, author: Role, change: bool = False) -> list[BudgetLine]:
    """Load a whole bill at once, or refuse with every problem. The same file again changes nothing.

    A known code with other figures is refused unless `change` says that they are meant.
    """
    refuse_unless_role(author, *BUDGET_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    _refuse_size(data)
    try:
        read = run_in_sandbox(READ, {"data": base64.b64encode(data).decode(), "currency": campaign.goal_currency})
        bill = bill_from_plain(read)
        if found := [*bill.problems, *(problem for held in bill.held for problem in held.problems)]:
            raise Refused(found)
        if not bill.lines:
            raise Refused(Problem("bill_without_lines", "No row of this file is a line. Add one row for each item below the heads."))
        _refuse_too_many(bill.lines)
    except Refused as refused:
        where = [problem.at(f"{filename}: {problem.where}" if problem.where else filename) for problem in refused.problems]
        raise Refused(where) from refused
    difference = compare(_present(campaign), bill.lines)
    if not change:
        text = "The budget has “%(code)s” with other figures. Look at the difference, and say that the change is meant."
        rows = [(one.code, one.read.row if one.read else 0) for one in difference.of("changed")]
        if problems := [Problem("budget_line_differs", text, {"code": code}, f"{filename}: row {row}") for code, row in rows]:
            raise Refused(problems)
    lines = _write(campaign, difference, take_out=False)
    return [lines[one.code] for one in bill.lines]


# -- how -------------------------------------------------------------------------------------------------------------


def _refuse_size(data: bytes) -> None:
    if len(data) > BILL_BYTES_MAX:
        raise Refused(Problem("bill_file_too_large", "The file holds more than %(limit)s. Take out what is not part of the bill, or split it.",
                              {"limit": f"{BILL_BYTES_MAX // 1024**2} MB"}, "file"))  # fmt: skip


def _refuse_too_many(lines: Sequence[BillLine]) -> None:
    if len(lines) > LINES_MAX:
        raise Refused(Problem("bill_too_long", "The bill has more than %(most)s lines. Split it.", {"most": LINES_MAX}))


def _draft(file: BillFile, author: Role) -> BillFile:
    file = BillFile.objects.select_related("campaign").get(pk=file.pk)
    refuse_unless_role(author, *BUDGET_ROLES, campaign=file.campaign)
    Campaign.objects.select_for_update().get(pk=file.campaign_id)
    file.refresh_from_db()
    if file.state != "draft":
        raise Refused(Problem("bill_file_is_done", "This file was applied or put away already. Bring it in again to change something."))
    return file


def _fits(mapping: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a saved mapping finds its heads in this file, where it looks for them."""
    sheet = next((one for one in sheets if one["name"] == mapping["sheet"]), None)
    row = next((one for one in sheet["rows"] if one["number"] == mapping["head_row"]), None) if sheet else None
    heads = [column for column in mapping["columns"] if column["head"]]
    if row is None or len(heads) < 2:
        return False
    cells = row["cells"]
    return all(column["index"] < len(cells) and cells[column["index"]] and cells[column["index"]] in column["head"] for column in heads)


def _moves(before: Mapping[str, Any] | None, mapping: BillMapping) -> bool:
    """Whether corrections by row and column no longer mean the same rows."""
    return before is not None and before["sheet"] != mapping.sheet


def _read_again(file: BillFile) -> None:
    file.reading = run_in_sandbox(READ, {"data": file.content, "mapping": file.mapping, "corrections": file.corrections})
    _refuse_too_many(bill_from_plain(file.reading).lines)


def _present(campaign: Campaign) -> list[BudgetLine]:
    return list(campaign.budget_lines.order_by("position"))


def _write(campaign: Campaign, difference: Difference, *, take_out: bool) -> dict[str, BudgetLine]:
    """All lines by code. Those of the file stand in its order, those that are not in it behind them."""
    lines = {change.code: change.line or BudgetLine(campaign=campaign, code=change.code) for change in difference.changes}
    for place, change in enumerate(difference.changes):
        line = lines[change.code]
        line.position = place
        if change.read is not None and change.state != "same":
            for name, value in values_of(change.read).items():
                setattr(line, name, value)
    new = [lines[change.code] for change in difference.of("new")]
    parents = {change.code: change.read.parent for change in difference.changes if change.read is not None}
    for code, parent in parents.items():
        lines[code].parent = lines[parent] if parent else None
    BudgetLine.objects.bulk_create(sorted(new, key=lambda line: _depth(line.code, parents)))
    old = [lines[change.code] for change in difference.of("changed", "same", "gone")]
    names = ["parent", "title", "unit", "quantity", "rate", "amount_minor", "currency", "more_rates", "kind", "position"]
    BudgetLine.objects.bulk_update(old, names, batch_size=500)
    if take_out:
        _take_out([change.line for change in difference.of("gone") if change.line is not None])
    return lines


def _depth(code: str, parents: Mapping[str, str]) -> int:
    depth = 0
    while code := parents.get(code, ""):
        depth += 1
    return depth


def _take_out(lines: Sequence[BudgetLine]) -> None:
    """Gone together, or refused with the names of those to which something points."""
    try:
        with transaction.atomic():
            gone = BudgetLine.objects.filter(pk__in=[line.pk for line in lines])
            gone.update(parent=None)  # a heading goes together with the lines below it
            gone.delete()
    except ProtectedError as error:
        pointed = {one.line_id if hasattr(one, "line_id") else getattr(one, "budget_line_id", None) for one in error.protected_objects}
        named = [line.code for line in lines if line.pk in pointed][:10] or [line.code for line in lines][:10]
        text = "Gifts, releases, orders or tasks point to lines that the file no longer has: %(codes)s. Leave them in the bill, or in the file."
        raise Refused(Problem("bill_line_in_use", text, {"codes": ", ".join(named)}, "take_out")) from error
