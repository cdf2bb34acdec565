"""The bench of letters runs and prints what it should; how fast anything is, is not judged here."""

import pytest

from tests.bench import letters


@pytest.mark.compiled
def test_signatures_are_confirmed_and_counted_by_many_hands() -> None:
    """Without the mark `db`: it makes a database of its own."""
    found = letters.run("4", 12)
    assert found["count"] == 12 and 1 <= found["commits"] <= 12 and found["seconds"] > 0


def test_both_halves_of_the_layouts_are_told() -> None:
    names = [figure.name for figure in letters.lists(1)]
    assert len(names) == 6 and sum("held out" in name for name in names) == 3
