"""Random lives of a book with keys, over the real services. What was validly approved is counted here apart, by who signed how and when."""

import contextlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, ClassVar
from unittest import SkipTest

from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyFailure, FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from awna.books import guards, triggers
from awna.books import services as books
from awna.books.services import proposals
from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.consent.services import states
from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.problems import Refused
from awna.parties.models import Role
from tests.keyed import Keyed

STEPS_EACH = 30
COOL_DOWN, CHANGE_WAIT = 2, 3
BAND_MINOR = 1_000_00
UNCHECKED = ("proposal_not_approved", "release_is_cooling", "milestone_not_approved")
MONEY = 100_000_00


class Broken(AssertionError):
    """Money moved without enough valid approvals, or a wrong signature was taken. Each is kept: a life played again may go another way."""

    seen: ClassVar[list[str]] = []

    def __init__(self, text: str) -> None:
        super().__init__(text)
        Broken.seen.append(text)


@dataclass
class Asked:
    """A proposal as the oracle sees it: who validly signed, when and with which key; what it needs."""

    proposal: Proposal
    epoch: int
    needed: int
    minor: int = 0
    yes: dict[Any, tuple[date, str]] = field(default_factory=dict)
    said: set[Any] = field(default_factory=set)
    gone: bool = False
    released: bool = False


@dataclass
class Counts:
    """What all machines of one run did."""

    steps: int = 0
    acts: Counter[str] = field(default_factory=Counter)


COUNTS = Counts()
PLACE: dict[str, Any] = {}
STEWARDS, WHICH = st.integers(0, 2), st.integers(0, 30)


