"""`./awna bench slow`: a thousand visitors who are slow on purpose, and one who asks for the health page meanwhile.

The server of deploy/awna.service stands behind nginx of deploy/, both on free ports of this machine. A third of the visitors never finish their
headers, a third their form, a third hardly read. Then the application is stopped, and the static copy goes on being served. Beside it stand
the same server without nginx, and slowhttptest, a program of others, in place of our visitors. The visitors stay for 40 seconds; all ends by
itself.
`--quick` sends a tenth against a site of one page and writes nothing.
"""

import argparse
import contextlib
import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.nginx import Front, free_port, front, is_installed

from . import web
from ._measure import ROOT, Figure, median, missing, report
from ._slow import any_certificate

CONNECTIONS, QUICK_CONNECTIONS = 1_000, 100
ATTACK_S, PEER_S, QUICK_S = 20, 10, 3
HEALTH_S_MAX, PATIENCE_S, EVERY_S = 1.0, 5.0, 0.25
READY_S_MAX, STOP_S_MAX, BEGIN_S_MAX = 60, 20, 30
SERVICE = ROOT / "deploy" / "awna.service"
HEALTH, FORM = "/healthz", "/language/"
AWAY = b"does not answer now"


@dataclass
class Answers:
    """How often and how fast an address answered."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    silent: int = 0

    def ask(self, origin: str, path: str) -> None:
        started = time.monotonic()
        try:
            self.wrong += ask(origin, path)[0] != http.client.OK
        except OSError:
            self.silent += 1
        self.seconds.append(time.monotonic() - started)

    def __str__(self) -> str:
        return f"{max(self.seconds):.2f} s (median {median(self.seconds) * 1000:.0f} ms of {len(self.seconds)})"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench slow", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of it, nothing written: only to see that it runs")
    options = parser.parse_args(arguments)
    if not is_installed():
        report(
            "slow",
            [missing("health page under slow visitors", "nginx-light is not installed", target=f"< {HEALTH_S_MAX:g} s")],
            notes=[],
            write=False,
        )
        return 0
    load = os.getloadavg()[2]
    with tempfile.TemporaryDirectory(prefix="awna-slow-") as folder:
        scratch = Path(folder)
        figures = measure(scratch, quick=options.quick)
    notes = ["Each connection that was closed was opened again at once; they came from ten addresses of this same machine, over TLS. The server ran as "
             f"`deploy/awna.service` says: one process, four threads. Load average before: {load:.1f}.", ""]  # fmt: skip
    report("slow", figures, notes=notes, write=not options.quick)
    return 0


def measure(scratch: Path, *, quick: bool) -> list[Figure]:
    connections, seconds = (QUICK_CONNECTIONS, QUICK_S) if quick else (CONNECTIONS, ATTACK_S)
    (scratch / "nginx").mkdir()
    (scratch / "nginx").chmod(0o755)
    copy = one_page(scratch) if quick else demonstration(scratch)
    port = free_port()
    figures = []
    with contextlib.ExitStack() as held:
        application = held.enter_context(server(scratch, port))
        here = held.enter_context(front(copy, scratch=scratch / "nginx", application=port, workers=os.cpu_count() or 1))
        figures += behind_nginx(here, copy, partial(stop, application), connections=connections, seconds=seconds)
    if quick:
        return figures
    with server(scratch, port):
        figures += _bare(port, largest(copy), connections=connections)
    with server(scratch, port), front(copy, scratch=scratch / "nginx", application=port, workers=os.cpu_count() or 1) as here:
        figures.append(_by_others(here, connections=connections))
    return figures


def behind_nginx(here: Front, copy: Path, stop_application: Callable[[], None], *, connections: int, seconds: float) -> list[Figure]:
    """Health under attack; then the application stops while the attack goes on."""
    calm, health, pages = Answers(), Answers(), Answers()
    for _ in range(10):
        calm.ask(here.secure, HEALTH)
    with attacking(here.secure, largest(copy), connections=connections, seconds=seconds) as attack:
        while attack.remaining() > seconds / 3:
            health.ask(here.secure, HEALTH)
            time.sleep(EVERY_S)
        stop_application()
        form = ask(here.secure, FORM, method="POST")
        while attack.remaining() > 0:
            pages.ask(here.secure, "/")
            time.sleep(EVERY_S)
    held = attack.counts.get("held", 0)
    told = form[0] == http.client.SERVICE_UNAVAILABLE and AWAY in form[1]
    return [
        Figure("slow connections held open at once", f"{held}", f">= {connections}", held >= connections),
        Figure("closed by nginx and opened again", ", ".join(f"{kind} {count}" for kind, count in sorted(attack.counts.items()) if "closed" in kind) or "none"),
        Figure("health page through nginx, nobody else there: slowest", str(calm)),
        Figure("health page through nginx, meanwhile: slowest", str(health), f"< {HEALTH_S_MAX:g} s", max(health.seconds) < HEALTH_S_MAX),
        Figure("health page through nginx, meanwhile: not answered with 200", f"{health.wrong + health.silent} of {len(health.seconds)}", "0", not health.wrong + health.silent),
        Figure("application stopped: first page, from the copy, slowest", str(pages), f"< {HEALTH_S_MAX:g} s", max(pages.seconds) < HEALTH_S_MAX),
        Figure("application stopped: first page not answered with 200", f"{pages.wrong + pages.silent} of {len(pages.seconds)}", "0", not pages.wrong + pages.silent),
        Figure("application stopped: a form is told that it was not sent", f"{form[0]}, {'told' if told else 'not told'}", "503, told", told),
    ]  # fmt: skip


def _bare(port: int, read: str, *, connections: int) -> list[Figure]:
    """The same server under the same visitors with nothing before it."""
    health, origin = Answers(), f"http://localhost:{port}"
    with attacking(origin, read, connections=connections, seconds=PEER_S) as attack:
        while attack.remaining() > 0:
            health.ask(origin, HEALTH)
            time.sleep(EVERY_S)
    unanswered = health.wrong + health.silent
    return [
        Figure(
            "the server without nginx, the same visitors: health page not answered in 5 s",
            f"{unanswered} of {len(health.seconds)}; slowest {health}",
        )
    ]


def _by_others(here: Front, *, connections: int) -> Figure:
    """slowhttptest sends unfinished headers, as many."""
    name = "slowhttptest in place of our visitors: health page, slowest"
    program = shutil.which("slowhttptest")
    if not program:
        return missing(name, "slowhttptest is not installed", target=f"< {HEALTH_S_MAX:g} s")
    health = Answers()
    command = [program, "-H", "-c", str(connections), "-r", "500", "-i", "2", "-l", str(PEER_S), "-u", f"{here.secure}/"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + PEER_S
    try:
        while time.monotonic() < until and process.poll() is None:
            health.ask(here.secure, HEALTH)
            time.sleep(EVERY_S)
    finally:
        stop(process)
    met = max(health.seconds) < HEALTH_S_MAX and not health.wrong + health.silent
    return Figure(name, f"{health}; {health.wrong + health.silent} not answered", f"< {HEALTH_S_MAX:g} s", met)


# -- visitors -------------------------------------------------------------------------------------------------------


@dataclass
class Attack:
    until: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    def remaining(self) -> float:
        return self.until - time.monotonic()


@contextlib.contextmanager
def attacking(origin: str, read: str, *, connections: int, seconds: float) -> Iterator[Attack]:
    """Slow visitors in a process of their own; the time begins when each has come once."""
    parts, attack = urlsplit(origin), Attack()
    words = ["--port", str(parts.port), "--read", read, "--connections", str(connections), "--seconds", str(seconds + BEGIN_S_MAX)]
    command = [sys.executable, "-m", "tests.bench._slow", *words, *(["--tls"] if parts.scheme == "https" else [])]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    guard = threading.Timer(seconds + BEGIN_S_MAX + STOP_S_MAX, process.kill)
    guard.start()
    try:
        if process.stdout.readline().strip() != "begun":
            raise SystemExit("the slow visitors did not come")
        attack.until = time.monotonic() + seconds
        yield attack
        process.stdin.close()  # which ends them
        attack.counts = json.loads(process.stdout.readline())
    finally:
        guard.cancel()
        process.kill()
        process.wait()


def ask(origin: str, path: str, *, method: str = "GET") -> tuple[int, bytes]:
    """One answer on a connection of its own."""
    parts = urlsplit(origin)
    host = parts.netloc
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, timeout=PATIENCE_S, context=any_certificate())
    else:
        connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
    with contextlib.closing(connection):
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()


# -- what is attacked -----------------------------------------------------------------------------------------------


def one_page(scratch: Path) -> Path:
    """The smallest copy that can be served."""
    copy = scratch / "copy"
    copy.mkdir()
    (scratch / "data").mkdir()
    web.run([sys.executable, "-m", "awna.cli", "migrate", "--verbosity", "0"], web.environment_of(scratch / "data"))
    (copy / "index.html").write_text("<!doctype html><title>Copy</title>" + "<p>A stone upon a stone.</p>\n" * 20_000)
    return copy


def demonstration(scratch: Path) -> Path:
    """The demonstration and its static copy."""
    environment = {**web.environment_of(scratch), "AWNA_DEMO_DIR": str(scratch / "data")}
    web.run([sys.executable, "-m", "awna.cli", "demo", "--no-serve"], environment)
    web.run([sys.executable, "-m", "awna.cli", "publish", str(scratch / "copies")], web.environment_of(scratch / "data"))
    return (scratch / "copies" / "current").resolve()


def largest(copy: Path) -> str:
    """The address of the largest file that a slow reader can ask for."""
    return "/" + str(
        max(
            (path for path in copy.rglob("*") if path.is_file() and path.suffix != ".gz"), key=lambda path: path.stat().st_size
        ).relative_to(copy)
    )


@contextlib.contextmanager
def server(scratch: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The application as deploy/awna.service starts it, on another port."""
    line = next(line for line in SERVICE.read_text().splitlines() if line.startswith("ExecStart="))
    _granian, *words = shlex.split(line.removeprefix("ExecStart="))
    words[words.index("--port") + 1] = str(port)
    environment = {**web.environment_of(scratch / "data"), "AWNA_PROXY_COUNT": "1"}
    said = scratch / "server.log"
    with said.open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "granian", *words], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait(process, f"http://localhost:{port}", said)
        yield process
    finally:
        stop(process)


def _wait(process: subprocess.Popen[bytes], origin: str, said: Path) -> None:
    until = time.monotonic() + READY_S_MAX
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            if ask(origin, HEALTH)[0] == http.client.OK:
                return
        time.sleep(0.1)
    raise SystemExit(f"the server did not answer: {said.read_text()[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
