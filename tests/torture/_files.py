"""What is published and kept: old backups, two heads of one size, every byte of every file, erased givers, standards: tests 7, 8, 10, 14, 15."""

import contextlib
import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from awna import verify
from awna.books import services as books
from awna.books.models import Movement
from awna.books.services import heads, keys, post_entries
from awna.books.services.checklog import check_folder, check_log, published_paths
from awna.core.log.checkpoint import Checkpoint, LogKey, read_checkpoint, sign_checkpoint
from awna.core.log.disk import read_file
from awna.core.log.proof import check_proof
from awna.core.log.tiles import split_bundle, tile_files
from awna.core.log.tree import check_inclusion, hash_leaf, prove_inclusion, root_of
from awna.core.problems import Refused
from awna.donations.services import claim_movements, pledge_gift
from awna.donations.services.donors import erase_donor

from . import _place
from ._cases import BOTH, NO_DATABASE, SQLITE, Case, Result, Torture
from ._place import Place

SHORT_STRIDE = 7


def restore_backup(how: Torture) -> Result:
    """Post and sign, restore a copy from before, post something else: the old book refuses to sign, whatever its size."""
    rounds, dice, faults = how.rounds(full=20, short=2), how.random, []
    for n in range(rounds):
        with _place.scratch() as place:
            give(place, dice.randint(2, 9))
            books.publish_log(place.book)
            name, copy = place.name, _copy_of(place)
            give(place, more := dice.randint(2, 9))
            signed = books.publish_log(place.book).size
            with contextlib.ExitStack() as stack:
                stack.callback(_use_again, name, copy)
                _use(copy)
                old = _place.here(copy)
                give(old, (0, more - 1, more, more + 5)[n % 4])
                if how.plant:
                    _forget_heads(old)
                faults += _signs_on(old, f"a copy with {old.book.entries.count()} entries signed after {signed} were signed")
    return Result("older copies restored", rounds, faults)


def two_heads(how: Torture) -> Result:
    """Another head of the same size, signed with the log's key, turns up: nothing more is signed, and both are kept."""
    rounds, dice, faults = how.rounds(full=20, short=2), how.random, []
    for _ in range(rounds):
        with _place.scratch() as place:
            give(place, dice.randint(2, 9))
            head = books.publish_log(place.book)
            seed = keys.log_signer(place.book)
            other = sign_checkpoint(Checkpoint(keys.origin_of(place.book), head.size, dice.randbytes(32)), seed=_seed_of(place, seed))
            inbox = heads.inbox_folder(place.book)
            inbox.mkdir(parents=True, exist_ok=True)
            if not how.plant:
                (inbox / "from-a-witness").write_text(other)
            give(place, 1)
            faults += _signs_on(place, "it signed on beside another head of the same size")
            kept = (
                [path.read_text() for path in heads.evidence_folder().rglob("*") if path.is_file()]
                if heads.evidence_folder().exists()
                else []
            )
            if not any(other in text for text in kept):
                faults.append("the other head was not kept as evidence")
    return Result("second heads of one size", rounds, faults)


def change_bytes(how: Torture) -> Result:
    """Change each byte of a small dump, of each tile and bundle and of the checkpoint, and cut each file: every check sees every one.

    The dump is checked by the verifier; the files by a reader of our own, and by what `awna checklog` does with and without the database.
    """
    stride = SHORT_STRIDE * 12 if how.short or how.plant else 1
    faults, tried = [], 0
    with _place.scratch() as place:
        give(place, 3)
        dump, key, folder = books.dump_book(place.book), books.log_key(place.book), heads.log_folder(place.book)
        path = Path(settings.AWNA_DATA_DIR) / "changed.dump"
        if verifies(path, dump) or check_log(place.book) or check_folder(folder, key=key):
            return Result("changed bytes", 0, ["dump or log do not hold unchanged"])
        for at in range(0, len(dump), stride):
            tried += 1
            changed = dump if how.plant else _with_bit(dump, at)
            if verifies(path, changed) == 0:
                faults.append(f"byte {at} of the dump")
        stride = 1 if stride == 1 else SHORT_STRIDE * 4
        for name in published_paths(folder):
            data = read_file(folder, name) or b""
            changes = [(f"byte {at} of {name}", _with_bit(data, at)) for at in range(0, len(data), stride)]
            for what, changed in [*changes, (f"{name} without its end", data[:-1])]:
                tried += 1
                (folder / name).write_bytes(data if how.plant else changed)
                faults += [f"{what}: {reader}" for reader in _fooled(place, key, name)]
            (folder / name).write_bytes(data)
    return Result("changed bytes of dump, tiles, bundles and side files", tried, faults)


