"""A dump is read back as it was written, and a cut one is refused."""

import pytest

from awna.core.log.dump import Dump, DumpHeader, Opening, read_dump, write_dump
from awna.core.problems import Refused

HEADER = DumpHeader("book-clinic", "log.example/clinic", "log.example/clinic+00000000+AA==")
LEAVES = tuple(f'{{"seq":{n}}}'.encode() for n in range(300))
OPENINGS = (Opening("account-1", "item", "Cement", bytes(32)), Opening("account-1", "place_coarse", "The valley", bytes(32)))


def test_a_dump_is_read_back_as_it_was_written():
    data = write_dump(HEADER, leaves=LEAVES, openings=OPENINGS[::-1], checkpoint="note\n")
    assert read_dump(data) == Dump(HEADER, LEAVES, OPENINGS, "note\n")
    assert data.count(b'"type":"tile"') == 2


def test_a_dump_that_is_cut_or_is_none_is_refused():
    data = write_dump(HEADER, leaves=LEAVES[:3], openings=OPENINGS, checkpoint="note\n")
    for damaged in (b"", b"{}", data[:-1], data[: len(data) // 2], data.replace(LEAVES[1] + b"\n", b""), b"[" * 50_000):
        with pytest.raises(Refused):
            read_dump(damaged)
