"""What stands in a PDF that we set, read back by a library that is not the one that wrote it."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """All words, each run of spaces and line breaks as one space."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def objects_in(part: Any, seen: set[int] | None = None) -> Iterator[dict[str, Any]]:
    """Every dictionary of the file that is reached from here, streams too."""
    seen = set() if seen is None else seen
    part = part.get_object() if hasattr(part, "get_object") else part
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from objects_in(inner, seen)
    elif isinstance(part, list):
        for inner in part:
            yield from objects_in(inner, seen)
