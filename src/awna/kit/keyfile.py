"""Random secrets kept in files outside the database."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def secret_in_file(path: Path) -> str:
    """A random secret kept in a file that only this user can read; made on first use.

    It is written elsewhere and linked whole: a process that dies on the way leaves no empty key, and of two that begin at once both get one key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _link_new_secret(path)
    return path.read_text(encoding="ascii").strip()


def _link_new_secret(path: Path) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # only this user can read it
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        Path(beside).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
