"""Ways to build, compared as ranges: what each figure is made of, what is missing, and which way no other beats."""

from decimal import Decimal as D

import pytest

from awna.core.planning.factors import FactorRow, read_factors
from awna.core.planning.method_table import TableElement, TableMethod, read_methods
from awna.core.planning.methods import Beaten, Compared, Ingredient, compare, is_example
from awna.core.planning.ranges import NOTHING, Range, split_whole
from awna.core.problems import Refused

HEAD = "item,name,kind,unit,measure,low,likely,high,value_unit,source,year,region,example\n"
FACTORS = (
    HEAD
    + """\
block,Hollow block,material,pcs,cost,0.8,1,1.2,USD,quote 4,2026,,
block,Hollow block,material,pcs,carbon_a1_a3,1,2,3,kg CO2e,EPD 12,2023,RER,
block,Hollow block,material,pcs,carbon_a5,0,0,0,,EPD 12,2023,RER,
block,Hollow block,material,pcs,mass,0.018,0.018,0.018,t,scales,2026,,
block,Hollow block,material,pcs,imported,0.018,0.018,0.018,t,waybills,2026,,
block,Hollow block,material,pcs,water,0,0,0,l,none is used,2026,,
block,Hollow block,material,pcs,rubble,0,0,0,t,none is used,2026,,
mason,Mason,labour,h,cost,4,5,6,USD,wage table,2026,,
mason,Mason,labour,h,local_labour,1,1,1,h,rota,2026,,
mason,Mason,labour,h,all_labour,1,1,1,h,rota,2026,,
fitter,Fitter from abroad,labour,h,cost,10,10,10,USD,wage table,2026,,
fitter,Fitter from abroad,labour,h,local_labour,0,0,0,h,rota,2026,,
fitter,Fitter from abroad,labour,h,all_labour,1,1,1,h,rota,2026,,
lorry,Lorry,transport,tkm,cost,0.1,0.1,0.1,USD,freight table,2026,,
lorry,Lorry,transport,tkm,carbon_a4,0.1,0.1,0.2,kg CO2e,freight table,2024,,yes
"""
)
METHODS = """\
kind,element,method,name,low,likely,high,unit,item,km_low,km,km_high,transport,skills,machines,tasks,source
element,walls,block,Walls,,10,,m2,,,,,,,,R2; W2,
method,walls,block,Hollow block,4,5,6,,,,,,,mason:2,mixer,,Nour
line,walls,block,,10,10,11,pcs,block,100,100,120,lorry,,,,
line,walls,block,,2,2,2,h,mason,,,,,,,,
method,walls,slow,Slow block,6,7,8,,,,,,,mason:2,,,Nour
line,walls,slow,,12,12,12,pcs,block,100,100,120,lorry,,,,
line,walls,slow,,2,2,2,h,mason,,,,,,,,
method,walls,frame,Light frame,2,2,2,,,,,,,fitter:1,,,Nour
line,walls,frame,,1,1,1,m2,panel,900,900,900,lorry,,,,
line,walls,frame,,1,1,1,h,fitter,,,,,,,,
"""


def ingredients(table: str = FACTORS) -> dict[str, Ingredient]:
    reading = read_factors(table.encode())
    assert reading.problems == ()
    rows: list[FactorRow] = list(reading.good)
    return {
        row.item: Ingredient(
            row.item, row.name, row.kind, row.unit, {one.factor.measure: one.factor for one in rows if one.item == row.item}
        )
        for row in rows
    }


def compared(currency: str = "USD") -> dict[str, Compared]:
    methods = [one for one in read_methods(METHODS.encode()).good if isinstance(one, TableMethod)]
    found = compare([one.way for one in methods], known=ingredients(), quantity=D(10), currency=currency)
    return {one.way.code: one for one in found}


def test_a_figure_is_the_sum_of_its_parts_and_each_part_has_its_source() -> None:
    block = compared()["block"]
    carbon = block.figures["carbon"]
    # 100-110 blocks of 1-3 kg, and 1.8-1.98 t over 100-120 km at 0.1-0.2 kg
    assert carbon.value == Range(D(100) + D(18), D(200) + D(18), D(330) + D("47.52"))
    assert [(part.item, part.stage, part.factor.source) for part in carbon.parts] == [
        ("Hollow block", "carbon_a1_a3", "EPD 12"), ("Hollow block → Lorry", "carbon_a4", "freight table"), ("Hollow block", "carbon_a5", "EPD 12"),
    ]  # fmt: skip
    assert sum((part.value for part in carbon.parts), NOTHING) == carbon.value
    assert block.figures["cost"].value.likely == D(100) + D(18) + D(100)
    assert block.figures["imported"].value == Range(D("1.8"), D("1.8"), D("1.98"))
    assert block.local_share == Range(D(1), D(1), D(1)) and is_example([block])


def test_what_no_factor_is_known_for_is_named_and_never_counts_as_zero() -> None:
    frame = compared()["frame"]
    assert frame.figures["carbon"].missing == ("panel (A1-A3)", "panel (A4)", "panel (A5)")
    assert frame.figures["imported"].missing == ("panel",)
    assert frame.unplaced == ("cost", "carbon", "imported") and not frame.is_front
    assert compared("EUR")["block"].figures["cost"].missing == ("Hollow block (USD)", "Hollow block → Lorry (USD)", "Mason (USD)")


