"""Environmental product declarations in ILCD+EPD JSON: carbon by module, per unit; nothing of B, C or D."""

import json
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from awna.core.problems import Refused
from awna.core.standards.epd import GWP, declaration_from_plain, read_epd, read_plain

FIGURES = [("A1", "10"), ("A2", "1"), ("A3", "3"), ("A4", "0.5"), ("A4", "0.9"), ("C3", "2"), ("D", "-4"), ("A5", None)]


def declaration(**changes: Any) -> dict[str, Any]:
    """An invented data set of 2 m3 of block; `figures` are its modules."""
    figures = changes.pop("figures", FIGURES)
    result = {
        "referenceToLCIAMethodDataSet": {"refObjectId": GWP, "shortDescription": [{"value": "Global warming potential (GWP)", "lang": "en"}]},
        "other": {"anies": [{"name": "referenceToUnitGroupDataSet"}, *({"module": name, "value": value} for name, value in figures)]},
    }  # fmt: skip
    flow = {
        "referenceFlow": True, "resultingflowAmount": 2.0, "meanAmount": 2.0, "flowProperties": [
            {"uuid": "93a60a56-a3c8-11da-a746-0800200b9a66", "meanValue": 900}, {"referenceFlowProperty": True, "meanValue": 1.0, "referenceUnit": "m^3"},
        ],
    }  # fmt: skip
    whole = {
        "processInformation": {
            "dataSetInformation": {"UUID": "11111111-2222", "name": {"baseName": [{"value": "Test block", "lang": "en"}, {"value": "طوبة", "lang": "ar"}]}},
            "time": {"referenceYear": 2022, "dataSetValidUntil": 2027}, "geography": {"locationOfOperationSupplyOrProduction": {"location": "XX"}},
        },
        "administrativeInformation": {"publicationAndOwnership": {"dataSetVersion": "01.00", "registrationNumber": "TEST-1"}},
        "exchanges": {"exchange": [flow]}, "LCIAResults": {"LCIAResult": [result]},
    }  # fmt: skip
    return whole | changes


def read(**changes: Any) -> Any:
    return read_epd(json.dumps(declaration(**changes)).encode())


def test_carbon_is_read_per_unit_and_credits_are_left_out() -> None:
    found = read()
    assert (found.name_in("ar"), found.unit, found.year, found.region, found.mass_kg) == ("طوبة", "m3", 2022, "XX", D(900))
    assert found.stages == {"carbon_a1_a3": (D(7), D(7), D(7)), "carbon_a4": (D("0.25"), D("0.25"), D("0.45"))}
    assert found.left_out == ("C3", "D")


def test_one_figure_becomes_a_range_by_the_spread_that_somebody_states() -> None:
    made, carried, mass = read().factors(spread_percent=D(20))
    assert (made.value.low, made.value.likely, made.value.high) == (D("5.6"), D(7), D("8.4"))
    assert made.source == "EPD TEST-1, GWP, ±20 %" and made.dataset == "11111111-2222 01.00"
    assert (carried.value.high, mass.measure, mass.value.likely) == (D("0.54"), "mass", D("0.9"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff", "epd_no_json"),
        (b"[1]", "epd_other_format"),
        (b'{"processInformation": {}, "LCIAResults": {}}', "epd_incomplete"),
        (json.dumps(declaration(figures=[("A1", "1"), ("A3", "2")])).encode(), "epd_without_production"),
        (json.dumps(declaration(figures=[("A1-A3", "much")])).encode(), "epd_number_wrong"),
        (json.dumps(declaration(exchanges={"exchange": []})).encode(), "epd_without_unit"),
        (json.dumps(declaration(LCIAResults={"LCIAResult": []})).encode(), "epd_without_gwp"),
    ],
)
def test_what_is_no_declaration_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_epd(data)
    assert refused.value.codes == [code]


def test_a_declaration_survives_the_way_through_another_process() -> None:
    import base64

    plain = read_plain({"data": base64.b64encode(json.dumps(declaration()).encode()).decode()})
    assert declaration_from_plain(json.loads(json.dumps(plain))) == read()


def test_real_declarations_are_read(shared_data: Path) -> None:
    found = {path.name[:8]: read_epd(path.read_bytes()) for path in sorted((shared_data / "standards" / "carbon" / "ilcd").glob("*.json"))}
    assert len(found) == 8
    stone, window = found["0d1e4a59"], found["00c28f1f"]
    assert stone.unit == "m2" and round(stone.stages["carbon_a1_a3"][1], 3) == D("25.476")  # A1 + A2 + A3
    assert (window.unit, window.mass_kg, window.left_out) == ("pcs", D("0.696"), ("C1", "C2", "D"))
    assert all("D" not in one.stages for one in found.values())
