"""The queue over a table does what the queue in memory does, whatever order things happen in and however small its pages are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from awna.books.services import derived
from awna.books.services.derived import StoredQueue
from awna.core.ledger.trace import MemoryQueue, Slice

LOTS = [(seq, 1) for seq in range(1, 6)]
PARTS = st.lists(st.builds(Slice, st.sampled_from(LOTS), st.integers(1, 50)), min_size=1, max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 120)),
        st.tuples(st.just("take_lot"), st.sampled_from(LOTS), st.integers(1, 80)),
        st.tuples(st.just("take_pro_rata"), st.integers(1, 30)),
        st.tuples(st.just("put"), PARTS),
        st.tuples(st.just("put_back"), PARTS),
        st.just(("save",)),
    ),
    max_size=40,
)


class Table:
    """Rows by position, read and written as the database would."""

    def __init__(self):
        self.rows = {}

    def read(self, *, after=None, lot=None, limit=None):
        found = [
            (position, *part.lot, part.amount)
            for position, part in sorted(self.rows.items())
            if (after is None or position > after) and lot in (None, part.lot)
        ]
        return found[:limit]

    def queue(self):
        return StoredQueue(self.read, max(self.rows, default=None))

    def save(self, queue):
        for position in queue.dirty:
            if position in queue.stored:
                del self.rows[position]
            if position in queue.items:
                assert position not in self.rows
                self.rows[position] = queue.items[position]


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_table_and_memory_never_differ(steps):
    derived.PAGE_SLICES, before = 2, derived.PAGE_SLICES
    try:
        memory, table = MemoryQueue(), Table()
        queue = table.queue()
        for name, *arguments in steps:
            if name == "save":
                table.save(queue)
                queue = table.queue()
                assert [part for _, part in sorted(table.rows.items())] == list(memory.parts)
            elif name == "take_pro_rata":
                whole = sum(part.amount for part in memory.parts)
                amount = min(arguments[0], whole)
                assert queue.take_pro_rata(amount) == memory.take_pro_rata(amount)
            else:
                assert getattr(queue, name)(*arguments) == getattr(memory, name)(*arguments)
        table.save(queue)
        assert [part for _, part in sorted(table.rows.items())] == list(memory.parts)
    finally:
        derived.PAGE_SLICES = before
