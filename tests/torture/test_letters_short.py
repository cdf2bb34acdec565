"""The short form of `./awna torture letters`: honest people are served, nothing forged counts, and each planted fault is seen."""

import pytest

from tests.torture import letters


@pytest.mark.compiled
@pytest.mark.parametrize("more", [[], ["--plant"]], ids=["nothing forged counts", "each planted fault is seen"])
def test_the_short_form(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without the mark `db`: each flood makes a database of its own."""
    code = letters.main(["--short", *more])
    said = capsys.readouterr().out
    assert code == 0, said
    assert said.count("caught") == (len(letters.PLANTS) if more else 0) and "NOT CAUGHT" not in said
