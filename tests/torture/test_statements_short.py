"""The short form of `./awna torture statements`: damaged files are read or refused, and a reader with a fault is seen."""

import random

import pytest

from tests.torture import _statements, statements
from tests.torture._mutations import mutate


def test_the_short_form(capsys: pytest.CaptureFixture[str]) -> None:
    code = statements.main(["--short"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert said.count(" 0 unhandled") == len(statements.FORMATS) and "holds" in said


def test_an_exception_that_is_no_refusal_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: a reader that falls over on every tenth file."""

    def broken(data: bytes, _source: random.Random, _whole: bytes) -> str:
        if len(data) % 10 == 0:
            raise IndexError("planted")
        return "read"

    monkeypatch.setitem(_statements.TRIES, "ofx", broken)
    monkeypatch.setattr(_statements.resource, "setrlimit", lambda *_: None)
    found = _statements.run("ofx", 60.0, 1, 100)
    failures = found["failures"]
    assert isinstance(failures, list) and failures and all("planted" in one for one in failures)


def test_a_process_that_dies_is_a_failure() -> None:
    assert statements.one("no such format", 1.0, 1, 1)["failures"]


def test_damage_is_the_same_for_the_same_seed() -> None:
    own = _statements.seeds("mt940")[:3]
    assert [mutate(own[0], own, random.Random(n)) for n in range(50)] == [mutate(own[0], own, random.Random(n)) for n in range(50)]
