"""Loading a bill of quantities: whole or not at all, twice is once, each fault named by row and column."""

import json

import pytest
from django.core.management import call_command

from awna.campaigns.models import BudgetLine
from awna.campaigns.services import load_budget
from awna.core.problems import Refused
from awna.parties.services import create_campaign, give_role
from tests.world import make_world

HEADER = "code,title,unit,quantity,rate,currency,parent\n"
ROOF = HEADER + "R,Roof,,,,EUR,\nR1,Roof steel,t,18,1350,EUR,R\nR2,Cement,bag,400,7.25,EUR,R\n"


@pytest.fixture
def world(db):
    return make_world()


def load(world, text, author=None):
    return load_budget(campaign=world.campaign, data=text.encode(), filename="budget.csv", author=author or world.nour)


def test_nour_loads_the_tree(world):
    roof, steel, cement = load(world, ROOF)
    assert (steel.parent, steel.amount_minor, cement.amount_minor) == (roof, 2_430_000, 290_000)
    assert world.campaign.budget_lines.sums() == {"EUR": 2_720_000}


def test_loaded_twice_is_once(world):
    assert load(world, ROOF) == load(world, ROOF)
    assert BudgetLine.objects.count() == 3


def test_a_child_may_stand_before_its_parent(world):
    load(world, HEADER + "R1,Roof steel,t,18,1350,EUR,R\nR,Roof,,,,EUR,\n")
    assert BudgetLine.objects.get(code="R1").parent.code == "R"


def test_a_known_code_with_other_figures_is_refused(world):
    load(world, ROOF)
    with pytest.raises(Refused) as refused:
        load(world, ROOF.replace("7.25", "9.00"))
    assert refused.value.codes == ["budget_line_differs"]
    assert "row 4" in str(refused.value)
    assert BudgetLine.objects.get(code="R2").amount_minor == 290_000
    call_with = {"campaign": world.campaign, "filename": "budget.csv", "author": world.nour, "change": True}
    load_budget(data=ROOF.replace("7.25", "9.00").encode(), **call_with)
    assert BudgetLine.objects.get(code="R2").amount_minor == 360_000


def test_eve_cannot_and_a_storekeeper_cannot(world):
    for author in (world.store, give_role(campaign=create_campaign(slug="x", title="X", owner_name="X"), user=world.eve, name="steward")):
        with pytest.raises(Refused):
            load(world, ROOF, author)
    assert not BudgetLine.objects.exists()


def test_one_wrong_row_loads_nothing(world):
    with pytest.raises(Refused) as refused:
        load(world, ROOF + "R3,Sand,m3,ten,20,EUR,R\n")
    assert "budget.csv: row 5, quantity" in str(refused.value)
    assert not BudgetLine.objects.exists()


def test_what_is_not_a_bill_is_refused(world):
    for data, code in (("", "bill_file_empty"), (HEADER, "bill_without_lines"), ("a,b\n1,2\n", "bill_heads_not_found")):
        with pytest.raises(Refused) as refused:
            load(world, data)
        assert refused.value.codes == [code]


def test_the_command_tries_and_loads(world, tmp_path, capsys):
    file = tmp_path / "roof.csv"
    file.write_text(ROOF)
    call_command("loadbudget", str(file), "--dry-run")
    assert not BudgetLine.objects.exists()
    capsys.readouterr()
    call_command("loadbudget", str(file), "--json")
    assert json.loads(capsys.readouterr().out) == {"lines": 3, "totals": {"EUR": "27200.00"}, "dry_run": False}


def test_the_command_refuses_with_exit_code_1(world, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("loadbudget", str(tmp_path / "missing.csv"))
    assert stopped.value.code == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_public_schedule_of_values_loads_as_a_budget(world, shared_data):
    data = (shared_data / "standards/boq/sfdpw_1070I/schedule_of_values.csv").read_bytes()
    lines = load_budget(campaign=world.campaign, data=data, filename="schedule_of_values.csv", author=world.karim)
    assert len(lines) == 79
    assert world.campaign.budget_lines.sums() == {"USD": 763_308_420}
