"""House rules on documents and lock files."""

import importlib.metadata
import re
from pathlib import Path

from .tree import PRODUCT, product_files

MIB = 1024 * 1024
BASE_INSTALL_MIB_MAX = 850  # docs/decisions/0015
ADDRESSES = re.compile(r"://|--index-url|--extra-index-url|--find-links|^-i\b|^-f\b")
PINNED = re.compile(r"^[A-Za-z0-9][\w.\[\],-]*==\S+")


def commands_are_documented(root: Path) -> list[str]:
    text = _reference(root)
    names = [path.stem for path in (root / PRODUCT).glob("*/management/commands/*.py") if not path.stem.startswith("_")]
    return [f"docs/reference.md does not explain `awna {name}`" for name in sorted(names) if f"`awna {name}" not in text]


def settings_are_documented(root: Path) -> list[str]:
    text = _reference(root)
    read = {
        name.removesuffix("_FILE")
        for path in product_files(root)
        for name in re.findall(r"\bAWNA_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    return [f"docs/reference.md does not explain {name}" for name in sorted(read) if f"`{name}`" not in text]


def locks_are_hashed_and_without_addresses(root: Path) -> list[str]:
    findings = []
    for path in sorted((root / "requirements").glob("*")):
        # A package with several hashes spans several lines that end in a backslash.
        for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            if ADDRESSES.search(line):
                findings.append(f"{path.relative_to(root)}: an address or index: {line[:60]}")
            elif path.suffix == ".txt" and line and not line.startswith("#"):
                if not PINNED.match(line):
                    findings.append(f"{path.relative_to(root)}: not pinned: {line[:60]}")
                elif "--hash=sha256:" not in line:
                    findings.append(f"{path.relative_to(root)}: no hash: {line[:60]}")
    return findings


def base_install_mib(lock: Path) -> dict[str, float]:
    """MiB on disk of each package of a lock that is installed here."""
    sizes = {}
    for name in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", lock.read_text(encoding="utf-8"), flags=re.M):
        try:
            files = importlib.metadata.files(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or an older Python
        paths = [Path(str(file.locate())) for file in files]
        sizes[name] = sum(path.stat().st_size for path in paths if path.is_file()) / MIB
    return sizes


def install_size_findings(sizes: dict[str, float], *, limit_mib: float) -> list[str]:
    total = sum(sizes.values())
    largest = ", ".join(f"{name} {size:.0f}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:5])
    return [f"the base install takes {total:.0f} MiB, at most {limit_mib:.0f}; largest: {largest}"] if total > limit_mib else []


def _reference(root: Path) -> str:
    path = root / "docs" / "reference.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""
