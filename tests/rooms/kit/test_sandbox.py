"""What reads untrusted files can die, but cannot take memory, time or secrets with it."""

import base64
import time
from dataclasses import replace
from pathlib import Path

import pytest

from awna.core.problems import Refused
from awna.kit.sandbox import Limits, run_in_sandbox

HERE = Path(__file__).parent
FIXTURES = HERE.parents[1] / "core" / "banking" / "fixtures"
BOMBS = Limits(memory_mb=300, cpu_s=2, wall_s=10, modules=("sandbox_bombs:",), paths=(str(HERE),))


def ended(name, limits=BOMBS):
    with pytest.raises(Refused) as refused:
        run_in_sandbox(f"sandbox_bombs:{name}", None, limits=limits)
    return refused.value.codes


@pytest.mark.parametrize(
    ("bomb", "limits", "code"),
    [
        ("fill_memory", BOMBS, "sandbox_memory_spent"),
        ("burn_cpu", replace(BOMBS, cpu_s=1), "sandbox_cpu_spent"),
        ("sleep_long", replace(BOMBS, wall_s=1), "sandbox_time_spent"),
        ("die", BOMBS, "sandbox_ended"),
        ("fail", BOMBS, "sandbox_failed"),
    ],
)
def test_each_bomb_ends_as_a_refusal(bomb, limits, code):
    began = time.monotonic()
    assert ended(bomb, limits) == [code]
    assert time.monotonic() - began < 8


def test_flood_of_output_is_ended():
    assert ended("flood_output", replace(BOMBS, memory_mb=2000))[0].startswith("sandbox_")


def test_secrets_of_the_server_are_unknown_inside(monkeypatch):
    monkeypatch.setenv("AWNA_SECRET_KEY", "known only outside")
    inside = run_in_sandbox("sandbox_bombs:environment", None, limits=BOMBS)
    assert not [name for name in inside["names"] if name.startswith(("AWNA", "DJANGO", "PG"))]
    assert inside["nice"] >= 10


def test_json_goes_in_and_out_unchanged():
    payload = {"text": "Straße وادي", "numbers": [1, -2], "none": None}
    assert run_in_sandbox("sandbox_bombs:echo", payload, limits=BOMBS) == payload


@pytest.mark.parametrize("target", ["os:system", "awna.kit.sandbox:main", "awna.core.banking.statement:_iso", "awna.core.amounts"])
def test_targets_outside_the_list_are_never_started(target):
    with pytest.raises(ValueError, match="not a function of"):
        run_in_sandbox(target, "")


def test_function_borrowed_from_another_module_is_no_target():
    with pytest.raises(Refused) as refused:
        run_in_sandbox("awna.core.banking.statement:dataclass", "")
    assert refused.value.codes == ["sandbox_failed"]


def test_statement_is_read_inside():
    data = base64.b64encode((FIXTURES / "wadi.mt940").read_bytes()).decode()
    (statement,) = run_in_sandbox("awna.core.banking.statement:read_plain", {"data": data})
    assert [line["amount"] for line in statement["lines"]] == ["100.00", "50", "50", "-20.00"]


def test_problems_of_the_reader_come_out_whole():
    data = base64.b64encode((FIXTURES / "wadi-truncated.mt940").read_bytes()).decode()
    with pytest.raises(Refused) as refused:
        run_in_sandbox("awna.core.banking.statement:read_plain", {"data": data})
    assert refused.value.codes == ["statement_not_whole"]
    assert "line 17" in str(refused.value)
