"""The compiled engine is kept where one can write, is compiled by one process at a time, and once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from awna.core.planning.engine import ready


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    ready.folder.cache_clear()
    yield tmp_path
    ready.folder.cache_clear()


def test_the_folder_is_the_one_that_was_named(place: Path) -> None:
    assert ready.folder().parent == place
    assert os.access(ready.folder(), os.W_OK)


def test_where_nothing_can_be_written_a_private_folder_serves(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(place / "file"))
    ready.folder.cache_clear()
    assert ready.folder().stat().st_mode & 0o777 == 0o700
    ready.folder().rmdir()


def test_what_is_ready_is_not_begun_again(place: Path) -> None:
    assert not ready.is_ready()
    (ready.folder() / ready.MARK).touch()
    assert ready.is_ready()
    assert not ready.begin()


def test_the_folder_is_known_without_the_compiler() -> None:
    program = "import sys; from awna.core.planning.engine import ready; ready.folder(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_older_sources_left_goes_after_a_week(place: Path) -> None:
    old, recent = place / f"{ready.PREFIX}old", place / f"{ready.PREFIX}recent"
    for folder in (old, recent):
        folder.mkdir()
    (old / "kernel").touch()
    os.utime(old, (0, 0))
    ready.finish()
    assert ready.is_ready() and recent.exists() and not old.exists()
