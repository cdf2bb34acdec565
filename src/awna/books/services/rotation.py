"""Change the key that signs a log: the old key signs an entry that names the new one, so that whoever knows the old can follow."""

from pathlib import Path

from django.conf import settings

from awna.core.log.checkpoint import LogKey, key_of_seed, read_key
from awna.core.log.disk import Disk, write_durably
from awna.core.problems import Problem, Refused
from awna.kit.keyfile import secret_in_file
from awna.parties.models import Role

from ..models import Book, Checkpoint, Entry
from . import publish
from .keys import add_to_history, log_key, origin_of, public_file, seed_file
from .posting import post_entry


def rotate_log_key(*, book: Book, author: Role, new_key: str | None = None, disk: Disk | None = None) -> Checkpoint:
    """Announce the new key in the log, sign that head with the old key, then sign with the new one. Run again after a crash, it goes on.

    With a key file the new key is made here; where AWNA_LOG_SIGNER signs, `new_key` names it, and the signer changes over afterwards.
    """
    disk = disk or Disk()
    old = log_key(book)
    new = _next_key(book, new_key)
    if new == old:
        raise Refused(Problem("log_key_is_the_same", "This is the log's key already. Give another one."))
    entry = post_entry(
        book=book, kind="memo", rows=(), author=author, request_id=f"log-key:{new}",
        memo={"about": "log_key", "key": str(new), "replaces": str(old)})  # fmt: skip
    last = publish.publish_log(book, disk=disk)
    leaf = bytes(Entry.objects.values_list("leaf", flat=True).get(pk=entry.pk))
    add_to_history(book, key=old, index=entry.seq, leaf=leaf, checkpoint=publish.current_note(book, last), disk=disk)
    if settings.AWNA_LOG_SIGNER:
        place = public_file(book)
        write_durably([(place.name, f"{new}\n".encode())], under=place.parent, disk=disk)
        return last
    disk.rename(_next_seed(book), seed_file(book))
    disk.sync(seed_file(book).parent)
    return publish.publish_log(book, disk=disk)


def _next_key(book: Book, new_key: str | None) -> LogKey:
    if settings.AWNA_LOG_SIGNER:
        if new_key is None:
            raise Refused(
                Problem("signer_key_unknown", "AWNA_LOG_SIGNER signs this log. Make the new key there and name its public key with --key.")
            )
        key = read_key(new_key)
        if key.name != origin_of(book):
            raise Refused(Problem("signer_key_of_another_log", "The key is of the log %(name)s; this log is %(origin)s.",
                                  {"name": key.name, "origin": origin_of(book)}))  # fmt: skip
        return key
    return key_of_seed(bytes.fromhex(secret_in_file(_next_seed(book))), name=origin_of(book))


def _next_seed(book: Book) -> Path:
    return seed_file(book).with_suffix(".next")
