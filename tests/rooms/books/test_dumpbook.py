"""The dump of a book: the stand-alone verifier accepts it, and no byte of it can be changed unseen."""

import random
import subprocess
import sys

import pytest
from django.core.management import call_command

from awna import verify
from awna.books import services as books
from awna.books.models import Checkpoint
from awna.books.services import heads
from awna.core.problems import Refused


def story(ledger):
    ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    ledger.approve(proposal)
    ledger.release(proposal)
    ledger.pay(proposal, 25_000)


def exit_code(data, tmp_path):
    file = tmp_path / "book.awna"
    file.write_bytes(data)
    return subprocess.run([sys.executable, verify.__file__, str(file)], capture_output=True, text=True, check=False)


def test_the_verifier_accepts_the_dump(ledger, tmp_path):
    story(ledger)
    done = exit_code(books.dump_book(ledger.book), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_changed_byte_is_found(ledger, tmp_path):
    story(ledger)
    data = books.dump_book(ledger.book)
    chance = random.Random(7)
    for place in chance.sample(range(len(data)), 8):
        changed = data[:place] + bytes([data[place] ^ (1 << chance.randrange(7))]) + data[place + 1 :]
        assert exit_code(changed, tmp_path).returncode == 1, f"byte {place} changed unseen"


def test_the_command_writes_the_same_bytes(ledger, tmp_path):
    story(ledger)
    file = tmp_path / "book"
    call_command("dumpbook", str(file))
    assert file.read_bytes() == books.dump_book(ledger.book)


def test_a_log_that_lost_entries_is_not_signed(ledger):
    ledger.gift()
    signed = books.publish_head(ledger.book)
    assert books.publish_head(ledger.book) == signed
    assert Checkpoint.objects.count() == 1
    guard = heads.guard_files(ledger.book)[0]
    guard.write_text(signed.note.replace(f"\n{signed.size}\n", f"\n{signed.size + 1}\n"), encoding="utf-8")
    with pytest.raises(Refused):
        books.publish_head(ledger.book)


def test_checkbook_is_quiet_when_all_is_well(ledger, capsys):
    story(ledger)
    call_command("checkbook", "--json")
    assert '"equal": true' in capsys.readouterr().out
