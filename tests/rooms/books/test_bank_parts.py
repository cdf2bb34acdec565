"""Notices (CAMT.054), statements (CAMT.053) and interim reports (CAMT.052) of the same days, in any order: every movement once, batches in parts."""

import random
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from awna import verify
from awna.books import services as books
from awna.books.models import DetailNotice, Entry, Movement, MovementDetail, ProvisionalLine
from awna.core.problems import Refused
from tests.banks import Booking, camt

from .conftest import DAY, NORTH_IBAN

THEN = DAY + timedelta(days=1)
BATCH = Booking("E1", [("100.00", "Dana", "RF-A"), ("50.00", "Amal", "RF-B")])
SINGLE = Booking("E2", [("7.00", "Rami", "RF-C")])


def file_of(kind, bookings, *, details=True, day=THEN, opening="0", number=1):
    return camt(kind, NORTH_IBAN, "EUR", opening=opening, bookings=bookings, details=details, day=day, number=number)


def store(ledger, data):
    found = books.store_statement(
        bank_account=ledger.north, data=data, filename="file", author=ledger.world.karim, request_id=f"r{len(data)}"
    )
    books.post_all_unidentified(movements=[one for one in found.new if one.amount > 0 and not one.used], author=ledger.world.karim)
    return found


def standing(ledger):
    """What counts: movements without those that were taken back and what took them back."""
    found = list(Movement.objects.filter(bank_account=ledger.north))
    gone = {one.line_key.removeprefix("opposite:") for one in found}
    return [one for one in found if one.pk.hex not in gone and not one.line_key.startswith("opposite:")]


def book_of(ledger):
    return sorted((str(one.pk), one.amount, one.used, one.counterparty) for one in standing(ledger))


def verified(ledger, tmp_path):
    assert books.check_book(ledger.book) == []
    books.publish_head(ledger.book)
    dump = tmp_path / "book.jsonl"
    dump.write_bytes(books.dump_book(ledger.book))
    assert verify.main([str(dump)]) == 0
    assert all(one.equal for one in books.compare_accounts(ledger.book))


PLAIN, PARTS, NOTICE = file_of("053", [BATCH, SINGLE], details=False), file_of("053", [BATCH, SINGLE]), file_of("054", [BATCH, SINGLE])
REPORT = file_of("052", [BATCH, SINGLE], details=False)


@pytest.mark.parametrize("files", [*permutations([PLAIN, NOTICE]), *permutations([PLAIN, PARTS]), *permutations([PLAIN, NOTICE, PARTS]),
                                   *permutations([REPORT, PLAIN, NOTICE])])  # fmt: skip
def test_a_batch_has_the_same_parts_whatever_file_comes_first(ledger, files):
    for data in (*files, files[0]):
        store(ledger, data)
    named = {one.amount: one.counterparty for one in standing(ledger)}
    assert sorted(one.amount for one in standing(ledger)) == [700, 5_000, 10_000]
    # Of one transfer that two statements word differently the first telling stays.
    assert (named[5_000], named[10_000]) == ("Amal", "Dana") and (PARTS in files or named[700] == "Rami")
    assert all(one.used == one.amount for one in standing(ledger))
    assert not ProvisionalLine.objects.exclude(state="confirmed").exists()


def test_a_batch_that_was_booked_is_taken_back_by_its_opposite_and_the_book_holds(ledger, tmp_path):
    ledger.gift(100)
    plain, notice = (
        file_of(kind, [BATCH, SINGLE], details=kind == "054", opening="1.00", day=DAY + timedelta(9)) for kind in ("053", "054")
    )
    store(ledger, plain)
    report = store(ledger, notice)
    assert (sorted(one.amount for one in report.new), [one.amount for one in report.apart]) == ([5_000, 10_000], [15_000])
    assert [one.amount for one in report.filled] == [700]
    assert Entry.objects.filter(kind="reverse").count() == 1
    assert books.balance_of(ledger.book, stage="free", commodity=ledger.eur) == 15_800
    verified(ledger, tmp_path)
    again = store(ledger, file_of("053", [BATCH, SINGLE], details=False, opening="1.00", day=DAY + timedelta(9), number=2))
    assert (again.new, again.known) == ([], 3), "the plain statement once more is in parts too"
    verified(ledger, tmp_path)


