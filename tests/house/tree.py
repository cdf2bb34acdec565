"""Reading a source tree for the house rules."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

PRODUCT = Path("src") / "awna"
# From the top of the house to its ground; a room may know what stands to the right of it. pyproject.toml holds the full contract.
LAYERS = (
    ("public", "exports", "desk"),
    ("works",),
    ("supply", "crews"),
    ("donations", "approvals", "letters", "voices"),
    ("access", "screening"),
    ("campaigns",),
    ("books",),
    ("consent",),
    ("parties",),
    ("kit",),
)
ROOMS = tuple(room for layer in LAYERS for room in layer)


def height(room: str) -> int:
    """Higher stands further up."""
    return next(len(LAYERS) - i for i, layer in enumerate(LAYERS) if room in layer)


def product_files(root: Path, pattern: str = "*.py") -> Iterator[Path]:
    """Files of the product, without migrations (generated) and vendored ones."""
    for path in sorted((root / PRODUCT).rglob(pattern)):
        if not {"migrations", "vendor", "__pycache__"} & set(path.relative_to(root).parts):
            yield path


def test_files(root: Path) -> Iterator[Path]:
    for path in sorted((root / "tests").rglob("*.py")):
        if "breaches" not in path.relative_to(root).parts:
            yield path


def room_of(root: Path, path: Path) -> str:
    """The room (or `core`, or a top module) that a product file belongs to."""
    return path.relative_to(root / PRODUCT).parts[0].removesuffix(".py")


def part_of(root: Path, path: Path) -> str:
    """The part of its room: `services`, `views`, `management`, …"""
    parts = path.relative_to(root / PRODUCT).parts
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


@lru_cache(maxsize=2000)
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def at(root: Path, path: Path, node: ast.AST | None = None) -> str:
    line = getattr(node, "lineno", 0)
    return f"{path.relative_to(root)}:{line}" if line else str(path.relative_to(root))


def imports(root: Path, path: Path) -> Iterator[tuple[ast.AST, str, str, str]]:
    """Each import as (node, module, name, name used here); relative ones made absolute; `import a.b` has name ''."""
    package = ("awna", *path.relative_to(root / PRODUCT).parts[:-1])
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, "", alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                yield node, module, alias.name, alias.asname or alias.name
