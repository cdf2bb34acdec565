"""SQLite is opened so that an acknowledged row survives a power cut, or not at all."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from awna.kit.sqlite import wrong_pragmas
from awna.settings import sqlite_database

pytestmark = pytest.mark.django_db


def wrapper(tmp_path, **changes):
    from django.db import connections

    settings = connections.configure_settings({"x": {**sqlite_database(tmp_path / "x.sqlite3"), **changes}, "default": {}})["x"]
    return DatabaseWrapper(settings, alias="x")


def test_the_settings_are_accepted(tmp_path):
    opened = wrapper(tmp_path)
    opened.ensure_connection()
    assert wrong_pragmas(opened) == []
    opened.close()


@pytest.mark.parametrize("options", [
    {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON"},
    {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF"},
    {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON"},
])  # fmt: skip
def test_any_other_setting_refuses_to_open(tmp_path, options):
    with pytest.raises(ImproperlyConfigured, match="not opened safely"):
        wrapper(tmp_path, OPTIONS=options).ensure_connection()


def test_the_test_database_itself_is_opened_so():
    assert connection.vendor != "sqlite" or wrong_pragmas(connection) == []
