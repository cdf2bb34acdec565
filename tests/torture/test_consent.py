"""The short form of `./awna torture consent`: nothing is released without enough signatures, and each planted fault is seen."""

import os

import pytest

from tests.torture import consent

pytestmark = pytest.mark.db
ENGINE = "postgresql" if os.environ.get("AWNA_DATABASE_URL") else "sqlite"


@pytest.mark.parametrize("more", [[], ["--plant"]], ids=["nothing is lost", "each planted fault is seen"])
def test_the_short_form(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = consent.main(["--short", "--engine", ENGINE, *more])
    said = capsys.readouterr().out
    assert code == 0, said
    assert f"races on {ENGINE}: {consent.PAIRS_SHORT} pairs" in said
