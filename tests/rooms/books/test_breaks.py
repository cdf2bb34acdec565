"""After a real loss: a new generation of the log that names what it cannot continue, or entries read back from a mirror."""

import shutil
import subprocess
import sys
from datetime import date
from functools import partial

import pytest
from django.core.management import call_command
from django.db import transaction

from awna import verify
from awna.books import services as books
from awna.books.models import Checkpoint, Entry, Movement
from awna.books.services import heads as signed
from awna.books.services.breaks import break_log, lost_head, propose_break
from awna.books.services.checklog import check_log
from awna.books.services.mirror import propose_readoption, readopt
from awna.consent.models import Proposal
from awna.core.log.disk import read_file
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Refused

from .conftest import NORTH_IBAN, mt940
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


def lose_after_publishing(ledger, places):  # noqa: F811
    """Entries are posted and published, a friend copies the folder, and the database is restored from before."""
    ledger.gift()
    books.publish_log(ledger.book)
    before = transaction.savepoint()
    ledger.gift(25_000, "another gift")
    fund = books.ensure_fund(book=ledger.book, code="doors", title="Doors")
    movement = ledger.movement(12_300, "for doors")
    spots = [
        books.Spot(stage, custody, str(fund.pk), str(ledger.eur.pk))
        for stage, custody in (("ext", None), ("free", str(ledger.north.custody_id)))
    ]
    ledger.post("gift", books.Row(*spots, 12_300, movement=str(movement.pk)))
    books.post_entry(book=ledger.book, kind="memo", rows=(), author=ledger.world.karim, request_id="note", memo={"about": "note"})
    books.publish_log(ledger.book)
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)]
    net = ledger.net("free")
    transaction.savepoint_rollback(before)
    mirror = shutil.copytree(signed.log_folder(ledger.book), places / "mirror")
    shutil.rmtree(signed.log_folder(ledger.book))
    return leaves, net, partial(read_file, mirror), mirror


def propose_back(ledger, read):
    return propose_readoption(book=ledger.book, read=read, filed_by=ledger.world.karim, expires_on=LATER, request_id="back")


def test_lost_entries_come_back_from_a_mirror_byte_for_byte(ledger, places):  # noqa: F811
    leaves, net, read, _ = lose_after_publishing(ledger, places)
    assert lost_head(ledger.book).head.size == len(leaves) > Entry.objects.count()
    proposal = propose_back(ledger, read)
    ledger.approve(proposal)
    lacking = len(leaves) - Entry.objects.count()
    assert readopt(proposal=proposal, read=read, author=ledger.world.karim) == lacking
    assert readopt(proposal=proposal, read=read, author=ledger.world.karim) == 0
    assert [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)][: len(leaves)] == leaves
    assert ledger.net("free") == net
    books.publish_log(ledger.book)
    assert books.log_key(ledger.book).name == ledger.book.origin
    assert check_log(ledger.book) == []
    assert books.check_book(ledger.book) == []
    add_memos(ledger, 2)
    books.publish_log(ledger.book)
    assert check_log(ledger.book) == []


def test_reading_back_needs_the_stewards(ledger, places):  # noqa: F811
    _, _, read, _ = lose_after_publishing(ledger, places)
    count = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        readopt(proposal=propose_back(ledger, read), read=read, author=ledger.world.karim)
    assert refused.value.codes == ["proposal_not_approved"]
    assert Entry.objects.count() == count


def test_a_damaged_or_other_mirror_is_refused_and_nothing_is_half_read(ledger, places):  # noqa: F811
    _, _, read, mirror = lose_after_publishing(ledger, places)
    proposal = propose_back(ledger, read)
    ledger.approve(proposal)
    count = Entry.objects.count()
    for path in [file for file in mirror.rglob("*") if file.is_file() and (file.name == "checkpoint" or "tile" in file.parts)]:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        older = count % 256 and path.name.isdigit() and int(path.name) <= count
        if not older:
            with pytest.raises(Refused):
                readopt(proposal=proposal, read=read, author=ledger.world.karim)
        path.write_bytes(data)
        assert Entry.objects.count() == count
    add_memos(ledger, 1)
    with pytest.raises(Refused) as refused:
        readopt(proposal=proposal, read=read, author=ledger.world.karim)
    assert refused.value.codes == ["mirror_does_not_continue"]


