"""Files of real layouts against values that were read from them by hand: booking date, signed amount, reference, the bank's reference."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.csv_profile import profile_from_fields
from awna.core.banking.csv_suggest import shipped_profiles
from awna.core.banking.statement import read_statements

SHARED = Path(__file__).parents[4] / "shared" / "data" / "statements"
EXPECTED = Path(__file__).parent / "expected"
PROFILES = {profile.name: profile for profile in shipped_profiles()}
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not SHARED.exists(), reason="the shared statement files are not beside the checkout")]


def cases():
    return [
        pytest.param(kind, one, id=f"{kind}-{Path(one['file']).stem}")
        for kind in ("mt940", "ofx", "csv")
        for one in json.loads((EXPECTED / f"{kind}.json").read_text(encoding="utf-8"))
    ]


def test_there_are_at_least_ten_files_of_each_format():
    assert all(len(json.loads((EXPECTED / f"{kind}.json").read_text(encoding="utf-8"))) >= 12 for kind in ("mt940", "ofx", "csv"))


@pytest.mark.parametrize(("kind", "one"), cases())
def test_every_field_is_as_it_was_read_by_hand(kind, one):
    profile = one.get("profile")
    profile = PROFILES[profile] if isinstance(profile, str) else profile_from_fields(profile) if profile else None
    statements = read_statements((SHARED / kind / one["file"]).read_bytes(), name=one["file"], profile=profile)
    assert {line.currency for statement in statements for line in statement.lines} == ({one["currency"]} if one["lines"] else set())
    found = [
        (line.booked_on.isoformat(), line.amount, line.reference, line.bank_reference)
        for statement in statements
        for line in statement.lines
    ]
    assert found == [(day, Decimal(amount), reference, bank) for day, amount, reference, bank in one["lines"]]
