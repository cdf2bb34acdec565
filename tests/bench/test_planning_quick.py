"""The search has not become worse at fixed counts, and a crippled one would be seen; the parts of the bench do what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench import _planning_quick as quick
from tests.bench import planning
from tests.bench._measure import Figure
from tests.bench._planning_gaps import Race, Scope
from tests.bench._planning_sets import Instance, even
from tests.bench._planning_store import Store

pytestmark = pytest.mark.compiled  # the first run compiles


def test_plans_are_as_short_as_before() -> None:
    assert quick.losses(quick.finishes(), quick.read_baseline()) == []


def test_a_crippled_search_is_seen() -> None:
    whole = quick.finishes(family="plain")
    crippled = quick.finishes(family="plain", plant=True)
    rich = {name: finish for name, finish in quick.read_baseline().items() if name.startswith("rich")}
    assert quick.losses({**whole, **rich}, quick.read_baseline()) == []
    assert any("plain projects end" in line for line in quick.losses({**crippled, **rich}, quick.read_baseline()))


def test_a_loss_a_gain_and_other_projects_are_told_apart() -> None:
    baseline = {f"{family} {n}": 100 for family in ("plain", "rich") for n in range(10)}
    assert quick.losses(dict.fromkeys(baseline, 99), baseline) == []
    assert quick.losses({**baseline, "plain 3": 102}, baseline) == []  # one may lose a little
    assert "plain 3 ends 5.0 % later" in quick.losses({**baseline, "plain 3": 105}, baseline)[-1]
    assert "rich projects end 1.00 % later" in quick.losses({name: 101 if "rich" in name else 99 for name in baseline}, baseline)[0]
    assert "other projects" in quick.losses({"plain 0": 1}, baseline)[0]


def test_a_baseline_is_accepted_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "baseline.json"
    monkeypatch.setattr(quick, "BASELINE", file)
    monkeypatch.setattr(quick, "finishes", lambda **_: {"plain 0": 7, "rich 0": 9})
    assert planning.main(["--accept"]) == 0
    assert json.loads(file.read_text()) == {"plain 0": 7, "rich 0": 9}
    assert planning.main(["--quick"]) == 0
    monkeypatch.setattr(quick, "finishes", lambda **_: {"plain 0": 8, "rich 0": 9})
    assert planning.main(["--quick"]) == 1
    assert json.loads(file.read_text())["plain 0"] == 7


def test_results_are_found_again_by_version_and_limit(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    first = Store(path=path, machine="m", versions={"Awna": "one"})
    assert first.measured("Awna", "a", "5 s", lambda: {"finish": 5}) == {"finish": 5}

    def never() -> dict[str, Any]:
        raise AssertionError("measured again")

    assert Store(path=path, machine="m", versions={"Awna": "one"}, resume=True).measured("Awna", "a", "5 s", never) == {"finish": 5}
    other = Store(path=path, machine="m", versions={"Awna": "two"}, resume=True)
    assert other.measured("Awna", "a", "5 s", lambda: {"finish": 4}) == {"finish": 4}
    assert (len(first.now), len(other.now)) == (1, 1)


def test_gaps_hits_wins_and_losses() -> None:
    instances = [Instance(str(best), Path(), best) for best in (100, 100, 50)]
    race = Race(
        "P1", "set", instances, {"Awna": [{"finish": n} for n in (100, 102, 50)], "peer": [{"finish": n} for n in (104, 101, None)]}
    )
    assert race.gaps("Awna") == [0, 2, 0] and race.hits("Awna") == 2
    assert race.against("peer") == (2, 0, 1)
    assert [figure.met for figure in race.beside()] == [None, True]
    assert "1 without a plan" in race.line("peer")


def test_a_sample_is_even_and_seeded() -> None:
    items = list(range(180))
    sample = even(items, 12, seed=1, name="a")
    assert sample == even(items, 12, seed=1, name="a") != even(items, 12, seed=2, name="a")
    assert [one // 15 for one in sample] == list(range(12))
    assert len(set(even(items, 97, seed=1, name="a"))) == 97
    assert Scope(size=0.5).count(8) == 4 and Scope(full=True).count(8, full=30) == 30


def test_the_page_is_made_of_the_last_figures_of_each_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "FIGURES", tmp_path / "figures.json")
    about = {"seconds": 1, "plans": 3, "refused": 0, "load": 0.5}
    planning._keep("P2", [Figure("P2 gap", "0.10 %", "<= 0.15 %", True)], Scope(), {"Awna": "one"}, about)
    planning._keep("P1", [Figure("P1 gap", "2.00 %", "<= 1.3 %", False)], Scope(size=0.5), {"Awna": "one"}, about)
    page = planning.page()
    assert page.index("| P1 gap | 2.00 % | <= 1.3 % | missed |") < page.index("| P2 gap | 0.10 % | <= 0.15 % | met |")
    assert "6 plans of all peers" in page and "sample of size 0.5" in page
