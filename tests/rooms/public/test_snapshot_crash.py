"""A run that is killed at any point leaves a whole copy served: the old one, or after the swap the new one."""

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from awna import checkcopy
from awna.books.services import ensure_fund
from awna.public.snapshot import making
from awna.public.snapshot.folder import CURRENT, begin
from tests.rooms.funded import make_funded

from .snapshots import publish

KILLS, SEED = 14, 20261121
STEPS = frozenset({"open", "os.mkdir", "os.link", "os.rename", "os.symlink", "os.remove", "os.rmdir", "shutil.rmtree"})


@pytest.fixture
def folder(fresh_database, tmp_path) -> Path:
    """A copy that is served, and news that it does not have yet."""
    funded = make_funded()
    publish(tmp_path / "site")
    ensure_fund(book=funded.book, code="tiles", title="Tiles", parent=funded.roof)
    funded.world.campaign.title = "Clinic of Wadi Sanad"
    funded.world.campaign.save()
    return tmp_path / "site"


def run(folder: Path, *, kill_at: int = 0, before: Callable[[], None] = lambda: None) -> int:
    """Publish in a process of its own that dies at a step of the file system; how many steps it took, when it lived."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        steps = 0

        def at_step(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal steps
            if event in STEPS and str(folder) in str(arguments[0]):
                steps += 1
                if steps == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            before()
            sys.addaudithook(at_step)
            publish(folder, fresh=kill_at % 2 == 0)
            os.write(writing, str(steps).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    told = os.read(reading, 20)
    os.close(reading)
    return int(told or 0)


def test_a_killed_run_never_breaks_what_is_served(folder, capsys):
    old = (folder / CURRENT).resolve()
    steps = run(folder)
    assert steps > 100
    assert (folder / CURRENT).resolve() != old
    served, chosen = {old.name}, random.Random(SEED)
    for kill_at in sorted(chosen.sample(range(1, steps + 1), KILLS)):
        assert run(folder, kill_at=kill_at) == 0, f"step {kill_at}"
        served.add((folder / CURRENT).resolve().name)
        assert checkcopy.main([str((folder / CURRENT).resolve())]) == 0, f"step {kill_at}: {capsys.readouterr().err}"
    assert run(folder) > 0
    assert checkcopy.main([str((folder / CURRENT).resolve())]) == 0
    assert len(list((folder / "copies").iterdir())) == 2, "the one served and the one before it"


def test_a_swap_that_comes_too_early_is_seen(folder, capsys):
    """The planted fault: a run that lets readers into the folder that it is still writing."""

    def swap_at_once() -> None:
        def begin_early(place: Path, **given: bool):
            copy = begin(place, **given)
            (place / CURRENT).unlink()
            (place / CURRENT).symlink_to(copy.place)
            return copy

        making.begin = begin_early

    assert run(folder, kill_at=60, before=swap_at_once) == 0
    assert checkcopy.main([str((folder / CURRENT).resolve())]) != 0


def test_two_processes_build_the_same_copy(folder, tmp_path):
    publish(tmp_path / "one", fresh=True)
    report = publish(tmp_path / "two", processes=2, fresh=True)
    assert report.written == report.files
    lists = [(tmp_path / name / CURRENT / "snapshot/manifest.txt").read_text() for name in ("one", "two")]
    assert lists[0] == lists[1]
