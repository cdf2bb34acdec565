"""Two readers, one meaning: `awna-verify` and the book's own replay and trace agree on seeded random histories; old leaves stay readable."""

import io
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from awna import verify
from awna.core.consent.proposal import Milestone
from awna.core.ledger.balances import Replay, apply_entry, replay, trial_balance, trial_balance_digest
from awna.core.ledger.entries import Covers, Entry, leaf_bytes
from awna.core.ledger.trace import trace
from awna.core.problems import Refused
from tests.core.ledger import story as tale
from tests.core.ledger.story import APRIL, CEMENT_EXT, EXT, FREE, ISSUED, PAPER, STOCK, UNKNOWN, Story, account
from tests.verifying import WHOLE, verify_entries

GOLDEN = Path(__file__).parent / "golden"
ROOF = account("free", custody="bank-1", fund="roof-fund")
SHORT = account("short", custody="bank-1")
LOST = account("lost", commodity="cement")
TRUCK = account("transit", custody="truck", commodity="cement")
BOUGHT = account("committed", custody="bank-1", proposal="buy", milestone="1")
SIZE = 40
DOLLARS = account("free", custody="bank-2", commodity="USD")
WAY = account("transit", custody="way", proposal="send", milestone="1")
HELD, RELEASED = (account(stage, custody="bank-1", proposal="later", milestone="1") for stage in ("held", "released"))
MARCH = "2026-03-20"


def opening() -> Story:
    story = Story()
    tale.gifts(story)
    tale.purchase(story)
    under_way(story)
    milestone = Milestone("1", "bank-1", "general", "EUR", 2_000)
    story.file("later", milestones=(milestone,))
    story.add("gift", (account("ext", commodity="USD"), DOLLARS, 30_000, {"movement": "dollars"}))
    return story


def under_way(story: Story) -> None:
    """100.00 EUR left for another account; the banks may keep 3.00 of it."""
    place = {"custody": "bank-1", "proposal": "send"}
    first, charges = ([account(stage, milestone=n, **place) for stage in ("held", "released")] for n in ("1", "charges"))
    asked = (Milestone("1", "bank-1", "general", "EUR", 10_000), Milestone("charges", "bank-1", "general", "EUR", 300))
    story.file("send", purpose="remit", target="bank-2", milestones=asked)
    hold = story.add("hold", (FREE, first[0], 10_000), (FREE, charges[0], 300), proposal="send")
    rows = [(*pair, amount, {"resolves": (hold.seq, line)}) for line, (pair, amount) in enumerate(((first, 10_000), (charges, 300)), 1)]
    story.add("release", *rows, proposal="send", decisions=story.yes("send", "sara", "sami"))
    story.add("remit", (first[1], WAY, 10_000, {"movement": "sent"}), proposal="send")


def any_step(story: Story, dice: random.Random) -> None:
    """One entry that may or may not be allowed: amounts, lots and what is undone are thrown."""
    amount, seq = dice.randint(1, 30_000), len(story.entries)
    bags, lot = dice.randint(1, 30), (dice.choice([1, 2, seq]), 1)
    old = dice.choice(story.entries)
    swapped = tuple(replace(row, debit=row.credit, credit=row.debit, lot=None, resolves=None, covers=None) for row in old.rows)
    undo = {
        "date": APRIL, "author": "karim", "second": "nour", "kind": "reverse", "reverses": old.seq, "seq": seq, "id": f"entry-{seq}",
        "rows": swapped}  # fmt: skip
    part = tuple(replace(row, corrects=(old.seq, 1), amount=dice.randint(1, row.amount)) for row in swapped[:1])
    new_line, named = {"movement": f"new-{seq}"}, {"lot": lot} if dice.random() < 0.5 else {}
    steps = {
        "gift": lambda: story.add("gift", (EXT, FREE, amount, new_line), date=APRIL),
        "unknown": lambda: story.add("gift", (account("ext", fund="unidentified"), UNKNOWN, amount, new_line), date=APRIL),
        "found": lambda: story.add("allocate", (UNKNOWN, FREE, amount, named), date=APRIL),
        "narrow": lambda: story.add("allocate", (FREE, ROOF, amount, named), date=APRIL),
        "in_kind": lambda: story.add("gift_in_kind", (CEMENT_EXT, STOCK, bags), second="nour", date=APRIL),
        "receive": lambda: story.add("receive_goods", (CEMENT_EXT, STOCK, bags, {"covers": Covers(BOUGHT.id, amount)} if dice.random() < 0.3 else {}),
                                     second="nour", date=APRIL),
        "send": lambda: story.add("move_goods", (STOCK, TRUCK, bags), documents=(PAPER,), date=APRIL),
        "come": lambda: story.add("move_goods", (TRUCK, STOCK, bags), documents=(PAPER,), date=APRIL),
        "issue": lambda: story.add("issue", (STOCK, ISSUED, bags), date=APRIL),
        "loss": lambda: story.add("loss", (dice.choice([STOCK, TRUCK, ISSUED]), LOST, bags), second="nour", documents=(PAPER,), date=APRIL),
        "forced": lambda: story.add("bank_forced", (FREE, EXT, amount, {**new_line, **named}), date=APRIL),
        "reverse": lambda: story.entries.append(Entry(**undo)),
        "correct": lambda: story.entries.append(Entry(**{**undo, "kind": "correction", "reverses": None, "rows": part})),
    }  # fmt: skip
    steps |= later_steps(story, dice)
    steps[dice.choice(list(steps))]()


