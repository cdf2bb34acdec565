"""A steward's yes with either PIN, played over the same book again and again, so that the two can be compared to the byte and the millisecond."""

import random
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction
from django.utils import timezone

from awna.approvals import services
from awna.consent.models import Proposal
from awna.parties.models import Role
from tests.keyed import Keyed

PIN, OTHER_PIN = "471100", "081500"
COOL_DOWN_DAYS = 3
MINOR = 2_900_00


class SmallArgon2(Argon2PasswordHasher):
    """The real hash with less memory: some milliseconds, so that skipping one would be seen and thousands can be measured. It counts."""

    time_cost, memory_cost, parallelism = 1, 8192, 1
    checked = 0

    def verify(self, password: str, encoded: str) -> bool:
        SmallArgon2.checked += 1
        return bool(super().verify(password, encoded))


def ask_release(keyed: Keyed) -> Proposal:
    """A release to Omar that waits some days after the deciding yes."""
    ask = services.MilestoneAsk("1", keyed.account.custody, keyed.book.fund("unallocated"), keyed.eur, MINOR, timezone.localdate())
    release = services.propose_release(
        campaign=keyed.book.campaign, payee=keyed.payee, text="Cement", filed_by=keyed.world.buyer, request_id="duress", milestones=[ask],
        expires_on=timezone.localdate() + timedelta(days=60),
    )  # fmt: skip
    return Proposal.objects.get(pk=release.proposal_id)


@contextmanager
def undone(*, now: datetime | None = None, seed: int = 0) -> Iterator[None]:
    """What happens inside never was. With `now` the clock stands still and every random value comes from the seed."""
    with transaction.atomic():
        if now is None:
            yield
        else:
            with same_chance(seed), time_machine.travel(now, tick=False):
                yield
        transaction.set_rollback(True)


@contextmanager
def same_chance(seed: int) -> Iterator[None]:
    """Names, tokens and nonces that are the same in every run."""
    chance = random.Random(seed)

    def token_hex(size: int | None = None) -> str:
        return chance.randbytes(size or 32).hex()

    def uuid4() -> uuid.UUID:
        return uuid.UUID(bytes=chance.randbytes(16), version=4)

    def choice(among: Any) -> Any:
        return chance.choice(among)

    with patch.object(secrets, "token_hex", token_hex), patch.object(uuid, "uuid4", uuid4), patch.object(secrets, "choice", choice):
        yield


def say_yes(keyed: Keyed, proposal: Proposal, *, pin: str) -> Callable[[], Any]:
    """The yes of the first steward, signed already, as a call that can be measured. Nothing is remembered from an earlier one."""
    steward, proposal = Role.objects.get(pk=keyed.stewards[0].pk), Proposal.objects.get(pk=proposal.pk)
    signed = keyed.signed(keyed.soft(steward), proposal)
    return lambda: services.decide(proposal=proposal, steward=steward, choice="approve", request_id="yes", signed=signed, pin=pin)
