"""The short form of `./awna torture books`: nothing is lost on this run's engine, and each planted loss is seen."""

import os

import pytest

from tests.torture import books

pytestmark = pytest.mark.db
ENGINES = ["postgresql"] if os.environ.get("AWNA_DATABASE_URL") else ["none", "sqlite"]


@pytest.mark.parametrize("more", [[], ["--plant"]], ids=["nothing is lost", "each planted loss is seen"])
def test_the_short_form(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--short", *more, *(word for engine in ENGINES for word in ("--engine", engine))]
    code = books.main(words)
    said = capsys.readouterr().out
    assert code == 0, said
    absent = [line for line in said.splitlines() if "not here" in line and "may not mount" not in line]
    assert said.count("–") >= 8 and absent == []
