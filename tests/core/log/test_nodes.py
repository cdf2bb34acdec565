"""Nodes in memory and in tile files give the roots and proofs of the plain tree; a million leaves need no second copy."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from awna.core.log.nodes import Levels, TileNodes, consistency_path, inclusion_path, root_at
from awna.core.log.tiles import tile_files
from awna.core.log.tree import (
    check_consistency,
    check_inclusion,
    hash_leaf,
    hash_node,
    prove_consistency,
    prove_inclusion,
    root_of,
)
from awna.core.problems import Refused

RFC_LEAVES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
RFC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [f"leaf {n}".encode() for n in range(700)]
HASHES = [hash_leaf(leaf) for leaf in LEAVES]
FILES = dict(tile_files(LEAVES))


def test_roots_of_the_eight_leaves_of_the_rfc_test_data():
    levels = Levels(RFC_LEAVES)
    assert [root_at(levels, size=size).hex() for size in range(1, 9)] == RFC_ROOTS


def test_paths_of_the_rfc_test_data():
    levels = Levels(RFC_LEAVES)
    assert [node.hex() for node in inclusion_path(levels, index=5, size=8)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [node.hex() for node in consistency_path(levels, old_size=6, size=8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 64, 100, 255, 256, 257, 511, 513, 700])
def test_every_path_is_that_of_the_plain_tree(size):
    levels = Levels(LEAVES)
    for index in range(0, size, max(1, size // 20)):
        path = inclusion_path(levels, index=index, size=size)
        assert path == prove_inclusion(HASHES[:size], index=index)
        assert check_inclusion(HASHES[index], index=index, size=size, proof=path, root=root_at(levels, size=size))
    for old_size in range(1, size + 1, max(1, size // 20)):
        assert consistency_path(levels, old_size=old_size, size=size) == prove_consistency(HASHES[:size], old_size=old_size)


def test_appending_in_any_pieces_gives_one_tree():
    whole, pieces = Levels(LEAVES), Levels()
    for start, stop in ((0, 1), (1, 255), (255, 257), (257, 257), (257, 700)):
        pieces.extend(LEAVES[start:stop])
    assert pieces.size == whole.size == 700
    assert root_at(pieces, size=700) == root_at(whole, size=700) == root_of(HASHES)


def test_proofs_come_from_tile_files_alone():
    nodes = TileNodes(FILES.get, 700)
    assert root_at(nodes, size=700) == root_of(HASHES)
    for index in (0, 255, 256, 511, 512, 699):
        assert inclusion_path(nodes, index=index, size=700) == prove_inclusion(HASHES, index=index)
    for old_size in (1, 256, 300, 512, 699):
        proof = consistency_path(nodes, old_size=old_size, size=700)
        assert check_consistency(
            old_size=old_size, old_root=root_of(HASHES[:old_size]), new_size=700, new_root=root_of(HASHES), proof=proof
        )


def test_a_full_tile_stands_in_for_the_partial_one_that_it_replaced():
    files = {**dict(tile_files(LEAVES[:300])), **FILES}
    del files["tile/0/001.p/44"]
    assert root_at(TileNodes(files.get, 300), size=300) == root_of(HASHES[:300])


def test_a_missing_or_cut_tile_is_named():
    for damaged in ({**FILES, "tile/0/002.p/188": FILES["tile/0/002.p/188"][:-1]}, {**FILES, "tile/0/002.p/188": None}):
        with pytest.raises(Refused) as refused:
            root_at(TileNodes(damaged.get, 700), size=700)
        assert "tile/0/002.p/188" in str(refused.value)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 120), st.data())
def test_the_oracle_agrees_on_roots_and_paths(size, data):
    oracle, levels = InmemoryTree(algorithm="sha256"), Levels(LEAVES[:size])
    for leaf in LEAVES[:size]:
        oracle.append_entry(leaf)
    index, old_size = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert root_at(levels, size=size) == oracle.get_root()
    theirs = oracle.prove_inclusion(index + 1).serialize()["path"]
    assert [bytes.fromhex(node) for node in theirs][1:] == inclusion_path(levels, index=index, size=size)
    verify_consistency(oracle.get_root(old_size), oracle.get_root(), oracle.prove_consistency(old_size, size))
    assert root_at(levels, size=old_size) == oracle.get_root(old_size)


def test_an_inner_node_is_no_leaf():
    """Tierion/pymerkletools issue 13: without the prefixes a pair of hashes passes for a leaf of a shorter tree."""
    four, root = HASHES[:4], root_of(HASHES[:4])
    forged = four[0] + four[1]
    assert hash_leaf(forged) != hash_node(four[0], four[1])
    shorter = [hash_node(four[2], four[3])]
    assert not check_inclusion(hash_leaf(forged), index=0, size=2, proof=shorter, root=root)
    without_prefixes = hashlib.sha256(hashlib.sha256(forged).digest() + hashlib.sha256(four[2] + four[3]).digest()).digest()
    assert without_prefixes != root
