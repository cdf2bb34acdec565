"""Mails that have a queue of their own elsewhere: no row is made of them here; quota and dead addresses count all the same."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from . import quota
from .courier import Courier, Letter
from .judging import DEAD, LATER, LEFT, Outcome
from .services import is_dead_address


@dataclass
class Round:
    """Some mails in a row. What left is written down by `settle`, once for all of them: a mail takes less time than a count."""

    courier: Courier
    _room: dict[Any, int] = field(default_factory=dict)
    _left: Counter[Any] = field(default_factory=Counter)

    def carry(self, letter: Letter, *, campaign: Any) -> Outcome:
        """One try. `later` without a problem: the campaign's quota is spent."""
        if campaign not in self._room:
            self._room[campaign] = quota.room_of(campaign, now=timezone.now()) - quota.kept_for_others()
        if self._room[campaign] <= 0:
            return Outcome(LATER)
        if is_dead_address(letter.to):
            return Outcome(DEAD)
        outcome = self.courier.carry(letter)
        if outcome.what == LEFT:
            self._room[campaign] -= 1
            self._left[campaign] += 1
        return outcome

    def settle(self) -> None:
        now = timezone.now()
        for campaign, mails in self._left.items():
            quota.count_left(campaign, now=now, mails=mails)
        self._left.clear()
        self._room.clear()
