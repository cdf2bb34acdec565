"""Random secrets kept in files outside the database."""

import os
import secrets
from pathlib import Path


def secret_in_file(path: Path) -> str:
    """A random secret kept in a file that only this user can read; made on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()
