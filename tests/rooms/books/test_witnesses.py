"""Witnesses of a book's log: who is believed, how cosignatures come in, what pages may say, and how a new key is followed."""

import subprocess
import sys
import time
from functools import partial

import pytest
from django.core.management import call_command

from awna import verify
from awna.books import services as books
from awna.books.models import Checkpoint, Entry
from awna.books.services import heads as signed
from awna.books.services.checklog import check_log
from awna.books.services.rotation import rotate_log_key
from awna.books.services.witnesses import choose_witnesses, log_policy
from awna.core.log.checkpoint import key_of_seed, signature_line, split_note
from awna.core.log.cosignature import cosign, witness_key
from awna.core.log.disk import read_file
from awna.core.log.policy import read_policy
from awna.core.log.proof import check_proof
from awna.core.log.witness import Witness, witness_log
from awna.core.problems import Refused

from .disks import Killed, KillingDisk
from .test_publishing import add_memos, files_of, places  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]

SEEDS = {f"witness.example/w{n}": bytes([n]) * 32 for n in (1, 2, 3)}
KEYS = [witness_key(seed, name=name) for name, seed in SEEDS.items()]


def published(ledger):
    return partial(read_file, signed.log_folder(ledger.book))


def cosigned(ledger, *numbers, time_s=1_700_000_000):
    note = published(ledger)("checkpoint").decode()
    text, _ = split_note(note)
    return note + "".join(cosign(text, seed=SEEDS[KEYS[n].name], name=KEYS[n].name, time_s=time_s + n) + "\n" for n in numbers)


def drop(ledger, note, name="from-a-witness"):
    signed.inbox_folder(ledger.book).mkdir(parents=True, exist_ok=True)
    (signed.inbox_folder(ledger.book) / name).write_text(note)


def test_a_log_is_witnessed_when_enough_of_its_witnesses_have_cosigned(ledger):
    choose_witnesses(ledger.book, witnesses=KEYS, quorum=2)
    row = books.publish_log(ledger.book)
    drop(ledger, cosigned(ledger, 0))
    books.publish_log(ledger.book)
    assert books.log_standing(ledger.book).state == "signed"
    drop(ledger, cosigned(ledger, 0, 2))
    books.publish_log(ledger.book)
    standing = books.log_standing(ledger.book)
    assert (standing.is_witnessed, standing.witnessed_size, standing.needed, standing.listed) == (True, row.size, 2, 3)
    assert [name for name, _ in standing.witnesses] == ["witness.example/w1", "witness.example/w3"]
    assert published(ledger)("witnessed") == published(ledger)("checkpoint") == cosigned_as_published(ledger)
    assert read_policy(published(ledger)("policy").decode()) == log_policy(ledger.book)
    assert check_log(ledger.book) == []


def cosigned_as_published(ledger):
    note = Checkpoint.objects.get().note
    text, _ = split_note(note)
    return (
        note + "".join(cosign(text, seed=SEEDS[KEYS[n].name], name=KEYS[n].name, time_s=1_700_000_000 + n) + "\n" for n in (0, 2))
    ).encode()


def test_a_newer_head_is_signed_until_it_too_is_cosigned(ledger):
    choose_witnesses(ledger.book, witnesses=KEYS[:1], quorum=1)
    old = books.publish_log(ledger.book)
    books.publish.receive_cosigned(ledger.book, note=cosigned(ledger, 0))
    add_memos(ledger, 3)
    new = books.publish_log(ledger.book)
    standing = books.log_standing(ledger.book)
    assert (standing.size, standing.witnessed_size) == (new.size, old.size)
    assert "witness" not in published(ledger)("checkpoint").decode()
    assert published(ledger)("witnessed").decode().split("\n")[1] == str(old.size)


def test_a_proof_for_a_donor_comes_from_the_files_with_the_cosignatures(ledger):
    choose_witnesses(ledger.book, witnesses=KEYS[:1], quorum=1)
    add_memos(ledger, 300)
    books.publish_log(ledger.book)
    books.publish.receive_cosigned(ledger.book, note=cosigned(ledger, 0))
    for seq in (0, 255, 256, 300):
        text = books.prove_entry(ledger.book, seq=seq)
        leaf = bytes(Entry.objects.get(seq=seq).leaf)
        assert check_proof(text, leaf=leaf, key=books.log_key(ledger.book)) == []
        assert "witness.example/w1" in text
        assert len(text) < 3_000
    with pytest.raises(Refused):
        books.prove_entry(ledger.book, seq=301)


