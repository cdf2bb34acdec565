"""What this server is set to at present, beside what somebody wishes on the page of the set-up."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from ..doctor import machine, upkeep
from ..doctor.findings import WELL, Finding, look_at_all

LOOKS = [
    ("settings", machine.settings_look), ("keys", machine.keys_look), ("disk", machine.disk_look), ("clock", machine.clock_look),
    ("backups", upkeep.backups_look), ("timer", upkeep.timer_look),
]  # fmt: skip


def settings_now() -> dict[str, Any]:
    """What the questions of the server begin with."""
    return {
        "origin": settings.AWNA_ORIGIN, "backup_dir": str(settings.AWNA_BACKUP_DIR), "backup_key": next(iter(settings.AWNA_BACKUP_KEYS), ""),
        "guard_dir": settings.AWNA_LOG_GUARD_DIR,
    }  # fmt: skip


def lines_for(wish: dict[str, Any]) -> list[str]:
    """What the file of settings must say for this wish and does not say yet."""
    host = urlsplit(wish.get("origin", "")).hostname or ""
    asked = [
        ("AWNA_ORIGIN", wish.get("origin", ""), wish.get("origin") == settings.AWNA_ORIGIN),
        ("AWNA_HOSTS", host, host in settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS),
        ("AWNA_BACKUP_DIR", wish.get("backup_dir", ""), wish.get("backup_dir") == str(settings.AWNA_BACKUP_DIR)),
        ("AWNA_BACKUP_KEYS", wish.get("backup_key", ""), wish.get("backup_key") in settings.AWNA_BACKUP_KEYS),
        ("AWNA_LOG_GUARD_DIR", wish.get("guard_dir", ""), wish.get("guard_dir") == settings.AWNA_LOG_GUARD_DIR),
    ]
    return [f"{name}={value}" for name, value, stands in asked if value and not stands]


def faults() -> list[Finding]:
    """What the doctor finds that an operator should mend; nothing that asks another machine."""
    return [one for one in look_at_all(LOOKS) if one.state != WELL]


def mail_settings() -> list[tuple[str, str]]:
    """How mail leaves, without the password."""
    kept = "" if "smtp" in settings.EMAIL_BACKEND else str(settings.EMAIL_FILE_PATH or settings.EMAIL_BACKEND)
    if kept:
        return [("AWNA_EMAIL_BACKEND", kept)]
    return [
        ("AWNA_EMAIL_HOST", settings.EMAIL_HOST), ("AWNA_EMAIL_PORT", str(settings.EMAIL_PORT)), ("AWNA_EMAIL_USER", settings.EMAIL_HOST_USER),
        ("AWNA_EMAIL_TLS", "1" if settings.EMAIL_USE_TLS else "0"), ("AWNA_EMAIL_FROM", settings.DEFAULT_FROM_EMAIL),
    ]  # fmt: skip
