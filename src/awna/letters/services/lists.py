"""A pasted list under review: read in a process of its own, corrected, joined, split, dropped, and taken over once every row was checked."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from awna.core.lists import FIELDS, MARKS, NOT_UNDERSTOOD, SURE, read_entry
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import ListImport, ListRow, OpenLetter, Organisation
from .bodies import name_key
from .letters import WRITERS

POSITIONS_APART = 1_000  # between two rows, so that a split finds room without renumbering


@dataclass(frozen=True)
class RowView:
    """A row as the page shows it: its cells as name → (text, mark), and the text that it was read from."""

    row: ListRow
    cells: dict[str, tuple[str, str]]
    raw: str
    rest: str
    why: str

    @property
    def mark(self) -> str:
        """The worst mark of the row, for its place in the list of doubts."""
        marks = [mark for _text, mark in self.cells.values()] + ([NOT_UNDERSTOOD] if self.rest else [])
        return max(marks, key=MARKS.index)


def take_list(*, letter: OpenLetter, text: str, listed_by: str, listed_on: date, author: Role) -> ListImport:
    """Read a list into rows to review. The same text again gives the first reading, with what was corrected since."""
    refuse_unless_role(author, *WRITERS, campaign=letter.campaign)
    if not listed_by.strip():
        raise Refused(Problem("list_without_source", "Write who made this list: it is shown beside each organisation.", {}, "listed_by"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept = letter.imports.filter(digest=digest).first()
    if kept is not None:
        return kept
    read = "awna.core.lists.reading:read_plain"
    reading: dict[str, Any] = run_in_sandbox(read, {"text": text})
    if not reading["rows"]:
        raise Refused(Problem("list_without_entries", "No entry was found in this text. Paste the list itself.", {}, "text"))
    return _keep(letter, text, digest, reading, listed_by=listed_by.strip(), listed_on=listed_on, author=author)


@transaction.atomic
def _keep(
    letter: OpenLetter, text: str, digest: str, reading: dict[str, Any], *, listed_by: str, listed_on: date, author: Role
) -> ListImport:
    taken = ListImport.objects.create(
        letter=letter, listed_by=listed_by, listed_on=listed_on, text=text, digest=digest, way=reading["way"], taken_by=author
    )
    contents = [(ListRow.OPEN, {**row, "why": ""}) for row in reading["rows"]]
    contents += [(ListRow.LEFT, {"cells": {}, "raw": left["raw"], "rest": "", "why": left["why"]}) for left in reading["leftovers"]]
    ListRow.objects.bulk_create(
        ListRow(taken_from=taken, position=n * POSITIONS_APART, state=state, content=json.dumps(content, ensure_ascii=False))
        for n, (state, content) in enumerate(contents, start=1)
    )
    return taken


def row_views(rows: Any) -> list[RowView]:
    """Rows opened for a page."""
    return [_view(row) for row in rows]


def _view(row: ListRow) -> RowView:
    content = json.loads(row.content)
    cells = {name: tuple(content["cells"].get(name, ("", SURE))) for name in FIELDS}
    return RowView(row, cells, content["raw"], content["rest"], content["why"])


@transaction.atomic
def change_row(*, row: ListRow, fields: dict[str, str], author: Role) -> ListRow:
    """Correct a row: what a person typed or let stand is sure, and nothing is left to understand."""
    row = _locked(row, author)
    content = json.loads(row.content)
    if not fields.get("name_original", "").strip():
        raise Refused(Problem("row_without_name", "A row needs the organisation's name. Write it, or drop the row.", {}, "name_original"))
    country = fields.get("country", "").strip().upper()
    if country and (len(country) != 2 or not country.isalpha()):
        raise Refused(Problem("country_code_wrong", "“%(asked)s” is no country. Choose one.", {"asked": country}, "country"))
    content["cells"] = {name: [fields.get(name, "").strip(), SURE] for name in FIELDS} | {"country": [country, SURE]}
    content["rest"] = ""
    row.content, row.state = json.dumps(content, ensure_ascii=False), ListRow.CHECKED
    row.save()
    return row


@transaction.atomic
def keep_row(*, row: ListRow, author: Role) -> ListRow:
    """Say that a row is right as it was read. A row with something not understood is corrected instead."""
    row = _locked(row, author)
    view = _view(row)
    if view.mark == NOT_UNDERSTOOD:
        raise Refused(Problem("row_not_understood", "A part of this row was not understood. Open it and put each part in its place."))
    return change_row(row=row, fields={name: text for name, (text, _mark) in view.cells.items()}, author=author)


@transaction.atomic
def keep_sure_rows(*, taken: ListImport, author: Role) -> int:
    """Say of all rows in which nothing is in doubt that they are right; return how many."""
    refuse_unless_role(author, *WRITERS, campaign=taken.letter.campaign)
    sure = [view.row for view in row_views(taken.rows.filter(state=ListRow.OPEN)) if view.mark == SURE]
    for row in sure:
        keep_row(row=row, author=author)
    return len(sure)


@transaction.atomic
def drop_row(*, row: ListRow, author: Role) -> ListRow:
    """Set a row aside with what is left over, or bring it back from there."""
    row = _locked(row, author)
    content = json.loads(row.content)
    if row.state == ListRow.LEFT:
        if not content["cells"]:
            content |= _read_again(content["raw"])
        row.state, content["why"] = ListRow.OPEN, ""
    else:
        row.state, content["why"] = ListRow.LEFT, "dropped"
    row.content = json.dumps(content, ensure_ascii=False)
    row.save()
    return row


@transaction.atomic
def join_rows(*, row: ListRow, author: Role) -> ListRow:
    """Make a row and the next one a single entry, and read it again."""
    row = _locked(row, author)
    following = row.taken_from.rows.exclude(state=ListRow.LEFT).filter(position__gt=row.position).first()
    if following is None:
        raise Refused(Problem("row_is_last", "No row stands below this one."))
    raw = f"{json.loads(row.content)['raw']} {json.loads(following.content)['raw']}"
    row.content, row.state = json.dumps({**_read_again(raw), "raw": raw, "why": ""}, ensure_ascii=False), ListRow.OPEN
    row.save()
    following.delete()
    return row


@transaction.atomic
def split_row(*, row: ListRow, before: str, author: Role) -> list[ListRow]:
    """Cut a row in two where the second begins with these words, and read both again."""
    row = _locked(row, author)
    raw = json.loads(row.content)["raw"]
    at = raw.find(before.strip(), 1) if before.strip() else -1
    if at < 1:
        raise Refused(Problem("split_not_found", "The words “%(words)s” do not stand in this row. Copy the words with which the second entry begins.",
                              {"words": before.strip()}, "before"))  # fmt: skip
    following = row.taken_from.rows.filter(position__gt=row.position).first()
    room = (following.position if following else row.position + 2 * POSITIONS_APART) - row.position
    if room < 2:
        raise Refused(Problem("split_without_room", "This row was cut very often. Join it with the next one first."))
    pair = [row, ListRow(taken_from=row.taken_from, position=row.position + room // 2)]
    for part, text in zip(pair, (raw[:at], raw[at:]), strict=True):
        part.state, part.content = ListRow.OPEN, json.dumps({**_read_again(text), "raw": text, "why": ""}, ensure_ascii=False)
        part.save()
    return pair


def _read_again(raw: str) -> dict[str, Any]:
    """One entry read by itself; nothing of it is sure any more."""
    row = read_entry(raw)
    return {"cells": {name: [row[name].text, row[name].mark] for name in FIELDS}, "rest": row.rest}


@transaction.atomic
def confirm_list(*, taken: ListImport, author: Role) -> int:
    """Take every checked row over as an organisation that somebody listed; return how many are new. Refused while rows are unchecked."""
    refuse_unless_role(author, *WRITERS, campaign=taken.letter.campaign)
    taken = ListImport.objects.select_for_update().get(pk=taken.pk)
    if taken.state == ListImport.DONE:
        return 0
    unchecked = taken.rows.filter(state=ListRow.OPEN).count()
    if unchecked:
        raise Refused(
            Problem(
                "rows_unchecked", "%(count)s rows have not been checked. Look at each and keep, correct or drop it.", {"count": unchecked}
            )
        )
    letter, version, seen, new = taken.letter, taken.letter.version, set(), []
    known = set(letter.organisations.exclude(name_key=None).values_list("name_key", flat=True))
    for view in row_views(taken.rows.filter(state=ListRow.CHECKED)):
        said = {name: text for name, (text, _mark) in view.cells.items()}
        key = name_key(letter, said["name_original"])
        if key not in known | seen:
            seen.add(key)
            new.append(_listed(taken, version, said, key))
    Organisation.objects.bulk_create(new)
    taken.state, taken.text = ListImport.DONE, ""
    taken.save(update_fields=["state", "text"])
    taken.rows.all().delete()
    return len(new)


def _listed(taken: ListImport, version: Any, said: dict[str, str], key: str) -> Organisation:
    return Organisation(
        letter=taken.letter, version=version, state=Organisation.LISTED, listed_in=taken, name_key=key, name=said["name_original"][:300],
        name_english=said["name_english"][:300], abbreviation=said["abbreviation"][:40], country=said["country"][:2], place=said["place"][:120],
        office=said["role"][:120], signatory=said["person"],
    )  # fmt: skip


def _locked(row: ListRow, author: Role) -> ListRow:
    """The row while nobody else corrects it; refused once the list was taken over."""
    found = ListRow.objects.select_for_update().select_related("taken_from__letter__campaign").get(pk=row.pk)
    refuse_unless_role(author, *WRITERS, campaign=found.taken_from.letter.campaign)
    if found.taken_from.state != ListImport.OPEN:
        raise Refused(Problem("list_taken_over", "This list was taken over already. Change the organisation itself."))
    return found
