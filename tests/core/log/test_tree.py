"""The tree gives the roots and proofs of RFC 6962; pymerkle is the oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_inclusion

from awna.core.log.tree import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    hash_leaf,
    prove_consistency,
    prove_inclusion,
    root_of,
)

LEAVES = [f"leaf {n}".encode() for n in range(40)]
HASHES = [hash_leaf(leaf) for leaf in LEAVES]


def test_known_roots_of_the_rfc_test_data():
    leaves = [
        bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    ]
    hashes = [hash_leaf(leaf) for leaf in leaves]
    assert root_of([]).hex() == EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(hashes[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_every_size_has_the_oracles_root_and_paths():
    oracle = InmemoryTree(algorithm="sha256")
    for size, leaf in enumerate(LEAVES, 1):
        oracle.append_entry(leaf)
        root = root_of(HASHES[:size])
        assert root == oracle.get_root()
        for index in range(size):
            proof = prove_inclusion(HASHES[:size], index=index)
            assert check_inclusion(HASHES[index], index=index, size=size, proof=proof, root=root)
            theirs = oracle.prove_inclusion(index + 1)
            verify_inclusion(HASHES[index], root, theirs)
            assert [bytes.fromhex(node) for node in theirs.serialize()["path"]][1:] == proof


def test_the_frontier_needs_nothing_but_itself():
    frontier = Frontier()
    for size, leaf_hash in enumerate(HASHES, 1):
        frontier = Frontier(frontier.size, list(frontier.hashes))
        frontier.append(leaf_hash)
        assert frontier.root() == root_of(HASHES[:size])


@pytest.mark.parametrize("new_size", range(1, 20))
def test_every_older_tree_is_a_beginning_and_no_other_is(new_size):
    new_root = root_of(HASHES[:new_size])
    for old_size in range(1, new_size + 1):
        proof = prove_consistency(HASHES[:new_size], old_size=old_size)
        facts = {"old_size": old_size, "new_size": new_size, "new_root": new_root, "proof": proof}
        assert check_consistency(old_root=root_of(HASHES[:old_size]), **facts)
        assert not check_consistency(old_root=root_of([*HASHES[: old_size - 1], hash_leaf(b"other")]), **facts)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.data())
def test_a_path_proves_no_other_leaf_place_or_size(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(HASHES[:size], index=index)
    root = root_of(HASHES[:size])
    assert not check_inclusion(hash_leaf(b"other"), index=index, size=size, proof=proof, root=root)
    assert not check_inclusion(HASHES[index], index=index, size=size, proof=[*proof, bytes(32)], root=root)
    assert not check_inclusion(HASHES[index], index=size, size=size, proof=proof, root=root)
    for other in set(range(size)) - {index}:
        assert not check_inclusion(HASHES[index], index=other, size=size, proof=proof, root=root)
