"""What every test may ask for, and how tests are marked, skipped and given a database."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
REQUIRE_SHARED = os.environ.get("AWNA_REQUIRE_SHARED") == "1"
BROWSER_FIXTURES = {"browser", "context", "page"}
DATABASE_FIXTURES = {"db", "transactional_db", "fresh_database", "site"}
# Playwright's event loop makes Django think that every test is asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks that follow from what a test uses are put on here, so that nobody forgets one."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
            item.add_marker(pytest.mark.db)
        if fixtures & BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
        if "shared_data" in fixtures:
            item.add_marker(pytest.mark.shared)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip("the test data beside the project (../shared/data) is absent")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """AWNA_REQUIRE_SHARED=1: a test on shared data that skips has failed."""
    report = yield
    if REQUIRE_SHARED and report.skipped and item.get_closest_marker("shared"):
        report.outcome = "failed"
        report.longrepr = f"AWNA_REQUIRE_SHARED=1, but this was skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test data beside the project."""
    return SHARED


# -- databases ------------------------------------------------------------------------------------------------------

if os.environ.get("AWNA_DATABASE_URL"):

    @pytest.fixture(scope="session")
    def django_db_setup() -> None:
        """On PostgreSQL tests/postgres.py has made the database: as its owner, which these tests are not."""


@pytest.fixture(scope="session")
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django makes the test database only if a chosen test has its mark; here it is made if none has."""
    from django.conf import settings
    from django.db import connection

    described = settings.DATABASES["default"]
    original = str(described["NAME"])
    missing = connection.vendor == "sqlite" and original != str(described["TEST"]["NAME"])
    if missing:
        with django_db_blocker.unblock():
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    yield
    if missing:
        with django_db_blocker.unblock():
            connection.creation.destroy_test_db(original, verbosity=0)


@pytest.fixture
def fresh_database(empty_database: None, django_db_blocker: Any) -> Iterator[str]:
    """A copy of the empty database for a test that commits; use it in place of `django_db(transaction=True)`."""
    from .databases import copied_database

    with django_db_blocker.unblock(), copied_database() as name:
        yield name


@pytest.fixture(autouse=True)
def first_language() -> Iterator[None]:
    """A page in another language leaves the thread in it; the next test begins in the language of the source."""
    yield
    from django.utils import translation

    translation.deactivate()


# -- browser --------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(fresh_database: str) -> Iterator[str]:
    """The address of the running site, over a database of its own. `localhost`, because passkeys need a name."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer("localhost")
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "headless": True,
        "executable_path": shutil.which("chromium"),
        "args": ["--disable-dev-shm-usage", *sandbox],
    }
