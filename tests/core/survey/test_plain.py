"""Surveys cross the border of a process unchanged, and a row that was held comes back once it is put right."""

import base64
import json

from awna.core.survey.cells import draw_cells
from awna.core.survey.forms import corrected, read_submissions
from awna.core.survey.geojson import read_geojson, write_geojson
from awna.core.survey.model import Observation, Shape
from awna.core.survey.plain import FORMS, PUBLISHED, from_plain, kind_of, read_plain, to_plain
from awna.core.survey.precision import coarsened
from awna.core.survey.scales import GRADES
from awna.core.survey.shapefiles import read_shapefile, unzip

from .files import STREET, shapefile_of, zipped

VISIT = {"site": "mill", "object_name": "Mill", "damage_grade": "severe", "observed_on": "2026-02-03", "object_place": "31.5 35.1 0 5",
         "hazard": "yes", "_uuid": "uuid:a1", "_submitted_by": "somebody"}  # fmt: skip


def test_a_survey_in_plain_data_reads_back_equal() -> None:
    survey = read_shapefile(unzip(zipped(shapefile_of(STREET))))
    assert from_plain(json.loads(json.dumps(to_plain(survey)))) == survey
    held = read_submissions(json.dumps([VISIT]).encode(), sites=frozenset({"ward"}))
    assert from_plain(json.loads(json.dumps(to_plain(held)))) == held


def test_the_reader_behind_the_border_knows_a_file_by_its_first_bytes() -> None:
    zip_, geojson, forms = zipped(shapefile_of(STREET)), write_geojson([]), json.dumps([VISIT]).encode()
    assert [kind_of(data) for data in (zip_, geojson, b"\xef\xbb\xbf" + geojson, forms, b"site,damage_grade\n")] == [PUBLISHED] * 3 + [
        FORMS
    ] * 2
    for data, kind in ((zip_, PUBLISHED), (forms, FORMS)):
        assert read_plain({"data": base64.b64encode(data).decode(), "kind": kind, "sites": [VISIT["site"]]})["observations"]


def test_a_person_names_the_column_of_the_grade() -> None:
    point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [35, 31]}, "properties": {"zustand": "Highly Damaged"}}
    data = json.dumps({"type": "FeatureCollection", "features": [point]}).encode()
    assert [one.grade for one in read_geojson(data, scale="copernicus", grade="zustand").observations] == ["severe"]


def test_a_held_row_keeps_its_answers_without_the_sender_and_is_taken_when_corrected() -> None:
    row = read_submissions(json.dumps([VISIT]).encode(), sites=frozenset({"ward"})).held[0]
    assert "somebody" not in str(row.cells) and row.problem.code == "survey_site_unknown"
    one = corrected({**row.cells, "site": "ward"}).observations[0]
    assert (one.id, one.site, one.grade, one.hazard, one.shape) == ("a1", "ward", "severe", True, Shape("point", (((35.1, 31.5),),)))


def test_squares_say_how_many_lie_in_each_and_no_more() -> None:
    seen = [
        Observation(str(number), "own", grade, grade, shape=Shape("point", (((35 + (number % 2) / 10, 31.5),),)), name=f"House {number}")
        for number, grade in enumerate(GRADES * 2)
    ]
    svg = draw_cells(coarsened(seen, metres=5_000), metres=5_000)
    assert svg.count('font-weight="bold" direction="ltr"') == 2 and ">5 km<" in svg and "House" not in svg
    far = [*seen, Observation("far", "own", "slight", "slight", shape=Shape("point", (((44.0, 33.0),),)))]
    assert ">5 km<" not in draw_cells(coarsened(far, metres=5_000), metres=5_000)  # drawn nearer than it lies: no scale
