"""Rules for receipts are data: whole, sourced, reviewed by somebody or by nobody, and wrong ones are named with all their faults."""

import json
from decimal import Decimal

import pytest

from awna.core.problems import Refused
from awna.donations.receipt_packs import OWN_PACKS, pack_of, plain_pack, read_pack


@pytest.mark.parametrize("country", ["CH", "DE", "FR", "GB", "US"])
def test_the_packs_that_come_along_are_whole_and_reviewed_by_nobody(country):
    pack = pack_of(country)
    assert pack is not None and pack.country == country
    assert not pack.reviewed and pack.reviewed_by == ""
    assert all(source["dated"] for source in pack.sources) and pack.issuer_fields and pack.donor_fields
    assert set(pack.languages) <= set(plain_pack().languages)


def test_plain_words_exist_in_arabic_too():
    plain = plain_pack()
    assert {"ar", "de", "en", "es", "fr"} == set(plain.languages) == set(plain.labels)
    assert "not a tax receipt" in plain.texts["en"]["legal"][0] and "ليس" in plain.texts["ar"]["legal"][0]


def test_a_country_without_rules_has_none():
    assert pack_of("NO") is None and pack_of("../x") is None and pack_of("") is None


def test_all_faults_are_named_at_once():
    value = json.loads((OWN_PACKS / "DE.json").read_text(encoding="utf-8"))
    value["reviewed"] = True
    value["sources"][0]["dated"] = "yesterday"
    value["thresholds"][0]["amount"] = "300,00"
    value["texts"]["de"]["lead"] = "{nobody_knows}"
    value["texts"]["de"]["notes"] = {}
    value["donor_fields"].append({"name": "birth_date", "chars_max": 10})
    with pytest.raises(Refused) as refused:
        read_pack(json.dumps(value).encode())
    assert {problem.where for problem in refused.value.problems} == {
        "reviewed_by", "sources[0]", "thresholds[0]", "texts.de.lead", "texts.de.notes", "donor_fields[2]",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b'{"format": 1}', b"\xff", b'{"texts": {"de": 3}, "thresholds": [1], "donor_fields": {}}']
)
def test_what_is_no_pack_is_refused_without_a_traceback(data):
    with pytest.raises(Refused):
        read_pack(data)


def test_a_reviewed_pack_of_the_installation_wins(settings, tmp_path):
    value = json.loads((OWN_PACKS / "DE.json").read_text(encoding="utf-8"))
    value.update(reviewed=True, reviewed_by="A. Counsel", reviewed_on="2026-11-20")
    (tmp_path / "DE.json").write_text(json.dumps(value), encoding="utf-8")
    settings.AWNA_PACKS_DIR = str(tmp_path)
    assert pack_of("DE").reviewed and not pack_of("GB").reviewed


def test_thresholds_hold_from_and_up_to_an_amount():
    germany, states = pack_of("DE"), pack_of("US")
    assert [one.name for one in germany.holding(Decimal("300.00"), "EUR")] == ["simplified_proof"]
    assert germany.holding(Decimal("300.01"), "EUR") == []
    assert [one.name for one in states.holding(Decimal("249.99"), "USD")] == ["quid_pro_quo"]
    assert "written_acknowledgment" in [one.name for one in states.holding(Decimal("250.00"), "USD")]
    # Nobody compared euros with dollars: what would be required is required.
    assert [one.name for one in states.holding(Decimal("1.00"), "EUR")] == ["written_acknowledgment"]
    assert germany.holding(Decimal("1.00"), "USD") == []
