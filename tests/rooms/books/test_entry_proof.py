"""The proof that an entry is in the log costs the same in a short log and in a long one, and is right even where a tile is not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from awna.books import services as books
from awna.books.models import Entry
from awna.books.services import heads as signed
from awna.books.services import log_key
from awna.core.log.proof import check_proof
from awna.core.problems import Refused
from tests.rooms.books.test_publishing import add_memos

pytestmark = pytest.mark.django_db
LENGTHS = (300, 1_500)


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.AWNA_LOG_DIR, settings.AWNA_LOG_GUARD_DIR = tmp_path / "log", str(tmp_path / "guard")


def prove(ledger, seq):
    """The proof, checked, and how many leaves it took."""
    with CaptureQueriesContext(connection) as asked:
        text = books.prove_entry(ledger.book, seq=seq)
    assert check_proof(text, leaf=books.leaf_text(ledger.book, seq=seq).encode(), key=log_key(ledger.book)) == []
    questions = [query["sql"] for query in asked if "leaf" in query["sql"]]
    return sum(len(run(sql)) for sql in questions)


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_proof_reads_one_leaf_however_long_the_log_is(ledger):
    read = []
    for length in LENGTHS:
        add_memos(ledger, length - Entry.objects.count())
        books.publish_log(ledger.book)
        read.append(prove(ledger, 7))
    assert read == [1, 1]


@pytest.mark.parametrize("harm", [lambda file: file.unlink(), lambda file: file.write_bytes(bytes(len(file.read_bytes())))])
def test_a_proof_is_right_where_a_tile_is_missing_or_wrong(ledger, harm):
    add_memos(ledger, LENGTHS[0])
    books.publish_log(ledger.book)
    harm(signed.log_folder(ledger.book) / "tile" / "0" / "000")
    assert prove(ledger, 7) >= LENGTHS[0]


def test_nothing_is_proved_before_a_head_is_signed(ledger):
    add_memos(ledger, 3)
    with pytest.raises(Refused) as refused:
        books.prove_entry(ledger.book, seq=1)
    assert refused.value.codes == ["entry_not_signed_yet"]
