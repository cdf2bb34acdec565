"""A sheltered book: gifts stand in batches of at least ten; nobody sees one alone, each giver proves and follows the own one."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from awna import verify
from awna.books import services as books
from awna.books.models import Book, Entry, GiftBatch, Movement, Share, Transfer
from awna.books.models.naming import OPEN, SHELTERED
from awna.core.amounts import format_minor, group_minor
from awna.core.digest import canonical_json
from awna.core.ledger.shelter import SharePath, Step, check_share, share_reference
from awna.core.log.checkpoint import read_key
from awna.core.log.proof import check_proof
from awna.core.problems import Refused
from awna.donations import services
from awna.donations.models import Gift, Pledge
from tests.banks import BankLine, mt940
from tests.world import make_world

pytestmark = pytest.mark.django_db
PAGES_MIN, PAGES_MAX = 30, 2_000
IBAN = "DE84999900000000001234"
TODAY = timezone.localdate()
MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
"""Of the week to come, so that no batch closes by itself."""
NAMES = ["Dana", "Layla", "Tarek", "Huda", "Sami", "Rana", "Fadi", "Mona", "Ziad", "Noor", "Yara", "Amal"]
AMOUNTS = [12_301, 7_702, 30_003, 5_504, 91_005, 2_206, 44_407, 60_008, 8_809, 13_310, 70_711, 1_112]
"""Each is a canary: no sum of others gives it."""


@pytest.fixture
def world():
    world = make_world()
    world.campaign.at_risk = True
    world.campaign.save()
    world.book = books.open_book(campaign=world.campaign, author=world.karim)
    world.account = books.open_bank_account(book=world.book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    world.roof = books.ensure_fund(book=world.book, code="roof", title="The roof")
    world.days, world.held = 0, 0
    return world


def show(world, exposure):
    """No longer at risk, so that entries may be read at once; gifts are shown as chosen."""
    world.campaign.at_risk = False
    world.campaign.save()
    world.book = books.set_exposure(book=world.book, exposure=exposure)
    world.account.refresh_from_db()


def line(world, minor, text) -> Movement:
    """One more statement, a day later."""
    number, day = world.days + 1, MONDAY + timedelta(days=world.days)
    booked = BankLine(format_minor(minor, 2), text=text)
    data = mt940(IBAN, "EUR", opening=format_minor(world.held, 2), lines=[booked], day=day, number=number + 30)
    world.days += 1
    world.held += minor
    imported = books.store_statement(bank_account=world.account, data=data, filename="s.sta", author=world.north_treasurer,
                                     request_id=f"s{world.days}")  # fmt: skip
    return imported.new[0]


def pledged(world, n, *, fund=None):
    return services.pledge_gift(bank_account=world.account, amount_minor=AMOUNTS[n], fund=fund or world.roof, name=NAMES[n],
                                email=f"{NAMES[n].lower()}@example.org", request_id=f"form {n}")  # fmt: skip


def give(world, count, *, first=0) -> list[Gift]:
    gifts = []
    for n in range(first, first + count):
        promised = pledged(world, n)
        gifts += services.claim_movements(movements=[line(world, AMOUNTS[n], promised.reference)], author=world.north_treasurer).gifts
    return gifts


def close(world, *, today=MONDAY + timedelta(days=60)) -> list[Entry]:
    return services.close_batches(book=world.book, author=world.north_treasurer, today=today)


def closed(world, count=10) -> tuple[list[Gift], Entry]:
    gifts = give(world, count)
    (entry,) = close(world)
    for gift in gifts:
        gift.refresh_from_db()
    return gifts, entry


def test_a_campaign_at_risk_is_sheltered_and_others_are_open(world):
    assert world.book.sheltered
    books.set_exposure(book=world.book, exposure=OPEN)
    world.book.refresh_from_db()
    assert not world.book.sheltered
    books.set_exposure(book=world.book, exposure=SHELTERED)
    give(world, 0)
    world.book.refresh_from_db()
    give(world, 1)
    with pytest.raises(Refused) as refused:
        books.set_exposure(book=world.book, exposure=OPEN)
    assert refused.value.codes == ["exposure_is_fixed"]
    with pytest.raises(Refused) as refused:
        books.set_exposure(book=world.book, exposure="half")
    assert refused.value.codes == ["exposure_unknown"]


def test_a_book_with_a_batch_stays_sheltered_when_the_risk_is_over(world):
    give(world, 1)
    world.campaign.at_risk = False
    world.campaign.save()
    assert Book.objects.get().sheltered


def test_gifts_wait_in_one_batch_and_nothing_is_posted_before_there_are_ten(world):
    gifts = give(world, 9)
    assert {gift.lot for gift in gifts} == {""}
    assert GiftBatch.objects.count() == 1 and Share.objects.count() == 9
    assert not Entry.objects.filter(kind="gift").exists()
    assert close(world) == []
    with pytest.raises(Refused) as refused:
        services.close_batch(batch=GiftBatch.objects.get(), author=world.north_treasurer)
    assert refused.value.codes == ["batch_too_small"]
    assert Movement.objects.filter(used=0).count() == 0


def test_ten_gifts_close_when_their_week_is_over_as_one_gift(world):
    gifts = give(world, 10)
    assert close(world, today=MONDAY + timedelta(days=6)) == []
    (entry,) = close(world)
    row = Transfer.objects.get(entry=entry)
    leaf = json.loads(bytes(entry.leaf))
    assert (row.amount, row.movement_id) == (sum(AMOUNTS[:10]), None)
    assert leaf["batch"]["n"] == 10 and "private" not in leaf and "movement" not in leaf["rows"][0]
    assert Gift.objects.filter(entry_seq=entry.seq).count() == len(gifts)
    assert books.balance_of(world.book, stage="free", fund=world.roof) == sum(AMOUNTS[:10])
    assert close(world) == [] and services.close_batch(batch=GiftBatch.objects.get(), author=world.karim) == entry
    late = give(world, 1, first=10)
    assert late[0].batch.n == 2 and late[0].lot == ""


def test_an_import_closes_the_batches_whose_week_is_over(world):
    world.days = -21
    gifts = give(world, 9)
    assert not Entry.objects.filter(kind="gift").exists()
    (tenth,) = give(world, 1, first=9)
    tenth.refresh_from_db()
    assert tenth.lot != "" and Gift.objects.filter(entry_seq=tenth.entry_seq).count() == len(gifts) + 1


def test_a_changed_share_is_found(world):
    closed(world)
    assert books.check_book(world.book) == []
    if connection.vendor == "sqlite":  # where a hand with the file can take the guard away; PostgreSQL's role cannot
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER books_share_never_changed")
            cursor.execute("UPDATE books_share SET commitment = %s WHERE amount = %s", ["0" * 64, AMOUNTS[0]])
        assert "batch_differs" in [problem.code for problem in books.check_book(world.book)]
    else:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE books_share SET commitment = %s", ["0" * 64])


def test_each_giver_proves_the_own_share_and_only_that(world):
    gifts, _ = closed(world, 11)
    books.publish_head(world.book)
    places = []
    for gift in gifts:
        file = json.loads(services.donor_file(gift))
        leaf = json.loads(file["leaf"])
        assert check_proof(file["proof"], leaf=file["leaf"].encode(), key=read_key(file["log_key"])) == []
        share = file["share"]
        path = SharePath(share["index"], int(share["amount"]), tuple(Step(int(step["sum"]), step["hash"]) for step in share["steps"]))
        commitment = share_reference(bytes.fromhex(file["key"]), receipt=file["receipt"])
        place = {"root": leaf["batch"]["shares"], "total": int(leaf["rows"][0]["amount"])}
        assert check_share(path, commitment=commitment, **place) == []
        assert path.amount == gift.amount_minor
        other = share_reference(bytes(32), receipt=file["receipt"])
        assert [problem.code for problem in check_share(path, commitment=other, **place)] == ["share_not_in_batch"]
        places.append((path.left, path.left + path.amount))
    places.sort()
    assert [start for start, _ in places] == [0, *(stop for _, stop in places[:-1])] and places[-1][1] == sum(AMOUNTS[:11])


def test_before_the_batch_closes_there_is_no_file_yet(world):
    (gift,) = give(world, 1)
    with pytest.raises(Refused) as refused:
        services.donor_file(gift)
    assert refused.value.codes == ["batch_not_closed"]
    assert services.way_of(gift) == []


def test_the_ways_of_all_givers_add_up_to_the_way_of_the_batch(world):
    gifts, entry = closed(world)
    outside = books.Spot("ext", None, str(world.roof.pk), str(world.account.commodity_id))
    free = books.Spot("free", str(world.account.custody_id), str(world.roof.pk), str(world.account.commodity_id))
    north = books.ensure_fund(book=world.book, code="north wing", title="North wing", parent=world.roof)
    wing = books.Spot("free", str(world.account.custody_id), str(north.pk), str(world.account.commodity_id))
    spent = sum(AMOUNTS[:10]) // 3
    moved = books.post_entry(book=world.book, kind="allocate", rows=[books.Row(free, wing, spent)], author=world.karim,
                             effective_date=timezone.localdate(), request_id="to the wing")  # fmt: skip
    ways = {gift.pk: services.way_of(gift) for gift in gifts}
    assert all(ways[gift.pk][0].amount == gift.amount_minor for gift in gifts)
    parts = sorted(hop.amount for way in ways.values() for hop in way if hop.row == (moved.seq, 1))
    assert sum(parts) == spent and len(parts) < len(gifts)
    assert outside.stage == "ext" and entry.seq < moved.seq


def test_erasing_one_giver_leaves_the_proofs_of_the_others(world):
    gifts, entry = closed(world)
    books.publish_head(world.book)
    before = services.donor_file(gifts[1])
    assert services.erase_donor(gifts[0].donor).gifts == 1
    with pytest.raises(Refused):
        services.donor_file(gifts[0])
    assert services.donor_file(gifts[1]) == before
    assert books.close_batch(batch=GiftBatch.objects.get(), author=world.karim) == entry
    assert books.check_book(world.book) == []


def test_a_giver_who_waives_stands_alone(world):
    promised = services.waive_shelter(pledge=pledged(world, 7))
    (gift,) = services.claim_movements(movements=[line(world, AMOUNTS[7], promised.reference)], author=world.north_treasurer).gifts
    assert gift.batch is None and gift.lot == f"{gift.entry_seq}.1"
    (other,) = give(world, 1)
    with pytest.raises(Refused) as refused:
        services.waive_shelter(pledge=other.pledge)
    assert refused.value.codes == ["gift_is_in_a_batch"]


def test_a_line_is_collected_once(world):
    (gift,) = give(world, 1)
    again = books.take_gift(movement=gift.movement, fund=world.roof, author=world.karim, request_id=f"gift:{gift.movement_id}")
    assert (again.reference, again.batch, Share.objects.count()) == (gift.reference, gift.batch, 1)
    assert services.claim_movements(movements=[gift.movement], author=world.karim).gifts == []


def unidentified(world, count) -> list[Movement]:
    movements = [line(world, AMOUNTS[n], f"from {NAMES[n]}") for n in range(count)]
    for movement in movements:
        assert books.post_unidentified(movement=movement, author=world.north_treasurer) is None
    return movements


def test_unidentified_gifts_have_their_own_batch_and_move_to_a_fund_by_the_ten(world):
    movements = unidentified(world, 12)
    early = services.identify_gift(movement=movements[0], pledge=pledged(world, 0), author=world.karim, request_id="i0")
    (entry,) = close(world)
    assert not Entry.objects.filter(kind="allocate").exists()
    early.refresh_from_db()
    assert early.entry_seq == entry.seq
    for n in range(1, 11):
        services.identify_gift(movement=movements[n], pledge=pledged(world, n), author=world.karim, request_id=f"i{n}")
    # Eleven are known, but the one that is left would stand alone in Unidentified.
    assert not Entry.objects.filter(kind="allocate").exists()
    last = services.identify_gift(movement=movements[11], pledge=pledged(world, 11), author=world.karim, request_id="i11")
    (row,) = Transfer.objects.filter(kind="allocate")
    assert (row.amount, row.credit_fund) == (sum(AMOUNTS), world.roof)
    assert [hop.amount for hop in services.way_of(last) if hop.row == (row.entry_seq, 1)] == [AMOUNTS[11]]
    assert services.identify_gift(movement=movements[11], pledge=last.pledge, author=world.karim, request_id="i11") == last


def test_a_returned_gift_leaves_the_others_as_they_were(world):
    gifts, entry = closed(world)
    back = line(world, -gifts[3].amount_minor, "returned")
    posted = services.record_return(gift=gifts[3], movement=back, author=world.karim, request_id="back")
    assert services.record_return(gift=gifts[3], movement=back, author=world.karim, request_id="back") == posted
    leaf = json.loads(bytes(posted.leaf))
    assert list(leaf["private"]) == ["note"] and leaf["rows"][0]["lot"] == [entry.seq, 1]
    assert [hop.amount for hop in services.way_of(gifts[3])] == [gifts[3].amount_minor] * 2
    assert all(len(services.way_of(gift)) == 1 for gift in gifts if gift != gifts[3])
    assert books.check_book(world.book) == []


def test_a_return_waits_for_its_batch(world):
    (gift,) = give(world, 1)
    with pytest.raises(Refused) as refused:
        services.record_return(gift=gift, movement=line(world, -gift.amount_minor, "returned"), author=world.karim, request_id="back")
    assert refused.value.codes == ["batch_not_closed_yet"]


@pytest.mark.parametrize("count", [9, 10])
def test_the_book_equals_the_bank_while_a_batch_is_open_and_after(world, count):
    give(world, count)
    assert [inside == bank for _, inside, bank in books.book_equals_bank(world.book)] == [True]
    close(world)
    assert [inside == bank for _, inside, bank in books.book_equals_bank(world.book)] == [True]


def crawl(client, world) -> dict[str, bytes]:
    """Every page and file that a stranger reaches from the campaign's page and the open book, and the dump."""
    slug = {"slug": world.campaign.slug}
    waiting = [reverse("front"), reverse("campaign", kwargs=slug), reverse("book", kwargs=slug)]
    read: dict[str, bytes] = {}
    while waiting and len(read) < PAGES_MAX:
        address = waiting.pop()
        answer = client.get(address, follow=True)
        read[address] = body = answer.getvalue() if answer.streaming else answer.content
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found = {html.unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', body.decode())}
            waiting += sorted(link for link in found if link not in read and link not in waiting and "/static/" not in link)
    assert PAGES_MIN < len(read) < PAGES_MAX, sorted(read)
    read["dump"] = books.dump_book(world.book)
    return read


def canaries(world, count) -> list[str]:
    """Amounts as they are written anywhere, days of the bank, names, addresses, references."""
    amounts = [str(minor) for minor in AMOUNTS[:count]] + [format_minor(minor, 2) for minor in AMOUNTS[:count]]
    amounts += [group_minor(minor, 2) for minor in AMOUNTS[:count]]
    days = [(MONDAY + timedelta(days=n)).isoformat() for n in range(count)] + [
        date_format(MONDAY + timedelta(days=n)) for n in range(count)
    ]
    people = [text for n in range(count) for text in (NAMES[n], f"{NAMES[n].lower()}@example.org")]
    return [
        *amounts,
        *days,
        *people,
        *(pledge.reference for pledge in Pledge.objects.all()),
        *(str(line.pk) for line in Movement.objects.all()),
    ]


def hits(read: dict[str, bytes], words: list[str]) -> list[tuple[str, str]]:
    found = [re.compile(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])") for word in words]
    return [(place, rule.pattern) for place, body in read.items() for rule in found if rule.search(body.decode(errors="replace"))]


def test_no_page_and_no_dump_shows_a_single_gift_or_an_open_batch(world, client):
    show(world, SHELTERED)
    give(world, 10)
    pledged(world, 11)
    total = sum(AMOUNTS[:10])
    open_sum = [str(total), format_minor(total, 2), group_minor(total, 2)]
    words = canaries(world, 12)
    assert hits(crawl(client, world), [*words, *open_sum]) == []
    close(world)
    read = crawl(client, world)
    assert hits(read, words) == []
    assert {place for place, _ in hits(read, open_sum)} > {"dump"}, "the closed batch is shown as one gift"


def test_the_search_finds_a_gift_that_stands_alone(world, client):
    """The planted fault: the same search over an open book."""
    show(world, OPEN)
    (gift,) = give(world, 1)
    found = {word for place, word in hits(crawl(client, world), canaries(world, 1)) if place == "dump"}
    assert any(str(gift.amount_minor) in word for word in found)
    assert any(str(gift.movement_id) in word.replace("\\", "") for word in found)


def test_the_verifier_accepts_the_dump_and_every_givers_file(world, tmp_path, capsys):
    show(world, SHELTERED)
    gifts, entry = closed(world, 11)
    (tmp_path / "book.jsonl").write_bytes(books.dump_book(world.book))
    for gift in gifts:
        (tmp_path / f"{gift.pk}.awna").write_bytes(services.donor_file(gift))
    receipts = [part for path in sorted(tmp_path.glob("*.awna")) for part in ("--receipt", str(path))]
    assert verify.main([str(tmp_path / "book.jsonl"), *receipts]) == 0
    said = capsys.readouterr().out
    assert said.count(f"is a share of batch {entry.seq}.1") == 11
    forged = json.loads(services.donor_file(gifts[0]))
    forged["share"]["amount"] = str(gifts[0].amount_minor + 1)
    (tmp_path / "forged.awna").write_bytes(canonical_json(forged) + b"\n")
    assert verify.main(["--receipt", str(tmp_path / "forged.awna")]) != 0


def test_the_givers_page_says_that_the_gift_waits_and_later_shows_her_own_part(world, client):
    gifts = give(world, 10)
    page = reverse("trace", kwargs={"slug": world.campaign.slug, "token": gifts[4].donor.token})
    done = reverse("give_done", kwargs={"slug": world.campaign.slug, "token": gifts[4].donor.token})
    assert "waiting in a batch" in client.get(page).content.decode()
    assert "waiting in a batch" in client.get(done).content.decode()
    close(world)
    books.publish_head(world.book)
    text = client.get(page).content.decode()
    assert "waiting in a batch" not in text and f"{gifts[4].pk}.awna" in text
    assert hits({"page": text.encode()}, [format_minor(AMOUNTS[4], 2)])
    assert hits({"page": text.encode()}, [format_minor(minor, 2) for minor in AMOUNTS if minor != AMOUNTS[4]]) == []
