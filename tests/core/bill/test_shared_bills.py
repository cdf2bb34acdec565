"""The public bills beside the project: every item and the sum to the cent, and the same lines from two forms of one file."""

from pathlib import Path

from awna.core.bill.reading import read_bill


def test_the_budget_of_the_demo_is_a_bill() -> None:
    bill = read_bill((Path(__file__).resolve().parents[3] / "demo" / "budget.csv").read_bytes(), currency="USD")
    assert list(bill.all_problems()) == []
    assert len(bill.lines) >= 20 and bill.sums()


def test_a_public_works_contract_to_the_cent(shared_data: Path) -> None:
    folder = shared_data / "standards" / "boq" / "sfdpw_1070I"
    for name in ("schedule_of_values.csv", "schedule_of_values.json"):
        bill = read_bill((folder / name).read_bytes(), currency="USD")
        assert (len(bill.items), bill.sums(), list(bill.all_problems())) == (79, {"USD": 763_308_420}, [])


def test_a_french_cost_schedule_reads_alike_as_csv_and_ods(shared_data: Path) -> None:
    folder = shared_data / "standards" / "boq"
    table, document = (
        read_bill((folder / f"ifc5d_sample_cost_schedule_house_FR.{end}").read_bytes(), currency="EUR") for end in ("csv", "ods")
    )
    assert [(line.code, line.parent, line.rates) for line in table.lines] == [
        (line.code, line.parent, line.rates) for line in document.lines
    ]
    assert (len(table.lines), len(table.held), table.sums()) == (109, 15, {"EUR": 5_800_000})
    assert max(line.code.count(".") for line in table.lines) == 5
    assert {problem.code for problem in table.all_problems()} == {"bill_quantity_missing", "bill_rate_missing", "bill_code_twice"}
