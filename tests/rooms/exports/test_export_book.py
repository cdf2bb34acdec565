"""The exported book: three programs of plain-text accounting and three kinds of table agree with the balances of the database."""

import csv
import io
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from beancount import loader
from beancount.core import realization
from django.core.management import call_command
from django.test import Client

from awna.books.models import Account, Balance, Book, Entry, Transfer
from awna.books.services.filters import Filters
from awna.core.problems import Refused
from awna.core.standards.plaintext import Thing, name_of, symbols_of
from awna.desk import demo
from awna.exports.management.commands.exportbook import Command, pieces_of
from awna.exports.programs import PROGRAMS, _places
from awna.exports.tables import FORMS, READERS, table_pieces
from tests.rooms.funded import Funded, make_funded

pytestmark = pytest.mark.django_db
Balances = dict[tuple[str, str], Decimal]


@pytest.fixture
def funded() -> Funded:
    return make_funded()


def written(folder: Path, book: Book, program: str) -> Path:
    """The file that the command writes."""
    file = folder / f"book.{PROGRAMS[program]}"
    call_command("exportbook", book.campaign.slug, "--as", program, "--to", str(file))
    return file


def of_database(book: Book) -> Balances:
    """(account name, symbol) → balance, by the names of the exports; empty accounts left out."""
    accounts = {row.pk: row for row in Account.objects.filter(book=book).select_related("commodity")}
    things = {row.commodity_id: row.commodity for row in accounts.values()}
    symbols = symbols_of(Thing(str(row.pk), row.code, row.name, row.scale) for row in things.values())
    names = {place.id: name_of(place) for place in _places(book)}
    assert len(set(names.values())) == len(names)
    found = {}
    for balance in Balance.objects.filter(book=book):
        account = accounts[balance.pk]
        found[names[str(account.pk)], symbols[str(account.commodity_id)]] = Decimal(balance.minor).scaleb(-account.commodity.scale)
    return {key: value for key, value in found.items() if value}


def of_beancount(file: Path) -> Balances:
    entries, errors, _options = loader.load_file(str(file))
    assert errors == []
    found: Balances = {}
    for account in realization.iter_children(realization.realize(entries)):
        for position in account.balance:
            found[account.account, position.units.currency] = position.units.number
    return found


def of_hledger(file: Path) -> Balances:
    for check in (["check", "--strict"],):
        subprocess.run(["hledger", "-f", str(file), *check], check=True, capture_output=True, text=True)
    command = ["hledger", "-f", str(file), "balance", "--flat", "--no-total", "-O", "csv", "--layout=bare"]
    rows = list(csv.DictReader(io.StringIO(subprocess.run(command, check=True, capture_output=True, text=True).stdout)))
    return {(row["account"], row["commodity"].strip('"')): Decimal(row["balance"]) for row in rows if Decimal(row["balance"])}


def of_ledger(file: Path) -> Balances:
    form = "%(account)|%(commodity(scrub(display_total)))|%(quantity(scrub(display_total)))\n"
    command = ["ledger", "-f", str(file), "--pedantic", "balance", "--flat", "--no-total", "--balance-format", form]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split("|") for line in output.splitlines() if line.strip()]
    return {(account, symbol.strip('"')): Decimal(amount) for account, symbol, amount in rows}


READ = {"beancount": of_beancount, "hledger": of_hledger, "ledger": of_ledger}


def test_the_programs_that_read_exports_are_here() -> None:
    assert shutil.which("hledger") and shutil.which("ledger"), "install the Debian packages hledger and ledger"


@pytest.mark.compiled
def test_three_programs_read_the_balances_of_the_demo_book(tmp_path: Path) -> None:
    book = demo.seed(say=lambda _text: None).book
    expected = of_database(book)
    assert {symbol for _name, symbol in expected} >= {"EUR", "GBP", "USD", "CEMENT", "HOURS"}
    for program, read in READ.items():
        assert read(written(tmp_path, book, program)) == expected, program
    rows = list(csv.DictReader(io.StringIO(b"".join(table_pieces(book, Filters(), what="accounts", form="csv")).decode())))
    assert {row["account"]: Decimal(row["balance"]) for row in rows if Decimal(row["balance"])} == {
        str(balance.pk): Decimal(balance.minor).scaleb(-balance.account.commodity.scale)
        for balance in Balance.objects.filter(book=book).select_related("account__commodity") if balance.minor
    }  # fmt: skip


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_one_changed_amount_is_noticed(funded: Funded, tmp_path: Path, program: str) -> None:
    file = written(tmp_path, funded.book, program)
    assert READ[program](file) == of_database(funded.book)
    file.write_text(file.read_text().replace("40000.00", "40000.01"))
    assert READ[program](file) != of_database(funded.book)


