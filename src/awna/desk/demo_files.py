"""The demonstration's bank files: templates whose days are counted from the day of seeding, so that the story reads in time order."""

import re
from datetime import date, timedelta
from pathlib import Path

from .demo_place import ROOT_DIR

FILES = ROOT_DIR / "demo"
TO_IMPORT = "to-import"
DAY_FORMAT = "%Y-%m-%d"
_DAY = re.compile(rb"\{(-?\d{1,3})(?: ([%A-Za-z]+))?\}")


def bank_file(name: str, *, today: date) -> bytes:
    """The file with each `{-46}` or `{-46 %y%m%d}` replaced by the day that lies so many days before `today`."""

    def day(found: re.Match[bytes]) -> bytes:
        form = (found[2] or DAY_FORMAT.encode()).decode()
        return (today + timedelta(days=int(found[1]))).strftime(form).encode()

    return _DAY.sub(day, (FILES / name).read_bytes())


def write_files_to_import(folder: Path, *, today: date) -> Path:
    """The next statements, for people to bring in themselves; gives the folder that holds them."""
    target = folder / TO_IMPORT
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted((FILES / TO_IMPORT).iterdir()):
        (target / path.name).write_bytes(bank_file(f"{TO_IMPORT}/{path.name}", today=today))
    return target


def titled_text(name: str) -> tuple[str, str]:
    """Title (first line) and text of a file."""
    title, _blank, text = (FILES / name).read_text(encoding="utf-8").partition("\n")
    return title.strip(), text.strip()
