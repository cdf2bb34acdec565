"""Growing a published tree writes the tiles of the specification, and refuses to grow from an edge that was changed."""

import pytest

from awna.core.log.publishing import bundle_files, first_of_tile, grow, replaced_bundles, replaced_tiles
from awna.core.log.tiles import split_bundle, tile_files
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Refused

LEAVES = [f"leaf {n}".encode() for n in range(66_000)]
HASHES = [hash_leaf(leaf) for leaf in LEAVES]


def grown(files, old_size, size, leaves=LEAVES):
    root = root_of([hash_leaf(leaf) for leaf in LEAVES[:old_size]])
    return grow(files.get, old_size=old_size, old_root=root, leaves=leaves[first_of_tile(old_size) : size])


def test_growing_step_by_step_gives_the_tiles_of_one_build():
    files, old_size = {}, 0
    for size in (1, 5, 5, 255, 256, 257, 600, 65_535, 65_536, 65_537, 66_000):
        step = grown(files, old_size, size)
        files |= dict(step.files)
        assert (step.size, step.root) == (size, root_of(HASHES[:size]))
        at_once = {path: data for path, data in tile_files(LEAVES[:size]) if "entries" not in path}
        assert at_once.items() <= files.items()
        old_size = size


def test_an_edge_or_leaf_that_was_changed_is_refused():
    files = dict(grown({}, 0, 600).files)
    for path in ("tile/0/002.p/88", "tile/1/000.p/2"):
        damaged = {**files, path: bytes([files[path][0] ^ 1]) + files[path][1:]}
        with pytest.raises(Refused) as refused:
            grown(damaged, 600, 700)
        assert refused.value.codes == ["tiles_differ"]
    with pytest.raises(Refused) as refused:
        grown(files, 600, 700, leaves=[*LEAVES[:599], b"another", *LEAVES[600:]])
    assert refused.value.codes == ["log_does_not_continue"]
    with pytest.raises(Refused):
        grown(files, 600, 590)


def test_bundles_begin_where_the_publisher_says():
    files = dict(bundle_files(LEAVES[256:600], first=256))
    assert list(files) == ["tile/entries/001", "tile/entries/002.p/88"]
    assert split_bundle(files["tile/entries/002.p/88"]) == LEAVES[512:600]


def test_parts_are_removed_only_where_the_full_one_is_there():
    assert list(replaced_tiles(600, size=700)) == list(replaced_bundles(600, entries=700)) == []
    assert list(replaced_tiles(600, size=1025)) == ["tile/0/002.p", "tile/0/003.p"]
    assert list(replaced_bundles(600, entries=800)) == ["tile/entries/002.p"]
    assert "tile/1/000.p" in list(replaced_tiles(65_000, size=65_536))
