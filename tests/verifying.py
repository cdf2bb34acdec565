"""What the tests of `awna-verify` share: the whole story, one fault in it, and what the verifier says."""

import functools
import io
from dataclasses import replace

import pytest

from awna import verify
from awna.core.ledger.entries import Entry, leaf_bytes
from tests.core.ledger.story import dump_of, tell

# The same signature is checked thousands of times here; its answer is a pure function of its bytes.
verify.ed25519_is_right = functools.cache(verify.ed25519_is_right)
verify.es256_is_right = functools.cache(verify.es256_is_right)

WHOLE = tell()
DUMP = dump_of(WHOLE.entries, openings=WHOLE.openings)


def of_kind(kind: str, nth: int = 0) -> Entry:
    return [entry for entry in WHOLE.entries if entry.kind == kind][nth]


def memo(about: str, nth: int = 0) -> Entry:
    return [entry for entry in WHOLE.entries if entry.kind == "memo" and entry.payload.get("about") == about][nth]


def row_of(entry: Entry, line: int = 1, **changes: object) -> Entry:
    rows = list(entry.rows)
    rows[line - 1] = replace(rows[line - 1], **changes)
    return replace(entry, rows=tuple(rows))


def with_entry(changed: Entry) -> bytes:
    """The dump of the whole story with one entry exchanged, signed again: only the rules can find it."""
    return dump_of([changed if entry.seq == changed.seq else entry for entry in WHOLE.entries], openings=WHOLE.openings)


def refusal(dump: bytes, **given: object) -> str:
    with pytest.raises(verify.Wrong) as refused:
        verify.verify(dump, None, **given)
    return str(refused.value)


def verify_entries(entries: list[Entry]) -> tuple[verify.Book, verify.Trace]:
    """Replay and trace without a log around it."""
    trace = verify.Trace()
    lines = b"".join(leaf_bytes(entry) + b"\n" for entry in entries)
    return verify.replay(io.BytesIO(b"header\n" + lines), len(entries), trace), trace
