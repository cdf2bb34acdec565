"""`awna doctor` finds planted faults and names the command that mends each."""

import ast
import json
import os
import re
import time
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from awna.books.checks import check_guards
from awna.books.models import Entry, Statement, StatementFile
from awna.books.services import publish_log
from awna.books.services.heads import guard_files, log_folder
from awna.desk.doctor.upkeep import keep_stamp
from awna.kit import serving
from awna.kit.backups.making import NAME_FORMAT
from awna.kit.backups.sealing import new_key
from awna.parties.forgotten.services import FILE
from tests.postgres import ROOT
from tests.rooms.funded import Funded, make_funded

pytestmark = pytest.mark.django_db
OLD = timezone.now() - timedelta(days=3)
NO_COMMANDS = {"first"}
"""Words that follow the name where nothing is to be typed: a seed of a digest."""


@pytest.fixture
def healthy(tmp_path: Path, settings: Any) -> Funded:
    """A site on which nothing may not wait: every look below starts from here and breaks one thing."""
    for name in ("DATA", "KEY", "LOG", "BACKUP", "LOG_GUARD"):
        (tmp_path / name.lower()).mkdir(mode=0o700)
        setattr(settings, f"AWNA_{name}_DIR", str(tmp_path / name.lower()) if name == "LOG_GUARD" else tmp_path / name.lower())
    settings.AWNA_BACKUP_KEYS = [new_key()[1]]
    (settings.AWNA_BACKUP_DIR / timezone.now().strftime(NAME_FORMAT)).touch()
    keep_stamp()
    funded = make_funded()
    publish_log(funded.book)
    assert now() == {}
    return funded


def now() -> dict[str, str]:
    """Code → what to do, of all that may not wait."""
    out = StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
    except SystemExit as ended:
        assert ended.code == 1
    return {one["code"]: one["do"] for one in json.loads(out.getvalue()) if one["state"] == "bad"}


def statement(funded: Funded, number: int, opening: date, closing: date, before: int, after: int) -> None:
    file = StatementFile.objects.create(bank_account=funded.account, name=str(number), digest=f"d{number}", content="s", author=funded.world.karim, request_id=f"s{number}")  # fmt: skip
    Statement.objects.create(bank_account=funded.account, file=file, position=0, format="camt", number=str(number), opening_on=opening, closing_on=closing,
                             opening_minor=before, closing_minor=after)  # fmt: skip


def test_host_that_nobody_is_answered_at(healthy: Funded, settings: Any) -> None:
    settings.AWNA_ORIGIN = "http://awna.example.org"
    assert now() == {"origin_without_https": "AWNA_ORIGIN=https://awna.example.org", "host_not_answered": "AWNA_HOSTS=awna.example.org"}


def test_key_that_others_can_read(healthy: Funded, settings: Any) -> None:
    path = settings.AWNA_KEY_DIR / "sealing_key"
    path.write_text("x")
    path.chmod(0o644)
    assert now() == {"key_readable_by_others": f"chmod 600 {path}"}