def test_an_entry_on_lost_papers_does_not_come_back_alone(ledger, places):  # noqa: F811
    ledger.gift()
    books.publish_log(ledger.book)
    before = transaction.savepoint()
    ledger.hold(ledger.proposal())
    books.publish_log(ledger.book)
    transaction.savepoint_rollback(before)
    read = partial(read_file, signed.log_folder(ledger.book))
    proposal = propose_back(ledger, read)
    ledger.approve(proposal)
    count = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        readopt(proposal=proposal, read=read, author=ledger.world.karim)
    assert refused.value.codes == ["entry_needs_what_is_lost"]
    assert Entry.objects.count() == count


def test_the_command_leads_through_a_loss(ledger, places, capsys):  # noqa: F811
    leaves, _, _, mirror = lose_after_publishing(ledger, places)
    call_command("breaklog")
    assert f"{len(leaves)} entries" in capsys.readouterr().out
    call_command("breaklog", "--mirror", str(mirror), "--propose")
    proposal = Proposal.objects.get(purpose="break")
    assert str(proposal.pk) in capsys.readouterr().out
    ledger.approve(proposal)
    call_command("breaklog", "--mirror", str(mirror), "--go", str(proposal.pk))
    assert "ask the donors" in capsys.readouterr().out
    call_command("publishlog")
    call_command("breaklog")
    assert "Nothing is lost" in capsys.readouterr().out


def verified(ledger, tmp_path):
    dump = tmp_path / "book"
    dump.write_bytes(books.dump_book(ledger.book))
    return subprocess.run([sys.executable, verify.__file__, str(dump)], capture_output=True, text=True, check=False)


def test_the_verifier_reads_a_book_after_either_way_out(ledger, places):  # noqa: F811
    leaves, _, read, _ = lose_after_publishing(ledger, places)
    back = propose_back(ledger, read)
    ledger.approve(back)
    readopt(proposal=back, read=read, author=ledger.world.karim)
    done = verified(ledger, places)
    assert (done.returncode, done.stderr) == (0, "")
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf", flat=True)]
    sign_elsewhere(ledger, [*leaves, b"lost"])
    anew = propose_break(book=ledger.book, filed_by=ledger.world.karim, expires_on=LATER, request_id="anew")
    ledger.approve(anew)
    break_log(proposal=anew, author=ledger.world.karim)
    done = verified(ledger, places)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{ledger.book.origin}/2" in done.stdout


def test_a_statement_read_again_after_a_loss_doubles_no_line(ledger, places):  # noqa: F811
    """Its lines came back from the mirror by their ids; from the bank's file come their words, and book and bank are equal again."""
    ledger.gift()
    books.publish_log(ledger.book)
    before = transaction.savepoint()
    data = mt940(
        NORTH_IBAN, currency="EUR", opening=100_000, lines=[(2_500, "RF1"), (700, "RF2"), (2_500, "RF1")], day=date(2026, 3, 9), number=9
    )

    def read_file_again():
        return books.store_statement(bank_account=ledger.north, data=data, filename="s.sta", author=ledger.world.karim, request_id="again")

    used = read_file_again().new[0]
    ledger.post("gift", books.Row(ledger.spot("ext"), ledger.spot("free"), 2_500, movement=str(used.pk)))
    books.publish_log(ledger.book)
    ids = set(Movement.objects.values_list("pk", flat=True))
    size = Entry.objects.count()
    transaction.savepoint_rollback(before)
    mirror = shutil.copytree(signed.log_folder(ledger.book), places / "mirror")
    shutil.rmtree(signed.log_folder(ledger.book))
    back = propose_back(ledger, partial(read_file, mirror))
    ledger.approve(back)
    readopt(proposal=back, read=partial(read_file, mirror), author=ledger.world.karim)
    again = read_file_again()
    assert (again.new, again.known) == ([], 3)
    assert set(Movement.objects.values_list("pk", flat=True)) == ids
    assert Entry.objects.count() == size + 2  # the proposal and the break; the statement had its memo
    assert sorted(Movement.objects.exclude(amount=100_000).values_list("amount", "used")) == [(700, 0), (2_500, 0), (2_500, 2_500)]
    assert Movement.objects.get(pk=used.pk).text == "RF1"
    compared = books.compare_account(ledger.north)
    assert (compared.at_bank - compared.in_book, compared.unexplained) == (3_200, 0)
    done = verified(ledger, places)
    assert (done.returncode, done.stderr) == (0, "")
