"""Files in any order, tables by a profile, details of entries, and what does not add up: kept, waiting for two people."""

import json
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from awna import verify
from awna.books import services as books
from awna.books.models import Entry, Movement, Statement, StatementFile
from awna.core.banking.csv_profile import profile_from_fields
from awna.core.digest import digest_of
from awna.core.problems import Refused
from tests.banks import BankLine, camt053

from .conftest import DAY, NORTH_IBAN, mt940

TABLE = b"Date;Amount;Text;Id\n02.03.2026;50,00;from Dana;A1\n03.03.2026;-7,00;fee;A2\n"
PROFILE = {"name": "north-bank", "delimiter": ";", "date_format": "%d.%m.%Y", "decimal_mark": ",", "fixed_currency": "EUR", "booked_on": "Date",
           "amount": "Amount", "text": ["Text"], "bank_reference": "Id"}  # fmt: skip
OFX = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>512108001<ACCTID>NUMBER<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260302<DTEND>20260302<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302<TRNAMT>50.00<FITID>A1<NAME>Dana</STMTTRN></BANKTRANLIST>
<LEDGERBAL><BALAMT>50.00<DTASOF>20260302</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
""".replace("NUMBER", NORTH_IBAN)


def store(ledger, data, name="file"):
    return books.store_statement(bank_account=ledger.north, data=data, filename=name, author=ledger.world.karim, request_id=f"r{len(data)}")


def codes(act, *given, **more):
    with pytest.raises(Refused) as refused:
        act(*given, **more)
    return refused.value.codes


def broken(opening=0):
    return mt940(NORTH_IBAN, currency="EUR", opening=opening, lines=[(5_000, "from Dana")]).replace(b"50,00", b"51,00", 1)


def test_a_file_that_does_not_add_up_is_kept_and_waits_for_two_people(ledger):
    ledger.gift(1_000)
    report = store(ledger, broken(1_000))
    assert [problem.code for problem in report.held] == ["statement_balance_broken"]
    assert (report.new, Movement.objects.count()) == ([], 1)
    assert [problem.code for problem in store(ledger, broken(1_000)).held] == ["statement_balance_broken"], "a second time it still waits"
    (hold,) = books.held_files(ledger.north)
    karim, salma = ledger.world.karim, ledger.world.salma

    def say(author, reason="The bank confirmed it by letter"):
        return books.vouch(bank_account=ledger.north, subject=hold.subject, reason=reason, author=author)

    assert codes(say, karim, "yes") == ["voucher_needs_a_reason"]
    assert codes(say, ledger.world.nour) == ["not_a_voucher"]
    say(karim)
    assert say(karim).pk == say(karim).pk
    assert "not_vouched_yet" in codes(books.release_file, file=hold.file, author=karim)
    say(salma)
    assert [movement.amount for movement in books.release_file(file=hold.file, author=karim).new] == [5_100]
    assert books.release_file(file=hold.file, author=karim).repeated
    assert books.held_files(ledger.north) == []
    assert "vouched" in {entry["payload"]["about"] for entry in _memos(ledger)}
    assert books.check_book(ledger.book) == []


def _memos(ledger):
    return [json.loads(bytes(entry.leaf)) for entry in Entry.objects.filter(book=ledger.book, kind="memo")]


def test_any_order_overlap_and_repetition_leave_the_same_book(ledger, tmp_path):
    ledger.gift(100)
    days = [DAY + timedelta(days=number) for number in (10, 11, 12)]
    parts = [
        mt940(NORTH_IBAN, currency="EUR", opening=100 + 50 * n, lines=[(30, "a"), (20, f"b{n}")], day=day, number=n + 5)
        for n, day in enumerate(days)
    ]
    outcomes = set()
    for order in permutations(parts):
        mark = transaction.savepoint()
        for data in (*order, order[0]):
            store(ledger, data)
        lines = sorted((str(pk), str(amount)) for pk, amount in Movement.objects.values_list("pk", "amount"))
        bank = [str(at_bank) for _, _, at_bank in books.book_equals_bank(ledger.book)]
        outcomes.add(digest_of([[*line] for line in lines] + bank))
        transaction.savepoint_rollback(mark)
    assert len(outcomes) == 1
    for data in reversed(parts):
        books.post_all_unidentified(movements=store(ledger, data).new, author=ledger.world.karim)
    assert books.check_book(ledger.book) == []
    books.publish_head(ledger.book)
    dump = tmp_path / "book.jsonl"
    dump.write_bytes(books.dump_book(ledger.book))
    assert verify.main([str(dump)]) == 0
    assert all(one.equal for one in books.compare_accounts(ledger.book))


def test_a_repeat_leaves_the_very_same_log(ledger):
    ledger.gift(1_000)
    data = mt940(NORTH_IBAN, currency="EUR", opening=1_000, lines=[(30, "a")], day=DAY + timedelta(days=9), number=9)
    store(ledger, data)
    size = Entry.objects.count()
    assert store(ledger, data).repeated
    assert Entry.objects.count() == size


def test_a_table_needs_a_profile_and_keeps_every_version(ledger):
    author = ledger.world.karim
    assert codes(store, ledger, TABLE, "table.csv") == ["statement_needs_profile"]
    file = books.keep_table(bank_account=ledger.north, data=TABLE, filename="table.csv", author=author, request_id="t")

    def save(request_id, **changed):
        profile = profile_from_fields({**PROFILE, **changed})
        return books.save_profile(bank_account=ledger.north, profile=profile, sample=TABLE, author=author, request_id=request_id)

    assert codes(save, "wrong", amount="Betrag")
    first = save("one")
    assert (first.version, save("one").pk, save("again").pk) == (1, first.pk, first.pk)
    assert [movement.amount for movement in books.release_file(file=file, author=author).new] == [5_000, -700]
    assert save("two", title="March").version == 2
    assert books.profile_of(ledger.north).version == 2
    assert Statement.objects.get().format == "csv"
    assert store(ledger, TABLE + b"04.03.2026;1,00;more;A3\n").known == 2


def test_ofx_comes_in_and_a_second_format_of_the_same_days_is_refused(ledger):
    assert [movement.amount for movement in store(ledger, OFX.encode()).new] == [5_000]
    data = mt940(NORTH_IBAN, currency="EUR", opening=0, lines=[(5_000, "from Dana")])
    assert codes(store, ledger, data) == ["statement_in_another_format"]
    later = camt053(NORTH_IBAN, "EUR", opening="50.00", lines=[BankLine("1.00", "Dana")], day=DAY)
    assert len(store(ledger, later).new) == 1, "the rest of the day, which goes on from where the first closed"
    assert StatementFile.objects.count() == 2


def test_a_changed_row_is_told_and_counts_once(ledger):
    day = DAY + timedelta(days=1)
    one = camt053(NORTH_IBAN, "EUR", opening="0", lines=[BankLine("50.00", "Dana", text="for the roof")], day=day)
    other = camt053(NORTH_IBAN, "EUR", opening="0", lines=[BankLine("50.00", "Dana", text="for the wall")], day=day)
    first = store(ledger, one).new
    report = store(ledger, other)
    assert (report.new, report.changed) == ([], first)
    higher = camt053(NORTH_IBAN, "EUR", opening="0", lines=[BankLine("60.00", "Dana", text="for the roof")], day=day)
    assert [problem.code for problem in store(ledger, higher).held] == ["statement_row_altered"]
    assert Movement.objects.count() == 1


def test_a_hole_blocks_the_end_of_a_period_until_two_people_vouch(ledger):
    ledger.gift(1_000)
    author = ledger.world.karim
    later = mt940(NORTH_IBAN, currency="EUR", opening=1_000, lines=[(30, "a")], day=DAY + timedelta(days=9), number=9)
    books.post_all_unidentified(movements=store(ledger, later).new, author=author)
    through = DAY + timedelta(days=9)
    assert codes(books.close_period, book=ledger.book, through=through, author=author, request_id="c") == ["period_has_holes"]
    (hole,) = books.holes_of(ledger.north)
    for role in (author, ledger.world.salma):
        books.vouch(bank_account=ledger.north, subject=books.subject_of(hole), reason="The bank says that nothing moved", author=role)
    assert books.close_period(book=ledger.book, through=through, author=author, request_id="c").kind == "close"


def test_a_file_split_in_two_is_the_same_book(ledger):
    """Twins, one in each half: whichever files come, and in whatever order, there are two."""
    ledger.gift(100)
    day = DAY + timedelta(days=9)
    first, second = [(30, "a"), (20, "b")], [(30, "a"), (20, "c")]
    whole = mt940(NORTH_IBAN, currency="EUR", opening=100, lines=first + second, day=day, number=9)
    halves = [mt940(NORTH_IBAN, currency="EUR", opening=opening, lines=lines, day=day, number=number)
              for number, opening, lines in ((5, 100, first), (6, 150, second))]  # fmt: skip
    outcomes = set()
    for files in ([whole], halves, *permutations([whole, *halves])):
        mark = transaction.savepoint()
        for data in files:
            store(ledger, data)
        outcomes.add(tuple(sorted(Movement.objects.values_list("pk", "amount"))))
        transaction.savepoint_rollback(mark)
    assert len(outcomes) == 1


def test_a_statement_without_its_end_waits_for_two_people_and_an_unreadable_amount_is_refused(ledger):
    whole = mt940(NORTH_IBAN, currency="EUR", opening=0, lines=[(5_000, "from Dana")])
    cut = whole[: whole.index(b":62F:")]
    assert [problem.code for problem in store(ledger, cut).held] == ["statement_not_whole"]
    assert Movement.objects.count() == 0
    (hold,) = books.held_files(ledger.north)
    assert "not_vouched_yet" in codes(books.release_file, file=hold.file, author=ledger.world.karim)
    for role in (ledger.world.karim, ledger.world.salma):
        books.vouch(bank_account=ledger.north, subject=hold.subject, reason="The bank confirmed it by letter", author=role)
    assert [movement.amount for movement in books.release_file(file=hold.file, author=ledger.world.karim).new] == [5_000]
    assert codes(store, ledger, cut.replace(b"50,00", b"5o,00")) == ["statement_line_unreadable", "statement_not_whole"]


def test_a_file_that_is_not_wanted_is_put_aside_and_taken_up_again(ledger):
    karim = ledger.world.karim
    file = books.keep_table(bank_account=ledger.north, data=TABLE, filename="shopping.csv", author=karim, request_id="t")
    before = (file.digest, file.content)
    assert codes(books.put_file_aside, file=file, reason="no", author=karim) == ["aside_needs_a_reason"]
    assert codes(books.put_file_aside, file=file, reason="It is a shopping list", author=ledger.world.salma) == ["not_the_treasurer"]
    word = books.put_file_aside(file=file, reason="It is a shopping list", author=karim)
    assert books.put_file_aside(file=file, reason="Said a second time", author=karim).pk == word.pk
    assert (books.held_files(ledger.north), [hold.file for hold in books.files_aside(ledger.north)]) == ([], [file])
    books.save_profile(bank_account=ledger.north, profile=profile_from_fields(PROFILE), sample=TABLE, author=karim, request_id="p")
    assert [problem.code for problem in store(ledger, TABLE, "again.csv").held] == ["file_put_aside"], "the same bytes do not slip in"
    assert codes(books.release_file, file=file, author=karim) == ["file_put_aside"]
    assert books.take_file_up(file=file, reason="It was the statement after all", author=karim).aside is False
    assert books.take_file_up(file=file, reason="It was the statement after all", author=karim) is None
    assert [hold.file for hold in books.held_files(ledger.north)] == [file]
    assert len(books.release_file(file=file, author=karim).new) == 2
    assert codes(books.put_file_aside, file=file, reason="It is a shopping list", author=karim) == ["file_came_in"]
    file.refresh_from_db()
    assert (file.digest, file.content) == before
