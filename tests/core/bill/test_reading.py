"""Bills as they come: headers in five languages, totals in the body, merged cells, mixed figures; each oddity is told by its row."""

import io
from decimal import Decimal

import pytest
from openpyxl import Workbook

from awna.core.bill.mapping import BillMapping, Column, suggest_mapping
from awna.core.bill.opening import open_bill
from awna.core.bill.reading import read_bill
from awna.core.problems import Refused

from .files import csv_of, ods_of, ods_row, xlsx_of


@pytest.mark.parametrize(
    "heads",
    [
        "Item;Description;Unit;Qty;Unit price;Amount",
        "م;وصف الأعمال;الوحدة;الكمية;سعر الوحدة;المبلغ",
        "N°;Désignation des ouvrages;U;Qté;Prix unitaire;Montant",
        "Pos.;Bezeichnung;Einheit;Menge;EP;Gesamtpreis",
        "Nº;Descripción;Ud.;Cantidad;Precio unitario;Importe",
    ],
)
def test_heads_are_understood(heads: str) -> None:
    mapping = suggest_mapping(open_bill(csv_of(f"{heads}\n1;Wall;m2;10;2,50;25,00")))
    assert [column.field for column in mapping.columns] == ["code", "title", "unit", "quantity", "rate", "amount"]
    assert mapping.decimal == ","


def test_an_arabic_workbook_with_merged_cells_and_totals() -> None:
    data = xlsx_of(
        [
            ["جدول الكميات - عيادة وادي سند (USD)"],
            ["رقم البند", "بيان الأعمال", "الوحدة", "الكمية", "سعر الوحدة", "المبلغ"],
            ["1", "أعمال البناء"],
            ["1.1", "جدار من البلوك", "م٢", "١٢٠", "٢٥٫٥٠", "٣٬٠٦٠٫٠٠"],
            ["1.2", "خرسانة", "م3", 14, 110, 1540],
            [None, "المجموع الفرعي", None, None, None, 4600],
            ["2", "أعمال الكهرباء"],
            ["2.1", "لوحة توزيع", "عدد", 2, 300, 600],
            ["", "المجموع الكلي", None, None, None, "5,200.00"],
        ],
        merged=["A1:F1", "A3:F3"],
    )
    bill = read_bill(data)
    assert list(bill.all_problems()) == []
    assert bill.sums() == {"USD": 520_000}
    assert [(line.code, line.parent, line.unit, line.kind) for line in bill.lines] == [
        ("1", "", "", "heading"), ("1.1", "1", "m2", "line"), ("1.2", "1", "m3", "line"), ("2", "", "", "heading"), ("2.1", "2", "pcs", "line"),
    ]  # fmt: skip
    assert [(total.stated_minor, total.agrees) for total in bill.totals] == [(460_000, True), (520_000, True)]


def test_a_sum_that_differs_is_named_by_its_row() -> None:
    bill = read_bill(csv_of("item,description,unit,qty,rate,amount\n1,Wall,m2,10,3,30\n,Total,,,,31"), currency="USD")
    assert [str(problem) for problem in bill.problems] == [
        "row 3, amount: The sum “Total” says 31.00 USD, its lines come to 30.00. A line is missing, held or wrong."
    ]
    assert len(bill.lines) == 1


def test_a_line_whose_amount_differs_is_held_with_its_figures() -> None:
    bill = read_bill(csv_of("item,description,unit,qty,rate,amount\n1,Wall,m2,10,3,30\n2,Door,pcs,4,50,220\n"), currency="USD")
    assert [line.code for line in bill.lines] == ["1"]
    assert [(held.row, held.problems[0].code) for held in bill.held] == [(3, "bill_amount_differs")]
    assert held_text(bill, 0) == "row 3, amount: 4 times 50 is 200 USD, but the line says 220. Correct the figure that is wrong."


def held_text(bill: object, place: int) -> str:
    return str(bill.held[place].problems[0])


def test_rows_with_problems_keep_their_cells_and_the_rest_goes_on() -> None:
    bill = read_bill(
        csv_of(
            "item,description,unit,qty,rate\n1,Wall,m2,,3\n2,Door,cubits,4,50\n3,Roof,m2,about ten,9\n4,Paint,m2,12 m3,1\n5,Tank,pcs,1,80\n"
        ),
        currency="USD",
    )
    assert [line.code for line in bill.lines] == ["5"]
    codes = [held.problems[0].code for held in bill.held]
    assert codes == ["bill_quantity_missing", "bill_unit_unknown", "bill_number_unclear", "bill_unit_differs"]
    assert bill.held[1].cells == {"item": "2", "description": "Door", "unit": "cubits", "qty": "4", "rate": "50"}
    with pytest.raises(Refused) as refused:
        bill.whole()
    assert len(refused.value.problems) >= 4


def test_a_unit_that_a_person_named_is_known() -> None:
    data = csv_of("item,description,unit,qty,rate\n2,Door,cubits,4,50\n")
    mapping = suggest_mapping(open_bill(data))
    named = BillMapping.from_data({**mapping.to_data(), "units": [["cubits", "m"]], "currency": "USD"})
    assert [(line.unit, line.source_unit) for line in read_bill(data, mapping=named).lines] == [("m", "cubits")]


