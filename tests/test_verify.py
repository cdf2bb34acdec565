"""`awna-verify` accepts a true book and names the entry or part of any other."""

import copy
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from awna import verify
from awna.core.digest import canonical_json
from awna.core.ledger import rules
from awna.core.ledger.entries import leaf_bytes
from awna.core.log.checkpoint import key_of_seed
from tests.core.ledger.story import CEMENT_EXT, KEY, STOCK, Story, dump_of, dump_of_leaves, gifts, tell
from tests.verifying import DUMP, WHOLE, refusal

PARTS = ("header", "entry ", "tile ", "opening ", "checkpoint")


def small_dump() -> bytes:
    """Four entries and one opening."""
    story = Story()
    gifts(story)
    story.add("gift_in_kind", (CEMENT_EXT, STOCK, 5), second="nour")
    return dump_of(story.entries, openings=story.openings)


def test_a_true_book_is_accepted_with_its_sums(tmp_path, capsys):
    path = tmp_path / "book.jsonl"
    path.write_bytes(DUMP)
    assert verify.main([str(path), "--key", str(KEY)]) == 0
    said = capsys.readouterr().out
    for words in (
        "51 entries", "committed 0.00 EUR", "all together 0.00", "signed log", "Head: 51 ", "signatures of stewards are right",
        "bank-1: the book says 12600 minor units and equals the bank", "not booked yet, say no closing balance"):  # fmt: skip
        assert words in said
    assert verify.main([str(path)]) == 0
    assert "Log key taken from the file" in capsys.readouterr().out


def test_it_runs_alone_and_misuse_is_exit_code_2(tmp_path):
    path = tmp_path / "book.jsonl"
    path.write_bytes(DUMP)
    run = [sys.executable, "-I", "-S", verify.__file__]
    assert subprocess.run([*run, str(path)], capture_output=True, check=False).returncode == 0
    assert subprocess.run([*run, str(tmp_path / "none")], capture_output=True, check=False).returncode == 2
    assert subprocess.run(run, capture_output=True, check=False).returncode == 2


def test_another_log_key_is_refused():
    other = str(key_of_seed(bytes(32), name=KEY.name))
    with pytest.raises(verify.Wrong, match="header"):
        verify.verify(DUMP, other)


def test_every_changed_byte_is_found_and_its_part_named():
    dump = small_dump()
    line_of = []
    for number, line in enumerate(dump.splitlines(keepends=True)):
        line_of += [number] * len(line)
    names = ["header", *(f"entry {n}" for n in range(5)), "tile 0", "opening 1", "checkpoint"]
    for at in range(len(dump)):
        said = refusal(dump[:at] + bytes([dump[at] ^ 1]) + dump[at + 1 :])
        assert said.startswith(PARTS), (at, said)
        if 1 <= line_of[at] <= 5:
            assert said.startswith(names[line_of[at]] + ":"), (at, said)


@pytest.mark.parametrize("flip", [0x20, 0x80, 0xFF])
def test_other_changes_of_bytes_are_found_too(flip):
    for at in range(0, len(DUMP), 97):
        assert refusal(DUMP[:at] + bytes([DUMP[at] ^ flip]) + DUMP[at + 1 :]).startswith(PARTS)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"\n", DUMP[:-1], DUMP + b"\n", DUMP[:500], DUMP * 2, b"[" * 100_000, b"\x00" * 64, b"{}\n{}\n", DUMP.replace(b"\n", b"")],
)
def test_files_that_are_no_dump_are_refused(damaged):
    assert refusal(damaged).startswith(PARTS)


def test_the_two_copies_of_the_kind_table_are_equal():
    ours = {
        (rule.kind, rule.debit_stage, rule.debit_custody_type, rule.credit_stage, rule.credit_custody_type, rule.commodity_kind):
        (rule.needs, {"same": "=", "new": "!", "outside": "."}[rule.custody_change], rule.movement_end or "", rule.fund_change)
        for rule in rules.expanded_rules()}  # fmt: skip
    assert ours == verify.RULES
    assert set(rules.KINDS) == verify.KINDS


def test_an_opening_of_another_value_is_refused():
    opening = replace(WHOLE.openings[0], value="Another store")
    assert refusal(dump_of(WHOLE.entries, openings=[opening])).startswith("opening 1")
    assert refusal(dump_of(WHOLE.entries, openings=WHOLE.openings * 2)).startswith("opening 2")


def test_a_missing_or_moved_entry_is_refused():
    assert refusal(dump_of(WHOLE.entries[:5] + WHOLE.entries[6:])).startswith("entry 5")
    assert refusal(dump_of([WHOLE.entries[1], WHOLE.entries[0]])).startswith("entry 0")


def test_nothing_may_be_dated_inside_a_closed_period():
    story = tell()
    story.add("memo", date="2026-03-31", payload={"about": "note"})
    assert "was closed" in refusal(dump_of(story.entries))


def test_a_batch_that_names_a_movement_is_refused():
    leaves = [json.loads(leaf_bytes(entry)) for entry in WHOLE.entries]
    next(leaf for leaf in leaves if "batch" in leaf)["rows"][0]["movement"] = "sheltered-1"
    assert "no batch of ten" in refusal(dump_of_leaves([canonical_json(leaf) for leaf in leaves], openings=WHOLE.openings))


def paths_of(value: object, path: tuple = ()) -> list[tuple]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in below for deeper in paths_of(item, (*path, key)))]


@pytest.mark.parametrize("nonsense", [None, "", -1, [], {}, "\n", [[]], {"a": 1}, True, 10**30])
def test_signed_nonsense_anywhere_never_ends_in_a_traceback(nonsense):
    leaves = [json.loads(leaf_bytes(entry)) for entry in WHOLE.entries]
    # What a memo is about is free: nonsense there makes it another memo.
    places = [(seq, path) for seq, leaf in enumerate(leaves) for path in paths_of(leaf)[1:] if path[-1] != "about"]
    for seq, path in places[::80]:
        changed = copy.deepcopy(leaves[seq])
        target = changed
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = nonsense
        lines = [canonical_json(changed if n == seq else leaf) for n, leaf in enumerate(leaves)]
        assert refusal(dump_of_leaves(lines, openings=WHOLE.openings)).startswith(PARTS), (seq, path)