def later_steps(story: Story, dice: random.Random) -> dict[str, Callable[[], object]]:
    """What depends on proposals, rates, charges and periods."""
    seq = len(story.entries)
    holds = [entry.seq for entry in story.entries if entry.kind == "hold" and entry.proposal == "later"] or [seq]
    sold, bought = dice.randint(100, 3_000), account("trading")
    came = sold * dice.randint(60, 140) // 107 + 1
    book = Replay()
    for entry in story.entries:
        apply_entry(book, entry=entry)
    balances = trial_balance_digest(book) if dice.random() < 0.8 else "ab" * 32
    through = dice.choice(["2026-02-28", "2026-03-10", "2026-03-31"])
    rate = {"about": "rate", "from": "EUR", "to": "USD", "rate": dice.choice(["1.0712", "0.9", "1.2"]), "date": MARCH, "source": "bank"}
    ceiling = dice.choice([2_000, 2_000, 1_999])
    exchange = (
        (DOLLARS, account("trading", commodity="USD"), sold, {"movement": f"out-{seq}"}),
        (bought, FREE, came, {"movement": f"in-{seq}"}),
    )
    return {
        "charge": lambda: story.add("fee", (WAY, EXT, dice.randint(1, 150)), date=APRIL, proposal="send"),
        "rate": lambda: story.add("memo", date=MARCH, payload=rate),
        "fx": lambda: story.add("fx", *exchange, date=dice.choice([APRIL, "2026-03-19"])),
        "close": lambda: story.add("close", date="2026-04-01", payload={"about": "close", "through": through, "balances": balances}),
        "late": lambda: story.add("gift", (EXT, FREE, sold, {"movement": f"late-{seq}"}), date=dice.choice(["2026-03-05", MARCH])),
        "hold": lambda: story.add("hold", (FREE, HELD, ceiling), date=dice.choice([APRIL, "2026-07-01"]), proposal="later"),
        "free": lambda: story.add("void", (HELD, FREE, 2_000, {"resolves": (dice.choice(holds), 1)}), date=APRIL,
                                  proposal=dice.choice(["later", "later", "send"])),
        "returned": lambda: story.add("gift", (EXT, FREE, sold, {"movement": f"back-{seq}", "lot": (1, 1)}), date=APRIL),
    }  # fmt: skip


def is_refused(entries: list[Entry]) -> bool:
    try:
        replay(entries)
    except Refused:
        return True
    return False


def wrong_with(entries: list[Entry]) -> str:
    try:
        verify_entries(entries)
    except verify.Wrong as wrong:
        return str(wrong)
    return ""


@pytest.mark.parametrize("seed", range(12))
def test_both_accept_or_both_refuse_and_trace_alike(seed):
    dice, story = random.Random(seed), opening()
    accepted = 0
    while accepted < SIZE:
        before, opened = list(story.entries), set(story.opened)
        any_step(story, dice)
        refused, wrong = is_refused(story.entries), wrong_with(story.entries)
        assert bool(wrong) == refused, (wrong, story.entries[-1])
        if wrong:
            story.entries, story.opened = before, opened
        accepted += not wrong or dice.random() < 0.1
    book, traced = verify_entries(story.entries)
    sums = {name: {stage: str(net) for stage, net in stages.items()} for name, stages in book.trial_balance().items()}
    assert sums == trial_balance(replay(story.entries))
    theirs = trace(story.entries)
    ours = {ref: hops for ref, hops in traced.hops.items() if hops}
    assert {ref: [(hop.lot, hop.amount, hop.taken, hop.substituted) for hop in theirs.of_row(ref)] for ref in ours} == ours
    assert {name: [tuple(part) for part in queue] for name, queue in theirs.queues.items() if queue} == {
        name: list(queue) for name, queue in traced.queues.items() if queue}  # fmt: skip


def test_a_charge_that_was_taken_back_can_be_booked_again():
    story = opening()
    fee = story.add("fee", (WAY, EXT, 200), date=APRIL, proposal="send")
    story.add("reverse", (EXT, WAY, 200), date=APRIL, second="nour", reverses=fee.seq)
    story.add("fee", (WAY, EXT, 200), date=APRIL, proposal="send")
    assert (is_refused(story.entries), wrong_with(story.entries)) == (False, "")
    story.add("fee", (WAY, EXT, 101), date=APRIL, proposal="send")
    assert is_refused(story.entries) and "above their cap" in wrong_with(story.entries)


def test_golden_leaves_of_every_kind_stay_byte_for_byte():
    lines = (GOLDEN / "leaves.v1.jsonl").read_bytes().splitlines(keepends=True)
    for line in lines:
        assert verify.parse(line, "golden", "leaf") == {}
        assert json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n" == line
    book = verify.replay(io.BytesIO(b"header\n" + b"".join(lines)), len(lines), None)
    assert book.size == len(lines)
    kinds = {json.loads(line)["kind"] for line in lines}
    assert {entry.kind for entry in WHOLE.entries} <= kinds
    assert len([entry for entry in WHOLE.entries if leaf_bytes(entry) + b"\n" in lines]) > len(lines) // 2
