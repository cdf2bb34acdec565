"""Where the compiled engine is kept, and whether it is there. Compiling takes a minute, once per state of the sources.

Nobody should wait for that in a request: set-up and server start call `begin`, which compiles beside everything else.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
NICENESS = 10  # whoever works now goes first
HOME_CACHE = "~/.cache"
MARK, LOCK, PREFIX = "ready", "lock", "compiled-"
KEPT_SECONDS = 7 * 86_400  # another version of the sources may still be running


@cache
def folder() -> Path:
    """One folder per state of the sources: the compiler looks at a function's own file alone, not at what it calls."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(HERE.glob("*.py")))).hexdigest()[:12]
    own = os.environ.get("NUMBA_CACHE_DIR")
    caches = Path(os.environ.get("XDG_CACHE_HOME") or HOME_CACHE) / "awna"
    for place in [Path(own)] if own else [HERE / "__pycache__", caches]:
        with suppress(OSError, RuntimeError):  # read-only, or nobody's home
            chosen = place.expanduser() / f"{PREFIX}{digest}"
            chosen.mkdir(parents=True, exist_ok=True)
            if os.access(chosen, os.W_OK):
                return chosen
    return Path(tempfile.mkdtemp(prefix="awna-compiled-"))  # for this process alone: no one else may plant code there


def is_ready() -> bool:
    """Whether all that planning compiles has been compiled and kept."""
    return (folder() / MARK).exists()


def begin() -> bool:
    """Compiles in a process of its own, unless that was done. True = a process was started; it ends by itself."""
    if is_ready():
        return False
    try:
        subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [sys.executable, "-m", f"{__package__}.warm"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False  # then the first plan compiles what it needs
    return True


def finish() -> None:
    """Marks the present state of the sources as compiled, and removes what older states left and nobody has used for a while."""
    mine = folder()
    (mine / MARK).touch()
    for other in mine.parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, or just removed by another process
            if other != mine and time.time() - other.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(other)


@contextmanager
def alone() -> Iterator[None]:
    """Several processes may begin at once: one compiles, the others wait and find all done."""
    with (folder() / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