def test_transport_that_nobody_stated_is_missing_and_none_is_none() -> None:
    unsaid, spot = METHODS.replace("block,100,100,120,lorry", "block,,,,", 1), METHODS.replace("block,100,100,120,lorry", "block,0,0,0,", 1)
    ways = [next(one.way for one in read_methods(text.encode()).good if isinstance(one, TableMethod)) for text in (unsaid, spot)]
    first, second = compare(ways, known=ingredients(), quantity=D(10), currency="USD")
    assert first.figures["carbon"].missing == ("Hollow block (A4)",)
    assert second.figures["carbon"].is_whole and second.figures["carbon"].value.likely == D(200)


def test_a_way_that_another_beats_says_by_what() -> None:
    found = compared()
    assert found["block"].is_front and found["frame"].beaten == ()
    assert found["slow"].beaten == (Beaten("Hollow block", ("days", "cost", "carbon", "imported"), is_certain=False),)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("0.8,1,1.2", "1.2,1,0.8", "range_out_of_order"),
        ("0.8,1,1.2", "many,1,1.2", "number_unreadable"),
        ("0.8,1,1.2", "NaN,1,1.2", "number_unreadable"),
        ("pcs,carbon_a1_a3", "pcs,module_d", "measure_unknown"),
        ("1.2,USD", "1.2,", "currency_missing"),
        ("3,kg CO2e", "3,t CO2e", "value_unit_wrong"),
        ("EPD 12,2023", ",2023", "cell_empty"),
        ("EPD 12,2023", "EPD 12,23", "year_out_of_range"),
        ("water,0,0,0,l", "mass,0,0,0,t", "factor_twice"),
        ("pcs,imported,0.018", "pcs,imported,-1", "value_below_zero"),
        ("lorry,Lorry,transport,tkm", "lorry,Lorry,transport,km", "transport_unit"),
        ("block,Hollow block,material", "block,Hollow block,thing", "kind_unknown"),
    ],
)
def test_a_bad_factor_is_told_with_its_row_and_holds_up_no_other(old: str, new: str, code: str) -> None:
    assert old in FACTORS
    reading = read_factors(FACTORS.replace(old, new, 1).encode())
    assert [problem.code for problem in reading.problems] == [code] and "row " in reading.problems[0].where
    assert len(reading.good) == reading.rows - 1 == 14


def test_digits_may_be_arabic_indic_and_other_tables_are_refused() -> None:
    reading = read_factors(FACTORS.replace("0.8,1,1.2", "٠٫٨,١,١٫٢", 1).encode())
    assert reading.good[0].factor.value == Range(D("0.8"), D(1), D("1.2"))
    for data, code in ((b"a,b\n1,2\n", "columns_missing"), (HEAD.encode(), "columns_missing"), (b"\xff\xfe", "file_no_csv")):
        with pytest.raises(Refused) as refused:
            read_factors(data)
        assert refused.value.codes == [code]


def test_a_way_with_one_wrong_line_is_left_out_whole() -> None:
    reading = read_methods(METHODS.replace("line,walls,block,,2,2,2,h,mason", "line,walls,block,,2,few,2,h,mason").encode())
    element, *methods = reading.good
    assert isinstance(element, TableElement) and element.tasks == ("R2", "W2") and element.now == "block"
    assert [one.code for one in methods] == ["slow", "frame"]
    assert [(problem.code, problem.where) for problem in reading.problems] == [("number_unreadable", "row 5, column likely")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("line,walls,block,,10", "line,walls,bloc,,10", "method_unknown"),
        ("line,walls,block,,10", "sum,walls,block,,10", "kind_unknown"),
        ("mason:2,mixer", "mason:many,mixer", "amount_unreadable"),
        ("pcs,block,100,100,120,lorry", "pcs,block,100,100,120,", "transport_missing"),
        ("Walls,,10,", "Walls,,0,", "quantity_not_above_zero"),
        ("Hollow block,4,5,6", "Hollow block,0,5,6", "days_not_above_zero"),
        ("h,mason,,,,,,,,\nmethod,walls,slow", "h,block,,,,,,,,\nmethod,walls,slow", "line_twice"),
    ],
)
def test_a_bad_row_of_a_method_is_told(old: str, new: str, code: str) -> None:
    assert old in METHODS
    assert code in [problem.code for problem in read_methods(METHODS.replace(old, new, 1).encode()).problems]


def test_local_labour_is_weighed_trade_by_trade() -> None:
    mixed = METHODS.replace("line,walls,block,,2,2,2,h,mason", "line,walls,block,,1,1,1,h,fitter,,,,,,,,\nline,walls,block,,1,3,4,h,mason")
    way = next(one.way for one in read_methods(mixed.encode()).good if isinstance(one, TableMethod))
    (found,) = compare([way], known=ingredients(), quantity=D(10), currency="USD")
    assert found.local_share == Range(D("0.5"), D("0.75"), D("0.8"))


def test_ranges_multiply_end_by_end_and_parts_add_up() -> None:
    assert split_whole(Range(D(9), D("10.4"), D(12)), [D(1), D(1), D(1)]) == [3, 4, 3]
    assert Range(D(-2), D(-1), D(1)) * Range(D(1), D(2), D(3)) == Range(D(-6), D(-2), D(3))