def test_details_that_come_first_wait_for_their_booking(ledger):
    report = store(ledger, NOTICE)
    assert (report.new, [note.code for note in report.notes]) == ([], ["details_wait"])
    assert DetailNotice.objects.count() == 2
    report = store(ledger, PLAIN)
    assert sorted((one.amount, one.counterparty) for one in standing(ledger)) == [(700, "Rami"), (5_000, "Amal"), (10_000, "Dana")]
    assert MovementDetail.objects.get(movement__amount=10_000).end_to_end_id == "RF-A"


def test_a_decided_batch_stays_one_line_and_learns_its_parts_in_words(ledger):
    store(ledger, PLAIN)
    batch = Movement.objects.get(amount=15_000)
    books.free_line(movement=batch, author=ledger.world.karim)
    row = books.Row(ledger.spot("ext"), ledger.spot("free"), 15_000, movement=str(batch.pk))
    ledger.post("gift", row)
    report = store(ledger, NOTICE)
    assert (report.apart, report.new) == ([], [])
    batch.refresh_from_db()
    assert "Dana" in batch.text and "Amal" in batch.text
    again = store(ledger, file_of("053", [BATCH, SINGLE], details=False, number=2))
    assert again.new == [], "what stands as one line is never brought again in parts"


def test_twin_batches_keep_apart_by_the_banks_reference(ledger):
    other = Booking("E9", [("149.00", "Omar", "RF-D"), ("1.00", "Omar", "RF-E")])
    plain = [file_of("053", [BATCH, other], details=False, number=number) for number in (1, 2)]
    for data in (plain[0], NOTICE, plain[1]):
        store(ledger, data)
    assert sorted(one.amount for one in standing(ledger)) == [5_000, 10_000, 15_000]


def test_a_reference_that_the_bank_uses_again_next_year_is_another_booking(ledger):
    later = THEN + timedelta(days=365)
    for data in (PLAIN, file_of("054", [BATCH], day=later)):
        store(ledger, data)
    assert sorted(one.amount for one in standing(ledger)) == [700, 15_000]


def test_an_interim_line_waits_is_confirmed_or_named_as_withdrawn(ledger):
    gone = Booking("E5", [("9.00", "Omar", "")])
    report = store(ledger, file_of("052", [BATCH, gone], details=False))
    assert (report.new, len(report.interim.new), [note.code for note in report.notes]) == ([], 2, ["interim_waits"])
    assert store(ledger, file_of("052", [BATCH, gone, SINGLE], details=False, number=2)).interim.new[0].amount == 700, (
        "known ones are not doubled"
    )
    assert Movement.objects.count() == 0 and Entry.objects.filter(kind="gift").count() == 0
    report = store(ledger, PLAIN)
    assert [row.amount for row in report.interim.withdrawn] == [900]
    assert sorted(row.amount for row in report.interim.confirmed) == [700, 15_000]
    assert [row.amount for row in books.provisional_lines(ledger.north)] == [900]
    store(ledger, file_of("053", [gone], details=False, number=2, opening="157.00"))
    assert books.provisional_lines(ledger.north) == [], "a second statement of the day tells it after all"


