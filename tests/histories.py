"""Seeded histories of a book: random operations, good and bad, posted by the real services and checked against a small model.

`play(seed)` gives the outcome of one history, among it the root of its log: the same on every engine. `python -m tests.histories FIRST LAST`
prints the roots of many seeds as JSON, from an empty database of its own unless AWNA_DATABASE_URL names one.
"""

import contextlib
import hashlib
import json
import os
import random
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from tests.history_moves import BY_AUTHOR, Player

ROOT = Path(__file__).resolve().parent.parent
BATCHES, DRAFTS_MAX = 30, 6
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """`faults`: every way in which the book was not what the model says; empty when all is well."""

    seed: int
    root: str
    entries: int
    refused: int
    faults: tuple[str, ...]


@contextlib.contextmanager
def fixed_chance(name: str) -> Iterator[None]:
    """Every id, salt, secret and moment that the services choose follows from `name`, so that two engines write the same bytes."""
    from django.apps import apps
    from django.db import models
    from django.utils import timezone

    from awna.books.services.accounts import salts_from
    from awna.kit.sealed import blind_index

    blind_index("", "the machine's own key")  # is made on first use, and must not take of the history's numbers
    numbers = random.Random(name)
    moments = iter(range(1, 10**9))
    ids = [model._meta.pk for model in apps.get_models() if isinstance(model._meta.pk, models.UUIDField) and model._meta.pk.has_default()]
    with contextlib.ExitStack() as stack:
        for pk in ids:
            stack.enter_context(mock.patch.dict(pk.__dict__, {"_get_default": lambda: uuid.UUID(bytes=numbers.randbytes(16), version=4)}))
        stack.enter_context(mock.patch.object(secrets, "token_bytes", lambda size=32: numbers.randbytes(size)))
        stack.enter_context(mock.patch.object(secrets, "token_hex", lambda size=32: numbers.randbytes(size).hex()))
        stack.enter_context(mock.patch.object(timezone, "now", lambda: START + timedelta(microseconds=next(moments))))
        stack.enter_context(salts_from(lambda of, field_name: hashlib.sha256(f"{name}|{of}|{field_name}".encode()).digest()))
        yield


def play(seed: int, *, batches: int = BATCHES) -> Outcome:
    """One history in a transaction that is taken back at the end."""
    from django.db import connection, transaction

    from awna.books.services import check_book
    from awna.books.services.log import _leaves
    from awna.core.log.tree import hash_leaf, root_of

    with fixed_chance(f"history-{seed}"), transaction.atomic():
        player = _player(seed)
        faults: list[str] = []
        refused = 0
        for _ in range(batches):
            refused += _batch(player, faults)
        connection.check_constraints()
        faults += [str(problem) for problem in check_book(player.book)]
        faults += player.model.differences(player.book)
        leaves = _leaves(player.book)
        root = root_of([hash_leaf(leaf) for leaf in leaves]).hex()
        transaction.set_rollback(True)
    return Outcome(seed, root, len(leaves), refused, tuple(faults))


def _player(seed: int) -> Player:
    from awna.books import services as books
    from awna.books.models import Statement, StatementFile
    from tests.world import make_world

    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)
    account = books.open_bank_account(book=book, section=None, holder="Health Association", iban="CH9300762011623852957", currency="EUR")
    file = StatementFile.objects.create(
        bank_account=account, name="s", digest=f"{seed:064}", content="s", author=world.karim, request_id="s"
    )
    Statement.objects.create(bank_account=account, file=file, position=0)
    roof = books.ensure_fund(book=book, code="roof", title="The roof")
    books.ensure_fund(book=book, code="tiles", title="Tiles", parent=roof)
    books.ensure_commodity(code="cement", kind="material", scale=0, name="Cement")
    store = books.ensure_custody(book=book, type="place", ref="store", title="Store")
    task = books.ensure_custody(book=book, type="task", ref="task", title="Roof")
    payee = books.ensure_custody(book=book, type="payee", ref="omar", title="Omar Building Supply")
    return Player(random.Random(seed), book, world, account, payee, str(store.pk), str(task.pk), ["roof", "tiles", "unidentified"])


def _batch(player: Player, faults: list[str]) -> int:
    """Draw a batch, tell the model, post it, and compare who was refused."""
    from awna.books.services import post_entries

    author, operations = player.chance.choice(BY_AUTHOR)
    role = getattr(player.world, author)
    player.waiting.clear()
    drafts, goods, wanted = [], [], []
    for _ in range(player.chance.randint(1, DRAFTS_MAX)):
        drawn = player.chance.choice(operations)(player)
        if drawn is None or (drawn[1] and not player.model.fits(drawn[0]) and player.chance.random() < 0.8):
            continue
        draft, is_good = drawn
        drafts.append(draft)
        goods.append(is_good)
        wanted.append(is_good and player.model.post(draft))
    if drafts and player.chance.random() < 0.2:
        again = player.chance.randrange(len(drafts))
        drafts.append(drafts[again])
        wanted.append(goods[again] and player.model.post(drafts[again]))
    report = post_entries(book=player.book, drafts=drafts, author=role)
    for draft, entry, good in zip(drafts, report.entries, wanted, strict=True):
        if (entry is not None) != good:
            why = [str(problem) for index, problems in report.refused for problem in problems if drafts[index] is draft]
            faults.append(f"{draft.request_id}: the model says {'good' if good else 'bad'}, the book {why or 'took it'}")
        if entry is not None and all(entry != known for known, _, _ in player.posted):
            player.posted.append((entry, draft, role))
    return len(report.refused)


# -- many seeds, both engines -------------------------------------------------------------------------------------------------


def play_all(first: int, last: int) -> dict[str, dict[str, Any]]:
    """Seeds `first` to `last`: root, size and faults of each."""
    found = [play(seed) for seed in range(first, last + 1)]
    return {str(one.seed): {"root": one.root, "entries": one.entries, "refused": one.refused, "faults": list(one.faults)} for one in found}


def play_elsewhere(first: int, last: int, *, url: str = "") -> dict[str, dict[str, Any]]:
    """The same in a process of its own: on a new SQLite file, or on the PostgreSQL database that `url` names."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWNA_")}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    if url:
        environment["AWNA_DATABASE_URL"] = url
    done = subprocess.run(
        [sys.executable, "-m", "tests.histories", str(first), str(last)],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    if not os.environ.get("AWNA_DATABASE_URL"):
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
    print(json.dumps(play_all(int(arguments[0]), int(arguments[1]))))


if __name__ == "__main__":
    main(sys.argv[1:])
