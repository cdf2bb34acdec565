"""After a real loss: a new generation of the log that names what it cannot continue, or entries read back from a mirror."""

import shutil
from datetime import date

import pytest

from awna.books import services as books
from awna.books.models import Checkpoint, Entry
from awna.books.services import heads as signed
from awna.books.services.breaks import break_log, lost_head, propose_break
from awna.books.services.checklog import check_log
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Refused

from .disks import Killed, KillingDisk
from .test_publishing import add_memos, files_of, places, sign_elsewhere  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
LATER = date(2099, 1, 1)


def propose(ledger):
    return propose_break(book=ledger.book, filed_by=ledger.world.karim, expires_on=LATER, request_id="loss")


def lose(ledger):
    """Ten entries were signed and published, and the database that came back has four of them."""
    add_memos(ledger, 3)
    books.publish_log(ledger.book)
    kept = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)]
    sign_elsewhere(ledger, [*kept, *(b'{"lost":%d}' % n for n in range(6))])
    return kept


def test_nothing_is_broken_that_can_be_continued(ledger):
    add_memos(ledger, 3)
    books.publish_log(ledger.book)
    assert lost_head(ledger.book) is None
    with pytest.raises(Refused) as refused:
        propose(ledger)
    assert refused.value.codes == ["nothing_is_lost"]


def test_a_break_needs_the_stewards(ledger):
    lose(ledger)
    proposal = propose(ledger)
    with pytest.raises(Refused):
        break_log(proposal=proposal, author=ledger.world.karim)
    with pytest.raises(Refused) as refused:
        books.publish_log(ledger.book)
    assert refused.value.codes == ["log_does_not_continue"]


def test_a_new_generation_names_the_head_that_it_cannot_continue(ledger, client):
    kept = lose(ledger)
    lost = lost_head(ledger.book)
    old_files = files_of(signed.log_folder(ledger.book))
    proposal = propose(ledger)
    ledger.approve(proposal)
    entry = break_log(proposal=proposal, author=ledger.world.karim)
    assert break_log(proposal=proposal, author=ledger.world.karim) == entry
    leaf = bytes(Entry.objects.get(pk=entry.pk).leaf).decode()
    assert f'"size":{lost.head.size}' in leaf and lost.head.root.hex() in leaf
    assert books.log_key(ledger.book).name == f"{ledger.book.origin}/2"
    files = files_of(signed.log_folder(ledger.book))
    assert {path.removeprefix("generation-1/"): data for path, data in files.items() if path.startswith("generation-1/")} == old_files
    assert files["checkpoint"].decode().startswith(f"{ledger.book.origin}/2\n{entry.seq + 1}\n")
    assert [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)][: len(kept)] == kept
    assert client.get("/c/clinic/log/generation-1/checkpoint").content == old_files["checkpoint"]
    assert check_log(ledger.book) == []
    add_memos(ledger, 300)
    books.publish_log(ledger.book)
    assert check_log(ledger.book) == []
    assert lost_head(ledger.book) is None


def test_a_break_that_was_killed_goes_on(ledger):
    lose(ledger)
    proposal = propose(ledger)
    ledger.approve(proposal)
    for at in range(200):
        try:
            break_log(proposal=proposal, author=ledger.world.karim, disk=KillingDisk(at))
        except Killed:
            continue
        break
    assert 5 < at < 199
    assert check_log(ledger.book) == []
    assert Checkpoint.objects.filter(note__startswith=f"{ledger.book.origin}/2\n").count() == 1


def test_a_second_loss_makes_a_third_generation(ledger):
    lose(ledger)
    proposal = propose(ledger)
    ledger.approve(proposal)
    break_log(proposal=proposal, author=ledger.world.karim)
    shutil.rmtree(signed.log_folder(ledger.book) / "generation-1")
    guard = signed.guard_files(ledger.book)[0]
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)] + [b"lost"]
    sign_elsewhere(ledger, leaves, place=guard)
    assert lost_head(ledger.book).head.root == root_of([hash_leaf(leaf) for leaf in leaves])
    again = propose_break(book=ledger.book, filed_by=ledger.world.karim, expires_on=LATER, request_id="loss again")
    ledger.approve(again)
    break_log(proposal=again, author=ledger.world.karim)
    assert books.log_key(ledger.book).name == f"{ledger.book.origin}/3"
    assert check_log(ledger.book) == []
