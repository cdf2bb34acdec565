"""Two readers, one meaning: `awna-verify` and the book's own replay and trace agree on seeded random histories; old leaves stay readable."""

import io
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from awna import verify
from awna.core.ledger.balances import replay, trial_balance
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
LEFT_TO_THE_DATABASE = ("cover more than was committed or paid", "names no gift that it identifies", "is no row that brought something")
"""What the replay of the core leaves to the guards of the database, and the verifier checks."""


def opening() -> Story:
    story = Story()
    tale.gifts(story)
    tale.purchase(story)
    return story


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
    steps[dice.choice(list(steps))]()


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
        assert bool(wrong) == refused or wrong.endswith(LEFT_TO_THE_DATABASE), (wrong, story.entries[-1])
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
