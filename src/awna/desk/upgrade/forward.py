"""The upgrade itself: a sealed backup, a copy beside the database, the changes, and a look at everything. Stopped anywhere, it can go on."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

import awna
from awna.books.services.copies import heads_of_copy
from awna.core.problems import Problem, Refused
from awna.desk.doctor.findings import BAD, Finding
from awna.kit import serving
from awna.kit.backups.database import FILE_NAMES, check_copy, copy_database, kind_of_database, owner_alias
from awna.kit.backups.making import make_backup
from awna.kit.backups.swapping import table_digests

from .looking import look_after, look_before

Tell = Callable[[str], None]
COPY_KEPT_DAYS = 7


def upgrade(*, with_backup: bool, tell: Tell = lambda _said: None) -> serving.Journal | None:
    """Bring the data to this version; None where nothing had to be changed. Refused, with the data as it was, while a look before says no."""
    with serving.alone():
        refuse_bad(look_before(with_backup=with_backup))
        journal = serving.read_journal()
        if journal is None or journal.state not in (serving.CHANGING, serving.CHANGED):
            if not serving.waiting_migrations():
                serving.keep_stamp()
                return None
            journal = _begin(with_backup=with_backup, tell=tell)
        journal.version_to = awna.__version__
        journal.keep(serving.CHANGING)
        _change(tell)
        journal.keep(serving.CHANGED)
        tell("looking at the guards and the books")
        refuse_bad(look_after())
        journal.tables = table_digests()
        serving.keep_stamp()
        journal.keep(serving.DONE)
        return journal


def refuse_bad(found: list[Finding]) -> None:
    bad = [one.problem for one in found if one.state == BAD]
    if bad:
        raise Refused(bad)


def way_back(journal: serving.Journal) -> Path | None:
    """The copy of before the upgrade, while it is kept."""
    copy = serving.upgrade_folder() / journal.copy
    return copy if journal.copy and copy.is_file() else None


def forget_way_back() -> int:
    """Delete the copies beside the database a week after an upgrade that is over: they hold what people asked to be forgotten since."""
    journal = serving.read_journal()
    if (journal and journal.state in serving.UNFINISHED) or not serving.upgrade_folder().is_dir():
        return 0
    edge = timezone.now().timestamp() - COPY_KEPT_DAYS * 86_400
    old = [path for path in serving.upgrade_folder().iterdir() if path.name != serving.JOURNAL and path.stat().st_mtime < edge]
    for path in old:
        path.unlink()
    return len(old)


def _begin(*, with_backup: bool, tell: Tell) -> serving.Journal:
    """The backup and the copy; until both are whole nothing else is touched."""
    journal = serving.Journal(serving.read_stamp(), awna.__version__, f"{timezone.now():%Y-%m-%d %H:%M}")
    folder = serving.upgrade_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    if with_backup:
        made = make_backup(folder=Path(settings.AWNA_BACKUP_DIR), keys=settings.AWNA_BACKUP_KEYS, heads=heads_of_copy, tell=tell)
        journal.backup = str(made.path)
    tell("keeping a copy for the way back")
    keep_copy(f"before-{FILE_NAMES[kind_of_database()]}")
    journal.copy = f"before-{FILE_NAMES[kind_of_database()]}"
    return journal


def keep_copy(name: str) -> None:
    """A sound copy of the database under this name, for the owner of the folder alone; one of that name is replaced when it is whole."""
    folder = serving.upgrade_folder()
    part = folder / f"new-{FILE_NAMES[kind_of_database()]}"
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        copy_database(part)
        check_copy(part)
        part.replace(folder / name)
    except OSError as error:
        raise Refused(Problem("copy_not_written", "The copy for the way back could not be written to %(place)s: %(why)s. Nothing was changed.",
                              {"place": folder, "why": error.strerror or error})) from error  # fmt: skip
    finally:
        part.unlink(missing_ok=True)


def _change(tell: Tell) -> None:
    for name in serving.waiting_migrations():
        app, _, migration = name.partition(".")
        if name not in serving.waiting_migrations():  # it came with one before it
            continue
        tell(f"changing: {name}")
        try:
            call_command("migrate", app, migration, database=owner_alias(), interactive=False, verbosity=0)
        except Exception as error:  # whatever a change meets, the operator must hear the way on and the way back
            raise Refused(Problem(
                "change_failed", "The change %(name)s failed: %(why)s. It was taken back by itself; those before it stand, and nothing is served. "
                "Mend the cause and type awna upgrade, or type awna upgrade --back.",
                {"name": name, "why": f"{type(error).__name__}: {error}"})) from error  # fmt: skip
