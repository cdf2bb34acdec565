"""Keeps what is costly to draw (cards, posters) as files, named by what it was drawn from; drawn once, then read."""

import json
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = "made"


def made_once(name: str, source: Any, make: Callable[[], bytes]) -> bytes:
    """The bytes of `name` for this JSON-able source. One version of a name is kept: another source replaces it."""
    folder = Path(settings.AWNA_DATA_DIR) / FOLDER
    stem, suffix = name.rsplit(".", 1)
    digest = sha256(json.dumps(source, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
    path = folder / f"{stem}-{digest}.{suffix}"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    data = make()
    folder.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: another worker never reads half of it.
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half:
        half.write(data)
    Path(half.name).replace(path)
    for old in folder.glob(f"{stem}-{'?' * 32}.{suffix}"):
        if old != path:
            old.unlink(missing_ok=True)
    return data
