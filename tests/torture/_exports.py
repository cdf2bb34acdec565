"""Exports of changing books in three programs of plain-text accounting: test 12."""

import shutil
import tempfile
from pathlib import Path

from . import _place
from ._cases import SQLITE, Case, Result, Torture
from ._files import give


def read_elsewhere(how: Torture) -> Result:
    """Beancount, hledger and ledger come to the balances of the database, for books of many sizes."""
    from tests.rooms.exports.test_export_book import READ, of_database, written

    absent = [name for name in ("hledger", "ledger") if shutil.which(name) is None]
    if absent:
        return Result("exports read by three programs", 0, missing=f"{' and '.join(absent)} is not installed")
    rounds, dice, faults = how.rounds(full=20, short=1), how.random, []
    for _ in range(rounds):
        with _place.scratch() as place, tempfile.TemporaryDirectory() as folder:
            give(place, dice.randint(1, 20 if how.short or how.plant else 200))
            wanted = of_database(place.book)
            for program, read in READ.items():
                file = written(Path(folder), place.book, program)
                if how.plant:
                    file.write_text(file.read_text().replace("1.00 ", "1.01 "))
                try:
                    faults += [] if read(file) == wanted else [f"{program} has other balances"]
                except (AssertionError, OSError, ValueError) as problem:
                    faults.append(f"{program} cannot read it: {str(problem)[:80]}")
    return Result("exports read by three programs", rounds, faults)


CASES = [Case(12, "exports balance elsewhere", SQLITE, read_elsewhere)]
