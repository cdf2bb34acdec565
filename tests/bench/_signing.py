"""One way to confirm many signatures: prints a line of JSON with count, seconds, CPU, commits and the 99th percentile."""

import http.client
import json
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from awna.letters import services
from awna.letters.models import Signature, Waiting
from awna.letters.services import signing
from tests.bench._measure import cpu_of
from tests.world import make_world

HTTP_HANDS, START_S_MAX = 32, 60


def main(words: list[str]) -> int:
    way, count = words[0], int(words[1])
    if way == "disk":
        print(json.dumps(bare_commits(count)))
        return 0
    call_command("migrate", verbosity=0)
    codes = sign_ups(count)
    found = over_http(codes) if way == "http" else in_process(codes, int(way))
    counted = Signature.objects.counted().count()
    if counted != count:
        raise SystemExit(f"{counted} of {count} were counted")
    print(json.dumps({"count": count, **found}))
    return 0


def sign_ups(count: int) -> list[str]:
    """That many people who have their code in hand."""
    letter = open_letter()
    version, now = letter.version, int(time.time())
    rows = [
        Waiting(version=version, kind="p", mark=n.to_bytes(16, "big"), began_at=now, mailed_at=now,
                sealed=signing._seal({"name": f"Person {n}", "place": "Rind", "show_name": n % 3 == 0, "email": f"p{n}@example.org", "language": "en"}))
        for n in range(count)
    ]  # fmt: skip
    Waiting.objects.bulk_create(rows, batch_size=1_000)
    return [services.confirm_token(row) for row in Waiting.objects.order_by("pk")]


def open_letter() -> Any:
    return services.open_letter(
        campaign=make_world().campaign, code="rate", title="Rate", text="Let it stand.", language="en", author=_salma()
    )


def _salma() -> object:
    from awna.parties.models import Role

    return Role.objects.get(name="steward", user__name="Salma")


def in_process(codes: list[str], hands: int) -> dict[str, float]:
    commits = _count_commits()
    cpu = time.process_time()
    times, seconds = share(codes, hands, lambda code: services.confirm_signature(token=code))
    return {"seconds": seconds, "cpu": time.process_time() - cpu, "commits": commits(), "p99": _p99(times)}


def _count_commits() -> Callable[[], int]:
    """How many commits the confirmations took."""
    seen, real = [0], signing.confirm_together

    def counting(asked: list[signing.Confirmation]) -> None:
        seen[0] += 1
        real(asked)

    signing.confirm_together = counting
    return lambda: seen[0]


def over_http(codes: list[str]) -> dict[str, float]:
    """Through granian as it is served, with connections that stay open; a client of its own process shares the machine."""
    port = _free_port()
    environment = {**os.environ, "AWNA_HOSTS": "127.0.0.1"}
    words = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
             "--blocking-threads", "16", "--no-access-log", "--log-level", "error", "awna.wsgi:application"]  # fmt: skip
    server = subprocess.Popen(words, env=environment)
    try:
        pids = _started(server, port)
        first = _ask(http.client.HTTPConnection("127.0.0.1", port), "GET", f"/c/clinic/letters/confirm/{codes[0]}/")
        cookie = re.search(r"csrftoken=(\w+)", first.getheader("Set-Cookie") or "")
        assert cookie is not None, first.status
        held = threading.local()

        def confirm(code: str) -> None:
            if not hasattr(held, "line"):
                held.line = http.client.HTTPConnection("127.0.0.1", port)
            answer = _ask(held.line, "POST", f"/c/clinic/letters/confirm/{code}/", token=cookie.group(1))
            if answer.status != 302:
                raise SystemExit(f"status {answer.status}")

        before = sum(map(cpu_of_tree, pids))
        times, seconds = share(codes, HTTP_HANDS, confirm)
        return {"seconds": seconds, "cpu": sum(map(cpu_of_tree, pids)) - before, "p99": _p99(times)}
    finally:
        server.terminate()
        server.wait(30)


def _ask(line: http.client.HTTPConnection, method: str, path: str, *, token: str = "") -> http.client.HTTPResponse:
    body = f"csrfmiddlewaretoken={token}" if token else None
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"} if token else {}
    line.request(method, path, body, headers)
    answer = line.getresponse()
    answer.read()
    return answer


def share(codes: list[str], hands: int, act: Callable[[str], object]) -> tuple[list[float], float]:
    """Each hand takes the next code until none is left; the time of each and of all."""
    waiting, times, failed = iter(codes), [], []
    one = threading.Lock()

    def work() -> None:
        while True:
            with one:
                code = next(waiting, None)
            if code is None:
                break
            started = time.perf_counter()
            try:
                act(code)
            except BaseException as error:
                failed.append(error)
                break
            times.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(hands)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"{len(failed)} hands failed: {failed[0]!r}")
    return times, time.perf_counter() - started


def bare_commits(count: int) -> dict[str, float]:
    line = sqlite3.connect(Path(settings.AWNA_DATA_DIR) / "bare.sqlite3", isolation_level=None)
    line.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
    started = time.perf_counter()
    for n in range(count):
        line.execute("INSERT INTO bare (text) VALUES (?)", [str(n) * 20])
    return {"count": count, "seconds": time.perf_counter() - started}


def cpu_of_tree(pid: int) -> float:
    return sum(cpu_of(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir())


def _started(server: subprocess.Popen[bytes], port: int) -> list[int]:
    """Wait until it answers; the processes that serve."""
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.2)
    children = [int(one) for one in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()]
    return [server.pid, *children]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
