"""Whatever the bytes are: a refusal that says what to do, or rows; never another error, never more memory than the limits allow."""

import io
import random
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.bill import sheets
from awna.core.bill.reading import read_bill
from awna.core.problems import Refused

from .files import csv_of, ods_of, ods_row, xlsx_of, zip_of

ROWS = [["Item", "Description", "Unit", "Qty", "Rate", "Amount"], ["1", "Wall", "m2", 10, 2.5, 25], ["1.1", "Door", "pcs", 1, 9, 9]]
FILES = {
    "xlsx": xlsx_of(ROWS, merged=["A2:A3"]),
    "ods": ods_of("".join(ods_row(*row) for row in ROWS)),
    "csv": csv_of("Item,Description,Unit,Qty,Rate,Amount\n1,Wall,m2,10,2.5,25\n"),
    "json": b'[{"item": "1", "description": "Wall", "unit": "m2", "qty": 10, "rate": 2.5}]',
}


def read_or_refuse(data: bytes) -> None:
    try:
        read_bill(data, currency="USD")
    except Refused as refused:
        assert all(str(problem) for problem in refused.problems)


@pytest.mark.parametrize("form", FILES)
def test_changed_bytes_never_raise_anything_else(form: str) -> None:
    source, chance = FILES[form], random.Random(form)
    for _ in range(120):
        data = bytearray(source)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        read_or_refuse(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"PK\x03\x04", b"[", b"", b"\xff\xfe"]))
def test_any_bytes_are_refused_or_read(body: bytes, head: bytes) -> None:
    read_or_refuse(head + body)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), min_size=4, max_size=6), max_size=4))
def test_any_cells_are_read_or_held(cells: list[list[str]]) -> None:
    body = "\n".join(";".join(cell.replace(";", "").replace("\n", "").replace("\r", "").replace('"', "") for cell in row) for row in cells)
    read_or_refuse(f"item;description;unit;qty;rate;amount\n{body}".encode(errors="replace"))


def codes(data: bytes) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_bill(data)
    return refused.value.codes


def test_a_bomb_is_not_unpacked() -> None:
    assert codes(zip_of({"content.xml": bytes(sheets.UNPACKED_BYTES_MAX + 1)})) == ["bill_file_too_large"]


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    data = bytearray(zip_of({"content.xml": b"<a>" * 100_000}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    assert codes(bytes(data)) == ["bill_file_damaged"]


def test_deep_and_declared_xml_is_refused() -> None:
    assert codes(ods_of("<table:table-row-group>" * 100 + "</table:table-row-group>" * 100)) == ["bill_file_damaged"]
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    assert codes(zip_of({"content.xml": evil})) == ["bill_file_damaged"]


def test_a_merge_over_the_whole_sheet_builds_nothing() -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["xlsx"])) as archive:
        parts = {name: archive.read(name).replace(b'ref="A2:A3"', b'ref="G1:XFD1048576"') for name in archive.namelist()}
    assert [line.code for line in read_bill(zip_of(parts), currency="USD").lines] == ["1", "2"]


def test_a_chain_of_parents_without_end_is_told() -> None:
    rows = "".join(f"r{number},r{number - 1},Part {number},,,\n" for number in range(1, 3_000))
    bill = read_bill(f"code,parent,description,unit,qty,rate\nr0,,Top,,,\n{rows}x,r2999,Bolt,pcs,1,1\n".encode(), currency="USD")
    assert {problem.code for problem in bill.all_problems()} == {"bill_circle"}
    assert len(bill.held) == 3_000 // 100


def test_repeated_rows_with_content_are_bounded() -> None:
    heads = ods_row("Item", "Description", "Unit", "Quantity", "Rate")
    assert codes(ods_of(heads + ods_row("", "Wall", "m2", 1, 1, number_rows_repeated="9999999"))) == ["bill_file_too_large"]


def test_what_is_not_a_bill_says_what_to_do() -> None:
    assert codes(b"") == ["bill_file_empty"]
    assert codes(b"%PDF-1.7") == codes(b"\xd0\xcf\x11\xe0") == ["bill_form_not_read"]
    assert codes(b"hello, world\n1,2\n") == ["bill_heads_not_found"]
    assert codes(b"[" * 100_000) == ["bill_file_damaged"]
