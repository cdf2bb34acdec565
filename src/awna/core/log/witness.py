"""`awna witness`: fetch a log's head, see that it continues the last one seen, cosign it. Needs no database, only this package's core.

A witness keeps one small folder: its key, for each log the last head that it cosigned, and the evidence of any log that went two ways.
"""

import argparse
import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..problems import Problem, Refused
from .checkpoint import Checkpoint, LogKey, read_checkpoint, read_key, split_note
from .cosignature import cosign, witness_key
from .disk import Disk, read_file, write_durably
from .nodes import TileNodes, consistency_path, inclusion_path, root_at
from .publishing import CHECKPOINT, KEYS, Read
from .tree import check_consistency, check_inclusion, hash_leaf

DONE, REFUSED, MISUSED = 0, 1, 2
FETCH_TIMEOUT_S = 30
FILE_BYTES_MAX = 20_000_000
KEYS_FOLLOWED_MAX = 1_000


class Inconsistent(Refused):
    """The log shows a head that does not continue the one seen before: both are evidence."""


@dataclass(frozen=True)
class Witness:
    """Who cosigns, and the folder that remembers what was cosigned."""

    name: str
    seed: bytes
    folder: Path

    @property
    def key(self) -> LogKey:
        return witness_key(self.seed, name=self.name)


def witness_log(witness: Witness, *, read: Read, key: LogKey, now_s: int, disk: Disk | None = None) -> str:
    """Cosign the head that `read` shows, if it continues the last one; the whole note with the cosignature.

    The head is remembered before the cosignature leaves this function, so that no crash makes the witness sign two ways.
    """
    disk = disk or Disk()
    place = hashlib.sha256(key.name.encode()).hexdigest()[:16]
    with _locked(witness.folder):
        newest = current_key(read, _remembered_key(witness, place) or key)
        note = _text(read, CHECKPOINT)
        head = read_checkpoint(note, key=newest)
        last = _last_note(witness, place)
        try:
            check_continues(read, head=head, last=_head_of(last) if last else None)
        except Inconsistent:
            _keep_evidence(witness, [last or "", note], disk)
            raise
        text, _ = split_note(note)
        write_durably([(f"{place}.key", f"{newest}\n".encode()), (f"{place}.checkpoint", note.encode())], under=witness.folder, disk=disk)
        return f"{note}{cosign(text, seed=witness.seed, name=witness.name, time_s=now_s)}\n"


def check_continues(read: Read, *, head: Checkpoint, last: Checkpoint | None) -> None:
    """Refused unless the tiles are the tree of `head` and that tree begins with the tree of `last`."""
    if last is not None and head.size < last.size:
        raise Refused(Problem(
            "log_went_back", "The log shows %(size)s entries; it was cosigned with %(seen)s. This may be an old copy: nothing was cosigned. Ask the log's operator.",
            {"size": head.size, "seen": last.size}))  # fmt: skip
    if last is not None and head.size == last.size:
        if head.root != last.root:
            raise _inconsistent(head, last)
        return
    nodes = TileNodes(read, head.size)
    if root_at(nodes, size=head.size) != head.root:
        raise Refused(
            Problem(
                "tiles_differ",
                "The published tiles are not the tree of the checkpoint. Nothing was cosigned; try again when the log is mended.",
            )
        )
    if last is not None and last.size:
        proof = consistency_path(nodes, old_size=last.size, size=head.size)
        if not check_consistency(old_size=last.size, old_root=last.root, new_size=head.size, new_root=head.root, proof=proof):
            raise _inconsistent(head, last)


def current_key(read: Read, key: LogKey) -> LogKey:
    """Follow the log's changes of key from one that is known: each new key stands in an entry under the old key's last head."""
    data = read(KEYS)
    history = _history(data) if data else []
    for _ in range(KEYS_FOLLOWED_MAX):
        step = next((old for old in history if old.get("key") == str(key)), None)
        if step is None:
            break
        key = _next_key(read, key, step)
    return key


def _next_key(read: Read, key: LogKey, step: dict[str, Any]) -> LogKey:
    """The key that the entry of this step announces, once the entry is proved to lie under the old key's last head."""
    try:
        leaf, index, said = str(step["leaf"]).encode(), int(step["index"]), json.loads(step["leaf"])["payload"]
        head = read_checkpoint(str(step["checkpoint"]), key=key)
        path = inclusion_path(TileNodes(read, head.size), index=index, size=head.size)
        announced = said["about"] == "log_key" and said["replaces"] == str(key)
        if announced and check_inclusion(hash_leaf(leaf), index=index, size=head.size, proof=path, root=head.root):
            return read_key(said["key"])
    except (KeyError, TypeError, ValueError, IndexError):
        pass
    raise Refused(
        Problem(
            "key_change_unproved",
            "The log shows a new key, and no entry under its old key announces it. Nothing was cosigned. Ask the log's operator.",
        )
    )


