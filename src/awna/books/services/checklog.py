"""Read everything that was published of a log again, against the database and against itself."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from awna.core.log.checking import check_files, place_of, read_tree
from awna.core.log.checkpoint import Checkpoint as Head
from awna.core.log.checkpoint import LogKey, read_checkpoint
from awna.core.log.disk import TEMPORARY, read_file
from awna.core.log.nodes import Levels, root_at
from awna.core.log.policy import policy_text
from awna.core.log.publishing import CHECKPOINT, ENTRIES, KEYS, POLICY, WITNESSED
from awna.core.log.tiles import TILE_WIDTH
from awna.core.problems import Problem, Refused

from ..models import Book, Checkpoint
from . import heads, witnesses
from .keys import keys_bytes, known_keys
from .publish import continuity_problems, current_note, leaves_of

GENERATION = "generation-"


def check_log(book: Book) -> list[Problem]:
    """Every byte of every published file against the database; the database against every head that was ever signed."""
    folder = heads.log_folder(book)
    row = _row_of_published(book, folder)
    if row is None:
        return [
            Problem(
                "log_not_published",
                "No signed checkpoint of this log is published in %(folder)s. Publish the log.",
                {"folder": folder},
                CHECKPOINT,
            )
        ]
    nodes = Levels(leaves_of(book, first=0, until=row.size))
    problems = [] if nodes.size == row.size and root_at(nodes, size=row.size).hex() == row.root else [_other_entries(row)]
    entries = covered_by_bundles(folder)
    exact = {CHECKPOINT: _checkpoint(book, row), **_side_files(book, entries)}
    found = check_files(
        published_paths(folder), partial(read_file, folder), nodes=nodes, size=row.size, entries=min(entries, row.size), exact=exact
    )
    return [*problems, *found, *continuity_problems(book)]


def check_folder(folder: Path, *, key: LogKey) -> list[Problem]:
    """A copy of a log on a disk or stick, with nothing but the log's key: the files against each other and the signed head."""
    read = partial(read_file, folder)
    try:
        head = read_checkpoint((read(CHECKPOINT) or b"").decode(errors="replace"), key=key)
        nodes = read_tree(read, size=head.size)
    except Refused as refused:
        return [problem.at(problem.where or CHECKPOINT) for problem in refused.problems]
    problems = [] if root_at(nodes, size=head.size) == head.root else [
        Problem("tiles_differ", "The lowest tiles are not the tree that the checkpoint signs: one of them was changed.", {}, "tile/0")]  # fmt: skip
    side = {name: read(name) or b"" for name in (CHECKPOINT, POLICY, KEYS, WITNESSED) if read(name) is not None}
    entries = min(head.size, covered_by_bundles(folder))
    side[ENTRIES] = f"{entries}\n".encode()
    return [*problems, *check_files(published_paths(folder), read, nodes=nodes, size=head.size, entries=entries, exact=side)]


def published_paths(folder: Path) -> list[str]:
    """Every file below the folder but those of older generations and those that a killed run left half-written."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(TEMPORARY))
    paths = (file.relative_to(folder).as_posix() for file in files)
    return [path for path in paths if not path.startswith(GENERATION)]


def covered_by_bundles(folder: Path) -> int:
    """How many entries the bundles in the folder hold by their names."""
    places = (place_of(path) for path in published_paths(folder))
    return max((place.number * TILE_WIDTH + place.width for place in places if place and place.level is None), default=0)


def _row_of_published(book: Book, folder: Path) -> Checkpoint | None:
    """The head whose checkpoint is published. Where the file cannot be read, the newest: then the file is what is named."""
    data = (read_file(folder, CHECKPOINT) or b"").decode(errors="replace")
    head: Head | None = heads.head_of(data, keys=known_keys(book))
    rows = Checkpoint.objects.filter(book=book).order_by("-size")
    return (rows.filter(size=head.size).first() if head else None) or rows.first()


def _checkpoint(book: Book, row: Checkpoint) -> bytes:
    return witnesses.with_cosignatures(current_note(book, row), row=row, policy=witnesses.log_policy(book)).encode()


def _side_files(book: Book, entries: int) -> Mapping[str, bytes]:
    policy = witnesses.log_policy(book)
    witnessed = witnesses.witnessed_head(book, policy=policy)
    files = {POLICY: policy_text(policy).encode(), KEYS: keys_bytes(book), ENTRIES: f"{entries}\n".encode()}
    return files if witnessed is None else {**files, WITNESSED: witnessed.note.encode()}


def _other_entries(row: Checkpoint) -> Problem:
    return Problem(
        "entries_differ", "The first %(size)s entries of the database are not those that were signed: an entry was changed or is gone. "
        "Compare the database with a dump or a mirror.", {"size": row.size}, "database")  # fmt: skip
