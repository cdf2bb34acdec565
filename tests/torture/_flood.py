"""One flood of forged sign-ups: prints a line of JSON with what was found. Words: forged, honest, seed, hours, what to plant (joined by commas, or -)."""

import itertools
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from awna.core.problems import Refused
from awna.kit import crowd as gates
from awna.kit import gate as gating
from awna.kit.outbox.courier import Courier, Letter
from awna.kit.outbox.judging import LEFT, Outcome
from awna.letters import services
from awna.letters.models import Waiting
from awna.letters.services import mailing
from tests.world import make_world

STEP_S, MAILS_A_SECOND, WORK_BITS = 10, 10, 8
BOT_NETWORKS, BOT_DOMAINS, GUESSED_SHARE, WORKING_BOTS = 3_000, 40, 0.1, 0.002
IN_BOT_NETWORKS, WITHOUT_SCRIPT, FORGED_BEFORE = 0.1, 0.05, 0.1
SERVED_MIN, BYTES_MAX = 0.99, 300
BIG_DOMAINS = ("mail.example", "post.example")
MAILS_PER_DAY = 10**9
"""The quota of a day would count by the real clock; here the gate alone holds the flood."""
START = 1_800_000_000.0


@dataclass
class Person:
    """An honest signer: when she signs, from where, and how her browser is."""

    at: float
    name: str
    email: str
    address: str
    scripts: bool
    state: str = "waiting"
    confirm_at: float = 0.0
    tries: int = 0


