"""Many tasks that write into one new copy, shared out to forked processes when there are enough of them."""

import multiprocessing
import os
from collections.abc import Callable, Sequence

from django.db import connections

from .folder import Counts, Kept, NewCopy

ALONE_MAX = 6
"""Fewer tasks than this are done by one process: starting others would take longer."""
Task = Callable[[], None]
_shared: dict[str, object] = {}


def run_tasks(tasks: Sequence[Task], copy: NewCopy, *, processes: int, used: set[str]) -> None:
    """Do all tasks. What they put into `copy` and add to `used` is there afterwards, whoever did them."""
    if processes == 1 or len(tasks) < ALONE_MAX:
        for task in tasks:
            task()
        return
    connections.close_all()  # a connection must not be shared with a forked process
    with multiprocessing.get_context("fork").Pool(processes, _begin, [list(tasks), copy, used]) as pool:
        for files, counts, more in pool.imap_unordered(_run, range(len(tasks))):
            copy.take(files, counts)
            used |= more


def processes_usual() -> int:
    return min(4, len(os.sched_getaffinity(0)))


def _begin(tasks: list[Task], copy: NewCopy, used: set[str]) -> None:
    _shared.update(tasks=tasks, copy=copy, used=used)


def _run(index: int) -> tuple[dict[str, Kept], Counts, set[str]]:
    """In a process of its own: the files go straight into the folder, what is known of them goes back."""
    copy, used = _shared["copy"], _shared["used"]
    assert isinstance(copy, NewCopy)
    assert isinstance(used, set)
    copy.files, copy.counts = {}, Counts()
    _shared["tasks"][index]()  # the list of _begin
    return copy.files, copy.counts, used
