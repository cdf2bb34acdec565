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
from awna.core.ledger.entries import Entry, Transfer, leaf_bytes
from awna.core.log.checkpoint import key_of_seed
from tests.core.ledger.story import CEMENT_EXT, FREE, KEY, SEED, STOCK, UNKNOWN, Story, dump_of, dump_of_leaves, gifts, tell

WHOLE = tell()
DUMP = dump_of(WHOLE.entries, openings=WHOLE.openings)


def small_dump() -> bytes:
    """Four entries and one opening."""
    story = Story()
    gifts(story)
    story.add("gift_in_kind", (CEMENT_EXT, STOCK, 5), second="nour")
    return dump_of(story.entries, openings=story.openings)


def of_kind(kind: str) -> Entry:
    return next(entry for entry in WHOLE.entries if entry.kind == kind)


def with_entry(changed: Entry) -> bytes:
    """The dump of the whole story with one entry exchanged, signed again: only the rules can find it."""
    return dump_of([changed if entry.seq == changed.seq else entry for entry in WHOLE.entries], openings=WHOLE.openings)


def refusal(dump: bytes) -> str:
    with pytest.raises(verify.Wrong) as refused:
        verify.verify(dump, None)
    return str(refused.value)


def test_a_true_book_is_accepted_with_its_sums(tmp_path, capsys):
    path = tmp_path / "book.jsonl"
    path.write_bytes(DUMP)
    assert verify.main([str(path), "--key", str(KEY)]) == 0
    said = capsys.readouterr().out
    for words in ("26 entries", "EUR: committed 0.00", "all together 0.00", "signed log", "Head: 26 ", "it holds no keys"):
        assert words in said
    assert verify.main([str(path)]) == 0
    assert "Log key taken from the file" in capsys.readouterr().out


def test_stewards_keys_cannot_be_compared_yet(tmp_path, capsys):
    path = tmp_path / "book.jsonl"
    path.write_bytes(DUMP)
    assert verify.main([str(path), "--stewards", str(path)]) == 1
    assert "entry 0" in capsys.readouterr().err


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


PARTS = ("header", "entry ", "tile ", "opening ", "checkpoint")


def test_every_changed_byte_is_found_and_its_part_named():
    dump = small_dump()
    line_of = []
    for number, line in enumerate(dump.splitlines(keepends=True)):
        line_of += [number] * len(line)
    names = ["header", *(f"entry {n}" for n in range(5)), "tile 0", "opening 1", "checkpoint"]
    for at in range(len(dump)):
        said = refusal(dump[:at] + bytes([dump[at] ^ 1]) + dump[at + 1 :])
        assert said.startswith(PARTS)
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


def test_the_verifiers_own_signature_check_agrees_with_the_library():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(b"text")
    assert verify.signature_is_right(KEY.public, b"text", signature)
    assert not verify.signature_is_right(KEY.public, b"texT", signature)
    higher = signature[:32] + (int.from_bytes(signature[32:], "little") + verify.ORDER).to_bytes(32, "little")
    assert not verify.signature_is_right(KEY.public, b"text", higher)


def row_of(entry: Entry, **changes: object) -> Entry:
    return replace(entry, rows=(replace(entry.rows[0], **changes), *entry.rows[1:]))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (replace(of_kind("gift"), id="entry-0"), "its id was used before"),
        (row_of(of_kind("gift"), movement=""), "no bank line"),
        (row_of(of_kind("gift"), amount=500), "falls below zero"),
        (replace(of_kind("gift"), kind="hours"), "may not go"),
        (replace(of_kind("gift"), rows=()), "0 rows"),
        (replace(of_kind("gift_in_kind"), second=""), "no second person"),
        (replace(of_kind("gift_in_kind"), second="karim"), "no second person"),
        (replace(of_kind("loss"), documents=()), "its document is missing"),
        (replace(of_kind("release"), decisions=of_kind("release").decisions[:1]), "no quorum"),
        (replace(of_kind("release"), decisions=of_kind("release").decisions[:1] * 2), "decides twice"),
        (replace(of_kind("release"), decisions=tuple(replace(one, steward="eve") for one in of_kind("release").decisions)), "is no steward"),
        (replace(of_kind("release"), decisions=tuple(replace(one, date="2026-07-01") for one in of_kind("release").decisions)), "had ended"),
        (replace(of_kind("release"), decisions=tuple(replace(one, digest="00" * 32) for one in of_kind("release").decisions)), "another text"),
        (row_of(of_kind("release"), resolves=(1, 1)), "resolves no hold"),
        (row_of(of_kind("hold"), amount=69_999), "ceiling"),
        (replace(of_kind("hold"), proposal=""), "no unexpired proposal"),
        (replace(of_kind("order"), proposal="send"), "no quorum"),
        (replace(of_kind("pay"), documents=()), "evidence"),
        (replace(of_kind("pay"), date="2026-02-01"), "earliest date"),
        (row_of(of_kind("pay"), credit=FREE.id), "may not go"),
        (replace(of_kind("fx"), rows=of_kind("fx").rows[:1]), "two rows"),
        (row_of(of_kind("reverse"), amount=4), "swapped"),
        (row_of(of_kind("correction"), amount=51), "more than the row"),
        (row_of(of_kind("correction"), corrects=(9, 1)), "swapped"),
        (row_of(of_kind("reclass"), amount=1_001), "did not approve this row"),
        (row_of(of_kind("fee"), amount=301), "above their cap"),
        (replace(of_kind("close"), payload={**of_kind("close").payload, "balances": "00" * 32}), "trial balance"),
        (row_of(of_kind("allocate"), debit=FREE.id, credit=UNKNOWN.id), "narrower"),
        (replace(of_kind("issue"), rows=(Transfer("nowhere", FREE.id, 1),)), "not open"),
        (replace(of_kind("policy"), payload={**of_kind("policy").payload, "k": 4}), "quorum is not possible"),
    ],
    ids=lambda value: f"{value.kind}" if isinstance(value, Entry) else value.replace(" ", "_"),
)  # fmt: skip
def test_a_book_that_breaks_a_rule_is_refused_though_signed(changed, why):
    said = refusal(with_entry(changed))
    assert said.startswith("entry ")
    assert why in said


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
    assert "closed through" in refusal(dump_of(story.entries))


def paths_of(value: object, path: tuple = ()) -> list[tuple]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in below for deeper in paths_of(item, (*path, key)))]


@pytest.mark.parametrize("nonsense", [None, "", -1, [], {}, "\n", [[]], {"a": 1}, True, 10**30])
def test_signed_nonsense_anywhere_never_ends_in_a_traceback(nonsense):
    leaves = [json.loads(leaf_bytes(entry)) for entry in WHOLE.entries]
    places = [(seq, path) for seq, leaf in enumerate(leaves) for path in paths_of(leaf)[1:]]
    for seq, path in places[::60]:
        changed = copy.deepcopy(leaves[seq])
        target = changed
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = nonsense
        lines = [canonical_json(changed if n == seq else leaf) for n, leaf in enumerate(leaves)]
        assert refusal(dump_of_leaves(lines, openings=WHOLE.openings)).startswith(PARTS)
