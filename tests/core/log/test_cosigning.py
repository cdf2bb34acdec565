"""Cosignatures and policy files have the C2SP forms, with the example of the specification as a fixed point."""

import contextlib

import pytest

from awna.core.log.checkpoint import ALGORITHM_COSIGNATURE, Checkpoint, key_of_seed, read_key, sign_checkpoint, split_note
from awna.core.log.cosignature import cosign, cosignatures_of, read_cosignature, witness_key
from awna.core.log.policy import policy_text, read_policy, simple_policy
from awna.core.problems import Refused

LOG = key_of_seed(bytes(32), name="log.example/clinic")
NOTE = sign_checkpoint(Checkpoint(LOG.name, 3, bytes(32)), seed=bytes(32))
TEXT = split_note(NOTE)[0]
SEEDS = {name: bytes([n]) * 32 for n, name in enumerate(("one.example/w", "two.example/w", "three.example/w"), 1)}
WITNESSES = [witness_key(seed, name=name) for name, seed in SEEDS.items()]


def signed_by(*numbers):
    return NOTE + "".join(
        cosign(TEXT, seed=SEEDS[WITNESSES[n].name], name=WITNESSES[n].name, time_s=1_700_000_000 + n) + "\n" for n in numbers
    )


def test_a_cosignature_has_the_layout_of_the_specification():
    line = cosign(TEXT, seed=SEEDS["one.example/w"], name="one.example/w", time_s=1_679_315_147)
    found = read_cosignature(line, text=TEXT, key=WITNESSES[0])
    assert found and (found.time_s, found.key) == (1_679_315_147, WITNESSES[0])
    assert read_key(str(WITNESSES[0]), algorithm=ALGORITHM_COSIGNATURE) == WITNESSES[0]
    with pytest.raises(Refused):
        read_key(str(WITNESSES[0]))


def test_each_changed_character_of_a_cosigned_note_loses_the_cosignature():
    whole = signed_by(0)
    signed_by_the_log = range(len(TEXT) + 1, len(NOTE))
    for at in set(range(len(whole))) - set(signed_by_the_log):
        changed = whole[:at] + chr(ord(whole[at]) ^ 1) + whole[at + 1 :]
        with contextlib.suppress(Refused):
            assert cosignatures_of(changed, keys=WITNESSES[:1]) == []


def test_the_newest_of_two_cosignatures_of_one_witness_counts():
    later = cosign(TEXT, seed=SEEDS["one.example/w"], name="one.example/w", time_s=1_800_000_000)
    assert [one.time_s for one in cosignatures_of(f"{signed_by(0)}{later}\n", keys=WITNESSES)] == [1_800_000_000]


def test_a_policy_counts_its_quorum():
    policy = simple_policy(WITNESSES, quorum=2, log=LOG, url="https://log.example/c/clinic/log")
    assert read_policy(policy_text(policy)) == policy
    assert policy.needed == 2
    assert not policy.is_met(policy.cosignatures(signed_by(1)).keys())
    assert policy.is_met(policy.cosignatures(signed_by(1, 2)).keys())
    assert simple_policy((), quorum=0).is_met(()) and policy_text(simple_policy((), quorum=0)) == "quorum none\n"


def test_groups_of_groups_as_in_the_example_of_the_specification():
    a, b, c = WITNESSES
    policy = read_policy(
        f"# two houses\nlog {LOG}\n\nwitness X1 {a}\n\twitness X2   {b} \nwitness Y1 {c} https://w.example/\n"
        "group X 2 X1 X2\ngroup Y any Y1\ngroup both all X Y\nquorum both\n"
    )
    assert policy.needed == 3
    assert policy.is_met({"X1", "X2", "Y1"}) and not policy.is_met({"X1", "Y1"})


@pytest.mark.parametrize(
    "lines",
    [
        "", "quorum w1", "quorum none\nquorum none", "log nonsense\nquorum none", "group g 1 w1\nquorum none", f"witness none {WITNESSES[0]}\nquorum none",
        f"witness w {WITNESSES[0]}\nwitness v {WITNESSES[0]}\nquorum none", f"witness w {WITNESSES[0]}\ngroup g 2 w\nquorum g",
        f"witness w {WITNESSES[0]}\ngroup g 1 w\ngroup h 1 w\nquorum g", f"witness w {LOG}\nquorum none", "quorum none\x00", f"log {LOG}\nlog {LOG}\nquorum none",
        "anything else\nquorum none",
    ],
)  # fmt: skip
def test_a_policy_that_breaks_the_specification_is_refused(lines):
    with pytest.raises(Refused):
        read_policy(lines)


def test_a_quorum_of_more_witnesses_than_there_are_is_refused():
    with pytest.raises(Refused):
        simple_policy(WITNESSES, quorum=4)
