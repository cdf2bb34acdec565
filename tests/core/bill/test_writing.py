"""What is written reads back equal, in both forms, and no cell is taken for a formula."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from awna.core.bill.lines import BillLine, Rate
from awna.core.bill.reading import read_bill
from awna.core.bill.writing import write_csv, write_xlsx

words = st.text(st.sampled_from("abc =+-@'\"ءب,;2١"), min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
figures = st.decimals(0, 10**6, places=4).map(lambda value: value.normalize() + 0)


@st.composite
def bills(draw: st.DrawFn) -> list[BillLine]:
    several = draw(st.booleans())
    lines = [BillLine(2, "0", "Works", kind="heading")]
    for number in range(draw(st.integers(1, 5))):
        rates = [Rate("USD", draw(figures)), *([Rate("ILS", draw(figures))] if several else [])]
        title = f"{draw(words)} x"
        lines.append(
            BillLine(number + 3, f"L{number}", title, "m2", draw(figures), tuple(rates), draw(st.sampled_from(["", "0"])), "line", "m2")
        )
    return lines


@settings(max_examples=15, deadline=None)
@given(bills())
@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_written_bill_reads_back_equal(write: object, lines: list[BillLine]) -> None:
    bill = read_bill(write(lines))
    assert list(bill.all_problems()) == []
    assert bill.lines == lines


def test_no_text_becomes_a_formula() -> None:
    lines = [
        BillLine(2, "=1+1", '=HYPERLINK("x")', "m", Decimal(1), (Rate("USD", Decimal(2)),)),
        BillLine(3, "-2", "@SUM", "m", Decimal(1), ()),
    ]
    assert b"\n'=1+1,\"'=HYPERLINK" in write_csv(lines) and b"\n'-2,'@SUM" in write_csv(lines)
    import io

    sheet = load_workbook(io.BytesIO(write_xlsx(lines))).active
    assert sheet is not None
    assert [(cell.data_type, cell.value) for cell in sheet[2]][:2] == [("s", "=1+1"), ("s", '=HYPERLINK("x")')]
