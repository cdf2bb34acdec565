"""Visitors who are slow on purpose: a part never finishes its headers, a part its body, a part hardly reads. Prints counts as JSON.

It talks to this machine alone and ends by itself. Each connection that the server closes is opened again, so that the number stays.
"""

import argparse
import contextlib
import json
import resource
import select
import socket
import ssl
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice

LOOPBACK = "127.0.0.1"
NETWORKS = 10
"""From so many addresses of this machine, because a front limits each."""
PAUSE_S, SECONDS_MAX, CONNECTIONS_MAX = 1.0, 60, 2_000
BODY_BYTES, BYTES_A_STEP, WINDOW_BYTES = 1_000_000, 16, 4096
OPEN_S_MAX = 5.0
KINDS = ("headers", "body", "read")


@dataclass(frozen=True)
class Target:
    port: int
    tls: bool
    read: str
    """What a slow reader asks for."""

    def opening(self, kind: str) -> bytes:
        head = "Host: localhost\r\nUser-Agent: slow\r\n"
        if kind == "headers":
            return f"GET / HTTP/1.1\r\n{head}".encode()
        if kind == "body":
            form = "Content-Type: application/x-www-form-urlencoded\r\n"
            return f"POST /language/ HTTP/1.1\r\n{head}{form}Content-Length: {BODY_BYTES}\r\n\r\nx=".encode()
        return f"GET {self.read} HTTP/1.1\r\n{head}\r\n".encode()


class Visitor:
    """One connection of one kind; opened again when the server has closed it."""

    def __init__(self, target: Target, kind: str, number: int) -> None:
        self.target, self.kind, self.source = target, kind, f"127.0.1.{1 + number % NETWORKS}"
        self.line: socket.socket | None = None

    def open(self) -> None:
        line = socket.socket()
        try:
            if self.kind == "read":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
            line.settimeout(OPEN_S_MAX)
            line.bind((self.source, 0))
            line.connect((LOOPBACK, self.target.port))
            if self.target.tls:
                line = any_certificate().wrap_socket(line, server_hostname="localhost")
            line.sendall(self.target.opening(self.kind))
            line.setblocking(False)
        except OSError:
            line.close()
            raise
        self.line = line

    def step(self) -> bool:
        """A few bytes more; False when the server has closed."""
        assert self.line is not None
        try:
            if self.kind != "read":
                self.line.send(b"X-a: b\r\n" if self.kind == "headers" else b"a")
                alive = self._hears_nothing()
            else:
                alive = bool(self.line.recv(BYTES_A_STEP))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError:
            alive = False
        if not alive:
            self.line.close()
            self.line = None
        return alive

    def _hears_nothing(self) -> bool:
        """An answer to an unfinished request means that the server gave this visitor up."""
        assert self.line is not None
        try:
            self.line.recv(BYTES_A_STEP)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        return False


@cache
def any_certificate() -> ssl.SSLContext:
    """The front of a bench signs for itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def attack(target: Target, *, connections: int, seconds: float) -> dict[str, int]:
    visitors = [Visitor(target, kind, number) for number, kind in enumerate(islice(cycle(KINDS), connections))]
    counts: Counter[str] = Counter()
    until, told = time.monotonic() + seconds, False
    while time.monotonic() < until and not _told_to_stop():
        round_ends = time.monotonic() + PAUSE_S
        for visitor in visitors:
            if time.monotonic() < until:
                _tend(visitor, counts)
        held = sum(visitor.line is not None for visitor in visitors)
        counts["held"] = max(counts["held"], held)
        if not told:
            print("begun", flush=True)  # whoever measures waits for this
            told = True
        time.sleep(max(0.0, min(round_ends, until) - time.monotonic()))
    for visitor in visitors:
        if visitor.line is not None:
            visitor.line.close()
    return dict(counts)


def _told_to_stop() -> bool:
    """Who started it has closed its standard input."""
    return bool(select.select([sys.stdin], [], [], 0)[0]) and not sys.stdin.read(1)


def _tend(visitor: Visitor, counts: Counter[str]) -> None:
    if visitor.line is not None and not visitor.step():
        counts[f"{visitor.kind} closed by the server"] += 1
    if visitor.line is None:
        try:
            visitor.open()
            counts["opened"] += 1
        except OSError:
            counts["not let in"] += 1


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--read", default="/")
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args(words)
    if options.connections > CONNECTIONS_MAX or options.seconds > SECONDS_MAX:
        parser.error(f"at most {CONNECTIONS_MAX} connections for {SECONDS_MAX} seconds")
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    target = Target(options.port, options.tls, options.read)
    print(json.dumps(attack(target, connections=options.connections, seconds=options.seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
