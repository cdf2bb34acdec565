"""The benches run and print what they should; how long anything takes is not judged here."""

import pytest

from tests.bench import _measure, books, log
from tests.bench._measure import Figure


def test_the_log_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert log.main(["--quick", "--leaves", "300"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in lines] == ["L6", "L6", "L6", "L9", "L9"]
    assert all(line.endswith((" met", " missed")) for line in lines)


def test_one_engine_is_measured() -> None:
    """Without the mark `db`: it makes a database of its own, so it belongs to the first run alone."""
    cost = books.engine("sqlite", 20, 3)
    figures = [*books.on_sqlite(cost), *books.on_both(cost, cost)]
    assert {figure.name.split()[0] for figure in figures} >= {"L1", "L3", "L4", "L7", "L10"}
    assert all(value > 0 for value in cost.values())
    assert cost["slices_per_event"] >= 1


def test_figures_go_between_their_markers(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "bench.md"
    page.write_text("# M\n<!-- log -->\nold\n<!-- /log -->\nrest\n")
    monkeypatch.setattr(_measure, "PAGE", page)
    _measure.report("log", [Figure("L6", "2.00 x", "<= 1.5 x", met=False)], notes=["Note.", ""], write=True)
    text = page.read_text()
    assert "old" not in text and text.startswith("# M\n<!-- log -->\n| What") and text.endswith("<!-- /log -->\nrest\n")
    assert "| L6 | 2.00 x | <= 1.5 x | missed |" in text and "cores of" in text
    with pytest.raises(SystemExit):
        _measure.report("books", [], notes=[], write=True)


def test_a_peer_that_is_absent_is_said_and_not_judged() -> None:
    figure = _measure.missing("L3 beside pgledger", "its SQL file is not given", target=">= 2.5 x")
    assert str(figure) == "L3 beside pgledger: not measured: its SQL file is not given (target >= 2.5 x)"
