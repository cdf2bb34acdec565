"""Plain tables: rows of a sheet with numbers, days and notes told apart, and files that harm are refused."""

import base64
import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from awna.core.bill.sheets import UNPACKED_BYTES_MAX
from awna.core.bill.tables import read_table
from awna.core.problems import Refused


def read(data, **more):
    return read_table({"data": base64.b64encode(data).decode(), **more})


def test_numbers_days_and_texts_of_a_workbook():
    book = Workbook()
    book.active.append(["code", "since", "amount"])
    book.active.append(["# a note", "", ""])
    book.active.append(["V-1", datetime(2026, 12, 1), 1250.5])
    other = book.create_sheet("Second")
    other.append(["name"])
    stream = io.BytesIO()
    book.save(stream)
    found = read(stream.getvalue())
    assert found["rows"] == [[1, ["code", "since", "amount"]], [3, ["V-1", "2026-12-01", ["1250.5"]]]]
    assert (found["sheets"], read(stream.getvalue(), sheet="Second")["rows"]) == (["Sheet", "Second"], [[1, ["name"]]])


def test_a_table_of_text_keeps_its_row_numbers_and_loses_our_sign_before_formulas():
    found = read(b"code;name\n\n# note;x\nV-1;'=1+1\n")
    assert found["rows"] == [[1, ["code", "name"]], [4, ["V-1", "=1+1"]]]


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", b"0" * (UNPACKED_BYTES_MAX + 1))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (bomb, "bill_file_too_large"), (lambda: b"PK\x03\x04", "bill_file_damaged"), (lambda: b"\xd0\xcf\x11\xe0 old", "bill_form_not_read"),
        (lambda: b"", "bill_file_empty"), (lambda: b"\n \n", "bill_file_empty"), (lambda: b";;\n;;\n", "table_empty"),
    ],
)  # fmt: skip
def test_what_harms_or_holds_nothing_is_refused(make, code):
    with pytest.raises(Refused) as refused:
        read(make())
    assert refused.value.codes == [code]