def test_what_is_no_cosignature_of_a_listed_witness_is_set_aside(ledger):
    choose_witnesses(ledger.book, witnesses=KEYS[:1], quorum=1)
    books.publish_log(ledger.book)
    right = cosigned(ledger, 0)
    for note in (cosigned(ledger, 1), right.replace("\n1\n", "\n2\n", 1), "nonsense", right[:-5]):
        with pytest.raises(Refused):
            books.publish.receive_cosigned(ledger.book, note=note)
    drop(ledger, "nonsense", "odd")
    books.publish_log(ledger.book)
    assert not list(signed.inbox_folder(ledger.book).iterdir())
    assert (signed.evidence_folder() / "inbox-odd").exists()
    assert books.log_standing(ledger.book).state == "signed"


def test_a_cosigned_head_that_this_database_never_had_stops_the_signing(ledger):
    """All else was lost with the disk, and the old copy was restored; the witness has not forgotten."""
    add_memos(ledger, 5)
    books.publish_log(ledger.book)
    newer = cosigned(ledger, 0)
    claimed = newer.replace("\n6\n", "\n9\n", 1)
    seed = bytes.fromhex((signed.guard_files(ledger.book)[0].parent / f"log-{ledger.book.pk}.seed").read_text())
    text = split_note(claimed)[0]
    drop(ledger, f"{text}\n{signature_line(text, seed=seed, name=ledger.book.origin)}")
    add_memos(ledger, 1)
    with pytest.raises(Refused) as refused:
        books.publish_log(ledger.book)
    assert refused.value.codes == ["log_does_not_continue"]


def test_the_log_cannot_witness_itself(ledger):
    seed = (
        bytes.fromhex((signed.guard_files(ledger.book)[0].parent / f"log-{ledger.book.pk}.seed").read_text())
        if books.log_key(ledger.book)
        else b""
    )
    with pytest.raises(Refused) as refused:
        choose_witnesses(ledger.book, witnesses=[witness_key(seed, name="witness.example/w1")], quorum=1)
    assert refused.value.codes == ["witness_is_the_log"]


def test_a_witness_reads_the_site_and_brings_its_cosignature(ledger, client):
    choose_witnesses(ledger.book, witnesses=KEYS[:1], quorum=1)
    add_memos(ledger, 260)
    books.publish_log(ledger.book)

    def read(path):
        answer = client.get(f"/c/clinic/log/{path}")
        return answer.content if answer.status_code == 200 else None

    watcher = Witness(KEYS[0].name, SEEDS[KEYS[0].name], signed.log_folder(ledger.book).parent / "witness")
    note = witness_log(watcher, read=read, key=books.log_key(ledger.book), now_s=int(time.time()))
    answer = client.post("/c/clinic/cosigned", note, content_type="text/plain")
    assert (answer.status_code, answer.content) == (200, b"1 new cosignatures.\n")
    assert books.log_standing(ledger.book).is_witnessed
    assert client.get("/c/clinic/log/checkpoint").content.decode() == note
    assert client.post("/c/clinic/cosigned", "nonsense", content_type="text/plain").status_code == 403
    assert client.post("/c/clinic/cosigned", "x" * 30_000, content_type="text/plain").status_code == 413


def test_files_are_served_as_the_specification_says(ledger, client):
    add_memos(ledger, 260)
    books.publish_log(ledger.book)
    for path, data in files_of(signed.log_folder(ledger.book)).items():
        answer = client.get(f"/c/clinic/log/{path}")
        assert (answer.status_code, answer.content) == (200, data)
        assert answer["Access-Control-Allow-Origin"] == "*"
        tile = path.startswith("tile/")
        assert answer["Content-Type"] == ("application/octet-stream" if tile else "text/plain; charset=utf-8")
        assert ("immutable" in answer["Cache-Control"]) == tile
    for path in ("tile/0/009", "tile/0/../../../secret_key", "../checkpoint", "lock", "tile/0/000.p/300", "tile/x/000", ".new-checkpoint"):
        assert client.get(f"/c/clinic/log/{path}").status_code == 404


def test_whoever_knows_the_old_key_follows_to_the_new_one(ledger, tmp_path):
    watcher = Witness(KEYS[0].name, SEEDS[KEYS[0].name], tmp_path / "witness")
    old = books.log_key(ledger.book)
    books.publish_log(ledger.book)
    witness_log(watcher, read=published(ledger), key=old, now_s=1)
    rotate_log_key(book=ledger.book, author=ledger.world.karim)
    new = books.log_key(ledger.book)
    assert new != old and new.name == old.name
    assert published(ledger)("policy").decode().startswith(f"log {new} ")
    witness_log(watcher, read=published(ledger), key=old, now_s=2)
    add_memos(ledger, 300)
    books.publish_log(ledger.book)
    witness_log(watcher, read=published(ledger), key=old, now_s=3)
    newcomer = Witness(KEYS[1].name, SEEDS[KEYS[1].name], tmp_path / "newcomer")
    witness_log(newcomer, read=published(ledger), key=old, now_s=4)
    assert check_log(ledger.book) == []


