"""Where the demonstration lives: a folder of its own, chosen before Django starts, so that it never meets a real campaign."""

import os
import shutil
from collections.abc import MutableMapping
from pathlib import Path

ROOT_DIR = Path(__file__).resolve().parents[3]
PLACE_VARIABLE = "AWNA_DEMO_DIR"
MARK = "this-is-the-awna-demo"
_OF_A_REAL_SITE = ("AWNA_DATABASE_URL", "AWNA_OWNER_DATABASE_URL", "AWNA_SECRET_KEY", "AWNA_KEY_DIR", "AWNA_ORIGIN", "AWNA_HOSTS")


def take_place(words: list[str], environment: MutableMapping[str, str]) -> Path:
    """Point the process at the demonstration's folder; with `--fresh`, empty it first. Only a folder with our mark is removed."""
    place = Path(environment.get(PLACE_VARIABLE) or ROOT_DIR / "var" / "demo").absolute()
    for name in _OF_A_REAL_SITE:
        environment.pop(name, None)
        environment.pop(f"{name}_FILE", None)
    environment["AWNA_DATA_DIR"] = str(place)
    environment.pop("AWNA_DATA_DIR_FILE", None)
    if "--fresh" in words and (place / MARK).exists():
        shutil.rmtree(place)
    if not place.exists():
        place.mkdir(parents=True, mode=0o700)
    if not any(place.iterdir()):
        (place / MARK).touch()
    return place


def is_demo_place(place: str | os.PathLike[str]) -> bool:
    return (Path(place) / MARK).exists()
