"""The keys of a book's log: who signs its heads, under which name, and the keys it had before."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from awna.consent.models import Proposal
from awna.core.digest import canonical_json
from awna.core.log.checkpoint import LogKey, key_of_seed, read_key, signature_line
from awna.core.log.disk import Disk, write_durably
from awna.core.problems import Problem, Refused
from awna.kit.keyfile import secret_in_file

from ..models import Book, Entry

SIGNER_TIMEOUT_S = 60


class Signer(Protocol):
    """Whoever holds the key of a log. `sign` gives the signature line of a checkpoint's text."""

    @property
    def key(self) -> LogKey: ...

    def sign(self, text: str) -> str: ...


@dataclass(frozen=True)
class SeedSigner:
    """The key lies in a file of this machine."""

    name: str
    seed: bytes

    @property
    def key(self) -> LogKey:
        return key_of_seed(self.seed, name=self.name)

    def sign(self, text: str) -> str:
        return signature_line(text, seed=self.seed, name=self.name)


@dataclass(frozen=True)
class CommandSigner:
    """The key lies elsewhere: a command gets the text on standard input and prints the signature line."""

    command: str
    key: LogKey

    def sign(self, text: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the command is the operator's own setting
                shlex.split(self.command), input=text.encode(), capture_output=True, timeout=SIGNER_TIMEOUT_S, check=False
            )  # fmt: skip
            answer, reason = done.stdout.decode(), done.stderr.decode(errors="replace").strip() if done.returncode else ""
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
            answer, reason = "", str(error)
        if reason or not answer.endswith("\n"):
            raise Refused(Problem(
                "signer_failed", "The signer gave no signature: %(reason)s. Nothing was published; start it and publish again.",
                {"reason": reason or "it printed no line"}))  # fmt: skip
        return answer


def origin_of(book: Book) -> str:
    """The name of the log in force: the book's own, or that of its newest generation after a break."""
    known = getattr(book, "_log_origin", None)
    if known:
        return str(known)
    # By way of the proposals, of which there are few: entries have no index on their kind.
    proposals = list(Proposal.objects.filter(campaign__book=book.pk, purpose="break").values_list("pk", flat=True))
    if proposals:
        for leaf in Entry.objects.filter(proposal__in=proposals, kind="break").order_by("-seq").values_list("leaf", flat=True):
            named = json.loads(bytes(leaf)).get("payload", {}).get("origin")
            if named:
                return str(named)
    return str(book.origin)


def with_origin(book: Book) -> Book:
    """A copy of the row that remembers the log's name, for the many steps of one publication."""
    copy = Book.objects.select_related("campaign").get(pk=book.pk)
    copy._log_origin = origin_of(book)  # type: ignore[attr-defined]  # set and read in this module alone
    return copy


def log_signer(book: Book) -> Signer:
    """The signer of this book's heads: a command where AWNA_LOG_SIGNER names one, else the key file."""
    if settings.AWNA_LOG_SIGNER:
        return CommandSigner(settings.AWNA_LOG_SIGNER, _public_key(book))
    return SeedSigner(origin_of(book), bytes.fromhex(secret_in_file(seed_file(book))))


def log_key(book: Book) -> LogKey:
    """The public key that signs this book's heads."""
    return log_signer(book).key


def seed_file(book: Book) -> Path:
    return Path(settings.AWNA_KEY_DIR) / f"log-{book.pk}.seed"


def public_file(book: Book) -> Path:
    return Path(settings.AWNA_KEY_DIR) / f"log-{book.pk}.pub"


def _public_key(book: Book) -> LogKey:
    try:
        key = read_key(public_file(book).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(Problem(
            "signer_key_unknown", "AWNA_LOG_SIGNER signs with a key that is not known here. Write its public key, name+hash+key, into %(file)s.",
            {"file": public_file(book)})) from None  # fmt: skip
    if key.name != origin_of(book):
        raise Refused(Problem(
            "signer_key_of_another_log", "The key in %(file)s is of the log %(name)s; this log is %(origin)s. Write the right key there.",
            {"file": public_file(book), "name": key.name, "origin": origin_of(book)}))  # fmt: skip
    return key


def key_history(book: Book) -> list[Mapping[str, Any]]:
    """The log's older keys, oldest first: `key`, the `leaf` that announced the next and its `index`, the last `checkpoint` of the key."""
    try:
        return list(json.loads(_history_file(book).read_bytes())["keys"])
    except FileNotFoundError:
        return []


def known_keys(book: Book) -> list[LogKey]:
    """Every key that has signed heads of this book, the one in force first."""
    return [log_key(book), *(read_key(str(old["key"])) for old in reversed(key_history(book)))]


def keys_bytes(book: Book) -> bytes:
    """The published file of older keys."""
    return canonical_json({"v": 1, "keys": key_history(book)}) + b"\n"


def add_to_history(book: Book, *, key: LogKey, index: int, leaf: bytes, checkpoint: str, disk: Disk) -> None:
    """Keep what a verifier with the older key needs in order to follow to the newer one; once for each key."""
    history = [old for old in key_history(book) if old["key"] != str(key)]
    history.append({"key": str(key), "index": index, "leaf": leaf.decode(), "checkpoint": checkpoint})
    place = _history_file(book)
    write_durably([(place.name, canonical_json({"v": 1, "keys": history}))], under=place.parent, disk=disk)


def _history_file(book: Book) -> Path:
    return Path(settings.AWNA_KEY_DIR) / f"log-{book.pk}.keys"
