"""Files that banks and other projects wrote: movements and sums against expected values written by hand or by their authors."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.statement import check_balance, read_statements

from ._genkgo import compare

SHARED = Path(__file__).parents[4] / "shared" / "data" / "statements"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not SHARED.exists(), reason="the shared statement files are not beside the checkout")]


def rows(statements):
    return [(line.booked_on and line.booked_on.isoformat(), line.amount, line.currency) for item in statements for line in item.lines]


@pytest.mark.parametrize("name", ["camt052.v2", "camt052.v6", "camt053.v8", "camt053.v2.with-party-ids", "camt054.v4", "camt054.v8"])
def test_camt_equals_the_values_that_its_authors_expect(name):
    folder = SHARED / "camt" / "genkgo__camt"
    expected = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    entries = [entry for entry in expected["getEntries"] if isinstance(entry, dict)]
    found = rows(read_statements((folder / f"{name}.xml").read_bytes()))
    assert entries
    assert found == [
        (entry["getBookingDate"]["0"][:10], Decimal(entry["getAmount"]["getAmount"]) / 100, entry["getAmount"]["getCurrency"]["getCode"])
        for entry in entries
    ]


def test_generated_camt_053_balances_in_every_file():
    files = sorted((SHARED / "camt_generated").glob("CAMT_053_*.xml"))
    assert len(files) >= 3
    for path in files:
        for statement in read_statements(path.read_bytes()):
            assert statement.opening is not None and statement.closing is not None
            assert check_balance(statement) == []


@pytest.mark.parametrize(
    ("name", "movements", "signed_sum", "balances"),
    [
        ("sandermarechal__jejik-mt940/sparkasse.txt", 2, "-40.00", [("194.57", "174.57"), ("174.57", "154.57")]),
        ("sandermarechal__jejik-mt940/rabobank-iban.txt", 4, "-70.00", [("1000.00", "965.00"), ("965.00", "930.00")]),
        ("svenstaro__mt940-rs/february_30.sta", 1, "-6.00", [("1200.00", "1194.00")]),
        ("svenstaro__mt940-rs/mBank__mt940.sta", 3, "0.03", [("0.40", "0.43")]),
        ("wolph__mt940/mt940.txt", 5, "-1142.75", [("17376.67", "16233.92")]),
    ],
)
def test_mt940_has_the_right_movements_sums_and_balances(name, movements, signed_sum, balances):
    statements = read_statements((SHARED / "mt940" / name).read_bytes())
    assert len(rows(statements)) == movements
    assert sum(amount for _, amount, _ in rows(statements)) == Decimal(signed_sum)
    assert [(str(item.opening), str(item.closing)) for item in statements] == balances
    assert [problem for item in statements for problem in check_balance(item)] == []


def test_every_field_that_genkgo_expects_is_equal_but_in_details_that_cannot_be_split():
    """Two files hold one entry in SEK whose three details are in CHF: they share one movement, which lends none of their ids to the others."""
    folder = SHARED / "camt" / "genkgo__camt"
    compared = {
        path.stem: compare(json.loads(path.read_text(encoding="utf-8")), read_statements(path.with_suffix(".xml").read_bytes()))
        for path in sorted(folder.glob("*.json"))
    }
    assert len(compared) == 17 and sum(map(len, compared.values())) > 350
    differing = {(name, one.name) for name, found in compared.items() for one in found if not one.equal}
    shared = ("end-to-end id", "name of the other side", "account of the other side")
    assert differing == {(name, field) for name in ("camt054.v4", "camt054.v8") for field in shared}