def test_tables_say_the_same_in_three_forms(funded: Funded, tmp_path: Path) -> None:
    for what in READERS:
        plain = [{name: _text(value) for name, value in row.items()} for row in READERS[what](funded.book, Filters())]
        assert plain
        files = {}
        for form in FORMS:
            files[form] = tmp_path / f"{what}.{form}"
            call_command("exportbook", "--as", form, "--what", what, "--to", str(files[form]))
        assert [dict(row) for row in csv.DictReader(files["csv"].open(newline=""))] == plain
        assert [{name: _text(value) for name, value in row.items()} for row in json.loads(files["json"].read_text())] == plain
        assert [{name: _text(value) for name, value in row.items()} for row in pq.read_table(files["parquet"]).to_pylist()] == plain


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def test_every_row_stands_in_the_table(funded: Funded) -> None:
    rows = list(READERS["rows"](funded.book, Filters()))
    assert [(row["entry"], row["line"], row["amount_minor"]) for row in rows] == list(
        Transfer.objects.filter(book=funded.book).order_by("entry_seq", "line").values_list("entry_seq", "line", "amount")
    )
    assert [row["entry"] for row in READERS["entries"](funded.book, Filters())] == list(
        range(Entry.objects.filter(book=funded.book).count())
    )


def test_addresses_carry_the_filters_of_the_pages(funded: Funded) -> None:
    def seqs(query: str) -> list[int]:
        answer = Client().get(f"/c/clinic/book/rows.json?{query}")
        assert answer.status_code == 200
        return [row["entry"] for row in json.loads(b"".join(answer.streaming_content))]

    gift = Entry.objects.get(book=funded.book, kind="gift").seq
    assert seqs("") == seqs("kind=gift") == seqs("fund=roof") == seqs("commodity=EUR&least=40000") == [gift]
    assert seqs("kind=pay") == seqs("commodity=EUR&most=39999.99") == seqs("to=2020-01-01") == []
    refused = Client().get("/c/clinic/book/rows.json?kind=present")
    assert refused.status_code == 422 and "“present” is not a kind of entry" in refused.content.decode()
    assert Client().get("/c/clinic/book/rows.xlsx").status_code == 404
    assert Client().get("/c/clinic/book/for/excel").status_code == 404


def test_no_private_name_leaves(funded: Funded) -> None:
    proposed = funded.propose()
    funded.sign(proposed)
    pieces = [b"".join(pieces_of(funded.book, form=form, what="rows", asked=[])) for form in PROGRAMS]
    pieces += [b"".join(table_pieces(funded.book, Filters(), what=what, form="json")) for what in READERS]
    for private in (b"Omar", b"Ward store", b"XX11 0000 2222"):
        assert not any(private in piece for piece in pieces)


def test_the_command_refuses_what_it_cannot_do(funded: Funded, tmp_path: Path) -> None:
    for asked in (["colour=red"], ["kind=present"]):
        with pytest.raises(Refused):
            pieces_of(funded.book, form="csv", what="rows", asked=asked)
    with pytest.raises(Refused) as refused:
        pieces_of(funded.book, form="hledger", what="rows", asked=["kind=gift"])
    assert refused.value.codes == ["program_wants_whole_book"]
    with pytest.raises(SystemExit) as ended:
        call_command("exportbook", "--as", "csv", "--to", str(tmp_path / "nowhere" / "book.csv"))
    assert ended.value.code == 1


def test_without_a_file_the_text_goes_to_standard_output(funded: Funded, capfdbinary: Any) -> None:
    Command().run(campaign=None, form="ledger", what="rows", file=None, filter=[])
    sys.stdout.flush()
    assert b"40000.00 EUR" in capfdbinary.readouterr().out