@dataclass
class Flood:
    """The letter, the people, and what happened."""

    forged: int
    honest: int
    rng: Random
    hours: float
    plant: str
    now: float = START
    mails: dict[str, list[float]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    how: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def run(self) -> None:
        time.time = lambda: self.now
        Courier.carry = lambda _courier, letter: self.delivered(letter)
        settings.AWNA_MAILS_PER_DAY = MAILS_PER_DAY
        gates.gate = gating.Gate(clock=lambda: self.now, work_bits=WORK_BITS)
        world = make_world()
        self.letter = services.open_letter(
            campaign=world.campaign, code="flood", title="Flood", text="Let it stand.", language="en", author=world.salma
        )
        self.people = [self.person(n) for n in range(self.honest)]
        bots, steps = self.forged / (self.hours * 3600 / STEP_S), int(self.hours * 3600 / STEP_S)
        due, peak = 0.0, 0
        for step in range(steps + int(2 * 3600 / STEP_S)):
            due += bots if step < steps else 0.0
            for _ in range(int(due)):
                self.forge()
            due -= int(due)
            self.act_honestly()
            mailing.mail_codes(STEP_S * MAILS_A_SECOND)
            self.now += STEP_S
            if step == steps - 1:
                self.bytes_each, peak = bytes_of_waiting(), Waiting.objects.count()
        self.judge(peak)

    def person(self, n: int) -> Person:
        """Most come from networks of their own, some share one with bots; most use the two big mail houses."""
        rng, at = self.rng, START + self.rng.random() * self.hours * 3600
        address = bot_address(rng) if rng.random() < IN_BOT_NETWORKS else f"198.{n % 200}.{n // 200 % 250}.{rng.randrange(1, 250)}"
        domain = rng.choice(BIG_DOMAINS) if rng.random() < 0.8 else f"h{n % 50}.example"
        return Person(at, f"Honest {n}", f"honest{n}@{domain}", address, rng.random() >= WITHOUT_SCRIPT)

    def delivered(self, letter: Letter) -> Outcome:
        self.mails.setdefault(letter.to, []).append(self.now)
        self.codes[letter.to] = letter.body.split("letters/confirm/", 1)[1].split("/", 1)[0]
        return Outcome(LEFT)

    def forge(self) -> None:
        """One attempt of the bots: a sign-up, or a guess at a code. A few do the work that is asked."""
        rng = self.rng
        if rng.random() < GUESSED_SHARE:
            try:
                services.confirm_signature(token="".join(rng.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=15)))
                self.how["guessed a code"] += 1
            except Refused:
                self.how["guesses refused"] += 1
            return
        email = f"x{rng.randrange(10**9)}@{rng.choice(BIG_DOMAINS) if rng.random() < 0.3 else f'b{rng.randrange(BOT_DOMAINS)}.example'}"
        if rng.random() < FORGED_BEFORE / 100:
            email = rng.choice(self.people).email
        took = self.offer(f"Bot {rng.randrange(10**6)}", email, bot_address(rng), works=rng.random() < WORKING_BOTS, waits=False)
        self.how["forged taken down" if took == "taken" else "forged kept out"] += 1
        if "counted" in self.plant and took == "taken" and self.how["forged taken down"] == 50:
            services.confirm_signature(token=services.confirm_token(Waiting.objects.latest("pk")))
        if "mailed" in self.plant and took == "taken" and self.how["forged taken down"] % 40 == 0:
            Waiting.objects.filter(pk=Waiting.objects.latest("pk").pk - 30).update(mailed_at=0)

    def offer(self, name: str, email: str, address: str, *, works: bool, waits: bool, ticket: str = "") -> str:
        """What the page does with a valid form: `taken`, or the ticket of a crowded moment, or `` when there is none."""
        request = SimpleNamespace(META={"REMOTE_ADDR": address}, POST={"ticket": ticket} if ticket else {})
        crowd = gates.let_in(request, email)
        if crowd is not None and works:
            nonce = next(str(n) for n in range(10**6) if gating.work_done(crowd.challenge, str(n), bits=crowd.bits))
            request.POST = {"work_challenge": crowd.challenge, "work_nonce": nonce}
            crowd = gates.let_in(request, email)
        if crowd is not None:
            return crowd.ticket if waits else ""
        try:
            services.sign_letter(letter=self.letter, name=name, email=email)
        except Refused:
            return ""
        return "taken"

    def act_honestly(self) -> None:
        """People whose time has come sign, wait out their turn, read their mail and confirm."""
        for person in self.people:
            if person.state in ("served", "gone") or person.at > self.now:
                continue
            if person.state == "signed":
                if (code := self.codes.get(person.email)) and self.now >= person.confirm_at:
                    row = services.confirm_signature(token=code, name=person.name, place="", show_name=False)
                    person.state = "served" if row.name == person.name else "gone"
                continue
            ticket = "" if person.state == "waiting" else person.state
            answer = self.offer(person.name, person.email, person.address, works=person.scripts, waits=not person.scripts, ticket=ticket)
            person.tries += 1
            if answer == "taken":
                self.how[f"honest signed, {'at once' if person.tries == 1 else 'after waiting'}"] += 1
                person.state, person.confirm_at = "signed", self.now + self.rng.uniform(60, 1_800)
            elif person.tries > 10:
                person.state = "gone"
            else:
                person.state, person.at = answer or "waiting", self.now + (gating.WAIT_MAX_S if not answer else wait_of(answer, self.now))

    def judge(self, peak: int) -> None:
        served = {person.name for person in self.people if person.state == "served"}
        counted = sorted(row.name for row in self.letter.signatures.counted())
        share = len(served) / len(self.people)
        twice = [to for to, times in self.mails.items() if any(b - a < 24 * 3600 for a, b in itertools.pairwise(times))]
        self.now += 73 * 3600
        if "kept" not in self.plant:
            services.purge_unconfirmed()
        left = Waiting.objects.count()
        self.fault("counted", counted != sorted(served) or self.how["guessed a code"] > 0)
        self.fault("served", share < SERVED_MIN)
        self.fault("bytes", self.bytes_each >= BYTES_MAX)
        self.fault("kept", left > 0)
        self.fault("mailed", bool(twice))
        gate = gates.gate
        self.lines += [
            f"{self.forged} forged sign-ups in {self.hours:g} h of the clock: {self.how['forged taken down']} taken down, {self.how['forged kept out']} kept out, "
            f"{self.how['guesses refused']} guessed codes refused",
            f"confirmed {len(counted)}, of them forged {len(set(counted) - served)}",
            f"honest people served {len(served)} of {len(self.people)} ({100 * share:.2f} %, target 99 %), {self.how['honest signed, after waiting']} of them after waiting",
            f"{peak} sign-ups waited at the end of the flood, {self.bytes_each:.0f} B each (target < {BYTES_MAX}); after 72 h {left}",
            f"mails to {len(self.mails)} addresses, {len(twice)} of them twice in a day; {len(gate._tokens)} buckets, {len(gate._used)} used proofs in memory",
        ]

    def fault(self, name: str, is_so: bool) -> None:
        self.faults += [name] * is_so


def wait_of(ticket: str, now: float) -> float:
    said = gates._ours(ticket)
    return float(said[1]) - now + 1 if isinstance(said, list) else gating.WAIT_MAX_S


def bot_address(rng: Random) -> str:
    n = rng.randrange(BOT_NETWORKS)
    return f"2001:db8:{n:x}::{rng.randrange(2**16):x}" if n % 5 == 0 else f"10.{n // 250}.{n % 250}.{rng.randrange(1, 250)}"


def bytes_of_waiting() -> float:
    """Bytes of the database file for each sign-up that waits, indexes and all: a packed copy with them beside one without."""
    count = Waiting.objects.count()
    with tempfile.TemporaryDirectory() as scratch:
        path = str(Path(scratch) / "packed.sqlite3")
        connection.cursor().execute("VACUUM INTO %s", [path])
        packed = sqlite3.connect(path)
        whole = Path(path).stat().st_size
        packed.execute("PRAGMA foreign_keys=OFF")
        packed.execute("DELETE FROM letters_waiting")
        packed.commit()
        packed.execute("VACUUM")
        packed.close()
        return (whole - Path(path).stat().st_size) / max(1, count)


def main(words: list[str]) -> int:
    call_command("migrate", verbosity=0)
    flood = Flood(int(words[0]), int(words[1]), Random(int(words[2])), float(words[3]), words[4])
    flood.run()
    print(json.dumps({"lines": flood.lines, "faults": flood.faults}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
