"""The leaf that is written down directly is, byte for byte, the canonical JSON of the leaf's value; and nothing wrong becomes one."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.digest import canonical_json
from awna.core.ledger import rules
from awna.core.ledger.entries import Covers, Document, Entry, Transfer, check_shape, leaf_bytes, leaf_value
from awna.core.problems import Refused
from tests.core.ledger.story import tell

RIGHT = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True)
ANY = RIGHT | st.sampled_from(["", " ", 'a"b', "a\\", "a\n", "é", "-a", "a" * 101]) | st.text(max_size=5)
DAYS = st.dates(date(1900, 1, 1)).map(date.isoformat) | st.sampled_from(["2026-13-01", "٢٠٢٦-٠٣-٠١", "2026-03-01\n", ""])
DIGESTS = st.sampled_from(["ab" * 32, "AB" * 32, "ab"])
REFS = st.none() | st.tuples(st.integers(0, 99), st.integers(1, 9))
ROWS = st.builds(
    Transfer, ANY, ANY, st.integers(-1, 10**15 + 1), st.just("") | ANY, lot=st.none() | REFS, resolves=st.none() | REFS,
    corrects=st.none() | REFS, covers=st.none() | st.builds(Covers, RIGHT, st.integers(1, 9)))  # fmt: skip
SAID = st.dictionaries(
    st.text(max_size=4), st.text(max_size=4) | st.integers() | st.booleans() | st.lists(st.text(max_size=3), max_size=2), max_size=3
)
ENTRIES = st.builds(
    Entry, st.integers(-1, 10**9), ANY, st.sampled_from([*rules.KINDS, "theft"]), DAYS, ANY, second=st.just("") | ANY, proposal=st.just("") | ANY,
    reverses=st.none() | st.integers(0, 9), rows=st.lists(ROWS, max_size=3).map(tuple), private=st.dictionaries(ANY, DIGESTS, max_size=2),
    payload=SAID, documents=st.just(()) | st.just((Document("invoice", "cd" * 32),)))  # fmt: skip
PLAIN = st.builds(
    Entry, st.integers(0, 10**9), RIGHT, st.sampled_from(rules.KINDS), st.just("2026-03-01"), RIGHT, second=st.just("") | RIGHT,
    proposal=st.just("") | RIGHT, reverses=st.none() | st.integers(0, 9), payload=SAID,
    rows=st.lists(st.builds(Transfer, RIGHT.map("d-{}".format), RIGHT, st.integers(1, 10**15), st.just("") | RIGHT), max_size=3).map(tuple),
    private=st.just({}) | st.just({"reference": "ef" * 32}))  # fmt: skip


@given(ENTRIES | PLAIN)
@settings(max_examples=600, deadline=None)
def test_every_leaf_is_the_canonical_json_of_its_value_or_is_refused_for_its_shape(entry):
    problems = [problem.code for problem in check_shape(entry)]
    try:
        leaf = leaf_bytes(entry)
    except Refused as refused:
        assert refused.codes == problems != []
    else:
        assert problems == []
        assert leaf == canonical_json(leaf_value(entry))


def test_every_kind_of_leaf_of_the_story_is_the_canonical_json_of_its_value():
    story = tell().entries
    assert {entry.kind for entry in story} >= {"gift", "hold", "release", "pay", "reverse", "memo"}
    assert [leaf_bytes(entry) for entry in story] == [canonical_json(leaf_value(entry)) for entry in story]