class Life(RuleBasedStateMachine):
    """One book in one transaction that is taken back at the end."""

    @initialize()
    def begin(self) -> None:
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.shift, self.real = timedelta(), PLACE["now"]
        timezone.now = lambda: self.real() + self.shift
        self.keyed: Keyed = replace(PLACE["keyed"], holders={who: list(keys) for who, keys in PLACE["keyed"].holders.items()})
        self.asked: list[Asked] = []
        self.policies: list[Asked] = []
        self.suspended: dict[str, date] = {}
        self.paused_until: date | None = None
        self.epoch, self.k, self.live = 0, 2, {soft.key.id for softs in self.keyed.holders.values() for soft in softs}
        self.old: list[Any] = []

    def teardown(self) -> None:
        if hasattr(self, "outer"):
            timezone.now = self.real
            transaction.set_rollback(True)
            with contextlib.suppress(Exception):
                self.outer.__exit__(None, None, None)

    # -- what may happen --------------------------------------------------------------------------------------------

    @rule(minor=st.sampled_from([50_00, 900_00, 1_500_00]))
    def propose(self, minor: int) -> None:
        done = self.act("propose", lambda: self.keyed.ask(minor))
        if done:
            self.asked.append(Asked(done, self.epoch, max(self.k, 3 if minor > BAND_MINOR else 2), minor))

    @precondition(lambda self: self.asked)
    @rule(which=WHICH, who=STEWARDS, kind=st.sampled_from([PASSKEY, PASSKEY, PAPER]), n=st.integers(0, 1))
    def approve(self, which: int, who: int, kind: str, n: int) -> None:
        self.say(self.asked[which % len(self.asked)], self.keyed.stewards[who], kind, n)

    @precondition(lambda self: self.asked)
    @rule(
        which=WHICH, who=STEWARDS, wrong=st.sampled_from(["other_key", "other_text", "old", "site", "flags", "no_key", "stranger", "none"])
    )
    def sign_wrongly(self, which: int, who: int, wrong: str) -> None:
        """Whatever is wrong with the signature, it must be refused."""
        asked, steward = self.asked[which % len(self.asked)], self.keyed.stewards[who]
        signed = self.wrong(asked, steward, wrong)
        if wrong == "none":
            signed = None
        elif signed is None:
            return
        if self.act(f"wrong {wrong}", lambda: self.decide(asked, steward, signed)):
            raise Broken(f"a yes with {wrong} was taken")

    @precondition(lambda self: self.asked)
    @rule(which=WHICH, who=STEWARDS)
    def decline(self, which: int, who: int) -> None:
        asked, steward = self.asked[which % len(self.asked)], self.keyed.stewards[who]
        if self.act("decline", lambda: self.decide(asked, steward, None, choice="decline")):
            asked.said.add(steward.pk)

    @precondition(lambda self: self.asked)
    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        """An edit is a withdrawal and a new proposal; signatures on the old one are kept to be tried again."""
        asked = self.asked[which % len(self.asked)]
        if self.act("withdraw", lambda: consent.withdraw_proposal(proposal=asked.proposal, author=self.keyed.world.karim)):
            asked.gone = True

    @rule(who=STEWARDS, by=STEWARDS, n=st.integers(0, 1), days=st.integers(0, 8))
    def suspend(self, who: int, by: int, n: int, days: int) -> None:
        keyed, until = self.keyed, self.today + timedelta(days=days)
        key, one = keyed.key(keyed.soft(keyed.stewards[who], PASSKEY, n)), keyed.stewards[by]
        payload = books.suspension_payload(book=keyed.book, key=key, steward=one, until=until)
        given = {"book": keyed.book, "key": key, "steward": one, "until": until, "request_id": f"s{COUNTS.steps}"}
        if self.act("suspend", lambda: books.suspend_key(**given, signed=keyed.said(keyed.soft(one), payload))):
            self.suspended[key.fingerprint] = until
            for asked in self.asked + self.policies:  # what it signed today counts no more, nor anything while it is suspended
                asked.yes = {who: (day, used) for who, (day, used) in asked.yes.items() if (used, day) != (key.fingerprint, self.today)}

    @rule(minor=st.sampled_from([50_00, 1_500_00]), voices=st.integers(1, 3), days=st.integers(0, 3))
    def go_through(self, minor: int, voices: int, days: int) -> None:
        """A fresh proposal: some of the stewards agree, days pass, and the release is asked for."""
        before = len(self.asked)
        self.propose(minor=minor)
        if len(self.asked) == before:
            return
        for steward in self.keyed.stewards[:voices]:
            self.say(self.asked[-1], steward, PAPER, 0)
        self.shift += timedelta(days=days)
        self.release(which=len(self.asked) - 1, ahead=0)

    @rule(by=STEWARDS, days=st.integers(0, 1), really=st.integers(0, 3))
    def pause(self, by: int, days: int, really: int) -> None:
        if really:
            return
        keyed, until, one = self.keyed, self.today + timedelta(days=days), self.keyed.stewards[by]
        payload = books.pause_payload(book=keyed.book, steward=one, until=until)
        given = {"book": keyed.book, "steward": one, "until": until, "request_id": f"p{COUNTS.steps}"}
        if self.act("pause", lambda: books.pause(**given, signed=keyed.said(keyed.soft(one), payload))):
            self.paused_until = max(until, self.paused_until or until)

    @rule(who=STEWARDS, required=st.integers(2, 3), renew_key=st.booleans())
    def propose_policy(self, who: int, required: int, renew_key: bool) -> None:
        keyed, steward = self.keyed, self.keyed.stewards[who]
        more: dict[str, Any] = {"required": required}
        if renew_key:
            new = self.act("enrol", lambda: keyed.add_key(steward))
            if not new:  # so many keys are kept and no more
                return
            more |= {"add": [new], "drop": [keyed.key(keyed.soft(steward))]}
        ends = self.today + timedelta(days=40)
        proposed = self.act("propose policy", lambda: books.propose_policy(
            book=keyed.book, filed_by=steward, expires_on=ends, request_id=f"pol{COUNTS.steps}", **more))  # fmt: skip
        if proposed:
            self.policies.append(Asked(Proposal.objects.get(pk=proposed.pk), self.epoch, max(self.k, 3)))

    @precondition(lambda self: self.policies)
    @rule(which=WHICH)
    def agree_policy(self, which: int) -> None:
        for steward in self.keyed.stewards:
            self.say(self.policies[which % len(self.policies)], steward, PAPER, 0)

    @precondition(lambda self: self.policies)
    @rule(which=WHICH)
    def change_policy(self, which: int) -> None:
        """All agree, the wait passes, the policy comes."""
        self.agree_policy(which=which)
        self.shift += timedelta(days=CHANGE_WAIT)
        self.renew(which=which)

    @precondition(lambda self: self.policies)
    @rule(which=WHICH)
    def renew(self, which: int) -> None:
        asked = self.policies[which % len(self.policies)]
        if not self.act("renew", lambda: books.renew_policy(proposal=asked.proposal, author=self.keyed.stewards[0])) or asked.released:
            return
        if asked.epoch != self.epoch or len(self.valid(asked)) < asked.needed:
            raise Broken(f"a policy with {len(self.valid(asked))} of {asked.needed} valid approvals")
        payload = asked.proposal.content["payload"]
        asked.released, self.epoch, self.k = True, self.epoch + 1, payload["k"]
        self.live = {
            key.fingerprint for key in (one.key for one in consent.current_epoch(self.keyed.book.campaign).keys.select_related("key"))
        }

    @rule(who=STEWARDS, back=st.booleans())
    def change_role(self, who: int, back: bool) -> None:
        """Somebody makes a steward of the treasurer, or of a steward something else, behind the policy's back."""
        Role.objects.filter(pk=self.keyed.world.karim.pk).update(name="treasurer" if back else "steward")
        if self.asked and not back:
            karim = Role.objects.get(pk=self.keyed.world.karim.pk)
            if self.act("by a new steward", lambda: self.decide(self.asked[-1], karim, None)):
                raise Broken("a steward whom no policy names was heard")

    @rule(days=st.sampled_from([1, 1, 2, 5, -1, 400]))
    def move_clock(self, days: int) -> None:
        self.act("clock", lambda: True)
        if days < 100 or COUNTS.steps % 7 == 0:
            self.shift += timedelta(days=days)

    @precondition(lambda self: self.asked)
    @rule(which=WHICH, ahead=st.sampled_from([0, 0, 0, 5]))
    def release(self, which: int, ahead: int) -> None:
        asked = self.asked[which % len(self.asked)]
        if not asked.released and self.act("release", lambda: self.post_release(asked, ahead)):
            self.judge(asked)
            asked.released = True

    @precondition(lambda self: any(asked.released for asked in self.asked))
    @rule(which=WHICH)
    def pay(self, which: int) -> None:
        ready = [asked for asked in self.asked if asked.released]
        asked = ready[which % len(ready)]
        if self.act("pay", lambda: self.keyed.pay(asked.proposal, asked.minor // 2)) and self.is_paused():
            raise Broken("it was paid while the book was paused")

    @precondition(lambda self: any(not asked.released for asked in self.asked))
    @rule(which=WHICH)
    def pay_unreleased(self, which: int) -> None:
        waiting = [asked for asked in self.asked if not asked.released]
        asked = waiting[which % len(waiting)]
        if self.act("pay unreleased", lambda: self.keyed.pay(asked.proposal, asked.minor)):
            raise Broken("money that nobody released was paid")

    # -- how --------------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return timezone.localdate()

    def act(self, name: str, do: Any) -> Any:
        """One step: what came of it, or None where it was refused."""
        COUNTS.steps += 1
        try:
            with transaction.atomic():
                found = do()
        except Refused:
            COUNTS.acts[f"{name} refused"] += 1
            return None
        COUNTS.acts[name] += 1
        return found

    def say(self, asked: Asked, steward: Role, kind: str, n: int) -> None:
        soft = self.keyed.soft(steward, kind, 0 if kind == PAPER else n)
        signed = self.keyed.signed(soft, asked.proposal)
        self.old.append((asked.proposal.pk, steward.pk, signed))
        if not self.act("approve", lambda: self.decide(asked, steward, signed)):
            return
        why = {
            "its key is in no policy": soft.key.id not in self.live, "the proposal is withdrawn": asked.gone,
            "the steward had answered": steward.pk in asked.said, "its key is suspended": self.is_suspended(soft.key.id),
        }  # fmt: skip
        if any(why.values()):
            said = ", ".join(name for name, is_so in why.items() if is_so)
            raise Broken(f"a yes that cannot count was taken: {said} (policy {asked.epoch} of {self.epoch})")
        asked.said.add(steward.pk)
        asked.yes[steward.pk] = (self.today, soft.key.id)

    def decide(self, asked: Asked, steward: Role, signed: Any, *, choice: str = "approve") -> Any:
        return consent.decide(
            proposal=asked.proposal, steward=steward, choice=choice, reason="no" if choice == "decline" else "", signed=signed,
            request_id=f"d{COUNTS.steps}")  # fmt: skip

    def wrong(self, asked: Asked, steward: Role, how: str) -> Any:
        keyed, others = self.keyed, [one for one in self.keyed.stewards if one.pk != steward.pk]
        right = keyed.soft(steward)
        if how == "other_key":
            return keyed.signed(keyed.soft(others[0]), asked.proposal, steward=steward)
        if how == "other_text":
            other = next((one for one in self.asked if one is not asked), None)
            return keyed.signed(right, other.proposal) if other else None
        if how == "old":
            old = [signed for proposal, who, signed in self.old if (proposal, who) != (asked.proposal.pk, steward.pk)]
            return old[-1] if old else None
        if how == "stranger":
            return keyed.signed(replace(right, seed=b"7" * 32), asked.proposal)
        if how == "no_key":
            return replace(keyed.signed(right, asked.proposal), signature="")
        changes = {"site": {"site": "https://evil.example"}, "flags": {"flags": 0x01}}.get(how, {})
        return keyed.signed(replace(right, **changes), asked.proposal)

    def post_release(self, asked: Asked, ahead: int) -> Any:
        if not ahead:
            return self.keyed.release(asked.proposal)
        from awna.books.models import Milestone
        from awna.books.services.releases import milestone_spot

        part = Milestone.objects.select_related("fund", "commodity").get(proposal=asked.proposal)
        row = books.Row(milestone_spot(part, "held"), milestone_spot(part, "released"), part.ceiling)
        return books.post_entry(
            book=self.keyed.book, kind="release", rows=[row], author=self.keyed.world.salma, proposal=asked.proposal,
            effective_date=self.today + timedelta(days=ahead), request_id=f"r{COUNTS.steps}")  # fmt: skip

    def judge(self, asked: Asked) -> None:
        """Money was released: the oracle counts again."""
        yes, today = self.valid(asked), self.today
        if asked.gone or asked.epoch != self.epoch or asked.proposal.expires_on < today or self.is_paused():
            raise Broken("a proposal that ended, or of an older policy, or in a pause, was released")
        in_time = [day for day, _ in yes.values() if day + timedelta(days=COOL_DOWN) <= today]
        if len(in_time) < asked.needed:
            raise Broken(f"released with {len(in_time)} of {asked.needed} valid approvals whose days are over")

    def valid(self, asked: Asked) -> dict[Any, tuple[date, str]]:
        return {who: (day, key) for who, (day, key) in asked.yes.items() if key in self.live and not self.is_suspended(key)}

    def is_suspended(self, key: str) -> bool:
        return self.suspended.get(key, date.min) >= self.today

    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until >= self.today


def play(keyed: Keyed, *, steps: int, seed: int, plant: bool) -> tuple[Counts, str]:
    """At least so many steps of random lives; what broke, if anything did."""
    COUNTS.steps, COUNTS.acts = 0, Counter()
    Broken.seen.clear()
    PLACE.update(keyed=keyed, now=timezone.now)
    real = (proposals._refuse_early, timezone.now)
    round_of, broken = 0, ""
    try:
        if plant:
            _forget_to_count()
        while COUNTS.steps < steps and not broken:
            lives = max(1, min(200, (steps - COUNTS.steps) // STEPS_EACH))
            how = settings(
                max_examples=lives, stateful_step_count=STEPS_EACH, deadline=None, database=None, derandomize=False,
                phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=False)  # fmt: skip
            broken = _one_round(how, seed + round_of)
            round_of += 1
    finally:
        proposals._refuse_early, timezone.now = real
    return COUNTS, broken


def _one_round(how: settings, seed: int) -> str:
    from hypothesis import seed as seeded

    machine = seeded(seed)(type("Round", (Life,), {}))
    try:
        run_state_machine_as_test(machine, settings=how)
    except Broken as broken:
        return str(broken)
    except (SkipTest, FlakyStrategyDefinition):
        # The book goes on from life to life, so a life that begins as an earlier one did may find other things to do. Its steps count; a new seed goes on.
        return Broken.seen[0] if Broken.seen else ""
    except FlakyFailure as group:  # it failed once, and went another way when it was played again
        return Broken.seen[0] if Broken.seen else "; ".join(f"{type(one).__name__}: {one}" for one in group.exceptions)
    return ""


def _forget_to_count() -> None:
    """The planted fault: neither the guard of the database nor the service asks whether enough have signed."""
    proposals._refuse_early = lambda *_, **__: None
    groups = tuple(replace(rare, guards=tuple(one for one in rare.guards if one[0] not in UNCHECKED)) for rare in guards.TRANSFER.groups)
    render = triggers._joined_sqlite if connection.vendor == "sqlite" else triggers._joined_postgresql
    statements = render(replace(guards.TRANSFER, groups=groups))
    with connection.cursor() as cursor:
        for name, statement in statements.items():
            if statement.startswith("CREATE TRIGGER"):
                cursor.execute(f"DROP TRIGGER {name}" + (" ON books_transfer" if connection.vendor == "postgresql" else ""))
            cursor.execute(statement)


__all__ = ["MONEY", "Broken", "Life", "play", "states"]
