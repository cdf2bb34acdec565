"""Untrusted input is parsed in a process of its own, with hard limits on memory, time and output; a dead one is a refusal.

The process is started fresh (never forked from a server with open connections), with an empty environment, so that it knows no
key, password or database. Input and output are JSON; give bytes as base64. It stays in the same network: targets are
pure functions of `awna.core` that open none.
"""

import contextlib
import importlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from awna.core.problems import Problem, Refused

NICENESS = 10
OUTPUT_MB_MAX = 64
OPEN_FILES_MAX = 64
SOURCE_DIR = Path(__file__).resolve().parents[2]
# Where compiled code may be kept; none of these is a secret.
ENVIRONMENT_KEPT = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "TMPDIR", "TZ")
_TARGET = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*:[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Limits:
    """What one run may use. `modules`: dotted prefixes that a target must have; `paths`: where else modules are found."""

    memory_mb: int
    cpu_s: int
    wall_s: int
    modules: tuple[str, ...] = ("awna.core.",)
    paths: tuple[str, ...] = ()


READER = Limits(memory_mb=1024, cpu_s=30, wall_s=60)


def run_in_sandbox(target: str, payload: Any, *, limits: Limits = READER) -> Any:
    """Call `module:function` with one JSON-able payload and return its JSON-able answer.

    Raises Refused with the target's own problems, or with one that names the limit that ended the process.
    """
    _check_target(target, limits)
    with _scratch() as given, _scratch() as answered:
        given.write(json.dumps(payload).encode())
        given.seek(0)
        code = _run(target, limits, given, answered)
        answered.seek(0)
        answer = _parsed(answered.read()) if code == 0 else None
    if answer is None:
        raise Refused(_problem_of(code, limits))
    if "refused" in answer:
        raise Refused([Problem(**problem) for problem in answer["refused"]])
    if "failed" in answer:
        raise Refused(_failure(answer["failed"], limits))
    return answer["answer"]


def _run(target: str, limits: Limits, given: IO[bytes], answered: IO[bytes]) -> int:
    """The exit code; negative for a signal. Past the wall limit the whole process group is killed."""
    kept = {name: os.environ[name] for name in ENVIRONMENT_KEPT if name in os.environ}
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join([str(SOURCE_DIR), *limits.paths]), **kept}
    process = subprocess.Popen(  # noqa: S603 (our own interpreter; the target was checked)
        [sys.executable, "-s", "-m", "awna.kit.sandbox", target, json.dumps(asdict(limits))],
        stdin=given, stdout=answered, stderr=subprocess.DEVNULL, env=environment, cwd="/", start_new_session=True, close_fds=True,
    )  # fmt: skip
    try:
        return process.wait(timeout=limits.wall_s)
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the group, so that nothing that the target started outlives it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _scratch() -> IO[bytes]:
    """Memory that looks like a file: a donor's statement must not touch the disk, and the kernel can limit its size."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("awna-sandbox"), "w+b")
    return tempfile.TemporaryFile()


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _check_target(target: str, limits: Limits) -> None:
    if not _TARGET.fullmatch(target) or not target.startswith(limits.modules):
        raise ValueError(f"“{target}” is not a function of {' or '.join(limits.modules)}")


def _problem_of(code: int, limits: Limits) -> Problem:
    if code == -signal.SIGALRM:
        return Problem("sandbox_time_spent", "Reading took longer than %(seconds)s seconds and was ended; nothing was changed. "
                       "Try a smaller file.", {"seconds": limits.wall_s})  # fmt: skip
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Problem("sandbox_cpu_spent", "Reading used more than %(seconds)s seconds of computing and was ended; nothing was "
                       "changed. Try a smaller file.", {"seconds": limits.cpu_s})  # fmt: skip
    return Problem("sandbox_ended", "The process that read the file ended early (code %(code)s); nothing was changed. "
                   "Try again, and tell the operator if it happens twice.", {"code": code})  # fmt: skip


def _failure(name: str, limits: Limits) -> Problem:
    if name == "MemoryError":
        return Problem("sandbox_memory_spent", "Reading needed more than %(mb)s MB of memory and was ended; nothing was changed. "
                       "Try a smaller file.", {"mb": limits.memory_mb})  # fmt: skip
    return Problem("sandbox_failed", "The file could not be read (%(reason)s); nothing was changed. Check that it is the file "
                   "that you meant, and tell the operator.", {"reason": name})  # fmt: skip


def main(arguments: list[str]) -> int:
    """Inside the process: limits first, then the import of the target, then one call."""
    target, limits = arguments[0], _limits_from(json.loads(arguments[1]))
    _limit(limits)
    answered = os.fdopen(os.dup(1), "wb")
    # Whatever the target prints must not mix with the answer.
    os.dup2(2, 1)
    answer = _answer(target, limits)
    with answered:
        answered.write(json.dumps(answer).encode())
    return 0


def _answer(target: str, limits: Limits) -> dict[str, Any]:
    try:
        payload = json.load(sys.stdin.buffer)
        answer = {"answer": _function(target, limits)(payload)}
        json.dumps(answer)
    except Refused as refused:
        return {"refused": [
            {"code": item.code, "text": item.text, "params": {key: str(value) for key, value in item.params.items()}, "where": item.where}
            for item in refused.problems
        ]}  # fmt: skip
    except MemoryError:
        return {"failed": "MemoryError"}
    except Exception as error:  # the type is told, the message is not: it may hold a donor's data
        return {"failed": type(error).__name__}
    return answer


def _function(target: str, limits: Limits) -> Callable[[Any], Any]:
    _check_target(target, limits)
    module_name, _, name = target.partition(":")
    function: Callable[[Any], Any] = getattr(importlib.import_module(module_name), name)
    if getattr(function, "__module__", None) != module_name:
        raise ValueError("a target is defined in the module that it names")
    return function


def _limit(limits: Limits) -> None:
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_mb * 1024**2),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, OUTPUT_MB_MAX * 1024**2),
        (resource.RLIMIT_NOFILE, OPEN_FILES_MAX),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    os.nice(NICENESS)


def _limits_from(value: dict[str, Any]) -> Limits:
    return Limits(**{**value, "modules": tuple(value["modules"]), "paths": tuple(value["paths"])})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
