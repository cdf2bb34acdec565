"""Publishing the log: whole after a crash at every step, refused when the database does not continue what was signed."""

import random
import resource
import shutil
import signal
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from awna.books.models import Checkpoint, Entry
from awna.books.services import heads as signed
from awna.books.services import log_key, log_standing, publish_log
from awna.books.services.checklog import check_folder, check_log
from awna.books.services.keys import seed_file
from awna.core.digest import canonical_json
from awna.core.log.checking import needed_paths
from awna.core.log.checkpoint import Checkpoint as Head
from awna.core.log.checkpoint import checkpoint_text, read_checkpoint, signature_line
from awna.core.log.disk import TEMPORARY, read_file
from awna.core.log.nodes import TileNodes, root_at
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Refused

from .disks import FullDisk, Killed, KillingDisk, PowerCut

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(settings, tmp_path):
    """The published folder and the second storage of this test."""
    settings.AWNA_LOG_DIR, settings.AWNA_LOG_GUARD_DIR = tmp_path / "log", str(tmp_path / "guard")
    return tmp_path


def add_memos(ledger, count):
    """Entries as an import makes them, many at once."""
    first = Entry.objects.filter(book=ledger.book).count()
    Entry.objects.bulk_create(
        Entry(id=uuid4(), book=ledger.book, seq=seq, request_hash=bytes(32), kind="memo", effective_date=date(2026, 3, 1),
              posted_at=timezone.now(), author=ledger.world.karim, row_count=0,
              leaf=canonical_json({"v": 1, "seq": seq, "kind": "memo", "payload": {"about": "note", "n": seq}}))
        for seq in range(first, first + count)
    )  # fmt: skip


def files_of(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(TEMPORARY))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


class Saved:
    """Everything outside the database that publishing touches, to be put back for the next crash."""

    def __init__(self, ledger, keep: Path) -> None:
        self.places = [signed.log_folder(ledger.book), *signed.guard_files(ledger.book)]
        self.keep = keep
        for n, place in enumerate(self.places):
            copy = shutil.copytree if place.is_dir() else shutil.copyfile
            copy(place, keep / str(n))

    def put_back(self) -> None:
        for n, place in enumerate(self.places):
            if place.is_dir():
                shutil.rmtree(place)
                shutil.copytree(self.keep / str(n), place)
            else:
                shutil.copyfile(self.keep / str(n), place)


def reader_finds_all(ledger):
    """Whoever reads the checkpoint finds every tile that it speaks of, and they are its tree."""
    read = partial(read_file, signed.log_folder(ledger.book))
    head = read_checkpoint(read("checkpoint").decode(), key=log_key(ledger.book))
    assert root_at(TileNodes(read, head.size), size=head.size) == head.root
    for path in needed_paths(size=head.size, entries=head.size):
        assert read(path) or read(path.partition(".p/")[0]), path
    return head.size


def test_the_files_are_those_of_the_specification(ledger, places):
    add_memos(ledger, 300)
    size = Entry.objects.count()
    row = publish_log(ledger.book)
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)]
    assert (row.size, row.root) == (size, root_of([hash_leaf(leaf) for leaf in leaves]).hex())
    assert {"checkpoint", "policy", "keys", "entries", "tile/0/000", f"tile/0/001.p/{size - 256}", "tile/1/000.p/1", "tile/entries/000",
            f"tile/entries/001.p/{size - 256}"} == set(files_of(signed.log_folder(ledger.book)))  # fmt: skip
    assert reader_finds_all(ledger) == size
    assert check_log(ledger.book) == check_folder(signed.log_folder(ledger.book), key=log_key(ledger.book)) == []


def test_publishing_twice_changes_nothing_and_growing_removes_what_was_replaced(ledger, places):
    add_memos(ledger, 240)
    publish_log(ledger.book)
    before = files_of(signed.log_folder(ledger.book))
    assert publish_log(ledger.book).size == Checkpoint.objects.get().size
    assert files_of(signed.log_folder(ledger.book)) == before
    add_memos(ledger, 40)
    publish_log(ledger.book)
    files = files_of(signed.log_folder(ledger.book))
    assert not [path for path in files if "/000.p/" in path and "tile/1" not in path]
    publish_log(ledger.book, rebuild=True)
    assert files_of(signed.log_folder(ledger.book)) == files
    assert check_log(ledger.book) == []


