"""The dump: the whole book in one file that anybody can keep, replay and verify offline. See docs/book-format.md."""

from dataclasses import dataclass
from typing import Any

from awna.core.digest import canonical_json
from awna.core.log.checkpoint import LogKey
from awna.core.log.tree import hash_leaf
from awna.core.problems import Problem, Refused

from ..models import Account, Book, Checkpoint, Commodity, Fund, Opening
from . import heads, keys, witnesses
from .publish import entries_allowed, leaves_of, publish_log

TILE_LEAVES = 256


def dump_book(book: Book, *, entries_until: int | None = None) -> bytes:
    """The book as lines that `awna-verify` reads: header, leaves, leaf hashes, openings, signed checkpoint.

    It ends at the newest signed head whose entries may all be read now: for a campaign at risk one older than its delay.
    """
    frame = _frame(book, entries_until)
    leaves = leaves_of(book, first=0, until=frame.size)
    hashes = [hash_leaf(leaf).hex() for leaf in leaves]
    counts = {"entries": len(leaves), "openings": len(frame.openings)}
    lines = [
        canonical_json(frame.header | {"counts": counts}),
        *leaves,
        *(canonical_json({"type": "tile", "first": first, "hashes": "".join(hashes[first : first + TILE_LEAVES])})
          for first in range(0, len(hashes), TILE_LEAVES)),
        *(canonical_json(opening) for opening in frame.openings),
        canonical_json({"type": "checkpoint", "note": frame.note}),
    ]  # fmt: skip
    return b"\n".join(lines) + b"\n"


def dump_mark(book: Book) -> bytes:
    """What a dump made now would say beside its leaves, which follow from the signed head: while this stays, so does the dump."""
    frame = _frame(book, None)
    return canonical_json({"header": frame.header, "openings": frame.openings, "note": frame.note})


@dataclass(frozen=True)
class _Frame:
    """A dump without its leaves and their number."""

    size: int
    header: dict[str, Any]
    openings: list[dict[str, Any]]
    note: str


def _frame(book: Book, entries_until: int | None) -> _Frame:
    checkpoint = _dumped_head(book, entries_until)
    key = _key_of(book, checkpoint)
    note = witnesses.with_cosignatures(checkpoint.note, row=checkpoint, policy=witnesses.log_policy(book))
    cosigned = list(witnesses.log_policy(book).cosignatures(note).values())
    openings = _published_openings(book)
    header: dict[str, Any] = {
        "type": "header", "v": 1, "book": str(book.pk), "origin": key.name, "log_key": str(key),
        "witness_keys": [str(one.key) for one in cosigned]}  # fmt: skip
    history = _history_before(book, key)
    if history:
        header["key_history"] = history
    return _Frame(checkpoint.size, header, openings, note)


def _dumped_head(book: Book, entries_until: int | None) -> Checkpoint:
    newest = publish_log(book, entries_until=entries_until)
    until = entries_allowed(book, size=newest.size) if entries_until is None else entries_until
    found = Checkpoint.objects.filter(book=book, size__lte=until, note__startswith=f"{keys.origin_of(book)}\n").order_by("-size").first()
    if found is None:
        raise Refused(Problem(
            "book_not_yet_public", "The entries of this book may be read %(days)s days after they were posted; the first are not that old yet.",
            {"days": book.campaign.publication_delay_days}))  # fmt: skip
    return newest if found.size == newest.size else found


def _key_of(book: Book, checkpoint: Checkpoint) -> LogKey:
    """The key that signed this head: an older one for a head from before a rotation."""
    return next(key for key in keys.known_keys(book) if heads.head_of(checkpoint.note, keys=[key]))


def _history_before(book: Book, key: LogKey) -> list[dict[str, Any]]:
    """The older keys as a verifier follows them: each with its last checkpoint, and the entry in it that announces the next key."""
    found = []
    for old in keys.key_history(book):
        if old["key"] == str(key):
            break
        if old["key"].startswith(f"{key.name}+"):
            found.append({"key": old["key"], "entry": old["index"], "note": old["checkpoint"]})
    return found


def _published_openings(book: Book) -> list[dict[str, Any]]:
    """What may be said openly at once: names of funds and commodities. Custodies, payees, batches and notes stay closed."""
    open_names = {
        str(pk)
        for pk in Commodity.objects.filter(pk__in=Account.objects.filter(book=book).values("commodity")).values_list("pk", flat=True)
    }
    open_names |= {fund.leaf_id for fund in Fund.objects.filter(book=book)}
    found = [opening for opening in Opening.objects.filter(book=book, name="name") if opening.of in open_names]
    return [
        {"type": "opening", "v": 1, "of": opening.of, "name": opening.name, "salt": opening.salt, "value": opening.value}
        for opening in sorted(found, key=lambda opening: (opening.of, opening.name))
    ]
