"""Where the signed head of a book is kept, how far each place is, and whether one of them outlives this disk."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from awna.books.models import Book, Checkpoint
from awna.books.services import log_standing
from awna.books.services.heads import guard_files, log_folder
from awna.core.log.publishing import CHECKPOINT
from awna.core.problems import Problem
from awna.kit.backups.restoring import size_said

from .findings import BAD, LOOK, WELL, Finding


@dataclass(frozen=True)
class KeptHead:
    """The head that one place keeps. `signed_at` is when that head was signed; `behind`: how many entries the newest signed head has more."""

    label: str
    place: str
    outside: bool
    size: int
    behind: int
    signed_at: datetime | None

    @property
    def state(self) -> str:
        """A place on the same machine may be behind for a moment; what is outside must not be."""
        if not self.behind:
            return WELL
        return BAD if self.outside else LOOK


def kept_heads(book: Book) -> list[KeptHead]:
    """Every place, those that a lost disk leaves first."""
    standing = log_standing(book)
    beside, *second = guard_files(book)
    found: list[tuple[str, Path | None, bool, int]] = [(_("On the second storage"), place, True, size_said(place)) for place in second]
    if standing.listed:
        found.append((_("With witnesses outside"), None, True, standing.witnessed_size))
    found += [
        (_("Beside the keys"), beside, False, size_said(beside)),
        (_("In the published log"), log_folder(book) / CHECKPOINT, False, size_said(log_folder(book) / CHECKPOINT)),
        (_("In the database"), None, False, standing.size),
    ]
    signed = dict(Checkpoint.objects.filter(book=book, size__in=[size for *_rest, size in found]).values_list("size", "signed_at"))
    return [
        KeptHead(label, str(place or ""), outside, size, max(0, standing.size - size), signed.get(size))
        for label, place, outside, size in found
    ]


def second_place_look() -> Iterator[Finding]:
    """A second place is set, can be written, and is another disk than the one that it should outlive."""
    guard = settings.AWNA_LOG_GUARD_DIR
    if not guard:
        yield Finding("second place", BAD, Problem("no_guard_elsewhere", "The head signed last is kept on this disk only; a restored old copy would not be noticed."),
                      "AWNA_LOG_GUARD_DIR=/another/storage")  # fmt: skip
    elif not os.access(guard, os.W_OK):
        yield Finding("second place", BAD, Problem("guard_not_writable", "%(place)s, where the head signed last is kept, cannot be written.", {"place": guard}),
                      f"mkdir -p {guard}")  # fmt: skip
    elif Path(guard).stat().st_dev == Path(settings.AWNA_DATA_DIR).stat().st_dev:
        yield Finding("second place", LOOK, Problem("guard_on_the_same_disk", "%(place)s lies on the disk whose loss it should outlive.", {"place": guard}),
                      "AWNA_LOG_GUARD_DIR=/another/storage")  # fmt: skip


def heads_look(book: Book) -> Iterator[Finding]:
    if not settings.AWNA_LOG_GUARD_DIR or not os.access(settings.AWNA_LOG_GUARD_DIR, os.W_OK):
        return  # said already
    for one in kept_heads(book):
        if one.outside and one.place and one.behind:
            problem = Problem(
                "guard_is_behind", "%(place)s keeps a head that lacks the last %(n)s entries.", {"place": one.place, "n": one.behind}
            )
            yield Finding(f"heads {book.campaign.slug}", BAD, problem, f"awna publishlog {book.campaign.slug}")
