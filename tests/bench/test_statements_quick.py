"""The bench of bank files runs, counts truly, and sees a reader that is wrong; how fast anything is, is not judged here."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.bench import statements
from tests.bench._statement_truth import FIXTURES, Known, known


def test_every_reader_of_ours_is_counted_and_matching_is_told() -> None:
    for kind in statements.NAMES:
        figures, _ = statements.reading(kind, None)
        assert figures[0].met, str(figures[0])
    names = [figure.name for figure in statements.matching(200)]
    assert "wrong automatic bookings" in names[0] and len(names) > 15


@pytest.mark.parametrize("kind", ["mt940", "ofx"])
def test_the_judge_counts_our_fixtures_right(kind: str) -> None:
    path = FIXTURES / {"mt940": "wadi.mt940", "ofx": "wadi.ofx"}[kind]
    from tests.bench import _statement_truth as truth

    assert {"mt940": truth._mt940, "ofx": truth._ofx}[kind](path.read_bytes()) == (4, Decimal({"mt940": "180", "ofx": "187.50"}[kind]))


def test_a_wrong_sum_or_count_is_no_fit() -> None:
    one = Known(Path("x"), "mt940", 2, Decimal(5))
    assert one.fits({"count": 2, "sum": "5.00"})
    assert not one.fits({"count": 2, "sum": "6"}) and not one.fits({"count": 1, "sum": "5"}) and not one.fits({"error": "x"})
    assert all(item.count is not None for item in known("csv"))
