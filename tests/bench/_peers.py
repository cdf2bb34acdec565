"""Peers beside the book: django-hordak's posting, and the time in which hledger, ledger, Beancount and our verifier take in a book."""

import importlib.metadata
import importlib.util
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ._measure import REPEATS, ROOT, Figure, median, missing, us

PGLEDGER_SQL = ROOT.parent / "shared" / "data" / "pgledger.sql"


def hordak(entries: int, single: int) -> dict[str, float] | str:
    """Its costs, or why there are none."""
    if importlib.util.find_spec("hordak") is None:
        return "django-hordak is not installed"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.bench._hordak", str(entries), str(single)], cwd=ROOT, check=False, capture_output=True, text=True,
        env=None,
    )  # fmt: skip
    if done.returncode:
        return f"it ended with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1][:120]}"
    import json

    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def pgledger() -> str:
    return "its SQL file is there but this program does not load it yet" if PGLEDGER_SQL.exists() else "its SQL file is not given"


def versions() -> str:
    parts = []
    for name in ("django", "django-hordak", "psycopg", "pymerkle", "beancount"):
        try:
            parts.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            parts.append(f"{name} absent")
    for program in ("hledger", "ledger"):
        said = (
            subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
            if shutil.which(program)
            else "absent"
        )
        parts.append(said.splitlines()[0].split(",")[0] if said != "absent" else f"{program} absent")
    return ", ".join(parts)


def loading(entries: int) -> list[Figure]:
    """CPU for each entry of a plain book of two legs, from file to balances."""
    with tempfile.TemporaryDirectory() as folder:
        journal, beans = Path(folder) / "book.journal", Path(folder) / "book.beancount"
        accounts = [f"Assets:Fund{n % 50}" for n in range(entries)]
        journal.write_text(
            "".join(f"2026-03-02 gift {n}\n    {name}  {100 + n % 97}.00 EUR\n    Income:Gifts\n\n" for n, name in enumerate(accounts))
        )
        opens = "".join(f"2026-01-01 open {name}\n" for name in sorted({*accounts, "Income:Gifts"}))
        beans.write_text(opens + "".join(
            f'2026-03-02 * "gift {n}"\n  {name}  {100 + n % 97}.00 EUR\n  Income:Gifts  -{100 + n % 97}.00 EUR\n\n' for n, name in enumerate(accounts)))  # fmt: skip
        load = "import sys; from beancount import loader; sys.exit(bool(loader.load_file(sys.argv[1])[1]))"
        ways = {
            "hledger": ["hledger", "-f", str(journal), "balance"], "ledger": ["ledger", "-f", str(journal), "balance"],
            "Beancount": [sys.executable, "-c", load, str(beans)],
        }  # fmt: skip
        return [_loaded(name, words, entries) for name, words in ways.items()]


def _loaded(name: str, words: list[str], entries: int) -> Figure:
    what = f"Loading {entries} entries: {name}"
    if shutil.which(words[0]) is None or (name == "Beancount" and importlib.util.find_spec("beancount") is None):
        return missing(what, f"{name} is not installed")
    costs = []
    for _ in range(REPEATS):
        before = _children()
        if subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            return missing(what, "it refused the file")
        costs.append((_children() - before) / entries)
    return Figure(what, f"{us(median(costs))} an entry")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
