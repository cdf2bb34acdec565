"""Published surveys: place in degrees, source grade beside ours, and every file that cannot be trusted refused with its reason."""

import random
from datetime import date
from pathlib import Path

import pyproj
import pytest

from awna.core.problems import Refused
from awna.core.survey.mapping import SurveyMapping
from awna.core.survey.projection import from_utm, projection_of
from awna.core.survey.scales import GRADES, SCALES, scale_for
from awna.core.survey.shapefiles import read_shapefile, unzip

from .files import COPERNICUS, EAST, NORTH, PALESTINE, STREET, UTM36, shapefile_of, zipped


def test_a_published_survey_keeps_source_grade_mapped_grade_date_and_method() -> None:
    survey = read_shapefile(unzip(zipped(shapefile_of(STREET))))
    assert [one.source_grade for one in survey.observations] == COPERNICUS
    assert [one.grade for one in survey.observations] == list(GRADES)
    assert {(one.scale, one.observed, one.method) for one in survey.observations} == {("copernicus", date(2026, 1, 15), "remote")}
    oracle = pyproj.Transformer.from_crs(32636, 4326, always_xy=True)
    assert survey.observations[0].shape is not None
    assert survey.observations[0].shape.rings[0][0] == pytest.approx(oracle.transform(EAST, NORTH), abs=1e-9)


@pytest.mark.parametrize(("zone", "south"), [(1, False), (33, False), (36, False), (37, True), (60, True)])
def test_our_inverse_of_utm_agrees_with_the_oracle(zone: int, south: bool) -> None:
    oracle = pyproj.Transformer.from_crs((32700 if south else 32600) + zone, 4326, always_xy=True)
    chance = random.Random(zone)
    for _ in range(200):
        east, north = chance.uniform(166_000, 834_000), chance.uniform(1_200_000, 9_900_000)
        ours = from_utm(east, north, meridian=zone * 6 - 183, south=south)
        theirs = oracle.transform(east, north)
        assert (ours[0] - theirs[0] + 180) % 360 - 180 == pytest.approx(0, abs=1e-8)
        assert ours[1] == pytest.approx(theirs[1], abs=1e-8)


@pytest.mark.parametrize(
    "prj", [PALESTINE, UTM36.replace("0.9996", "1"), UTM36.replace('"central_meridian",33', '"central_meridian",31'), "", "PROJCS["]
)
def test_other_projections_are_refused_by_name(prj: str) -> None:
    with pytest.raises(Refused) as refused:
        projection_of(prj)
    assert refused.value.codes == ["survey_projection_unknown"]
    assert "Palestine" in str(refused.value) or "Palestine" not in prj


def test_grades_are_never_invented() -> None:
    unosat = SCALES["unosat"]
    assert [unosat.grade(text) for text in ("1", "2.0", "3", "6", "4", "11")] == ["destroyed", "severe", "moderate", "undamaged", "", ""]
    assert unosat.grade("77") is None
    assert SCALES["copernicus"].grade("Possibly damaged") == SCALES["copernicus"].grade("Damaged") == ""
    assert [SCALES["xbd"].grade(text) for text in ("no-damage", "minor-damage", "major-damage", "destroyed", "un-classified")] == [
        "undamaged", "slight", "severe", "destroyed", "",
    ]  # fmt: skip
    assert [SCALES["ems98"].grade(text) for text in ("0", "Grade 1", "D2", "3", "4", "5")] == [
        "undamaged", "slight", "moderate", "severe", "severe", "destroyed",
    ]  # fmt: skip
    assert scale_for(["destroyed"]) is None  # several scales have this word
    assert scale_for(["no-damage", "destroyed"]) is SCALES["xbd"]


def test_grades_that_fit_no_scale_ask_a_person() -> None:
    rows = [{"grading": "rubble"}, {"grading": "Not Affected"}]
    with pytest.raises(Refused) as refused:
        read_shapefile(shapefile_of(rows))
    assert refused.value.codes == ["survey_scale_unclear"]
    named = read_shapefile(shapefile_of(rows), scale="copernicus")
    assert ([one.grade for one in named.observations], [one.code for one in named.problems]) == (
        ["", "undamaged"],
        ["survey_grade_unknown"],
    )
    mapping = SurveyMapping.from_data({"grade": "grading", "scale": "copernicus", "grades": [["rubble", "destroyed"]]})
    assert [one.grade for one in read_shapefile(shapefile_of(rows), mapping=mapping).observations] == ["destroyed", "undamaged"]


def test_rows_of_many_dates_give_an_observation_each() -> None:
    rows = [
        {"Main_Damage_Site_Class": "3", "SensorDate": "2024-01-07", "x": "a"},
        {"Main_Damage_Site_Class": "6", "SensorDate": "2024-01-07", "x": "b"},
    ]
    many = [
        {"properties": row | {"Main_Damage_Site_Class_2": grade, "SensorDate_2": "2024-05-03"}, "type": "Feature",
         "geometry": {"type": "Point", "coordinates": [35, 31]}}
        for row, grade in zip(rows, ("1", "4"), strict=True)
    ]  # fmt: skip
    import json

    from awna.core.survey.geojson import read_geojson

    survey = read_geojson(json.dumps({"type": "FeatureCollection", "features": many}).encode())
    assert [(one.id, one.source_grade, one.grade, one.observed) for one in survey.observations] == [
        ("feature 1", "3", "moderate", date(2024, 1, 7)), ("feature 1", "1", "destroyed", date(2024, 5, 3)),
        ("feature 2", "6", "undamaged", date(2024, 1, 7)), ("feature 2", "4", "", date(2024, 5, 3)),
    ]  # fmt: skip
    assert [one.grade for one in survey.latest()] == ["destroyed", ""]


def test_what_is_missing_or_damaged_is_refused() -> None:
    files = shapefile_of(STREET)
    wrong = {
        "survey_part_missing": lambda: read_shapefile({name: data for name, data in files.items() if name != ".prj"}),
        "survey_zip_damaged": lambda: unzip(b"PK\x03\x04rest"),
        "survey_zip_not_one": lambda: unzip(zipped({".txt": b"nothing"})),
        "survey_shapefile_damaged": lambda: read_shapefile({**files, ".dbf": b"\x03"}),
        "survey_too_large": lambda: unzip(zipped({".shp": bytes(41 * 1024 * 1024)})),
        "survey_grade_not_found": lambda: read_shapefile(shapefile_of([{"colour": "red"}])),
    }
    for code, act in wrong.items():
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == [code]


def test_changed_bytes_never_raise_anything_else() -> None:
    files, chance = shapefile_of(STREET), random.Random("street")
    for _ in range(150):
        changed = {name: bytearray(data) for name, data in files.items()}
        for _ in range(chance.randint(1, 5)):
            part = changed[chance.choice(list(changed))]
            part[chance.randrange(len(part))] = chance.randrange(256)
        try:
            survey = read_shapefile({name: bytes(data) for name, data in changed.items()})
            assert all(str(problem) for problem in survey.problems)
        except Refused as refused:
            assert all(str(problem) for problem in refused.problems)


def test_a_public_survey_has_its_known_counts(shared_data: Path) -> None:
    folder = shared_data / "standards" / "damage" / "emsr177"
    files = {path.suffix: path.read_bytes() for path in folder.glob("settlementsPoly_aerial_merged.*")}
    survey = read_shapefile(files)
    assert list(survey.counts().values()) == [807, 187, 280, 205, 388, 0]
    assert survey.problems == []
    assert all(one.shape and 13 < one.shape.middle[0] < 14 and 42 < one.shape.middle[1] < 43 for one in survey.observations)
