"""Every changed byte of a published log is found, and the file in which it was changed is named."""

import pytest

from awna.core.log.checking import check_files, needed_paths, place_of, read_tree
from awna.core.log.checkpoint import Checkpoint, sign_checkpoint
from awna.core.log.nodes import Levels, root_at
from awna.core.log.publishing import CHECKPOINT, ENTRIES
from awna.core.log.tiles import tile_files
from awna.core.problems import Refused


def small_log(count):
    leaves = [b'{"seq":%d}' % n for n in range(count)]
    nodes = Levels(leaves)
    files = dict(tile_files(leaves))
    note = sign_checkpoint(Checkpoint("log.example/clinic", count, root_at(nodes, size=count)), seed=bytes(32))
    exact = {CHECKPOINT: note.encode(), ENTRIES: b"%d\n" % count}
    return nodes, {**files, **exact}, exact


def found(nodes, files, exact, *, entries=None):
    size = nodes.size
    return list(check_files(files, files.get, nodes=nodes, size=size, entries=size if entries is None else entries, exact=exact))


@pytest.mark.parametrize("count", [1, 7])
def test_each_flipped_bit_of_each_byte_is_named_by_its_file(count):
    nodes, files, exact = small_log(count)
    assert found(nodes, files, exact) == []
    for path, data in files.items():
        for at in range(len(data)):
            for bit in range(8):
                changed = {**files, path: data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]}
                assert [problem.where for problem in found(nodes, changed, exact)] == [path]


def test_damage_in_a_larger_log_names_file_and_entry():
    nodes, files, exact = small_log(600)
    for path, at, entry in (("tile/0/001", 32 * 10 + 3, 266), ("tile/1/000.p/2", 40, 256), ("tile/entries/002.p/88", 5, 512)):
        data = files[path]
        changed = {**files, path: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]}
        [problem] = found(nodes, changed, exact)
        assert (problem.where, problem.params["n"]) == (path, entry)


@pytest.mark.parametrize("path", ["tile/0/001", "tile/entries/000", "tile/1/000.p/2", "checkpoint"])
def test_a_file_that_is_missing_cut_or_longer_is_named(path):
    nodes, files, exact = small_log(600)
    for data in (files[path][:-1], files[path] + b"\0", b""):
        assert [problem.where for problem in found(nodes, {**files, path: data}, exact)] == [path]
    rest = {name: data for name, data in files.items() if name != path}
    assert [(problem.code, problem.where) for problem in found(nodes, rest, exact)] == [("file_missing", path)]


def test_files_that_belong_to_no_log_are_named():
    nodes, files, exact = small_log(3)
    for path in ("tile/0/001", "tile/0/000.p/4", "tile/0/0", "tile/7/000", "tile/entries/001", "notes.txt", "tile/0/x000/000"):
        assert [problem.where for problem in found(nodes, {**files, path: b"x"}, exact)] == [path]
    assert [problem.code for problem in found(nodes, files, {**exact, ENTRIES: files[ENTRIES]}, entries=2)] == [
        "file_unknown",
        "file_missing",
    ]


def test_older_partial_tiles_may_stand_beside():
    nodes, files, exact = small_log(600)
    _, older, _ = small_log(300)
    tiles = {path: data for path, data in older.items() if path.startswith("tile/")}
    assert found(nodes, {**tiles, **files}, exact) == []


def test_paths_are_read_back_and_no_other_form_is():
    assert all(place_of(path) for path in needed_paths(size=300_000, entries=300_000))
    for path in (
        "tile/64/000",
        "tile/00/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/1000",
        "tile/0/../000",
        "tile/0/000\n",
    ):
        assert place_of(path) is None


def test_the_lowest_tiles_give_the_tree():
    nodes, files, _ = small_log(300)
    assert root_at(read_tree(files.get, size=300), size=300) == root_at(nodes, size=300)
    with pytest.raises(Refused):
        read_tree({**files, "tile/0/001.p/44": b""}.get, size=300)
