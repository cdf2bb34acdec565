"""The writers of moving in: keep a file, say what its columns are, take its rows, take them back, put it away, forget old ones."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from awna.books.models import Book
from awna.books.services import closed_through
from awna.core.bill.plain import problem_from_plain, problem_to_plain
from awna.core.bill.sheets import BILL_BYTES_MAX
from awna.core.digest import canonical_json, sha256
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .columns import Row, Suggestion, heads_of, lines_of, plain_rows, suggest
from .kinds import KNOWN, NEW, REFUSED, Judged, Kind, Progress, no_progress
from .models import DONE, DRAFT, DROPPED, UNDONE, BringIn, BroughtRow, KnownColumns

FILE_BYTES_MAX = BILL_BYTES_MAX
DRAFTS_MAX = 20
"""Files of a campaign that are looked at at once."""
KEPT_DAYS = 14
"""Days that a file which nobody took in, and rows that were refused, are kept; they name people."""
REMEMBERED_MAX = 12
READ = "awna.core.bill.tables:read_table"
_BATCH = 500


@dataclass(frozen=True)
class Preview:
    """Every row of a file with what becomes of it."""

    rows: list[Judged] = field(default_factory=list)

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def refused(self) -> list[Judged]:
        return [row for row in self.rows if row.state == REFUSED]


@transaction.atomic
def keep_file(
    *, campaign: Campaign, kind: Kind, data: bytes, name: str, author: Role, decimal: str = "", account: str = ""
) -> BringIn:  # fmt: skip
    """Keep a file, sealed, so that its rows can be looked at. The very file that came in whole before is found, not kept again."""
    refuse_unless_role(author, *kind.roles, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    if len(data) > FILE_BYTES_MAX:
        text = "The file has more than %(limit)s MB. Split it."
        raise Refused(Problem("table_too_large", text, {"limit": FILE_BYTES_MAX // 1024**2}, "file"))
    if kind.has_amounts and decimal not in (".", ","):
        raise Refused(Problem("decimal_not_stated", "Say how decimals are written; it is never guessed.", {}, "decimal"))
    options = {"decimal": decimal or ".", "account": account}
    digest = sha256(data).hex()
    same = campaign.bring_ins.filter(kind=kind.name, digest=digest, options__account=account, brought_by__section=author.section_id)
    before = same.filter(state=DONE, refused=0).first() or same.filter(state=DRAFT, options__decimal=options["decimal"]).first()
    if before is not None:
        return before
    if campaign.bring_ins.filter(state=DRAFT).count() >= DRAFTS_MAX:
        text = "%(most)s files wait already. Take one in or put one away first."
        raise Refused(Problem("bring_ins_wait", text, {"most": DRAFTS_MAX}, "file"))
    kept = BringIn(
        campaign=campaign, kind=kind.name, name=PurePath(name.replace("\\", "/")).name[:200] or kind.name, digest=digest, options=options,
        content=base64.b64encode(data).decode(), brought_by=author,
    )  # fmt: skip
    _read_sheet(kept, "")
    found = suggestion_of(kept, kind)
    if found.sure:
        kept.mapping = {"head_row": found.head_row, "columns": found.columns}
    _refuse_too_many(kept, kind)
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def choose_sheet(*, found: BringIn, kind: Kind, sheet: str, author: Role) -> BringIn:
    """Look at another sheet of the workbook; its columns are asked again."""
    found = _locked(found, kind, author, DRAFT)
    if sheet not in found.sheets:
        raise Refused(Problem("sheet_unknown", "The file has no sheet “%(name)s”.", {"name": sheet}, "sheet"))
    _read_sheet(found, sheet)
    found.mapping = None
    found.save(update_fields=["rows", "options", "mapping"])
    return found


@transaction.atomic
def map_columns(*, found: BringIn, kind: Kind, head_row: int, columns: Mapping[str, str], author: Role) -> BringIn:
    """Say which column (by its head) holds what. It is remembered for the next file of this kind."""
    found = _locked(found, kind, author, DRAFT)
    heads = heads_of(rows_of(found), head_row)
    names = {column.name: column.title for column in kind.columns}
    chosen = {name: head for name, head in columns.items() if head and name in names}
    problems = [
        Problem("column_needed", "Choose the column of the file that holds this; rows cannot be taken without it.", {}, f"column_{name}")
        for name in kind.required if name not in chosen
    ]  # fmt: skip
    problems += [
        Problem("head_unknown", "Row %(row)s has no head “%(head)s”. Choose one that it has.", {"row": head_row, "head": head}, f"column_{name}")
        for name, head in chosen.items() if head not in heads
    ]  # fmt: skip
    twice = [name for name, head in chosen.items() if list(chosen.values()).count(head) > 1]
    problems += [Problem("column_twice", "This column is chosen twice. Choose it once.", {}, f"column_{name}") for name in twice[1:]]
    if problems:
        raise Refused(problems)
    found.mapping = {"head_row": head_row, "columns": chosen}
    _refuse_too_many(found, kind)
    found.save(update_fields=["mapping"])
    _remember(found, kind, heads, chosen, author)
    return found


def suggestion_of(found: BringIn, kind: Kind, *, head_row: int | None = None) -> Suggestion:
    """How this file is likely to be read, from our heads, usual words and earlier files."""
    known = found.campaign.known_columns.filter(kind=kind.name)[:REMEMBERED_MAX]
    rows = rows_of(found)
    return suggest([row for row in rows if head_row in (None, row[0])], kind.columns, [(one.heads, one.columns) for one in known])


def rows_of(found: BringIn) -> list[Row]:
    """The rows of the sheet as they are in the file; of a file that is done there are none left."""
    return plain_rows(json.loads(found.rows)) if found.state == DRAFT and found.rows else []


def preview(found: BringIn, kind: Kind, author: Role) -> Preview:
    """What would become of each row today; of a file that is done, the rows that were refused."""
    if found.state != DRAFT:
        return Preview(_kept_refused(found))
    if found.mapping is None:
        return Preview()
    lines = lines_of(
        rows_of(found), head_row=found.head_row, columns=found.mapping["columns"], decimal=found.options["decimal"]
    )  # fmt: skip
    if not lines:
        raise Refused(Problem("table_without_rows", "Below the heads there are no rows. Add one for each, and bring the file in again."))
    return Preview(kind.judge(found, lines, author))


@transaction.atomic
def take_in(*, found: BringIn, kind: Kind, author: Role, leave_refused: bool = False, progress: Progress = no_progress) -> BringIn:
    """Take every new row, all in one transaction; where rows are refused, only if the person said that they are left out. Twice is once."""
    found = _locked(found, kind, author, DRAFT, DONE)
    if found.state == DONE:
        return found
    seen = preview(found, kind, author)
    if found.mapping is None:
        raise Refused(Problem("columns_not_said", "Say first what the columns of this file are."))
    refused = seen.refused
    if refused and not leave_refused:
        text = "Rows that are refused: %(n)s. Correct the file, or say that they are left out."
        raise Refused(Problem("rows_refused", text, {"n": len(refused)}, "leave_refused"))
    fresh = [row for row in seen.rows if row.state == NEW]
    try:
        with transaction.atomic():
            made = kind.take(found, fresh, author, progress)
    except IntegrityError as error:  # somebody wrote the same code by hand between the look and the writing
        text = "Somebody wrote one of these rows in the meantime. Look at the rows once more."
        raise Refused(Problem("rows_changed_meanwhile", text)) from error
    BroughtRow.objects.bulk_create(
        [BroughtRow(bring_in=found, number=number, ref=ref) for number, ref in sorted(made.items())], batch_size=_BATCH
    )
    found.state, found.done_at, found.content = DONE, timezone.now(), ""
    found.new, found.known, found.refused = len(fresh), seen.count(KNOWN), len(refused)
    found.rows = _plain_refused(refused) if refused else ""
    found.save()
    return found


@transaction.atomic
def take_back(*, found: BringIn, kind: Kind, author: Role) -> BringIn:
    """Make it as if the file had not come, before the first period is closed. Refused, naming it, where something was built on a row."""
    found = _locked(found, kind, author, DONE, UNDONE)
    if found.state == UNDONE:
        return found
    refuse_after_closing(found.campaign)
    kind.undo(found, list(found.made.all()), author)
    found.state, found.undone_by, found.undone_at, found.rows = UNDONE, author, timezone.now(), ""
    found.save(update_fields=["state", "undone_by", "undone_at", "rows"])
    return found


@transaction.atomic
def put_away(*, found: BringIn, kind: Kind, author: Role) -> BringIn:
    """Forget a file that was looked at, or the refused rows of one that came in. What came in stays."""
    found = _locked(found, kind, author, DRAFT, DONE, DROPPED)
    found.state = DROPPED if found.state == DRAFT else found.state
    found.content = found.rows = ""
    found.save(update_fields=["state", "content", "rows"])
    return found


def forget_old() -> int:
    """Empty what nobody came back to within KEPT_DAYS: the rows name people. Return how many files."""
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    full = BringIn.objects.exclude(rows="", content="")
    count = full.filter(state=DRAFT, brought_at__lt=limit).update(state=DROPPED, content="", rows="")
    return count + full.exclude(state=DRAFT).filter(done_at__lt=limit).update(content="", rows="")


def refuse_after_closing(campaign: Campaign) -> None:
    """What was moved in is taken back only while nothing was reported on it."""
    book = Book.objects.filter(campaign=campaign).first()
    closed = closed_through(book) if book else None
    if closed is not None:
        text = "The book is closed up to %(day)s, so what was brought in before stays. Correct single rows instead."
        raise Refused(Problem("moved_in_for_good", text, {"day": closed}))


# -- how -------------------------------------------------------------------------------------------------------------


def _read_sheet(found: BringIn, sheet: str) -> None:
    read = run_in_sandbox(READ, {"data": found.content, "sheet": sheet})
    found.sheets, found.rows = read["sheets"], json.dumps(read["rows"], ensure_ascii=False)
    found.options = found.options | ({"sheet": read["sheet"]} if sheet else {})


def _refuse_too_many(found: BringIn, kind: Kind) -> None:
    count = sum(number > found.head_row for number, _cells in rows_of(found))
    if count > kind.rows_max:
        text = "The file has %(n)s rows; at most %(most)s are taken at once. Split it."
        raise Refused(Problem("table_too_long", text, {"n": count, "most": kind.rows_max}, "file"))


def _locked(found: BringIn, kind: Kind, author: Role, *states: str) -> BringIn:
    """The file as it is now, with the campaign locked: two people must not take the same rows at once."""
    Campaign.objects.select_for_update().get(pk=found.campaign_id)
    found = BringIn.objects.select_related("campaign", "brought_by__section").get(pk=found.pk)
    refuse_unless_role(author, *kind.roles, campaign=found.campaign)
    if author.section_id != found.brought_by.section_id and (kind.own_body or author.section_id is not None):
        raise Refused(Problem("bring_in_of_another_section", "This file belongs to another section. Ask its own people."))
    if found.state not in states:
        text = "This file is “%(state)s”, so this cannot be done with it. Bring it in again if you need to."
        raise Refused(Problem("bring_in_is_elsewhere", text, {"state": found.get_state_display()}))
    return found


def _remember(found: BringIn, kind: Kind, heads: list[str], columns: dict[str, str], author: Role) -> None:
    digest = sha256(canonical_json(sorted(filter(None, heads)))).hex()
    KnownColumns.objects.update_or_create(
        campaign=found.campaign, kind=kind.name, digest=digest,
        defaults={"heads": heads, "columns": columns, "saved_by": author, "saved_at": timezone.now()},
    )  # fmt: skip


def _plain_refused(rows: Sequence[Judged]) -> str:
    kept: list[Any] = [
        {"number": row.number, "cells": dict(row.cells), "label": row.label, "problems": [problem_to_plain(one) for one in row.problems]}
        for row in rows
    ]
    return json.dumps(kept, ensure_ascii=False)


def _kept_refused(found: BringIn) -> list[Judged]:
    return [
        Judged(one["number"], one["cells"], REFUSED, one["label"], tuple(problem_from_plain(item) for item in one["problems"]))
        for one in (json.loads(found.rows) if found.rows else [])
    ]
