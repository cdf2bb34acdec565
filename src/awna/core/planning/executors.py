"""Where the search and the simulation run: threads of this machine, or the workers of a Dask cluster."""

import socket
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

from ..problems import Problem, Refused

ANSWER_SECONDS = 10  # seconds that a scheduler has to answer


@contextmanager
def workers_of(count: int, *, cluster: str = "") -> Iterator[Executor]:
    """An executor with so many threads, or that of the cluster whose scheduler has this address. Results are the same on all."""
    if not cluster:
        with ThreadPoolExecutor(count) as threads:
            yield threads
        return
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        text = "A cluster needs the extra awna[cluster], which is not installed here. Install it, or leave out --cluster."
        raise Refused(Problem("cluster_not_installed", text)) from error
    try:
        _knock(cluster)
        client = distributed.Client(cluster, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        text = "No scheduler of a cluster answers at %(address)s within %(seconds)s seconds. Start one with “dask scheduler”, or mend the address."
        raise Refused(Problem("cluster_unreachable", text, {"address": cluster, "seconds": ANSWER_SECONDS})) from error
    with client:
        if not client.scheduler_info()["workers"]:
            text = "The cluster at %(address)s has no workers. Start some with “dask worker %(address)s”."
            raise Refused(Problem("cluster_without_workers", text, {"address": cluster}))
        yield client.get_executor()


def _knock(address: str) -> None:
    """Whether anything listens there; a client that was refused leaves its own complaints behind."""
    parts = urlsplit(address)
    if not parts.hostname or not parts.port:
        raise ValueError(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=ANSWER_SECONDS):
        pass