def test_an_account_with_interim_reports_alone_posts_them_and_takes_back_what_the_final_one_lacks(ledger, tmp_path):
    ledger.gift(100)
    karim, day = ledger.world.karim, DAY + timedelta(9)
    gone = Booking("E5", [("9.00", "Omar", "")])
    report = file_of("052", [SINGLE, gone], details=False, day=day)
    store(ledger, report)
    with pytest.raises(Refused):
        books.post_waiting_interim(bank_account=ledger.north, author=karim)
    with pytest.raises(Refused):
        books.set_interim_rule(bank_account=ledger.north, posts=True, author=ledger.world.nour)
    assert books.set_interim_rule(bank_account=ledger.north, posts=True, author=karim).posts
    assert books.set_interim_rule(bank_account=ledger.north, posts=True, author=karim) is None
    (brought,) = books.post_waiting_interim(bank_account=ledger.north, author=karim)
    books.post_all_unidentified(movements=brought.new, author=karim)
    assert sorted(one.amount for one in brought.new) == [700, 900]
    final = store(ledger, file_of("053", [SINGLE], details=False, day=day, opening="1.00"))
    assert (final.new, final.known, [one.amount for one in final.unconfirmed]) == ([], 1, [900])
    assert books.take_back_lines(movements=final.unconfirmed, file=final.file, author=karim)[0].amount == 900
    assert books.take_back_lines(movements=final.unconfirmed, file=final.file, author=karim) == []
    assert books.balance_of(ledger.book, stage="free", commodity=ledger.eur) == 800
    verified(ledger, tmp_path)
    late = store(ledger, file_of("052", [SINGLE, gone, BATCH], details=False, day=day, number=7))
    assert late.new == [], "what the final statement of the day lacks is not posted any more"


@pytest.mark.parametrize("change", [b"100.00", b"Dana", b"RF-A"])
def test_a_single_changed_field_of_a_part_is_told_or_refused(ledger, change):
    store(ledger, PARTS)
    altered = PARTS.replace(change, {b"100.00": b"101.00", b"Dana": b"Dara", b"RF-A": b"RF-Z"}[change])
    mark = transaction.savepoint()
    report = store(ledger, altered)
    transaction.savepoint_commit(mark)
    if change == b"Dana":
        assert (report.new, report.known) == ([], 3), "the name is no part of a line's identity"
    else:
        assert report.new == [] and [one.amount for one in report.changed][:1] == [10_000], "the first telling of the parts stays"
    assert len(standing(ledger)) == 3
    higher = PARTS.replace(b">150.00<", b">151.00<").replace(b">100.00<", b">101.00<").replace(b">157.00<", b">158.00<")
    assert [problem.code for problem in store(ledger, higher).held] == ["statement_row_altered"]
    assert len(standing(ledger)) == 3


@pytest.mark.parametrize("seed", range(3))
def test_any_mix_of_052_053_and_054_in_any_order_with_repeats_leaves_the_same_lines(ledger, seed):
    """Three days with twins and batches; each day told by an interim report, by a statement of that day or of two days, and by a notice."""
    dice = random.Random(seed)
    days, opening = [], 0
    for number in range(3):
        bookings = [
            Booking(
                f"D{number}-{n}",
                [
                    (f"{dice.choice((5, 5, 20))}.00", "Dana", f"E{number}{n}{part}" if dice.random() < 0.5 else "")
                    for part in range(dice.choice((1, 2, 3)))
                ],
            )
            for n in range(3)
        ]
        days.append((THEN + timedelta(days=number), opening, bookings))
        opening += sum(int(float(part[0])) for one in bookings for part in one.parts)
    expected = sorted(int(float(part[0]) * 100) for _, _, bookings in days for one in bookings for part in one.parts)
    files = []
    for number, (day, before, bookings) in enumerate(days):
        at = {"day": day, "number": number, "opening": str(before)}
        files += [file_of("052", bookings[:2], details=False, **at), file_of("052", bookings, details=False, **at), file_of("054", bookings, **at),
                  file_of("053", bookings, details=dice.random() < 0.3, **at)]  # fmt: skip
    outcomes = set()
    for _ in range(3):
        mark = transaction.savepoint()
        for data in [*dice.sample(files, len(files)), *dice.sample(files, 3)]:
            store(ledger, data)
        assert sorted(one.amount for one in standing(ledger)) == expected
        assert not ProvisionalLine.objects.exclude(state="confirmed").exists()
        outcomes.add(tuple(sorted((one.booked_on, one.amount, one.used) for one in standing(ledger))))
        transaction.savepoint_rollback(mark)
    assert len(outcomes) == 1
