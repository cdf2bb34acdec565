"""The bill of quantities through its pages: a file is looked at, its columns put right, rows corrected, and only what was shown is applied."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse

from awna.campaigns.bill import claims, services
from awna.campaigns.bill.standing import standings
from awna.campaigns.models import BillFile, BillLayout, BudgetLine
from awna.core.problems import Refused
from tests.core.bill.files import ods_of, ods_row, xlsx_of
from tests.world import World

pytestmark = pytest.mark.django_db

ROOF = "code,title,unit,quantity,rate,currency\nR,Roof,,,,\nR.1,Roof steel,t,18,1350,EUR\nR.2,Cement,bag,400,7.25,EUR\n"


def upload(client, data, name="bill.csv"):
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    stream.name = name
    answer = client.post(reverse("bill_desk", args=["clinic"]), {"file": stream})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return BillFile.objects.first()


def apply(client, file, **more):
    seen = services.difference_of(BillFile.objects.get(pk=file.pk)).seen
    return client.post(reverse("bill_file", args=["clinic", file.pk]), {"seen": seen, **more})


@pytest.fixture
def nour(client, world: World):
    client.force_login(world.nour.user)
    return client


def test_a_workbook_is_looked_at_and_applied(nour, world):
    rows = [["رقم البند", "البيان", "الوحدة", "الكمية", "السعر USD"], ["1", "أعمال الخرسانة", None, None, None],
            ["1.1", "خرسانة الأساسات", "م3", "١٢٫٥", 140], ["1.2", "حديد تسليح", "طن", 3, 1100], [None, "المجموع", None, None, None]]  # fmt: skip
    file = upload(nour, xlsx_of(rows), "bill.xlsx")
    page = nour.get(reverse("bill_file", args=["clinic", file.pk])).content.decode()
    assert "خرسانة الأساسات" in page and "Apply to the bill" in page
    assert not BudgetLine.objects.exists()
    assert apply(nour, file).status_code == 302
    assert world.campaign.budget_lines.sums() == {"USD": 505_000}
    assert BudgetLine.objects.get(code="1.1").parent.code == "1" and BudgetLine.objects.get(code="1.1").quantity == Decimal("12.5")
    assert "خرسانة الأساسات" in nour.get(reverse("bill_desk", args=["clinic"])).content.decode()


def test_columns_are_put_right_and_known_the_next_time(nour, world):
    table = "Pos;Was;Wieviel;Wovon;Soll\n1;Gate;2;Sack;30,5\n2;Fence;40;m;12\n"
    file = upload(nour, table)
    page = reverse("bill_columns", args=["clinic", file.pk])
    assert "Wieviel" in nour.get(page).content.decode()
    said = {"sheet": "", "head_row": "1", "numbering": "flat", "decimal": ",", "currency": "EUR", "units": "Sack = bag", "save_as": "Our table",
            "column_0": "code", "column_1": "title", "column_2": "quantity", "column_3": "unit", "column_4": "rate"}  # fmt: skip
    assert nour.post(page, {**said, "column_1": ""}).status_code == 422
    assert nour.post(page, said).status_code == 302
    assert services.bill_of(BillFile.objects.get(pk=file.pk)).sums() == {"EUR": 54_100}
    assert BillLayout.objects.get().name == "Our table"
    again = upload(nour, table.replace("40;m", "50;m"))
    assert services.bill_of(again).sums() == {"EUR": 66_100}


def test_rows_with_reasons_are_kept_and_corrected_one_by_one(nour, world):
    file = upload(nour, ROOF + "R.3,Sand,m3,,20,EUR\nR.4,Gravel,ell,3,20,EUR\n")
    page = nour.get(reverse("bill_file", args=["clinic", file.pk])).content.decode()
    assert "Correct row 5" in page and "has no quantity" in page and "not a unit that is known" in page
    assert apply(nour, file).status_code == 302
    assert world.campaign.budget_lines.count() == 3  # the rest stays in the file
    held = services.bill_of(BillFile.objects.get(pk=file.pk)).held[0]
    row = reverse("bill_row", args=["clinic", file.pk, 5])
    assert "Sand" in nour.get(row).content.decode()
    assert held.row == 5
    said = {"cell_0": "R.3", "cell_1": "Sand", "cell_2": "m3", "cell_3": "٦", "cell_4": "20", "cell_5": "EUR"}
    assert nour.post(row, said).status_code == 302
    assert nour.post(reverse("bill_row", args=["clinic", file.pk, 6]), {"leave": "1"}).status_code == 302
    assert apply(nour, file).status_code == 302
    assert world.campaign.budget_lines.sums() == {"EUR": 2_732_000}
    assert BillFile.objects.get(pk=file.pk).state == "applied"


def test_the_difference_is_shown_and_only_it_is_applied(nour, world):
    apply(nour, upload(nour, ROOF))
    first = BudgetLine.objects.get(code="R.2")
    file = upload(nour, ROOF.replace("7.25", "9.00").replace("R.1,Roof steel,t,18,1350,EUR\n", "R.7,Nails,box,10,4,EUR\n"))
    found = services.difference_of(file)
    assert [(change.code, change.state) for change in found.changes] == [("R", "same"), ("R.7", "new"), ("R.2", "changed"), ("R.1", "gone")]
    assert "7.25" in nour.get(reverse("bill_file", args=["clinic", file.pk])).content.decode()
    with pytest.raises(Refused) as refused:
        services.apply_bill(file=file, seen="0" * 64, author=world.nour)
    assert refused.value.codes == ["bill_changed_since"]
    assert apply(nour, file, take_out="on").status_code == 302
    assert world.campaign.budget_lines.sums() == {"EUR": 364_000}
    assert BudgetLine.objects.get(code="R.2").pk == first.pk


def test_a_heading_goes_together_with_the_lines_below_it(nour, world):
    apply(nour, upload(nour, ROOF))
    file = upload(nour, "code,title,unit,quantity,rate,currency\nW.1,Blocks,pcs,400,2,EUR\n")
    assert apply(nour, file, take_out="on").status_code == 302
    assert [line.code for line in BudgetLine.objects.all()] == ["W.1"]


def test_a_line_that_somebody_points_to_is_not_taken_out(nour, world):
    apply(nour, upload(nour, ROOF))
    claims.claim_goods(line=BudgetLine.objects.get(code="R.1"), quantity=Decimal(2), unit="t", ref="offer:1")
    file = upload(nour, "code,title,unit,quantity,rate,currency\nR.2,Cement,bag,400,7.25,EUR\n")
    answer = apply(nour, file, take_out="on")
    assert answer.status_code == 422 and "R.1" in answer.content.decode()
    assert BudgetLine.objects.count() == 3


def test_assemblies_alternates_and_two_currencies_in_an_ods_file(nour, world):
    rows = (
        ods_row("code", "title", "unit", "quantity", "rate USD", "rate ILS", "kind"), ods_row("D", "Door set", "pcs", 2, 50, 30, "assembly"),
        ods_row("D.1", "Frame", "pcs", 1, 20, "", ""), ods_row("D.2", "Leaf", "pcs", 1, 30, 30, ""), ods_row("E", "Steel door", "pcs", 2, 90, "", "alternate"),
    )  # fmt: skip
    apply(nour, upload(nour, ods_of("".join(rows)), "bill.ods"))
    assert {line.code: line.kind for line in BudgetLine.objects.all()} == {
        "D": "assembly",
        "D.1": "component",
        "D.2": "component",
        "E": "alternate",
    }
    assert world.campaign.budget_lines.sums() == {"ILS": 6_000, "USD": 10_000}
    out = nour.get(reverse("bill_csv", args=["clinic"])).content
    file = upload(nour, out)
    assert services.difference_of(file).changes_nothing
    assert services.difference_of(upload(nour, nour.get(reverse("bill_xlsx", args=["clinic"])).content, "b.xlsx")).changes_nothing


def test_no_more_is_promised_than_is_open(nour, world):
    apply(nour, upload(nour, ROOF))
    roof, steel, cement = (BudgetLine.objects.get(code=code) for code in ("R", "R.1", "R.2"))
    claims.claim_money(line=cement, minor=1_450_00, currency="EUR", ref="pledge:1")
    assert claims.claim_money(line=cement, minor=1_450_00, currency="EUR", ref="pledge:1").pk  # asked again is once
    with pytest.raises(Refused) as refused:
        claims.claim_money(line=cement, minor=1_450_01, currency="EUR", ref="pledge:2")
    assert "1450.00 EUR of 2900.00 are still open; 1450.01" in str(refused.value)
    claims.claim_goods(line=cement, quantity=Decimal(200), unit="bags", ref="offer:1")
    with pytest.raises(Refused) as refused:
        claims.claim_goods(line=cement, quantity=Decimal(1), unit="bag", ref="offer:2")
    assert refused.value.codes == ["line_above_open"]
    with pytest.raises(Refused) as refused:
        claims.claim_money(line=roof, minor=25_750_01, currency="EUR", ref="release:1", kind="release")
    claims.claim_money(line=roof, minor=25_750_00, currency="EUR", ref="release:1", kind="release")  # goods alone lower what is set apart
    with pytest.raises(Refused) as refused:
        claims.claim_money(line=steel, minor=1, currency="EUR", ref="release:2", kind="release")
    assert "Roof" in str(refused.value)
    with pytest.raises(Refused) as refused:
        claims.claim_money(line=steel, minor=1, currency="XAF", ref="pledge:3")
    assert refused.value.codes == ["line_in_another_currency"]
    claims.end_claim(campaign=world.campaign, ref="release:1")
    assert next(one for one in standings(world.campaign) if one.line == roof).open == {"EUR": 24_300_00}


def test_eve_and_a_storekeeper_change_nothing(client, world):
    for user in (world.eve, world.store.user):
        client.force_login(user)
        assert client.post(reverse("bill_desk", args=["clinic"])).status_code == 403
    assert not BillFile.objects.exists()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"])
def test_what_is_not_a_bill_is_refused_on_the_page(nour, data):
    stream = io.BytesIO(data)
    stream.name = "bill.xlsx"
    assert nour.post(reverse("bill_desk", args=["clinic"]), {"file": stream}).status_code == 422
    assert not BillFile.objects.exists()


def test_merged_cells_totals_in_the_body_and_mixed_units(nour, world):
    rows = [["Item", "Description", "Unit", "Qty", "Rate", "Amount"], [1, "Walls", None, None, None, None], ["1.1", "Blocks", "pcs", 10, 2, 20],
            ["1.2", "Plaster", None, 5, 4, 20], [None, "Subtotal", None, None, None, 41], ["1.3", "Paint", "sqft", 5, 1, 5], ["1.4", "Rail", "m", "7 m2", 1, 7]]  # fmt: skip
    file = upload(nour, xlsx_of(rows, merged=["C3:C4"]), "bill.xlsx")
    bill = services.bill_of(file)
    assert [line.code for line in bill.items] == ["1.1", "1.2", "1.3"] and bill.items[1].unit == "pcs"
    assert {problem.code for problem in bill.problems} == {"bill_total_differs"}
    assert [problem.code for held in bill.held for problem in held.problems] == ["bill_unit_differs"]
    assert "bill_units_mixed" in {note.code for note in bill.notes} or bill.items[2].unit == "SF"
    page = nour.get(reverse("bill_file", args=["clinic", file.pk])).content.decode()
    assert "Something does not add up" in page
    assert "row,reason" in nour.get(reverse("bill_held", args=["clinic", file.pk])).content.decode()


@pytest.mark.shared
def test_both_public_bills_come_in_through_the_page(nour, world, shared_data):
    folder = shared_data / "standards" / "boq"
    file = upload(nour, (folder / "sfdpw_1070I" / "schedule_of_values.csv").read_bytes())
    assert len(services.bill_of(file).items) == 79
    assert apply(nour, file).status_code == 302
    assert world.campaign.budget_lines.sums() == {"USD": 763_308_420}
    BudgetLine.objects.all().delete()
    for end in ("csv", "ods"):
        file = upload(nour, (folder / f"ifc5d_sample_cost_schedule_house_FR.{end}").read_bytes(), f"house.{end}")
        bill = services.bill_of(file)
        assert (len(bill.lines), len(bill.held), bill.sums()) == (109, 15, {"EUR": 5_800_000})
        assert services.difference_of(file).changes_nothing is (end == "ods")
        apply(nour, file)
    assert world.campaign.budget_lines.sums() == {"EUR": 5_800_000}