def _fooled(place: Place, key: LogKey, name: str) -> list[str]:
    """Who takes the published files for a whole log. Without the database only tiles, bundles and the checkpoint can be judged."""
    folder = heads.log_folder(place.book)
    found = [] if check_log(place.book) else ["checklog"]
    if name == "checkpoint" or name.startswith("tile/"):
        found += [] if check_folder(folder, key=key) else ["checklog of a folder"]
        found += ["the plain reader"] if files_hold({path: (folder / path).read_bytes() for path in _published(folder)}, key) else []
    return found


def erase_givers(how: Torture) -> Result:
    """Forget a giver: her proof still verifies, and neither database nor write-ahead log holds a byte of her key.

    On PostgreSQL that is so after its tables were rewritten (VACUUM FULL) and its old write-ahead files removed and not used again.
    """
    rounds, faults = how.rounds(full=20, short=2), []
    for n in range(rounds):
        with _place.scratch() as place:
            pledge = pledge_gift(
                bank_account=place.account, amount_minor=2_500, request_id=f"d{n}", name="Dana Example", email="dana@example.org"
            )
            (line,) = _place.lines(place, [2_500], reference=pledge.reference)
            movement = Movement.objects.get(pk=line)
            (gift,) = claim_movements(movements=[movement], author=place.karim).gifts
            books.publish_log(place.book)
            proof, leaf = books.prove_entry(place.book, seq=gift.entry_seq), books.leaf_text(place.book, seq=gift.entry_seq)
            secrets = _sealed()
            if not how.plant:
                erase_donor(pledge.donor)
            faults += (
                [] if check_proof(proof, leaf=leaf.encode(), key=books.log_key(place.book)) == [] else ["the proof does not hold any more"]
            )
            faults += [problem.code for problem in books.check_book(place.book)]
            secrets = [secret for secret in secrets if secret]
            faults += ["a sealed key of the giver is still in a table" for secret in secrets if secret in _sealed()]
            faults += [f"a sealed key of the giver is still in {file}" for file in _files_with(place, secrets)]
    return Result("givers erased", rounds, faults)


def follow_standards(how: Torture) -> Result:
    """RFC 6962 roots by the recursive definition, and pymerkle's roots and proofs, for every size up to the limit."""
    sizes, faults = how.rounds(full=300, short=40), []
    leaves = [f"leaf {n}".encode() for n in range(sizes)]
    hashes = [hash_leaf(leaf) for leaf in leaves]
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        return Result("sizes of trees", 0, missing="pymerkle is not installed")
    tree = InmemoryTree(algorithm="sha256")
    for size in range(1, sizes + 1):
        tree.append_entry(leaves[size - 1])
        root = root_of(hashes[:size])
        if how.plant and size == sizes:
            root = root[::-1]
        if root != _plain_root(leaves[:size]) or root != tree.get_root():
            faults.append(f"the root of {size} leaves differs")
        index = (size * 7) % size
        proof = prove_inclusion(hashes[:size], index=index)
        if not check_inclusion(hashes[index], index=index, size=size, proof=proof, root=_plain_root(leaves[:size])):
            faults.append(f"leaf {index} of {size} is not proved")
    return Result("sizes of trees beside the RFC's definition and pymerkle", sizes, faults)


# -- parts ----------------------------------------------------------------------------------------------------------


def give(place: Place, gifts: int) -> None:
    movements = _place.lines(place, [100 + n for n in range(gifts)]) if gifts else []
    drafts = [_place.gift_draft(place, movement=pk, minor=100 + n, request_id=f"g:{pk}") for n, pk in enumerate(movements)]
    post_entries(book=place.book, drafts=drafts, author=place.karim)


