"""A witness cosigns heads that continue what it saw, and no other; it keeps both heads of a log that went two ways."""

import functools
import http.server
import json
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from awna.core.log.checkpoint import Checkpoint, key_of_seed, read_checkpoint, sign_checkpoint
from awna.core.log.cosignature import cosignatures_of
from awna.core.log.disk import Disk, read_file, write_durably
from awna.core.log.tiles import tile_files
from awna.core.log.tree import hash_leaf, root_of
from awna.core.log.witness import Inconsistent, Witness, current_key, main, witness_log
from awna.core.problems import Refused

ORIGIN = "log.example/clinic"
SEED, NEXT_SEED = bytes(32), bytes([1]) * 32
KEY, NEXT_KEY = key_of_seed(SEED, name=ORIGIN), key_of_seed(NEXT_SEED, name=ORIGIN)
LEAVES = [b'{"seq":%d}' % n for n in range(700)]


def publish(folder, leaves, *, seed=SEED):
    note = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), root_of([hash_leaf(leaf) for leaf in leaves])), seed=seed)
    write_durably([*tile_files(leaves), ("checkpoint", note.encode())], under=folder, disk=Disk())
    return note


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def witness(tmp_path):
    return Witness("witness.example/w1", bytes([9]) * 32, tmp_path / "witness")


def look(witness, folder, *, key=KEY, now_s=1_700_000_000, disk=None):
    return witness_log(witness, read=functools.partial(read_file, folder), key=key, now_s=now_s, disk=disk)


def test_it_cosigns_each_head_that_continues_the_last(witness, log):
    for size in (1, 3, 255, 256, 257, 600, 600, 700):
        note = publish(log, LEAVES[:size])
        cosigned = look(witness, log)
        assert cosigned.startswith(note)
        assert [one.key for one in cosignatures_of(cosigned, keys=[witness.key])] == [witness.key]


def test_a_log_that_changed_an_old_entry_is_refused_and_both_heads_kept(witness, log):
    old = publish(log, LEAVES[:300])
    look(witness, log)
    new = publish(log, [*LEAVES[:7], b"another", *LEAVES[8:600]])
    with pytest.raises(Inconsistent) as refused:
        look(witness, log)
    assert refused.value.codes == ["log_inconsistent"]
    assert {file.read_text() for file in (witness.folder / "evidence").iterdir()} == {old, new}
    publish(log, LEAVES[:600])
    assert look(witness, log)


def test_two_heads_of_one_size_are_refused(witness, log):
    publish(log, LEAVES[:9])
    look(witness, log)
    publish(log, [*LEAVES[:8], b"another"])
    with pytest.raises(Inconsistent):
        look(witness, log)


def test_a_head_smaller_than_the_last_is_not_cosigned(witness, log):
    publish(log, LEAVES[:300])
    look(witness, log)
    publish(log, LEAVES[:200])
    with pytest.raises(Refused) as refused:
        look(witness, log)
    assert refused.value.codes == ["log_went_back"]


def test_tiles_that_are_not_the_signed_tree_are_refused_even_at_first_sight(witness, log):
    publish(log, LEAVES[:300])
    tile = log / "tile/0/001.p/44"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    with pytest.raises(Refused) as refused:
        look(witness, log)
    assert refused.value.codes == ["tiles_differ"]


def test_another_key_is_refused(witness, log):
    publish(log, LEAVES[:3], seed=NEXT_SEED)
    with pytest.raises(Refused) as refused:
        look(witness, log)
    assert refused.value.codes == ["checkpoint_wrong"]


def test_what_it_saw_is_on_disk_before_the_cosignature_leaves(witness, log):
    class Broken(Disk):
        def sync(self, path):
            raise OSError(28, "No space left on device", str(path))

    publish(log, LEAVES[:3])
    with pytest.raises(OSError, match="No space"):
        look(witness, log, disk=Broken())
    assert not list(witness.folder.glob("*.checkpoint"))


def rotated(folder, *, leaf=None):
    """A log that announced its next key in its entry 2, as the publisher writes it."""
    leaf = leaf or json.dumps({"payload": {"about": "log_key", "key": str(NEXT_KEY), "replaces": str(KEY)}}).encode()
    leaves = [*LEAVES[:2], leaf]
    step = {"key": str(KEY), "index": 2, "leaf": leaf.decode(), "checkpoint": publish(folder, leaves)}
    write_durably([("keys", json.dumps({"v": 1, "keys": [step]}).encode())], under=folder, disk=Disk())
    return leaves


def test_it_follows_a_key_that_the_old_key_announced(witness, log):
    publish(log, LEAVES[:2])
    look(witness, log)
    leaves = rotated(log)
    note = publish(log, [*leaves, b"more"], seed=NEXT_SEED)
    assert look(witness, log).startswith(note)
    assert current_key(functools.partial(read_file, log), KEY) == NEXT_KEY
    publish(log, [*leaves, b"more", b"with the old key"])
    with pytest.raises(Refused):
        look(witness, log)


def test_a_key_that_no_entry_announces_is_refused(witness, log):
    stolen = json.dumps({"payload": {"about": "log_key", "key": str(NEXT_KEY), "replaces": str(KEY)}})
    rotated(log, leaf=b'{"payload":{"about":"note"}}')
    keys = json.loads((log / "keys").read_text())
    for change in ({"leaf": stolen}, {"leaf": "nonsense"}, {"index": 1}, {"index": 99}, {"checkpoint": "nonsense"}, {}):
        (log / "keys").write_text(json.dumps({"keys": [{**keys["keys"][0], **change}]}))
        with pytest.raises(Refused):
            look(witness, log)


@contextmanager
def served(folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *args: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_it_runs_as_a_program_over_the_web_and_from_a_folder(tmp_path, log, capfd):
    publish(log, LEAVES[:300])
    state, inbox = tmp_path / "state", tmp_path / "inbox"
    common = ["--name", "witness.example/w1", "--state", str(state)]
    assert main(common) == 0
    printed = capfd.readouterr().out.strip()
    assert printed.startswith("witness.example/w1+")
    with served(log) as address:
        assert main([address, "--key", str(KEY), "--to", str(inbox), *common]) == 0
    [cosigned] = inbox.iterdir()
    assert read_checkpoint(cosigned.read_text(), key=KEY).size == 300
    publish(log, [*LEAVES[:5], b"another", *LEAVES[6:400]])
    assert main([str(log), "--key", str(KEY), *common]) == 1
    assert "does not continue" in capfd.readouterr().err
    assert main([str(log), *common]) == 2
    assert main([str(tmp_path / "nothing"), "--key", str(KEY), *common]) == 1
    assert (state / "witness.seed").stat().st_mode & 0o777 == 0o600


def test_it_needs_no_django():
    code = "import sys; import awna.core.log.witness; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