@pytest.mark.parametrize("kind", ["killed", "power cut"])
def test_a_crash_at_any_step_loses_nothing_and_the_next_run_writes_the_same_bytes(ledger, places, kind):
    add_memos(ledger, 250)
    publish_log(ledger.book)
    old_size = Checkpoint.objects.get().size
    add_memos(ledger, 20)
    (places / "kept").mkdir()
    saved = Saved(ledger, places / "kept")
    publish_log(ledger.book)
    right, size = files_of(signed.log_folder(ledger.book)), old_size + 20
    steps = 0
    for at in range(200):
        saved.put_back()
        disk = KillingDisk(at) if kind == "killed" else PowerCut(at, chance=random.Random(at))
        try:
            publish_log(ledger.book, disk=disk)
        except Killed:
            assert reader_finds_all(ledger) in (old_size, size)
            publish_log(ledger.book)
            assert files_of(signed.log_folder(ledger.book)) == right, f"after a crash before step {at}"
            steps += 1
        else:
            break
    assert steps > 20
    assert check_log(ledger.book) == []


def test_a_crash_before_anything_was_published(ledger, places):
    add_memos(ledger, 3)
    for at in range(100):
        disk = KillingDisk(at)
        try:
            publish_log(ledger.book, disk=disk)
        except Killed:
            continue
        break
    assert 10 < at < 99
    assert reader_finds_all(ledger) == Entry.objects.count()
    assert check_log(ledger.book) == []


def test_a_full_disk_leaves_the_old_checkpoint_and_says_which_file(ledger, places):
    add_memos(ledger, 250)
    publish_log(ledger.book)
    old_size = Checkpoint.objects.get().size
    add_memos(ledger, 20)
    room = 0
    while True:
        try:
            publish_log(ledger.book, disk=FullDisk(room))
            break
        except Refused as refused:
            assert refused.codes == ["log_not_written"]
            assert "No space left" in str(refused)
            assert reader_finds_all(ledger) == old_size
        room += 700
    assert room > 700
    assert reader_finds_all(ledger) == old_size + 20
    assert check_log(ledger.book) == []


def test_a_limit_of_the_kernel_on_file_size_is_met_like_a_full_disk(ledger, places):
    add_memos(ledger, 300)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
        with pytest.raises(Refused) as refused:
            publish_log(ledger.book)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, kept)
    assert refused.value.codes == ["log_not_written"]
    assert not (signed.log_folder(ledger.book) / "checkpoint").exists()
    publish_log(ledger.book)
    assert check_log(ledger.book) == []


def test_a_restored_older_copy_is_not_signed_and_says_what_to_do(ledger, places):
    """The database is one of before the last ten entries: it has fewer than were signed."""
    add_memos(ledger, 20)
    newer = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)] + [b'{"lost":1}', b'{"lost":2}']
    sign_elsewhere(ledger, newer)
    with pytest.raises(Refused) as refused:
        publish_log(ledger.book)
    said = str(refused.value)
    assert refused.value.codes == ["log_does_not_continue"]
    assert str(len(newer)) in said and root_of([hash_leaf(leaf) for leaf in newer]).hex()[:16] in said and "--mirror" in said
    assert not (signed.log_folder(ledger.book) / "checkpoint").exists()


def test_a_restored_copy_that_went_its_own_way_is_not_signed_either(ledger, places):
    """It has more entries than were signed, and even the last of those is the same; one before was lost and replaced."""
    add_memos(ledger, 20)
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)]
    leaves[5] = b'{"lost":1}'
    sign_elsewhere(ledger, leaves)
    add_memos(ledger, 300)
    with pytest.raises(Refused) as refused:
        publish_log(ledger.book)
    assert refused.value.codes == ["log_does_not_continue"]


def test_two_heads_of_one_size_are_refused_and_kept(ledger, places):
    add_memos(ledger, 3)
    publish_log(ledger.book)
    sign_elsewhere(ledger, [b"other"] * Entry.objects.count(), place=Path(signed.guard_files(ledger.book)[1]))
    with pytest.raises(Refused) as refused:
        publish_log(ledger.book)
    assert refused.value.codes == ["two_heads_of_one_size"]
    kept = list((places / "guard" / "evidence").glob(f"{ledger.book.pk}-*"))
    assert len(kept) == 2
    assert all(signed.head_of(file.read_text(), keys=[log_key(ledger.book)]) for file in kept)


