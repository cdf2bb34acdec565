"""Looks at the machine: settings, keys, disk, clock, certificate, mail server."""

import os
import shutil
import smtplib
import socket
import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.utils import timezone

from awna.books.models import Entry
from awna.core.problems import Problem
from awna.kit.backups.database import database_file, kind_of_database
from awna.kit.outbox.judging import WHERE, judge
from awna.kit.outbox.proof import proven_at

from .findings import BAD, LOOK, WELL, Finding

FREE_MB_LEAST = 1024
FREE_SHARE_LEAST = 0.1
DATABASE_ROOM = 3
"""Free room for so many copies of the database: a backup needs most of it."""
ANSWER_S_MAX = 5
CERTIFICATE_DAYS_LEAST = 14
CLOCK_AHEAD_MAX = timedelta(minutes=5)
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def settings_look() -> Iterator[Finding]:
    origin = urlsplit(settings.AWNA_ORIGIN)
    if settings.DEBUG:
        yield Finding(
            "settings", BAD, Problem("debug_is_on", "AWNA_DEBUG is on: visitors are shown the inside of the program."), "AWNA_DEBUG=0"
        )
    if origin.scheme != "https" and origin.hostname not in LOCAL_HOSTS:
        yield Finding("settings", BAD, Problem("origin_without_https", "AWNA_ORIGIN is %(origin)s: without https passwords go openly and passkeys do not work.",
                                               {"origin": settings.AWNA_ORIGIN}), f"AWNA_ORIGIN=https://{origin.netloc}")  # fmt: skip
    if origin.hostname and not any(_covers(pattern, origin.hostname) for pattern in settings.ALLOWED_HOSTS):
        yield Finding("settings", BAD, Problem("host_not_answered", "AWNA_HOSTS does not name %(host)s, so every visitor is refused.", {"host": origin.hostname}),
                      f"AWNA_HOSTS={origin.hostname}")  # fmt: skip


def keys_look() -> Iterator[Finding]:
    for path in [Path(settings.AWNA_KEY_DIR), *sorted(Path(settings.AWNA_KEY_DIR).iterdir())]:
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.suffix not in (".checkpoint", ".pub", ".policy"):
            mode = "700" if path.is_dir() else "600"
            yield Finding(
                "keys",
                BAD,
                Problem("key_readable_by_others", "Others on this machine may read %(file)s.", {"file": path}),
                f"chmod {mode} {path}",
            )


def disk_look() -> Iterator[Finding]:
    least = FREE_MB_LEAST
    if kind_of_database() == "sqlite" and database_file().is_file():
        least = max(least, DATABASE_ROOM * database_file().stat().st_size >> 20)
    for place in sorted({Path(settings.AWNA_DATA_DIR), Path(settings.AWNA_LOG_DIR), Path(settings.AWNA_BACKUP_DIR)}):
        if not place.is_dir():
            continue
        disk = shutil.disk_usage(place)
        free = disk.free >> 20
        if free < least or disk.free < FREE_SHARE_LEAST * disk.total:
            problem = Problem("disk_nearly_full", "%(free)s MB are free in %(place)s; at least %(least)s MB and a tenth of the disk should be.",
                              {"free": free, "place": place, "least": least})  # fmt: skip
            yield Finding("disk", BAD if free < least else LOOK, problem, f"du -xh --max-depth=2 {place} | sort -h")


def clock_look() -> Iterator[Finding]:
    """A clock that was put back is seen by what the database remembers from the future; one far off, by the age of this program."""
    now, newest = timezone.now(), Entry.objects.order_by("-posted_at").values_list("posted_at", flat=True).first()
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    for after in (newest, built):
        if after and after > now + CLOCK_AHEAD_MAX:
            yield Finding("clock", BAD, Problem("clock_is_behind", "This machine says %(now)s, but something was written here at %(then)s.",
                                                {"now": f"{now:%Y-%m-%d %H:%M}", "then": f"{after:%Y-%m-%d %H:%M}"}), "timedatectl set-ntp true")  # fmt: skip
            return


def certificate_look() -> Iterator[Finding]:
    origin = urlsplit(settings.AWNA_ORIGIN)
    if origin.scheme != "https":
        return
    host = origin.hostname or ""
    try:
        with (
            socket.create_connection((host, origin.port or 443), ANSWER_S_MAX) as plain,
            _context().wrap_socket(plain, server_hostname=host) as line,
        ):
            held = line.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield Finding("certificate", BAD, Problem("certificate_wrong", "Browsers refuse the certificate of %(host)s: %(why)s.",
                                                  {"host": host, "why": error.verify_message}), "certbot renew")  # fmt: skip
        return
    except OSError as error:
        yield Finding("certificate", BAD, Problem("site_not_answering", "%(host)s does not answer over https: %(why)s.", {"host": host, "why": error}),
                      "systemctl status nginx")  # fmt: skip
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(held["notAfter"])), UTC)
    if ends < timezone.now() + timedelta(days=CERTIFICATE_DAYS_LEAST):
        yield Finding("certificate", LOOK, Problem("certificate_ends", "The certificate of %(host)s ends on %(day)s.", {"host": host, "day": f"{ends:%Y-%m-%d}"}),
                      "certbot renew")  # fmt: skip


def mail_look() -> Iterator[Finding]:
    if "smtp" not in settings.EMAIL_BACKEND:
        yield Finding("mail", LOOK, Problem("mail_is_not_sent", "Mail is not sent but kept in %(place)s.", {"place": settings.EMAIL_FILE_PATH}),
                      "AWNA_EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend")  # fmt: skip
        return
    connection = get_connection(timeout=ANSWER_S_MAX)
    try:
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        outcome = judge(error)
        said = outcome.problem or Problem("", str(error))
        yield Finding("mail", BAD, Problem("mail_server_not_answering", said.text, said.params), outcome.change or WHERE)


def proof_look() -> Iterator[Finding]:
    """Asks nobody: whether somebody typed the code of a test mail since the settings were last changed."""
    if "smtp" not in settings.EMAIL_BACKEND:
        return
    proven = proven_at()
    if proven is None:
        problem = Problem("mail_not_proven", "Nobody has proven yet that mail arrives with these settings.")
        yield Finding("mail arrives", LOOK, problem, "awna testmail ADDRESS")
    else:
        problem = Problem("mail_proven", "Somebody proved on %(day)s that mail arrives.", {"day": f"{proven:%Y-%m-%d}"})
        yield Finding("mail arrives", WELL, problem)


def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))


def _covers(pattern: str, host: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith(".") and host.endswith(pattern))
