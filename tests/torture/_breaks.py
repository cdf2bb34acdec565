"""After a real loss: a log that goes on under a new name, and entries that are read back from a mirror (test 7, second half)."""

import contextlib
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from awna.books import services as books
from awna.books.services import heads
from awna.books.services.breaks import break_log, propose_break
from awna.books.services.mirror import propose_readoption, readopt
from awna.consent.services import decide
from awna.core.log.witness import open_log
from awna.core.problems import Refused
from awna.parties.models import Role

from . import _place
from ._cases import SQLITE, Case, Result, Torture
from ._files import _copy_of, _use, _use_again, give, verifies


def go_on(how: Torture) -> Result:
    """Lose entries that were signed, with and without a mirror; the stewards decide; the book is signed and verifies again."""
    rounds, dice, faults = how.rounds(full=10, short=1), how.random, []
    for with_mirror in (False, True) * rounds:
        with _place.scratch() as place, tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            give(place, dice.randint(2, 9))
            books.publish_log(place.book)
            name, copy = place.name, _copy_of(place)
            stack.callback(_use_again, name, copy)
            give(place, dice.randint(1, 9))
            signed = books.publish_log(place.book)
            mirror = Path(folder) / "mirror"
            shutil.copytree(heads.log_folder(place.book), mirror)
            _use(copy)
            old = _place.here(copy)
            if how.plant:
                give(old, 3)  # posted over the loss before anybody decided
            try:
                _decided(old, mirror if with_mirror else None)
            except Refused as refused:
                faults += [f"{'with' if with_mirror else 'without'} a mirror: {refused.codes}"]
                continue
            faults += _after(old, signed, with_mirror, Path(folder) / "dump")
    return Result("losses with and without a mirror", 2 * rounds, faults)


def _decided(place: Any, mirror: Path | None) -> None:
    """The stewards approve what is proposed, and it is done."""
    terms: dict[str, Any] = {"filed_by": place.karim, "expires_on": timezone.localdate() + timedelta(days=30), "request_id": "lost"}
    read = open_log(str(mirror)) if mirror else None
    proposal = propose_readoption(book=place.book, read=read, **terms) if read else propose_break(book=place.book, **terms)
    for steward in Role.objects.filter(campaign=place.book.campaign, name="steward"):
        decide(proposal=proposal, steward=steward, choice="approve", request_id=f"yes:{steward.pk}")
    if read:
        readopt(proposal=proposal, read=read, author=place.karim)
    else:
        break_log(proposal=proposal, author=place.karim)


def _after(place: Any, signed: Any, with_mirror: bool, dump: Path) -> list[str]:
    head = books.publish_log(place.book)
    found = _place.faults_of(place)
    if with_mirror and head.size < signed.size:
        found.append(f"{signed.size} entries were signed, {head.size} came back")
    give(place, 1)
    books.publish_log(place.book)
    return found if verifies(dump, books.dump_book(place.book)) == 0 else [*found, "the dump does not verify"]


CASES = [Case(7, "a lost book goes on", SQLITE, go_on)]
