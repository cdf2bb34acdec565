"""A proof file has one spelling: whatever else is read is refused."""

import base64

import pytest

from awna.core.log.checkpoint import Checkpoint, key_of_seed, sign_checkpoint
from awna.core.log.proof import check_proof, make_proof, proof_text
from awna.core.log.tree import hash_leaf, root_of

SEED, ORIGIN = bytes(range(32)), "awna.example/c/clinic"
LEAVES = [f"leaf {n}".encode() for n in range(21)]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.fixture
def text() -> str:
    hashes = [hash_leaf(leaf) for leaf in LEAVES]
    note = sign_checkpoint(Checkpoint(ORIGIN, len(LEAVES), root_of(hashes)), seed=SEED)
    return proof_text(make_proof(hashes, index=7, checkpoint=note))


def test_a_right_proof_holds_and_every_changed_letter_is_seen(text: str) -> None:
    key = key_of_seed(SEED, name=ORIGIN)
    assert check_proof(text, leaf=LEAVES[7], key=key) == []
    accepted = [at for at in range(len(text)) if check_proof(text[:at] + _other(text[at]) + text[at + 1 :], leaf=LEAVES[7], key=key) == []]
    assert accepted == []


def test_the_spare_bits_of_a_hash_are_not_free(text: str) -> None:
    lines = text.split("\n")
    letter = lines[2][-2]
    lines[2] = lines[2][:-2] + LETTERS[LETTERS.index(letter) ^ 1] + "="
    assert base64.b64decode(lines[2]) == base64.b64decode(text.split("\n")[2]), "another spelling of the same hash"
    assert [problem.code for problem in check_proof("\n".join(lines), leaf=LEAVES[7], key=key_of_seed(SEED, name=ORIGIN))] == [
        "proof_unreadable"
    ]


def _other(letter: str) -> str:
    return LETTERS[LETTERS.index(letter) ^ 1] if letter in LETTERS else "x"
