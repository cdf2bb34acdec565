"""Changed bytes of a schedule: a refusal or a schedule, never another error."""

import random

import pytest

from awna.core.problems import Refused
from awna.core.schedule.mspdi_writing import write_mspdi
from awna.core.schedule.reading import read_schedule

from .plans import CLINIC, xer_of


@pytest.mark.parametrize("form", ["mspdi", "xer"])
def test_changed_bytes_never_raise_anything_else(form: str) -> None:
    source, chance = write_mspdi(CLINIC) if form == "mspdi" else xer_of(), random.Random(form)
    read = 0
    for number in range(150):
        data = bytearray(source)
        for _ in range(chance.randint(1, 3)):
            figures = [place for place, sign in enumerate(data) if 48 <= sign < 58]
            place = chance.choice(figures) if number % 2 else chance.randrange(len(data))
            data[place] = chance.choice(b"0123456789-.: x" if number % 2 else b"<>|()\t\n \xff\x00aZ7")
        try:
            schedule = read_schedule(bytes(data))
        except Refused as refused:
            assert all(str(problem) for problem in refused.problems)
        else:
            assert all(str(problem) for problem in schedule.problems)
            read_schedule(write_mspdi(schedule))
            read += 1
    assert read > 20
