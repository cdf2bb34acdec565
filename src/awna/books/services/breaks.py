"""Break a log after a real loss: a new generation that names the head it cannot continue, decided by the stewards."""

from datetime import date

from django.db import transaction

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.log.disk import Disk
from awna.core.log.nodes import Levels, root_at
from awna.core.log.publishing import CHECKPOINT
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Entry
from . import heads
from .keys import origin_of
from .posting import file_in_log, post_entry
from .publish import leaves_of, publish_log
from .witnesses import entries_of

GENERATION = "generation-"


@transaction.atomic
def propose_break(*, book: Book, filed_by: Role, expires_on: date, request_id: str, text: str = "") -> Proposal:
    """Ask the stewards to give up the log that was signed and to begin a new generation. Refused while the log can be continued."""
    known = Proposal.objects.filter(campaign=book.campaign, request_id=request_id).first()
    if known is not None:
        return known
    lost = lost_head(book)
    if lost is None:
        raise Refused(
            Problem("nothing_is_lost", "The database continues every head that was signed. Publish the log; there is nothing to break.")
        )
    payload = {"about": "break", "origin": _next_origin(book), "lost": {"size": lost.head.size, "root": lost.head.root.hex()}}
    proposal = consent.file_proposal(
        campaign=book.campaign, purpose="break", payload={"payload": payload, "text": text}, filed_by=filed_by, expires_on=expires_on,
        request_id=request_id)  # fmt: skip
    file_in_log(book, proposal=proposal)
    return proposal


def break_log(*, proposal: Proposal, author: Role, disk: Disk | None = None) -> Entry:
    """Begin the generation that the stewards approved: its entry, then the old files set aside, then its first head. Run again, it goes on."""
    book, disk = proposal.campaign.book, disk or Disk()
    payload = dict(proposal.content.get("payload") or {})
    if proposal.purpose != "break" or payload.get("about") != "break" or "origin" not in payload:
        raise Refused(Problem("not_a_break", "This proposal does not break a log. File one with awna breaklog --propose."))
    if not Entry.objects.filter(proposal=proposal, kind="break").exists() and payload["origin"] != _next_origin(book):
        raise Refused(Problem("break_not_next", "The log was broken in another way since this was proposed. File it again."))
    entry = post_entry(
        book=book, kind="break", rows=(), author=author, request_id=f"break:{proposal.pk}",
        proposal=proposal, memo=payload)  # fmt: skip
    set_aside(book, disk=disk)
    publish_log(book, disk=disk)
    return entry


def lost_head(book: Book) -> heads.SignedHead | None:
    """The largest signed head that the database does not continue."""
    size = entries_of(book)
    nodes = Levels(leaves_of(book, first=0, until=size))
    found = heads.signed_heads(book)
    lost = [one for one in found if one.head.size > size or root_at(nodes, size=one.head.size) != one.head.root]
    return max(lost, key=lambda one: one.head.size) if lost else None


def set_aside(book: Book, *, disk: Disk) -> None:
    """Move the files of the older generation into a folder of their own, and keep its guards as evidence. Each step is one rename."""
    origin, folder = origin_of(book), heads.log_folder(book)
    number = generation_of(book) - 1
    for guard in heads.guard_files(book):
        if guard.exists() and not guard.read_text(encoding="utf-8").startswith(f"{origin}\n"):
            disk.rename(guard, guard.with_suffix(f".{GENERATION}{number}"))
            disk.sync(guard.parent)
    aside, checkpoint = folder.with_suffix(".aside"), folder / CHECKPOINT
    if checkpoint.exists() and not checkpoint.read_text(encoding="utf-8", errors="replace").startswith(f"{origin}\n"):
        disk.rename(folder, aside)
    if not aside.is_dir():
        return
    disk.make_folder(folder)
    for older in sorted(aside.glob(f"{GENERATION}*")):
        disk.rename(older, folder / older.name)
    disk.rename(aside, folder / f"{GENERATION}{number}")
    disk.sync(folder)
    disk.sync(folder.parent)


def generation_of(book: Book) -> int:
    """1 for a log that was never broken."""
    _, _, number = origin_of(book).removeprefix(book.origin).partition("/")
    return int(number) if number.isdigit() else 1


def _next_origin(book: Book) -> str:
    return f"{book.origin}/{generation_of(book) + 1}"
