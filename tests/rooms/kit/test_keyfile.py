"""Secrets in files: whole or not there, and one for all who ask at once."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

from awna.kit.keyfile import secret_in_file

KILLED_ON_THE_WAY = """
import os, signal, sys
from pathlib import Path
from awna.kit.keyfile import secret_in_file
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
secret_in_file(Path(sys.argv[1]))
"""


def test_a_secret_is_made_once_and_only_its_user_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.seed"
    first = secret_in_file(path)
    assert len(bytes.fromhex(first)) == 32
    assert secret_in_file(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["log.seed"]


def test_a_process_killed_on_the_way_leaves_no_empty_key(tmp_path: Path) -> None:
    path = tmp_path / "log.seed"
    done = subprocess.run([sys.executable, "-c", KILLED_ON_THE_WAY, str(path)], check=False)
    assert done.returncode == -9
    assert not path.exists()
    assert len(bytes.fromhex(secret_in_file(path))) == 32


def test_all_who_begin_at_once_get_the_same_key(tmp_path: Path) -> None:
    path, found = tmp_path / "log.seed", []
    threads = [threading.Thread(target=lambda: found.append(secret_in_file(path))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len(set(found)) == 1
    assert len(found[0]) == 64