def _history(data: bytes) -> list[dict[str, Any]]:
    try:
        return [dict(old) for old in json.loads(data)["keys"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _inconsistent(head: Checkpoint, last: Checkpoint) -> Inconsistent:
    return Inconsistent(Problem(
        "log_inconsistent", "The log was cosigned with %(seen)s entries and the root %(old)s; its head of %(size)s entries with the root %(new)s does not continue that. "
        "Nothing was cosigned; both heads are kept as evidence. Tell others who have a copy.",
        {"seen": last.size, "old": last.root.hex()[:16], "size": head.size, "new": head.root.hex()[:16]}))  # fmt: skip


def _text(read: Read, path: str) -> str:
    data = read(path)
    if data is None:
        raise Refused(Problem("log_unreachable", "There is no %(file)s at this log. Check the address.", {"file": path}))
    return data.decode(errors="replace")


def _remembered_key(witness: Witness, place: str) -> LogKey | None:
    data = read_file(witness.folder, f"{place}.key")
    return read_key(data.decode(errors="replace")) if data else None


def _last_note(witness: Witness, place: str) -> str | None:
    data = read_file(witness.folder, f"{place}.checkpoint")
    return data.decode(errors="replace") if data else None


def _head_of(note: str) -> Checkpoint:
    """The head of a note that this witness checked and kept itself."""
    origin, size, root = split_note(note)[0].split("\n")[:3]
    return Checkpoint(origin, int(size), base64.b64decode(root))


def _keep_evidence(witness: Witness, notes: list[str], disk: Disk) -> None:
    files = [(f"evidence/{hashlib.sha256(note.encode()).hexdigest()[:16]}.checkpoint", note.encode()) for note in notes if note]
    write_durably(files, under=witness.folder, disk=disk)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# -- the program ----------------------------------------------------------------------------------------------------


def open_log(where: str) -> Read:
    """Read a log's files from a web address or a folder."""
    if where.startswith(("http://", "https://")):
        return partial(_fetch, where.rstrip("/"))
    return partial(read_file, Path(where))


def _fetch(address: str, path: str) -> bytes | None:
    try:
        with urllib.request.urlopen(f"{address}/{path}", timeout=FETCH_TIMEOUT_S) as answer:  # noqa: S310 - open_log checked the scheme
            data: bytes = answer.read(FILE_BYTES_MAX + 1)
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            return None
        raise _unreachable(address, path, str(error)) from error
    except (OSError, ValueError) as error:
        raise _unreachable(address, path, str(error)) from error
    if len(data) > FILE_BYTES_MAX:
        raise _unreachable(address, path, "it is too large")
    return data


def _unreachable(address: str, path: str, reason: str) -> Refused:
    return Refused(Problem("log_unreachable", "%(address)s/%(file)s: %(reason)s. Nothing was cosigned; try again later.",
                           {"address": address, "file": path, "reason": reason}))  # fmt: skip


def bring(note: str, *, to: str, name: str) -> None:
    """Hand the cosigned note to the log: into a folder, or to its address for cosignatures."""
    if to.startswith(("http://", "https://")):
        asked = urllib.request.Request(to, data=note.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}, method="POST")  # noqa: S310 - http or https alone
        try:
            with urllib.request.urlopen(asked, timeout=FETCH_TIMEOUT_S):  # noqa: S310 - http or https alone
                return
        except urllib.error.HTTPError as error:
            reason = error.read(500).decode(errors="replace").strip() or str(error)
            raise Refused(
                Problem("cosignature_not_taken", "The log did not take the cosignature: %(reason)s", {"reason": reason})
            ) from error
        except OSError as error:
            raise Refused(
                Problem("cosignature_not_taken", "The log did not take the cosignature: %(reason)s", {"reason": error})
            ) from error
    size = split_note(note)[0].split("\n")[1]
    file = f"{size}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.cosigned"
    write_durably([(file, note.encode())], under=Path(to), disk=Disk())


def seed_in(folder: Path) -> bytes:
    """The witness's own key, made on first use in a file that only its user can read."""
    place = folder / "witness.seed"
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return bytes.fromhex(place.read_text(encoding="ascii").strip())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", nargs="?", help="the log: https://…/c/NAME/log, or a folder with its files")
    parser.add_argument("--key", help="the log's key, name+hash+key, from a source that you trust")
    parser.add_argument("--name", required=True, help="the witness's name, such as witness.example.org/w1")
    parser.add_argument("--state", type=Path, required=True, help="the folder that keeps the witness's key and what it saw")
    parser.add_argument(
        "--to", help="where the cosigned head goes: the campaign's address …/c/NAME/cosigned, or a folder; default: standard output"
    )


def run(options: argparse.Namespace) -> int:
    """One round: fetch, check, cosign, hand over. Run it from a timer."""
    try:
        witness = Witness(options.name, seed_in(options.state), options.state)
        if not options.log:
            print(witness.key)
            return DONE
        if not options.key:
            print("Give the log's key with --key: without it any log would do.", file=sys.stderr)
            return MISUSED
        note = witness_log(witness, read=open_log(options.log), key=read_key(options.key), now_s=int(time.time()))
        if options.to:
            bring(note, to=options.to, name=witness.name)
            print(f"Cosigned {note.splitlines()[0]}, {note.splitlines()[1]} entries.")
        else:
            print(note, end="")
    except Refused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(f"{error.filename or options.state}: {error.strerror}", file=sys.stderr)
        return REFUSED
    return DONE


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="awna witness", description="Cosign a log's head if it continues the last one seen.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
