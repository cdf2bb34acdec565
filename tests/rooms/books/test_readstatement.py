"""`awna readstatement` prints what a bank file says and stores nothing."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

FIXTURES = Path(__file__).parents[2] / "core" / "banking" / "fixtures"


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("readstatement", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_json_form_is_the_published_one():
    out, err = run(FIXTURES / "wadi.mt940", "--json")
    (statement,) = json.loads(out)
    assert statement["closing"] == "1180.00"
    assert statement["lines"][3]["amount"] == "-20.00"
    assert err == ""


def test_text_form_names_every_movement():
    out, _ = run(FIXTURES / "nordhafen.camt053.xml")
    assert out.count("2026-11-12") == 6
    assert "Account fee November" in out


def test_broken_balance_is_said_beside_the_statement():
    out, err = run(FIXTURES / "wadi-altered-balance.mt940", "--json")
    assert json.loads(out)
    assert "closes at 1180.00" in err


def test_truncated_file_and_missing_file_are_refused(capsys):
    for name in ("wadi-truncated.mt940", "no-such-file"):
        out, err = StringIO(), StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("readstatement", str(FIXTURES / name), stdout=out, stderr=err)
        assert ended.value.code == 1
        assert out.getvalue() == ""
        assert err.getvalue().strip()
