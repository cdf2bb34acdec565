"""Tiles, checkpoints and proofs have the C2SP forms and refuse damage."""

import pytest

from awna.core.log.checkpoint import Checkpoint, key_of_seed, read_checkpoint, read_key, sign_checkpoint
from awna.core.log.proof import check_proof, make_proof, proof_text
from awna.core.log.tiles import bundle_bytes, bundle_path, split_bundle, tile_files, tile_path
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Refused

SEED = bytes(range(32))
ORIGIN = "log.example/clinic"
KEY = key_of_seed(SEED, name=ORIGIN)
LEAVES = [f'{{"seq":{n}}}'.encode() for n in range(300)]
HASHES = [hash_leaf(leaf) for leaf in LEAVES]
NOTE = sign_checkpoint(Checkpoint(ORIGIN, 300, root_of(HASHES)), seed=SEED)


def test_paths_are_those_of_the_specification():
    assert tile_path(0, index=1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, index=0, width=112) == "tile/1/000.p/112"
    assert bundle_path(5) == "tile/entries/005"


def test_tiles_hold_every_hash_and_bundles_every_leaf():
    files = dict(tile_files(LEAVES))
    assert sorted(files) == ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
    assert files["tile/0/000"] + files["tile/0/001.p/44"] == b"".join(HASHES)
    assert files["tile/1/000.p/1"] == root_of(HASHES[:256])
    assert split_bundle(files["tile/entries/000"]) + split_bundle(files["tile/entries/001.p/44"]) == LEAVES
    assert "tile/0/000" not in dict(tile_files(LEAVES, already=256))


def test_a_bundle_that_is_cut_short_or_a_leaf_too_large_is_refused():
    with pytest.raises(Refused):
        split_bundle(bundle_bytes(LEAVES[:2])[:-1])
    with pytest.raises(Refused):
        bundle_bytes([bytes(65_536)])


def test_a_checkpoint_is_read_back_and_the_key_too():
    assert read_checkpoint(NOTE, key=KEY) == Checkpoint(ORIGIN, 300, root_of(HASHES))
    assert read_key(str(KEY)) == KEY


def test_each_changed_character_of_a_checkpoint_or_key_is_refused():
    for text, read in ((NOTE, lambda changed: read_checkpoint(changed, key=KEY)), (str(KEY), read_key)):
        for at in range(len(text)):
            with pytest.raises(Refused):
                read(text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])


def test_another_key_with_the_same_name_does_not_do():
    with pytest.raises(Refused):
        read_checkpoint(NOTE, key=key_of_seed(bytes(32), name=ORIGIN))


def test_a_donor_checks_her_entry_with_one_text_file():
    text = proof_text(make_proof(HASHES, index=271, checkpoint=NOTE))
    assert check_proof(text, leaf=LEAVES[271], key=KEY) == []
    assert [problem.code for problem in check_proof(text, leaf=LEAVES[270], key=KEY)] == ["leaf_not_in_log"]
    assert [problem.code for problem in check_proof(text[1:], leaf=LEAVES[271], key=KEY)] == ["proof_unreadable"]
