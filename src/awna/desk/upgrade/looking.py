"""What is looked at before an upgrade, and after it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

import awna
from awna.books.checks import standing_problems
from awna.books.models import Book
from awna.books.services import check_book
from awna.core.problems import Problem
from awna.desk.doctor.findings import BAD, LOOK, WELL, Finding
from awna.desk.doctor.round import whole_round
from awna.kit import serving
from awna.kit.backups.database import database_file, kind_of_database
from awna.kit.backups.swapping import others_connected

COPIES = 4
"""Room for so many copies of the database: the sealed backup, its copy, the copy for the way back, and the changed tables."""
FREE_MB_LEAST = 200
LOST_BEFORE = ("log_does_not_continue", "two_heads_of_one_size")
"""What no upgrade can cause or mend: entries that a restore did not bring back. It must not keep a restored older version from this one."""
MENDED_BEFORE = ("guards", "migrations", "upgrade")


def look_before(*, with_backup: bool) -> list[Finding]:
    """What must hold before anything is changed; a BAD one stops the upgrade."""
    return [*_versions(), *_nobody_else(), *_room(), *_backup(with_backup), *_plan()]


def look_after() -> list[Finding]:
    """What must hold before anything is served: guards, and every book recomputed from its log."""
    found = [Finding("guards", BAD, problem, "awna upgrade --back") for problem in standing_problems(connection)]
    for book in Book.objects.select_related("campaign").order_by("campaign__slug"):
        slug = book.campaign.slug
        for problem in check_book(book):
            state = LOOK if problem.code in LOST_BEFORE else BAD
            found.append(Finding(f"book {slug}", state, problem, f"awna checkbook --campaign {slug}"))
    return found


def other_advice() -> list[Finding]:
    """What the doctor says besides: it stops no upgrade, and it should be read."""
    return [one for one in whole_round() if one.state == BAD and one.name not in MENDED_BEFORE]


def _versions() -> Iterator[Finding]:
    stamp = serving.read_stamp() or "unknown"
    yield Finding("version", WELL, Problem("versions", "The data is of version %(stamp)s, this program is version %(version)s.",
                                           {"stamp": stamp, "version": awna.__version__}))  # fmt: skip
    for problem in serving.unfit_problems():
        if problem.code in ("data_is_newer", "data_is_empty", "going_back_unfinished"):
            yield Finding("version", BAD, problem, "awna migrate" if problem.code == "data_is_empty" else "awna upgrade --back")


def _nobody_else() -> Iterator[Finding]:
    others = others_connected()
    if others:
        yield Finding("running", BAD, Problem("others_are_connected", "%(n)s other programs are connected to the database. Stop them first.", {"n": others}),
                      "systemctl stop 'awna*'")  # fmt: skip
    else:
        yield Finding("running", WELL, Problem("nobody_runs", "Nothing else runs."))


def _room() -> Iterator[Finding]:
    place, size = Path(settings.AWNA_DATA_DIR), 0
    if kind_of_database() == "sqlite" and database_file().is_file():
        size = database_file().stat().st_size
    elif kind_of_database() != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size = int(cursor.fetchone()[0])
    free, needed = shutil.disk_usage(place).free >> 20, max(FREE_MB_LEAST, COPIES * size >> 20)
    said = {"free": free, "needed": needed, "place": place}
    if free < needed:
        yield Finding("disk", BAD, Problem("upgrade_has_no_room", "%(free)s MB are free in %(place)s; the upgrade needs %(needed)s MB.", said),
                      f"du -xh --max-depth=2 {place} | sort -h")  # fmt: skip
    else:
        yield Finding("disk", WELL, Problem("upgrade_has_room", "%(free)s MB are free; %(needed)s MB are needed.", said))


def _backup(with_backup: bool) -> Iterator[Finding]:
    if with_backup and not settings.AWNA_BACKUP_KEYS:
        yield Finding("backup", BAD, Problem("upgrade_needs_a_backup", "There is no key for backups, so none can be made before the upgrade. Make one and put its public "
                                             "half into AWNA_BACKUP_KEYS; or say --without-backup, and only the copy beside the database is kept."),
                      "awna backup --new-key")  # fmt: skip


def _plan() -> Iterator[Finding]:
    waiting = serving.waiting_migrations()
    if waiting:
        yield Finding("changes", WELL, Problem("changes_wait", "%(n)s changes of the database wait: %(names)s.",
                                               {"n": len(waiting), "names": ", ".join(waiting)}))  # fmt: skip
