"""Thrown histories of a book with keys: what the pure rules allow the verifier accepts, and what they refuse it refuses, act by act."""

import copy
import functools
import json
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from awna import verify
from awna.core.consent import measures
from awna.core.consent.policy import PAPER, PASSKEY, policy_payload
from awna.core.ledger.entries import leaf_bytes
from tests.authenticator import Authenticator
from tests.core.consent.keyed import POLICY, RULES, STEWARDS, Keyed, succeeding
from tests.test_verify_key import weakened

STEPS = int(os.environ.get("AWNA_TEST_KEY_STEPS", "300"))
"""The long form has 100,000 steps, which take about half an hour of one core."""
STEPS_IN_BOOK = 25
START = date(2026, 3, 2)


def day(dice: random.Random, now: int) -> str:
    """Mostly today; sometimes a day before or after, as a wrong clock would write."""
    return (START + timedelta(days=now + dice.choice([0, 0, 0, 0, -3, 2]))).isoformat()


def signer(dice: random.Random, steward: str = "") -> Authenticator:
    return Authenticator(steward or dice.choice(STEWARDS), dice.choice([PASSKEY, PASSKEY, PAPER]))


def signers(dice: random.Random) -> list[Authenticator]:
    """Mostly different people, now and then a stranger's key or the same one again."""
    found = [signer(dice, one) for one in dice.sample(STEWARDS, dice.randint(1, 4))]
    if dice.random() < 0.1:
        found.append(dice.choice([found[0], Authenticator("sara", seed=bytes(31) + b"\x01")]))
    return found


def act(book: Keyed, dice: random.Random, now: int) -> str:
    """One act of anybody: allowed, early, by too few, again, while paused."""
    name, today = f"ask-{len(book.entries)}", day(dice, now)
    open_ones = [key for key, filed in book.filed.items() if filed.proposal.purpose == "release"]
    what = dice.choice(["buy", "buy", "buy", "again", "suspend", "pause", "resume", "decline", "policy"])
    if what == "buy":
        book.ask(name, dice.choice([1_000, 40_000, 60_000]), on=today)
        book.pay_out(name, book.yes(name, *signers(dice), on=day(dice, now - 2)), on=day(dice, now))
    elif what == "again" and open_ones:
        book.decline(dice.choice(open_ones), signer(dice), on=today)
    elif what == "suspend":
        until = (START + timedelta(days=now + dice.randint(0, 9))).isoformat()
        book.suspend(signer(dice), signer(dice), on=today, until=until)
    elif what == "pause":
        book.pause(signer(dice), on=today, until=(START + timedelta(days=now + dice.randint(0, 16))).isoformat())
    elif what == "resume" and book.pauses:
        pause = dice.choice(list(book.pauses))
        ended = book.pauses[pause].ended or book.pauses[pause].until < today
        book.ask(name, purpose="resume", payload=measures.resume_payload(pause), on=today)
        book.problems += ["not_paused"] * ended
        book.resume(name, book.yes(name, *signers(dice), on=today), pause=pause, on=today)
    elif what == "decline":
        book.ask(name, 1_000, on=today)
        book.decline(name, signer(dice), on=day(dice, now))
    elif what == "policy":
        new = succeeding(
            book.policy,
            by=dice.choice(["", "", PAPER]),
            rules=replace(RULES, cool_down=dice.randint(1, 3), change_wait=dice.randint(0, 9), recovery_wait=9),
        )
        book.ask(name, purpose="policy", payload=policy_payload(new), on=(START + timedelta(days=now - dice.randint(0, 9))).isoformat())
        book.renew(name, book.yes(name, *signers(dice), on=today), new, on=day(dice, now))
    return what


def walk(verifier: object, steps: int, *, seed: int) -> Counter[tuple[str, bool]]:
    """(act, allowed) → how often; asserts at the first step at which rules and verifier differ."""
    seen, dice = Counter[tuple[str, bool]](), random.Random(seed)
    while sum(seen.values()) < steps:
        book, judge = Keyed(), verifier.Book()
        for leaf in map(leaf_bytes, book.entries):
            judge.take(json.loads(leaf))
        for step in range(STEPS_IN_BOOK):
            tried, judged = copy.deepcopy(book), copy.deepcopy(judge)
            what = act(tried, dice, 3 * step)
            try:
                for entry in tried.entries[len(book.entries) :]:
                    judged.take(json.loads(leaf_bytes(entry)))
                wrong = ""
            except (verifier.Wrong, KeyError) as refused:
                wrong = str(refused)
            assert bool(wrong) == bool(tried.problems), (seed, what, wrong, tried.problems)
            seen[what, not wrong] += 1
            if not wrong:
                book, judge = tried, judged
    return seen


@pytest.fixture(autouse=True)
def _remembered(monkeypatch):
    """A signature that was judged once is not judged again: the same yes is thrown many times."""
    for name in ("ed25519_is_right", "es256_is_right"):
        monkeypatch.setattr(verify, name, functools.cache(getattr(verify, name)))


def test_rules_and_verifier_never_differ():
    seen = walk(verify, STEPS, seed=7)
    for what in ("buy", "again", "suspend", "pause", "resume", "policy"):
        assert seen[what, True] and seen[what, False], (what, seen)


@pytest.mark.parametrize(
    "fault",
    [
        ("enough = len({homes.get(one, (one,)) for one in yes}) >= k", "enough = len(yes) >= k"),
        ('cooled = not self.rules["cool_down"] or ', "cooled = True or "),
        ('self.check_in_force(one.get("key", ""), leaf, one["date"])', "pass"),
        ("need(waited, ", "need(True, "),
    ],
    ids=["household", "cool_down", "suspended", "wait"],
)
def test_a_verifier_with_a_planted_fault_is_found(fault):
    with pytest.raises(AssertionError):
        walk(weakened((fault,)), STEPS, seed=7)


def test_the_policy_of_these_histories_has_every_rule():
    assert POLICY.rules.bands and POLICY.rules.caps and POLICY.rules.households and POLICY.rules.offices and POLICY.rules.change_wait
