"""The short form of `./awna torture planning`: every plan keeps every rule, and each rule that is forgotten is seen."""

import pytest

from tests.torture import planning

pytestmark = pytest.mark.compiled


@pytest.mark.parametrize("words", [["--short"], ["--plant"]], ids=["every rule is kept", "each forgotten rule is seen"])
def test_the_short_form(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = planning.main(words)
    said = capsys.readouterr().out
    assert code == 0, said
    assert int(said.split(" planned")[0].split()[-1]) >= 9
