"""Seeded histories against a small model; the run compares the roots that the engines reached: test 11 (first half)."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import connection, connections

from awna.core.problems import Refused
from tests import databases

from . import _place
from ._cases import BOTH, Case, Result, Torture

SHORT_SEEDS, SHORT_BATCHES = 12, 3
LONG_SEEDS, LONG_BATCHES, FULL_BATCHES = 100, 30, 10  # of the full form, the first hundred are long
PLANTED_SEEDS = 3


def play_histories(how: Torture) -> Result:
    """Random operations, good and bad; after each the book is what a hundred lines of model say, and both engines have one root."""
    from tests.histories import play

    seeds, faults, roots = how.histories[: how.rounds(full=len(how.histories), short=SHORT_SEEDS)], [], {}
    with _empty():
        for seed in seeds:
            if roots and time.monotonic() > how.until:
                break
            full = LONG_BATCHES if seed < LONG_SEEDS else FULL_BATCHES
            outcome = play(seed, batches=SHORT_BATCHES if how.short or how.plant else full)
            roots[str(seed)] = outcome.root
            faults += [f"history {seed}: {fault}" for fault in outcome.faults]
            if how.plant and seed < PLANTED_SEEDS:
                with _posting_that_loses():
                    faults += _faults_of(seed)
    return Result("seeded histories", len(roots), faults, roots=roots)


def _faults_of(seed: int) -> list[str]:
    """A book so far from its model that it has not even the model's accounts is a fault too."""
    from tests.histories import play

    try:
        return list(play(seed, batches=SHORT_BATCHES).faults)
    except Refused as refused:
        return refused.codes


@contextlib.contextmanager
def _empty() -> Iterator[None]:
    """A database with tables and nothing in it: a history makes its own world."""
    original = str(connection.settings_dict["NAME"])
    connections.close_all()
    copy = databases._copy_sqlite(_place.empty_file()) if connection.vendor == "sqlite" else databases._copy_postgresql()
    databases._use(copy)
    try:
        yield
    finally:
        databases._use(original)
        if connection.vendor == "postgresql":
            databases.drop_copy(copy)


@contextlib.contextmanager
def _posting_that_loses() -> Iterator[None]:
    """The planted fault: posting answers, and leaves the last entry of each batch out."""
    from awna.books import services

    real = services.post_entries

    def lossy(*, book: Any, drafts: Any, author: Any) -> Any:
        report = real(book=book, drafts=list(drafts)[:-1], author=author)
        return replace(report, entries=[*report.entries, *[None] * bool(drafts)])

    services.post_entries = lossy
    try:
        yield
    finally:
        services.post_entries = real


CASES = [Case(11, "seeded histories end in the model's books", BOTH, play_histories)]