def test_a_damaged_guard_is_no_guard(ledger, places):
    add_memos(ledger, 3)
    publish_log(ledger.book)
    guard = signed.guard_files(ledger.book)[1]
    guard.write_bytes(guard.read_bytes()[:-10])
    with pytest.raises(Refused) as refused:
        publish_log(ledger.book)
    assert refused.value.codes == ["guard_damaged"]


def test_a_lost_guard_is_made_good_by_the_others(ledger, places):
    add_memos(ledger, 3)
    row = publish_log(ledger.book)
    signed.guard_files(ledger.book)[1].unlink()
    shutil.rmtree(signed.log_folder(ledger.book))
    assert publish_log(ledger.book) == row
    assert signed.guard_files(ledger.book)[1].exists()
    assert check_log(ledger.book) == []


def test_a_damaged_edge_is_written_again(ledger, places):
    add_memos(ledger, 260)
    publish_log(ledger.book)
    edge = next(signed.log_folder(ledger.book).glob("tile/0/001.p/*"))
    edge.write_bytes(bytes(len(edge.read_bytes())))
    add_memos(ledger, 2)
    publish_log(ledger.book)
    edge.unlink()
    assert check_log(ledger.book) == []


def test_entries_of_a_campaign_at_risk_wait_while_heads_and_hashes_do_not(ledger, places):
    ledger.book.campaign.at_risk = True
    ledger.book.campaign.save()
    add_memos(ledger, 10)
    publish_log(ledger.book)
    folder = signed.log_folder(ledger.book)
    files = files_of(folder)
    assert files["entries"] == b"0\n" and not [path for path in files if "entries/" in path]
    assert check_log(ledger.book) == [] and check_folder(folder, key=log_key(ledger.book)) == []
    old = Checkpoint.objects.get().size
    add_memos(ledger, 300)
    publish_log(ledger.book, entries_until=old + 5)
    assert files_of(folder)["entries"] == f"{old}\n".encode()
    assert f"tile/entries/000.p/{old}" in files_of(folder)
    assert check_log(ledger.book) == []
    ledger.book.campaign.publication_delay_days = 0
    ledger.book.campaign.save()
    publish_log(ledger.book)
    assert files_of(folder)["entries"] == f"{old + 300}\n".encode()
    assert check_log(ledger.book) == []


def test_pages_may_only_say_what_is_true(ledger, places):
    assert log_standing(ledger.book).state == "unsigned"
    publish_log(ledger.book)
    assert log_standing(ledger.book).state == "signed"
    add_memos(ledger, 4)
    assert log_standing(ledger.book).waiting == 4


def sign_elsewhere(ledger, leaves, *, place: Path | None = None):
    """The log's key signed these leaves, and the guard beside the keys has not forgotten."""
    key = log_key(ledger.book)
    seed = bytes.fromhex(seed_file(ledger.book).read_text())
    text = checkpoint_text(Head(key.name, len(leaves), root_of([hash_leaf(leaf) for leaf in leaves])))
    place = place or signed.guard_files(ledger.book)[0]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"{text}\n{signature_line(text, seed=seed, name=key.name)}")


def test_the_delay_is_that_of_the_campaign(ledger, places):
    ledger.book.campaign.at_risk = True
    ledger.book.campaign.save()
    add_memos(ledger, 2)
    publish_log(ledger.book)
    limit = timezone.now() - timedelta(days=ledger.book.campaign.publication_delay_days)
    assert not Entry.objects.filter(posted_at__lte=limit).exists()
    assert files_of(signed.log_folder(ledger.book))["entries"] == b"0\n"


def test_no_partial_bundle_outlives_its_full_one_when_a_delayed_run_is_killed(ledger, places):
    """The heads run ahead of the bundles; whatever step the run dies at, the next one leaves no stale part."""
    ledger.book.campaign.at_risk = True
    ledger.book.campaign.save()
    add_memos(ledger, 200)
    publish_log(ledger.book)
    old = Checkpoint.objects.get().size
    publish_log(ledger.book, entries_until=old)
    add_memos(ledger, 100)
    publish_log(ledger.book)
    folder = signed.log_folder(ledger.book)
    assert (folder / f"tile/entries/000.p/{old}").exists()
    kept = shutil.copytree(folder, places / "kept")
    for at in range(60):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        try:
            publish_log(ledger.book, entries_until=old + 100, disk=KillingDisk(at))
        except Killed:
            publish_log(ledger.book, entries_until=old + 100)
            assert (folder / "tile/entries/000").exists() and not (folder / "tile/entries/000.p").exists(), at
            continue
        break
    assert 8 < at < 59
    assert check_log(ledger.book) == []
