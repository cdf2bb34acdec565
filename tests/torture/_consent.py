"""One part of `./awna torture consent` on one engine: sets up the database, plays, and prints a line of JSON."""

import json
import multiprocessing
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Milestone, Transfer
from awna.books.services.releases import milestone_spot
from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.problems import Refused
from tests.keyed import Keyed, make_keyed, proven
from tests.torture import _duress, _machine, _place

MILESTONES_EACH, MINOR = 100, 5
PAIR_S_MAX = 60


def main(words: list[str]) -> int:
    if words == ["tables"]:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        return 0
    part, count, seed, plant = words[0], int(words[1]), int(words[2]), "--plant" in words
    started = time.process_time()
    found = (
        play_steps(count, seed, plant)
        if part == "steps"
        else race(count, plant)
        if part == "races"
        else _duress.measure(count, seed, plant)
    )
    print(json.dumps(found | {"cpu_s": round(time.process_time() - started)}))
    return 0


def play_steps(steps: int, seed: int, plant: bool) -> dict[str, object]:
    counts, broken = _machine.play(keyed_book(), steps=steps, seed=seed, plant=plant)
    done = {name: counts.acts[name] for name in ("approve", "release", "pay", "renew", "suspend", "pause")}
    refused = sum(number for name, number in counts.acts.items() if name.endswith("refused"))
    note = ", ".join(f"{number} × {name}" for name, number in done.items()) + f", {refused} refused"
    return {"what": "steps", "count": counts.steps, "faults": [broken] if broken else [], "note": broken or note}


def keyed_book() -> Keyed:
    """Two of three stewards; three above a band; days to wait."""
    eur = str(books.ensure_commodity(code="EUR", kind="money", scale=2, name="EUR").pk)
    bands = [{"commodity": eur, "k": 2, "upto": str(_machine.BAND_MINOR)}, {"commodity": eur, "k": 3}]
    rules = {"cool_down": _machine.COOL_DOWN, "change_wait": _machine.CHANGE_WAIT, "bands": bands}
    return make_keyed(founding_rules=rules, money=_machine.MONEY)


def race(pairs: int, plant: bool) -> dict[str, object]:
    """Two clients release each milestone at the same moment, under requests of their own: one wins, the other is refused."""
    keyed = make_keyed(money=pairs * MINOR)
    asked = [approved(keyed, min(MILESTONES_EACH, pairs - at)) for at in range(0, pairs, MILESTONES_EACH)]
    connections.close_all()
    way = multiprocessing.get_context("fork")
    barrier, answers = way.Barrier(2), way.Queue()
    clients = [way.Process(target=client, args=(n, asked, barrier, answers)) for n in range(2)]
    for one in clients:
        one.start()
    said = [answers.get(timeout=PAIR_S_MAX * pairs) for _ in clients]
    for one in clients:
        one.join()
    wins = [won for won, _ in said]
    if plant:
        with _place.unguarded() as run:
            run("UPDATE books_balance SET credits = credits + 7 WHERE floor = 0 AND debits > 0")
    faults = judge(keyed, pairs, wins)
    return {
        "what": "pairs",
        "count": pairs,
        "faults": faults,
        "note": f"winners {wins[0]} + {wins[1]}, losers {sum(lost for _, lost in said)}",
    }


def approved(keyed: Keyed, milestones: int) -> str:
    """A proposal of so many milestones that two stewards signed, its money held."""
    one = {
        "custody": str(keyed.account.custody_id), "fund": str(keyed.book.fund("unallocated").pk), "commodity": str(keyed.eur.pk),
        "ceiling": str(MINOR), "evidence": [], "earliest": timezone.localdate().isoformat()}  # fmt: skip
    payload = {
        "payee": str(keyed.payee.pk), "documents": [], "text": "Race",
        "milestones": [{"n": str(n), **one} for n in range(1, milestones + 1)]}  # fmt: skip
    proposal = keyed.ask(MINOR, payload=payload, expires_on=timezone.localdate() + timedelta(days=30))
    for steward in keyed.stewards[:2]:
        keyed.approve(proposal, steward)
    return str(proposal.pk)


def client(n: int, asked: list[str], barrier: object, answers: object) -> None:
    won = lost = 0
    for key in asked:
        proposal = Proposal.objects.select_related("campaign__book").get(pk=key)
        book, author = proposal.campaign.book, proposal.filed_by
        for part in Milestone.objects.filter(proposal=proposal).select_related("fund", "commodity").order_by("n"):
            row = books.Row(milestone_spot(part, "held"), milestone_spot(part, "released"), part.ceiling)
            barrier.wait(PAIR_S_MAX)
            try:
                books.post_entry(book=book, kind="release", rows=[row], author=author, proposal=proposal, request_id=f"{n}:{part.pk}")
                won += 1
            except Refused:
                lost += 1
    answers.put((won, lost))


def judge(keyed: Keyed, pairs: int, wins: list[int]) -> list[str]:
    released = Transfer.objects.filter(book=keyed.book, kind="release").count()
    faults = [] if sum(wins) == released == pairs else [f"{sum(wins)} won, {released} released, {pairs} pairs"]
    faults += [problem.code for problem in books.check_book(keyed.book)]
    if consent.current_epoch(keyed.book.campaign) is None or not proven(keyed.book):
        faults.append("the verifier does not accept the book")
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
