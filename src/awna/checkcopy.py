#!/usr/bin/env python3
"""Checks a copy of an Awna site offline: every file against the signed list. Needs Python and `verify.py` beside it, nothing else.

python3 checkcopy.py FOLDER [--key KEY ...]
"""

import argparse
import base64
import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

try:
    import verify  # beside this file in a copy
except ImportError:  # as installed
    from awna import verify

MANIFEST, NOTE, FIRST_LINE = "snapshot/manifest.txt", "snapshot/snapshot.note", "awna snapshot v1"
TWIN = ".gz"
FAULTS_SHOWN_MAX = 20


class Fault(ValueError):
    """Why the list itself cannot be trusted."""


def read_note(note: str, keys: list[str]) -> dict[str, list[list[str]]]:
    """The words of the signed note by their first one. Each given key must have signed it."""
    text, gap, tail = note.partition("\n\n")
    lines = text.split("\n")
    if lines[0] != FIRST_LINE or not gap or not tail.endswith("\n"):
        raise Fault(f"{NOTE} is no note of a snapshot")
    for key in keys:
        if not any(verify.has_signed(key, 1, line, text) for line in tail[:-1].split("\n")):
            raise Fault(f"{NOTE} is not signed by the key {key}, or was changed")
    words: dict[str, list[list[str]]] = {}
    for line in lines[1:]:
        word, *rest = line.split(" ", 4)
        words.setdefault(word, []).append(rest)
    return words


def keys_in(folder: Path, words: dict[str, list[list[str]]]) -> list[str]:
    """The keys that the copy itself names: enough to find damage, not to know who made it."""
    keys = []
    for slug, *_rest in words.get("checkpoint", []):
        policy = (folder / "c" / slug / "log" / "policy").read_text("utf-8", "replace")
        keys += [line.split()[1] for line in policy.splitlines() if line.startswith("log ")]
    return keys


def listed(folder: Path, words: dict[str, list[list[str]]]) -> dict[str, tuple[str, int]]:
    """Path → (SHA-256, bytes), from the list that the note names, and of the list itself."""
    data = (folder / MANIFEST).read_bytes()
    if [[hashlib.sha256(data).hexdigest(), str(len(data))]] != words.get("manifest"):
        raise Fault(f"{MANIFEST} is not the list that was signed")
    lines = (line.split(" ", 2) for line in data.decode().splitlines())
    return {path: (digest, int(size)) for digest, size, path in lines} | {MANIFEST: (hashlib.sha256(data).hexdigest(), len(data))}


def faults(folder: Path, files: dict[str, tuple[str, int]], words: dict[str, list[list[str]]], keys: list[str]) -> Iterator[str]:
    """What is missing, changed, or there without being listed; and heads that are not those of the note."""
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink()} - {NOTE}
    for path, (digest, size) in sorted(files.items()):
        if path not in there:
            yield f"{path} is missing"
            continue
        data = (folder / path).read_bytes()
        if (hashlib.sha256(data).hexdigest(), len(data)) != (digest, size):
            yield f"{path} is not what was signed"
        elif path + TWIN in there and unpacked(folder / (path + TWIN)) != data:
            yield f"{path}{TWIN} does not unpack to {path}"
    for path in sorted(there - set(files)):
        if path.removesuffix(TWIN) not in files or not path.endswith(TWIN):
            yield f"{path} is not in the list"
    for slug, entries, root, origin in words.get("checkpoint", []):
        note = (folder / "c" / slug / "log" / "checkpoint").read_text("utf-8", "replace")
        own = [key for key in keys if key.startswith(f"{origin}+")]
        try:
            found, digest_of_tree, _signers = verify.read_note(note, "checkpoint", own, [])
        except verify.Wrong as wrong:
            yield f"c/{slug}/log: {wrong}"
        else:
            if (str(found), base64.b64encode(digest_of_tree).decode()) != (entries, root):
                yield f"c/{slug}/log/checkpoint is not the head that the note names"


def unpacked(path: Path) -> bytes | None:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error):
        return None


def main(argv: list[str] | None = None) -> int:
    """0: the copy is whole; 1: it is not, and each fault is named; 2: misused."""
    parser = argparse.ArgumentParser(prog="checkcopy", description="Check a copy of an Awna site, offline.")
    parser.add_argument("folder", type=Path, help="the folder of the copy, with index.html in it")
    parser.add_argument(
        "--key", action="append", default=[], help="a log's key, name+hash+key, from a source that you trust (can be repeated)"
    )
    asked = parser.parse_args(argv)
    try:
        note = (asked.folder / NOTE).read_text("utf-8", "replace")
        words = read_note(note, asked.key)
        keys = asked.key or keys_in(asked.folder, words)
        read_note(note, keys)
        if not keys:
            raise Fault("no log's key is named in the copy; give one with --key")
        files = listed(asked.folder, words)
        found = list(faults(asked.folder, files, words, keys))
    except (Fault, verify.Wrong, ValueError) as error:
        print(f"Refused. {error}.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    for fault in found[:FAULTS_SHOWN_MAX]:
        print(f"{fault}.", file=sys.stderr)
    if found:
        print(f"Refused. {len(found)} faults.", file=sys.stderr)
        return 1
    print(f"{len(files) - 1} files are as they were signed. Copy of {words['origin'][0][0]}, made {words['made'][0][0]}.")
    print("Log key given." if asked.key else "Log key taken from the copy itself: compare it with one from elsewhere, with --key.")
    for slug, size, _root, origin in words.get("checkpoint", []):
        print(f"{slug}: head of {origin} with {size} entries. Its book is checked by: python3 verify.py c/{slug}/book.jsonl")
    return 0


if __name__ == "__main__":
    sys.exit(main())