def _signs_on(place: Place, fault: str) -> list[str]:
    try:
        books.publish_log(place.book)
    except Refused:
        return []
    return [fault]


def _forget_heads(place: Place) -> None:
    """The planted fault: everything that remembers what was signed is gone."""
    for path in (*heads.guard_files(place.book), *heads.inbox_folder(place.book).glob("*")):
        path.unlink(missing_ok=True)
    shutil.rmtree(heads.log_folder(place.book), ignore_errors=True)


def _seed_of(place: Place, _signer: Any) -> bytes:
    from awna.kit.keyfile import secret_in_file

    return bytes.fromhex(secret_in_file(Path(settings.AWNA_KEY_DIR) / f"log-{place.book.pk}.seed"))


def _copy_of(place: Place) -> str:
    from tests import databases

    return databases._copy_sqlite(place.name) if connection.vendor == "sqlite" else _place._copy_postgresql(place.name)


def _use(name: str) -> None:
    from tests import databases

    databases._use(name)


def _use_again(name: str, copy: str) -> None:
    from tests import databases

    databases._use(name)
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)
    else:
        connections.close_all()
        databases.drop_copy(copy)


def verifies(path: Path, data: bytes) -> int:
    """The exit code of the verifier; what it says is thrown away."""
    path.write_bytes(data)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return verify.main([str(path)])


def _with_bit(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _published(folder: Path) -> list[str]:
    found = (str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name in found if name == "checkpoint" or name.startswith("tile/")]


def files_hold(files: dict[str, bytes], key: LogKey) -> bool:
    """Whether published files alone are a whole log: the signed head, the bundles' leaves, and every tile over them."""
    try:
        head = read_checkpoint(files["checkpoint"].decode(), key=key)
        leaves = [leaf for name in sorted(files) if name.startswith("tile/entries/") for leaf in split_bundle(files[name])]
        whole = dict(tile_files(leaves))
        tiles = {name: data for name, data in files.items() if name.startswith("tile/")}
        return (head.size, head.root) == (len(leaves), root_of([hash_leaf(leaf) for leaf in leaves])) and tiles == whole
    except (Refused, ValueError):
        return False


def _sealed() -> list[str]:
    return _stored("books_giftkey", "key") + _stored("donations_donor", "token")


def _files_with(place: Place, secrets: list[str]) -> list[str]:
    """The database's own files that hold one of these texts."""
    if connection.vendor == "sqlite":
        files = [Path(f"{place.name}{suffix}") for suffix in ("", "-wal")]
    else:
        connections.close_all()
        with _place.superuser(place.name) as asked:
            asked.execute("ALTER SYSTEM SET wal_recycle = off")
            asked.execute("SELECT pg_reload_conf()")
            for table in ("books_giftkey", "donations_donor"):
                asked.execute(f"VACUUM FULL {table}")
            for _ in range(2):  # a checkpoint removes what lies before the one before
                asked.execute("SELECT pg_switch_wal()")
                asked.execute("CHECKPOINT")
            data = Path(asked.execute("SHOW data_directory").fetchone()[0])
            own = asked.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()[0]
            files = [*(data / "pg_wal").iterdir(), *(data / "base" / str(own)).iterdir()]
    return [file.name for file in files if file.is_file() and any(secret.encode() in file.read_bytes() for secret in secrets)]


def _stored(table: str, column: str) -> list[str]:
    """The sealed values as the database holds them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # our own names
        return [str(row[0]) for row in cursor.fetchall()]


def _plain_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _plain_root(leaves[:split]) + _plain_root(leaves[split:])).digest()


CASES = [
    Case(7, "an old backup comes back", BOTH, restore_backup),
    Case(8, "two heads have one size", SQLITE, two_heads),
    Case(10, "a byte is changed", SQLITE, change_bytes),
    Case(14, "a giver is forgotten", BOTH, erase_givers),
    Case(15, "trees are as the standards say", NO_DATABASE, follow_standards),
]
