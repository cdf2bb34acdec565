"""The way back: the copy of before the upgrade, unless something was written since, which is named first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import connection

from awna.books.services.copies import heads_of_copy
from awna.books.services.log import entry_of_leaf
from awna.core.problems import Problem, Refused
from awna.desk.after_restore import entry_line
from awna.kit import serving
from awna.kit.backups.database import FILE_NAMES, check_copy, kind_of_database
from awna.kit.backups.swapping import replace_database, table_digests

from .forward import keep_copy, way_back

Tell = Callable[[str], None]


@dataclass
class Since:
    """What the way back would lose: entries of the books, told one by one, and the tables in which something else was written."""

    entries: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.entries or self.tables)


def go_back(*, lose: int | None, tell: Tell = lambda _said: None) -> serving.Journal:
    """Put the data of before the upgrade back. Refused where entries were written since, unless `lose` is their number.

    The newer state stays beside it as a copy, and the published log as a mirror: what is given up here can be read back by hand.
    """
    with serving.alone():
        journal = serving.read_journal()
        copy = way_back(journal) if journal else None
        if journal is None or copy is None or journal.state == serving.BACK:
            raise Refused(
                Problem(
                    "no_way_back",
                    "No copy of before an upgrade is kept here. To return to a backup: awna restore FILE --key KEYFILE into an empty place.",
                )
            )
        if journal.state != serving.GOING_BACK:
            _refuse_to_lose(written_since(copy, journal), lose)
            tell("keeping a copy of the newer state")
            keep_copy(f"after-{FILE_NAMES[kind_of_database()]}")
            journal.keep(serving.GOING_BACK)
        tell("putting the older state back")
        check_copy(copy)
        replace_database(copy)
        serving.keep_stamp(journal.version_from)
        journal.keep(serving.BACK)
        return journal


def written_since(copy: Path, journal: serving.Journal) -> Since:
    """Entries that the copy does not have; and, where the upgrade was finished and served, tables that changed after it."""
    since = Since(_entries_since(copy))
    if journal.state == serving.DONE:
        now = table_digests()
        since.tables = sorted(name for name in now.keys() | journal.tables.keys() if now.get(name) != journal.tables.get(name))
    return since


def _refuse_to_lose(since: Since, lose: int | None) -> None:
    if not since or lose == len(since.entries):
        return
    problems = [Problem("entry_would_be_lost", "%(entry)s", {"entry": line}) for line in since.entries]
    if since.tables:
        problems.append(Problem("rows_would_be_lost", "Something was written since in %(tables)s.", {"tables": ", ".join(since.tables)}))
    problems.append(Problem(
        "way_back_would_lose", "%(n)s entries, listed above, and what else was written since the upgrade would be lost. To go back all the same type: "
        "awna upgrade --back --lose %(n)s", {"n": len(since.entries)}))  # fmt: skip
    raise Refused(problems)


def _entries_since(copy: Path) -> list[str]:
    """By plain SQL: these columns are the same in every version, and the program may be the older one."""
    held = {one["origin"]: int(one["entries"]) for one in heads_of_copy(copy)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account.id, unit.code, unit.scale FROM books_account account JOIN books_commodity unit ON unit.id = account.commodity_id"
        )
        units = {str(UUID(str(key))): (code, scale) for key, code, scale in cursor.fetchall()}
        cursor.execute("SELECT id, origin FROM books_book ORDER BY origin")
        lines = []
        for book, origin in cursor.fetchall():
            cursor.execute("SELECT seq, leaf FROM books_entry WHERE book_id = %s AND seq >= %s ORDER BY seq", [book, held.get(origin, 0)])
            lines += [f"{origin}: {entry_line(seq, entry_of_leaf(bytes(leaf)), units)}" for seq, leaf in cursor.fetchall()]
    return lines