def test_a_mapping_is_saved_as_data_and_checked() -> None:
    mapping = BillMapping((Column("title", 1), Column("quantity", 2), Column("rate", 3, "USD"), Column("rate", 4, "ILS")), currency="USD")
    assert BillMapping.from_data(mapping.to_data()) == mapping
    with pytest.raises(Refused) as refused:
        BillMapping.from_data({"columns": [{"field": "title", "index": 0}, {"field": "title", "index": 900}], "decimal": "x"})
    assert set(refused.value.codes) == {"bill_field_twice", "bill_no_figure_column", "bill_mapping_wrong"}


def test_rates_in_several_currencies_are_never_added() -> None:
    bill = read_bill(csv_of("item,description,unit,qty,rate USD,rate ILS\n1,Wall,m2,10,3,11\n2,Door,pcs,1,50,\n3,Sand,m3,2,,90\n"))
    assert bill.sums() == {"USD": 8_000, "ILS": 29_000}
    by_row = read_bill(csv_of("item,description,unit,qty,rate,currency\n1,Wall,m2,10,3,USD\n2,Door,pcs,1,50,JOD\n"))
    assert by_row.sums() == {"USD": 3_000, "JOD": 50_000}


def test_heads_in_two_rows_under_a_merged_head() -> None:
    data = xlsx_of(
        [["No", "Description", "Unit", "Qty", "Rate", None], [None, None, None, None, "USD", "ILS"], ["1", "Wall", "m2", 10, 3, 11]],
        merged=["E1:F1", "A1:A2", "B1:B2"],
    )
    assert read_bill(data).sums() == {"USD": 3_000, "ILS": 11_000}


def test_any_depth_by_number_by_level_by_parent_and_by_indent() -> None:
    deep = [".".join(["1"] * depth) for depth in range(1, 31)]
    rows = "".join(f"{code},Part,,,\n" for code in deep[:-1]) + f"{deep[-1]},Bolt,pcs,1,2\n"
    by_code = read_bill(csv_of(f"item,description,unit,qty,rate\n{rows}"), currency="USD")
    assert [line.parent for line in by_code.lines] == ["", *deep[:-1]]
    by_level = read_bill(csv_of("level,description,unit,qty,rate\n1,Shell,,,\n2,Walls,,,\n3,Block,m2,4,5\n1,Fees,LS,1,9\n"), currency="USD")
    assert [(line.code, line.parent) for line in by_level.lines] == [("1", ""), ("1.1", "1"), ("1.1.1", "1.1"), ("2", "")]
    by_parent = read_bill(csv_of("code,parent,description,unit,qty,rate\nb,a,Block,m2,4,5\na,,Shell,,,\n"), currency="USD")
    assert [(line.code, line.parent) for line in by_parent.lines] == [("b", "a"), ("a", "")]
    indented = xlsx_of([["Description", "Unit", "Qty", "Rate"], ["Shell"], ["Block", "m2", 4, 5]], indents={"A3": 2})
    assert [(line.code, line.parent) for line in read_bill(indented, currency="USD").lines] == [("1", ""), ("1.1", "1")]


def test_numbers_that_begin_with_nought() -> None:
    headed = read_bill(csv_of("item,description,unit,qty,rate\n1.0,Shell,,,\n1.1,Wall,m2,4,5\n"), currency="USD")
    assert [(line.code, line.parent) for line in headed.lines] == [("1.0", ""), ("1.1", "1.0")]
    beside = read_bill(csv_of("item,description,unit,qty,rate\n1.0,Roof,m2,1,1\n1.1,Wall,m2,4,5\n"), currency="USD")
    assert [(line.code, line.parent) for line in beside.lines] == [("1.0", ""), ("1.1", "")]
    tenth = read_bill(csv_of("item,description,unit,qty,rate\n1.10,Wall,m2,2,5\n1.10.1,Block,pcs,1,5\n"), currency="USD")
    assert [line.kind for line in tenth.lines] == ["assembly", "component"]


def test_circles_and_missing_parents_are_problems_of_their_rows() -> None:
    bill = read_bill(csv_of("code,parent,description,unit,qty,rate\na,b,A,m,1,1\nb,a,B,m,1,1\nc,x,C,m,1,1\nd,,D,m,1,1\n"), currency="USD")
    assert [line.code for line in bill.lines if not line.parent] == ["b", "d"] or [line.code for line in bill.lines] == ["b", "d"]
    assert [held.problems[-1].code for held in bill.held] == ["bill_circle", "bill_parent_unknown"]


def test_a_code_used_twice_is_held() -> None:
    bill = read_bill(csv_of("item,description,unit,qty,rate\n1,Wall,m2,1,1\n1,Door,pcs,1,1\n"), currency="USD")
    assert [held.problems[0].code for held in bill.held] == ["bill_code_twice"]