def test_a_change_of_key_that_was_killed_goes_on(ledger):
    books.publish_log(ledger.book)
    old = books.log_key(ledger.book)
    for at in range(200):
        try:
            rotate_log_key(book=ledger.book, author=ledger.world.karim, disk=KillingDisk(at))
        except Killed:
            continue
        break
    assert 20 < at < 199
    assert next(step["key"] for step in books.keys.key_history(ledger.book)) == str(old)
    add_memos(ledger, 2)
    books.publish_log(ledger.book)
    assert check_log(ledger.book) == []


def test_a_signer_elsewhere_signs_and_is_checked(ledger, settings, tmp_path):
    seed = bytes([5]) * 32
    program = tmp_path / "signer.py"
    program.write_text(
        "import sys\nfrom awna.core.log.checkpoint import signature_line\ntext = sys.stdin.read()\n"
        "print(signature_line(text, seed=bytes([5]) * 32, name=text.split('\\n')[0]), end='')\n"
    )
    settings.AWNA_LOG_SIGNER = f"{sys.executable} {program}"
    with pytest.raises(Refused) as refused:
        books.publish_log(ledger.book)
    assert refused.value.codes == ["signer_key_unknown"]
    books.keys.public_file(ledger.book).write_text(f"{key_of_seed(seed, name=ledger.book.origin)}\n")
    books.publish_log(ledger.book)
    assert check_log(ledger.book) == []
    add_memos(ledger, 1)
    for broken, code in (("import sys; sys.exit('no card')", "signer_failed"), ("print('— nobody AAAA')", "checkpoint_wrong")):
        program.write_text(broken)
        with pytest.raises(Refused) as refused:
            books.publish_log(ledger.book)
        assert refused.value.codes == [code]
    assert published(ledger)("checkpoint").decode().split("\n")[1] == "1"


def test_the_commands_say_what_they_did(ledger, capsys):
    add_memos(ledger, 3)
    call_command("publishlog", "--witness", str(KEYS[0]), "--witness", str(KEYS[1]))
    assert "4 entries" in capsys.readouterr().out
    call_command("publishlog", "clinic", "--json")
    assert '"state": "signed"' in capsys.readouterr().out
    call_command("checklog")
    assert "whole" in capsys.readouterr().out
    tile = signed.log_folder(ledger.book) / "tile/0/000.p/4"
    tile.write_bytes(tile.read_bytes()[:-1])
    with pytest.raises(SystemExit) as ended:
        call_command("checklog")
    assert ended.value.code == 1 and "tile/0/000.p/4" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        call_command("checklog", "--folder", str(signed.log_folder(ledger.book)), "--key", str(books.log_key(ledger.book)))
    assert ended.value.code == 1
    call_command("publishlog", "--rebuild")
    call_command("checklog", "--folder", str(signed.log_folder(ledger.book)), "--key", str(books.log_key(ledger.book)))
    call_command("rotatelogkey", "--as", ledger.world.karim.user.email)
    assert "New key" in capsys.readouterr().out
    call_command("checklog")


def test_the_verifier_counts_the_witnesses_of_a_dump(ledger, tmp_path):
    choose_witnesses(ledger.book, witnesses=KEYS[:2], quorum=1)
    ledger.gift()
    books.publish_log(ledger.book)
    books.publish.receive_cosigned(ledger.book, note=cosigned(ledger, 0, 1))
    dump = tmp_path / "book"
    dump.write_bytes(books.dump_book(ledger.book))
    done = subprocess.run([sys.executable, verify.__file__, str(dump)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "witnessed (2)" in done.stdout


def verified(ledger, tmp_path, *more):
    dump = tmp_path / "book"
    dump.write_bytes(books.dump_book(ledger.book))
    return subprocess.run([sys.executable, verify.__file__, str(dump), *more], capture_output=True, text=True, check=False)


def test_the_verifier_follows_a_new_key_and_no_other(ledger, tmp_path):
    ledger.gift()
    books.publish_log(ledger.book)
    old = books.log_key(ledger.book)
    rotate_log_key(book=ledger.book, author=ledger.world.karim)
    ledger.gift(2_000, "after the change")
    done = verified(ledger, tmp_path, "--key", str(old))
    assert (done.returncode, done.stderr) == (0, "")
    assert verified(ledger, tmp_path, "--key", str(books.log_key(ledger.book))).returncode == 0
    assert verified(ledger, tmp_path, "--key", str(key_of_seed(bytes(32), name=ledger.book.origin))).returncode == 1


def test_the_dump_of_a_campaign_at_risk_waits_too(ledger, client):
    campaign = ledger.book.campaign
    campaign.at_risk = True
    campaign.save()
    add_memos(ledger, 3)
    refused = client.get("/c/clinic/book.jsonl")
    assert refused.status_code == 409 and "may be read 7 days after" in refused.content.decode()
    campaign.publication_delay_days = 0
    campaign.save()
    assert client.get("/c/clinic/book.jsonl").status_code == 200
