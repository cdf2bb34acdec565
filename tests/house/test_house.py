"""The house rules hold, and each one catches the breach of it that is kept under breaches/."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from . import code_rules, page_rules, paper_rules

ROOT = Path(__file__).resolve().parent.parent.parent
BREACHES = Path(__file__).resolve().parent / "breaches"
RULES: tuple[Callable[[Path], list[str]], ...] = (
    code_rules.functions_are_short,
    code_rules.modules_are_short,
    code_rules.modules_say_what_they_are_for,
    code_rules.core_knows_no_framework,
    code_rules.ortools_has_one_door,
    code_rules.parts_of_a_room_import_down,
    code_rules.no_signals,
    code_rules.no_django_admin,
    code_rules.no_models_by_name,
    code_rules.transfers_are_built_in_one_place,
    code_rules.readers_do_not_write,
    code_rules.only_services_write,
    code_rules.rooms_write_their_own_rows,
    code_rules.foreign_keys_point_down,
    page_rules.no_inline_code,
    page_rules.css_is_logical,
    paper_rules.commands_are_documented,
    paper_rules.settings_are_documented,
    paper_rules.locks_are_hashed_and_without_addresses,
)
# How many faults stand in a breach tree, where it is more than one.
PLANTED = {
    "core_knows_no_framework": 2,
    "transfers_are_built_in_one_place": 2,
    "no_inline_code": 3,
    "css_is_logical": 2,
    "locks_are_hashed_and_without_addresses": 3,
}


def _name(rule: Callable[[Path], list[str]]) -> str:
    return rule.__name__


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_rule_holds(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_rule_catches_its_breach(rule: Callable[[Path], list[str]]) -> None:
    assert len(rule(BREACHES / rule.__name__)) == PLANTED.get(rule.__name__, 1)


def test_base_install_is_small() -> None:
    sizes = paper_rules.base_install_mib(ROOT / "requirements" / "base.txt")
    print(f"base install: {sum(sizes.values()):.0f} MiB in {len(sizes)} packages")
    assert len(sizes) > 30
    assert paper_rules.install_size_findings(sizes, limit_mib=paper_rules.BASE_INSTALL_MIB_MAX) == []
    assert paper_rules.install_size_findings(sizes, limit_mib=100)  # the same sizes against a limit that they break


def _lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        env={**os.environ, "PYTHONPATH": str(source)},
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def test_layers_hold() -> None:
    result = _lint_imports(ROOT / "src")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("tree", "finding"), [("imports", "awna.campaigns -> awna.works"), ("imports_exhaustive", "awna.attic")])
def test_layers_catch_their_breach(tree: str, finding: str) -> None:
    result = _lint_imports(BREACHES / tree)
    assert result.returncode == 1
    assert finding in result.stdout