def test_an_assembly_counts_once_and_its_components_are_kept() -> None:
    text = "item,description,unit,qty,rate\n1,Wall complete,m2,20,30\n1.1,Block,pcs,12.5,2\n1.2,Mortar,kg,5,1\n"
    bill = read_bill(csv_of(text), currency="USD")
    assert [line.kind for line in bill.lines] == ["assembly", "component", "component"]
    assert bill.sums() == {"USD": 60_000}


def test_a_price_above_prices_is_a_question_not_a_sum() -> None:
    text = "item,description,unit,qty,rate\n1,Wall complete,m2,20,31\n1.1,Block,pcs,12,2\n1.2,Mortar,kg,5,1\n"
    bill = read_bill(csv_of(text), currency="USD")
    assert [held.problems[0].code for held in bill.held] == ["bill_parent_priced"]
    same = read_bill(
        csv_of("item,description,unit,qty,rate,amount\n1,Shell,,,,29\n1.1,Block,pcs,12,2,24\n1.2,Mortar,kg,5,1,5\n"), currency="USD"
    )
    assert (same.sums(), [total.agrees for total in same.totals]) == ({"USD": 2_900}, [True])


def test_alternates_are_kept_beside_the_sum() -> None:
    text = "item,description,unit,qty,rate\n1,Steel door,pcs,1,90\n2,Alternate: wooden door,pcs,1,60\n3,باب (بديل),pcs,1,50\n"
    bill = read_bill(csv_of(text), currency="USD")
    assert ([line.kind for line in bill.lines], bill.sums()) == (["line", "alternate", "alternate"], {"USD": 9_000})
    assert [note.code for note in bill.notes].count("bill_alternate") == 2


def test_what_was_left_out_is_told() -> None:
    data = xlsx_of([["Clinic"], ["Item", "Description", "Unit", "Qty", "Rate", "Remarks"], ["1", "Wall", "lm", 2, 3, "north side"],
                    ["Item", "Description", "Unit", "Qty", "Rate", "Remarks"], [None, None, None, None, None, "signed"]])  # fmt: skip
    notes = {note.code: dict(note.params) for note in read_bill(data, currency="USD").notes}
    assert notes["bill_column_left_out"] == {"column": "Remarks", "count": 3}
    assert notes["bill_unit_read_as"] == {"source": "lm", "unit": "m"}
    assert {"bill_heads_repeated", "bill_rows_left_out", "bill_rows_above"} <= set(notes)


def test_mixed_systems_of_measures_are_noted_and_not_converted() -> None:
    bill = read_bill(csv_of("item,description,unit,qty,rate\n1,Wall,m2,2,3\n2,Floor,SF,4,5\n"), currency="USD")
    assert "bill_units_mixed" in [note.code for note in bill.notes]
    assert [line.unit for line in bill.lines] == ["m2", "SF"]


def test_a_formula_without_its_result_is_a_problem() -> None:
    data = xlsx_of([["Item", "Description", "Unit", "Qty", "Rate"], ["1", "Wall", "m2", "=2+3", 4], ["2", "Door", "pcs", 1, 9]])
    bill = read_bill(data, currency="USD")
    assert [line.code for line in bill.lines] == ["2"]
    assert bill.held[0].problems[0].code == "bill_formula_without_result"


def test_figures_finer_than_ours_are_rounded_only_when_told_to() -> None:
    data = csv_of("item,description,unit,qty,rate\n1,Wall,m2,3.33333,3\n")
    assert read_bill(data, currency="USD").held[0].problems[0].code == "bill_figure_too_fine"
    mapping = suggest_mapping(open_bill(data))
    rounded = read_bill(data, mapping=BillMapping.from_data({**mapping.to_data(), "round_figures": True, "currency": "USD"}))
    assert [line.quantity for line in rounded.lines] == [Decimal("3.3333")]
    assert [note.code for note in rounded.notes] == ["bill_figure_rounded"]


def test_a_workbook_without_the_size_of_its_sheet() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Bill")
    for row in (["Item", "Description", "Unit", "Qty", "Rate"], *([str(number), "Wall", "m2", 2, 3] for number in range(2_500))):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    assert read_bill(stream.getvalue(), currency="USD").sums() == {"USD": 1_500_000}


def test_open_documents_with_repeated_and_spanned_cells() -> None:
    rows = ods_row("Item", "Description", "Unit", "Quantity", "Rate") + ods_row("1", "Wall", "m2", 10, 2.5)
    bill = read_bill(ods_of(rows + ods_row("", number_rows_repeated="1048000")), currency="EUR")
    assert (bill.sums(), bill.held) == ({"EUR": 2_500}, [])


def test_other_code_pages_are_guessed_and_told() -> None:
    western = "item;désignation;unité;quantité;prix unitaire\n1;Béton armé;m3;2;10\n".encode("cp1252")
    arabic = "م;بيان الأعمال;الوحدة;الكمية;سعر الوحدة\n1;خرسانة مسلحة;متر مكعب;2;10\n".encode("cp1256")
    assert [read_bill(data, currency="USD").lines[0].title for data in (western, arabic)] == ["Béton armé", "خرسانة مسلحة"]
    assert read_bill(arabic, currency="USD").notes[0].params == {"encoding": "cp1256"}