def test_full_disk(healthy: Funded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("awna.desk.doctor.machine.FREE_MB_LEAST", 10**9)
    assert list(now()) == ["disk_nearly_full"]


def test_clock_that_was_put_back(healthy: Funded, monkeypatch: pytest.MonkeyPatch) -> None:
    before = timezone.now()
    monkeypatch.setattr("awna.desk.doctor.machine.timezone.now", lambda: before - timedelta(days=2))
    assert now()["clock_is_behind"] == "timedatectl set-ntp true"
    assert Entry.objects.exists()


def test_mail_server_that_does_not_answer(healthy: Funded, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1
    assert "AWNA_EMAIL_HOST" in now()["mail_server_not_answering"]


def test_site_that_does_not_answer_over_https(healthy: Funded, settings: Any) -> None:
    settings.AWNA_ORIGIN = "https://127.0.0.1:1"
    assert now() == {"site_not_answering": "systemctl status nginx"}


def test_quiet_timer(healthy: Funded, settings: Any) -> None:
    stamp = settings.AWNA_DATA_DIR / "hourly.stamp"
    os.utime(stamp, (time.time() - 4 * 3600,) * 2)
    assert now() == {"timer_is_quiet": "systemctl enable --now awna-hourly.timer"}
    call_command("hourly", stdout=StringIO())
    assert now() == {}


def test_jobs_that_nobody_runs(healthy: Funded) -> None:
    row = DBTaskResult.objects.create(
        task_path="awna.kit.jobs._mail", args_kwargs={"args": [], "kwargs": {}}, status=TaskResultStatus.READY, run_after=OLD
    )
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=OLD)
    assert now() == {"jobs_wait": "awna work --once"}


def test_backup_that_is_old_or_missing(healthy: Funded, settings: Any) -> None:
    (fresh,) = settings.AWNA_BACKUP_DIR.iterdir()
    fresh.rename(fresh.with_name(OLD.strftime(NAME_FORMAT)))
    assert now() == {"backup_is_old": "awna backup"}
    next(settings.AWNA_BACKUP_DIR.iterdir()).unlink()
    assert now() == {"no_backup": "awna backup"}
    settings.AWNA_BACKUP_KEYS = []
    assert now() == {"backup_needs_a_key_first": "awna backup --new-key"}


def test_migration_that_waits_and_guard_that_is_gone(healthy: Funded) -> None:
    """An older database is said to be older, and can be brought up to date; one of this version without its guard is refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'works' AND id = (SELECT max(id) FROM django_migrations WHERE app = 'works')"
        )
    assert now() == {"data_is_older": "awna upgrade"}
    assert check_guards(databases=["default"]) == []


def test_guard_that_is_gone(healthy: Funded) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER books_evidence_never_removed")
        assert now() == {"guard_differs": "awna restore"}
        assert [error.id for error in check_guards(databases=["default"])] == ["awna.E010"]
    else:  # this role owns nothing, so it cannot plant the fault: the guard protects itself
        from django.db import DatabaseError, transaction

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER books_evidence_never_removed ON books_evidence")
        assert now() == {}


def test_log_that_was_not_signed_or_lost_its_files(healthy: Funded, settings: Any) -> None:
    slug = healthy.world.campaign.slug
    (log_folder(healthy.book) / "checkpoint").unlink()
    assert now()["log_not_published"] == f"awna publishlog {slug} --rebuild"


def test_head_that_is_kept_on_this_disk_alone(healthy: Funded, settings: Any) -> None:
    settings.AWNA_LOG_GUARD_DIR = ""
    assert now() == {"no_guard_elsewhere": "AWNA_LOG_GUARD_DIR=/another/storage"}


def test_second_place_that_was_away_when_the_head_was_signed(healthy: Funded, settings: Any, client: Client) -> None:
    slug, (_, guard) = healthy.world.campaign.slug, guard_files(healthy.book)
    guard.unlink()
    assert now() == {"guard_is_behind": f"awna publishlog {slug}"}
    client.force_login(healthy.world.karim.user)
    page = client.get(f"/desk/{slug}/heads/").content.decode()
    assert str(guard) in page and "nothing kept yet" in page and "awna publishlog" in page
    call_command("publishlog", slug, stdout=StringIO())
    assert now() == {}
    page = client.get(f"/desk/{slug}/heads/").content.decode()
    assert "nothing kept yet" not in page and "awna publishlog" not in page


def test_upgrade_that_was_stopped(healthy: Funded) -> None:
    journal = serving.Journal("1.0", "1.1", "2026-11-22 09:00")
    journal.keep(serving.CHANGING)
    assert now() == {"upgrade_unfinished": "awna upgrade"}
    journal.keep(serving.GOING_BACK)
    assert now() == {"going_back_unfinished": "awna upgrade --back"}
    journal.keep(serving.DONE)
    assert now() == {}


def test_forgotten_person_who_is_back(healthy: Funded, settings: Any) -> None:
    (settings.AWNA_DATA_DIR / FILE).write_text('{"kind": "reader", "id": "00000000-0000-0000-0000-000000000000"}\n')
    assert now() == {"forgotten_is_back": "awna checkrestored"}
    call_command("checkrestored", stdout=StringIO())
    assert now() == {}


def test_every_command_that_is_named_exists() -> None:
    """Whatever the doctor, an upgrade, a backup or a restore tells people to type can be typed: the command, its options, the units."""
    places = [
        *(ROOT / "src/awna/desk").rglob("*.py"),
        *(ROOT / "src/awna/kit").rglob("*.py"),
        *(ROOT / "src/awna/books/services").glob("*.py"),
    ]
    told = {said for place in places for text in texts_of(place) for said in re.findall(r"\bawna ([a-z]+)((?: --[a-z-]+| (?=--))*)", text)}
    known = get_commands()
    wrong = [f"awna {word}{options}" for word, options in sorted(told) if word not in known and word not in NO_COMMANDS]
    for word, options in told:
        if word in known:
            parser = load_command_class(known[word], word).create_parser("awna", word)
            wrong += [f"awna {word} {option}" for option in options.split() if option not in parser._option_string_actions]
    assert len(told) > 20 and wrong == []
    units = {unit for place in places for text in texts_of(place) for unit in re.findall(r"awna-[a-z]+\.(?:timer|service)", text)}
    assert units and [unit for unit in units if not (ROOT / "deploy" / unit).exists()] == []


def texts_of(place: Path) -> list[str]:
    """Every text of a file of the source; what was left open in one becomes a word."""
    found = [node for node in ast.walk(ast.parse(place.read_text())) if isinstance(node, (ast.JoinedStr, ast.Constant))]
    return [_text(node) for node in found]


def _text(node: ast.JoinedStr | ast.Constant) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "WORD" for part in parts)


def test_hole_between_statements(healthy: Funded) -> None:
    statement(healthy, 1, date(2026, 9, 1), date(2026, 9, 30), 0, 100)
    statement(healthy, 3, date(2026, 11, 1), date(2026, 11, 20), 300, 400)
    found = now()
    assert list(found) == ["statements_missing"] and found["statements_missing"].startswith("awna importstatement FILE")


def test_the_page_says_the_same(healthy: Funded, settings: Any, client: Client) -> None:
    (settings.AWNA_DATA_DIR / "hourly.stamp").unlink()
    client.force_login(healthy.world.karim.user)
    page = client.get(f"/desk/{healthy.world.campaign.slug}/health/")
    assert page.status_code == 200 and "systemctl enable --now awna-hourly.timer" in page.content.decode()
