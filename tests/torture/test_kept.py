"""Results of runs in parts become one table."""

import json

import pytest

from tests.bench import _measure
from tests.torture import _kept


def line(engine="sqlite", *, number=11, faults=(), roots=None, note=""):
    result = {"what": "seeded histories", "count": 2, "faults": list(faults), "missing": "", "note": note, "roots": roots or {}}
    return {"number": number, "name": "histories", "engine": engine, "result": result, "holds": not faults, "seconds": 1.0}


@pytest.fixture
def kept(tmp_path, monkeypatch: pytest.MonkeyPatch):
    page = tmp_path / "bench.md"
    page.write_text("# M\n<!-- torture -->\n<!-- /torture -->\nrest\n")
    monkeypatch.setattr(_measure, "PAGE", page)

    def table(*lines):
        file = tmp_path / "kept.jsonl"
        file.unlink(missing_ok=True)
        for one in lines:
            _kept.keep(one, seed=7, file=file)
        assert len([json.loads(text) for text in file.read_text().splitlines()]) == len(lines)
        _kept.write(file)
        return page.read_text()

    return table


def test_parts_of_the_histories_count_together_and_their_roots_are_compared(kept):
    text = kept(line(roots={"0": "aa", "1": "bb"}), line(roots={"2": "cc", "3": "dd"}), line("postgresql", roots={"0": "aa", "3": "dd"}))
    assert "| 11 | histories | SQLite | 4 seeded histories | 7 | nothing lost |" in text
    assert "| 2 seeds compared |" in text and text.endswith("<!-- /torture -->\nrest\n")


def test_another_root_is_a_loss(kept):
    assert "1 lost: 3" in kept(line(roots={"2": "cc", "3": "dd"}), line("postgresql", roots={"2": "cc", "3": "de"}))


def test_the_last_run_of_a_test_counts_and_says_its_note(kept):
    text = kept(line(number=16, faults=["gone"]), line(number=16, note="1 of them was stopped by it"))
    assert "nothing lost; 1 of them was stopped by it" in text and "gone" not in text
    assert "2 lost: gone; more" in kept(line(number=3, faults=["gone", "more"]))
