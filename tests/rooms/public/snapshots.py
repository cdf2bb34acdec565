"""What tests ask of a static copy: make one, walk its links, read every byte of it."""

import gzip
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from awna.parties.models import Campaign
from awna.public.snapshot.making import Report, publish_snapshot

MADE_AT = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
ORIGIN = "http://localhost:8000"


def publish(folder: Path, **changes: Any) -> Report:
    given: dict[str, Any] = {"campaigns": list(Campaign.objects.order_by("slug")), "made_at": MADE_AT, "processes": 1}
    return publish_snapshot(folder, **(given | changes))


def page(folder: Path, path: str) -> str:
    return (folder / "current" / path).read_text()


def pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and text of each HTML page of the copy that is served."""
    root = (folder / "current").resolve()
    for path in sorted(root.rglob("*.html")):
        yield str(path.relative_to(root)), path.read_text()


class Tags(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def addresses(self) -> Iterator[tuple[str, str]]:
        for tag, attrs in self.found:
            yield from ((tag, attrs[name]) for name in ("href", "src", "data", "poster", "action") if name in attrs)


def link_faults(folder: Path) -> list[str]:
    """Links inside the copy that lead nowhere, to no anchor, or that only work at one place."""
    root, faults, anchors = (folder / "current").resolve(), [], dict[str, set[str]]()
    for path, text in pages(folder):
        anchors[path] = {attrs["id"] for _tag, attrs in Tags(text).found if "id" in attrs}
    for path, text in pages(folder):
        for tag, href in Tags(text).addresses():
            if href.startswith(("http://", "https://", "mailto:", "data:")):
                continue
            target, fragment = urldefrag(href)
            if target.startswith("/") or "?" in target:
                faults.append(f"{path}: <{tag}> {href} works at one place only")
                continue
            file = unquote(urlsplit(urljoin(f"http://copy/{path}", target)).path).lstrip("/") if target else path
            if not (root / file).is_file():
                faults.append(f"{path}: <{tag}> {href} is not there")
            elif fragment and file.endswith(".html") and fragment not in anchors[file]:
                faults.append(f"{path}: <{tag}> {href} has no such anchor")
    return faults


def every_byte(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file as it is and, where it is compressed, what is in it."""
    root = (folder / "current").resolve()
    for path in sorted(root.rglob("*")):
        if path.is_file():
            name, data = str(path.relative_to(root)), path.read_bytes()
            yield name, data
            yield name, name.encode()
            if name.endswith(".gz"):
                yield f"{name} (unpacked)", gzip.decompress(data)
            if name.endswith(".parquet"):
                yield f"{name} (as text)", _parquet_text(data)


def _parquet_text(data: bytes) -> bytes:
    import pyarrow.parquet as pq

    return repr(pq.read_table(io.BytesIO(data)).to_pylist()).encode()


def files_with(folder: Path, *words: str) -> list[str]:
    """Where one of these words stands in the copy."""
    wanted = [word.encode() for word in words]
    return [name for name, data in every_byte(folder) if any(word in data for word in wanted)]
