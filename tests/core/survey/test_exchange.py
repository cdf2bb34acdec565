"""GeoJSON there and back, the form for phones judged by its own tool, and what phones send back."""

import json
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from awna.core.problems import Refused
from awna.core.survey.forms import read_submissions, write_xlsform
from awna.core.survey.geojson import area, read_geojson, write_geojson
from awna.core.survey.model import Observation, Shape
from awna.core.survey.scales import GRADES, SCALES

SITES = {"wadi-sanad": ("Wadi Sanad clinic", "عيادة وادي سند"), "school": ("School", "المدرسة")}
BOX = ((35.0, 31.0), (35.1, 31.0), (35.1, 31.1), (35.0, 31.1), (35.0, 31.0))
HOLE = ((35.02, 31.02), (35.02, 31.04), (35.04, 31.04), (35.02, 31.02))
AWAY = ((36.0, 31.0), (36.1, 31.0), (36.1, 31.1), (36.0, 31.0))

places = st.tuples(st.decimals(-180, 180, places=7).map(float), st.decimals(-90, 90, places=7).map(float))
words = st.text(st.characters(categories=["L", "N"]), max_size=12)
observations = st.lists(
    st.builds(
        Observation, st.uuids().map(str), st.sampled_from(list(SCALES)), words, st.sampled_from(["", *GRADES]),
        st.none() | st.dates(date(2000, 1, 1)), st.sampled_from(["remote", "field", ""]),
        st.none() | places.map(lambda place: Shape("point", ((place,),))) | st.just(Shape("area", (BOX, HOLE, AWAY))), words, words,
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(observations)
def test_geojson_reads_back_equal(told: list[Observation]) -> None:
    if not told:
        return
    assert read_geojson(write_geojson(told)).observations == told


def test_rings_turn_as_the_standard_wants() -> None:
    written = json.loads(
        write_geojson([Observation("1", "own", "destroyed", "destroyed", shape=Shape("area", (BOX[::-1], HOLE[::-1], AWAY)))])
    )
    polygons = written["features"][0]["geometry"]["coordinates"]
    assert [[area(tuple(map(tuple, ring))) > 0 for ring in polygon] for polygon in polygons] == [[True, False], [True]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[", "survey_geojson_damaged"),
        (b'{"type": "Topology"}', "survey_geojson_damaged"),
        (b"{" * 9, "survey_geojson_damaged"),
        (b'{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:28191"}}, "features": []}', "survey_projection_unknown"),
        (b'{"type": "FeatureCollection", "features": []}', "survey_grade_not_found"),
        (b'{"type": "FeatureCollection", "features": [7, {"properties": {"grading": []}}]}', "survey_scale_unclear"),
    ],
)
def test_what_is_no_survey_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_geojson(body)
    assert refused.value.codes == [code]


def test_coordinates_that_cannot_be_are_told_and_the_object_is_kept() -> None:
    features = [
        {"type": "Feature", "properties": {"grading": "Highly Damaged"}, "geometry": geometry}
        for geometry in ({"type": "Point", "coordinates": [640000, 3480000]}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
                         {"type": "Point", "coordinates": "ab"})
    ]  # fmt: skip
    survey = read_geojson(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert [one.shape for one in survey.observations] == [None] * 3
    assert [problem.code for problem in survey.problems].count("survey_geometry_wrong") == 3


def test_the_form_is_one_that_phones_take_in_two_languages() -> None:
    result = convert(BytesIO(write_xlsform(SITES, version="2026030101")), file_type=".xlsx")
    assert result.warnings == []
    assert 'lang="العربية (ar)"' in result.xform and 'lang="English (en)" default="true()"' in result.xform
    for name in ("observed_on", "damage_grade", "object_place", "hazard_stop"):
        assert f"/{name}" in result.xform
    assert "عيادة وادي سند" in result.xform


KOBO = {
    "_id": 7, "_uuid": "5f1c", "observed_on": "2026-02-03", "group_a/site": "wadi-sanad", "group_a/object_name": "Ward 2", "damage_grade": "severe",
    "object_place": "31.5 35.1 700 4.2", "_submitted_by": "eve.login", "damage_note": "Beam cracked",
}  # fmt: skip


def test_submissions_of_kobo_and_odk_give_the_same_observation() -> None:
    odk = {
        "value": [{"__id": "uuid:5f1c", "observed_on": "2026-02-03", "damage_grade": "severe", "object_place": {"type": "Point", "coordinates": [35.1, 31.5]},
                   "group_a": {"site": "wadi-sanad", "object_name": "Ward 2"}, "damage_note": "Beam cracked", "__system": {"submitterName": "eve.login"}}]
    }  # fmt: skip
    table = (
        "observed_on,group_a-site,group_a-object_name,damage_grade,_object_place_latitude,_object_place_longitude,damage_note,_uuid,_submitted_by\n"
        "2026-02-03,wadi-sanad,Ward 2,severe,31.5,35.1,Beam cracked,5f1c,eve.login\n"
    )
    wanted = Observation(
        "5f1c", "own", "severe", "severe", date(2026, 2, 3), "field", Shape("point", (((35.1, 31.5),),)), "Ward 2", "Beam cracked"
    )
    for data in (json.dumps({"results": [KOBO]}), json.dumps(odk), table):
        survey = read_submissions(data.encode(), sites=frozenset(SITES))
        assert [(one.source_grade, one.grade, one.observed, one.method, one.shape, one.name, one.note) for one in survey.observations] == [
            (wanted.source_grade, wanted.grade, wanted.observed, wanted.method, wanted.shape, wanted.name, wanted.note)
        ]
        assert "eve.login" not in repr(survey)


def test_submissions_for_unknown_sites_and_with_unknown_grades_are_told() -> None:
    rows = [
        KOBO,
        {**KOBO, "_uuid": "b", "group_a/site": "elsewhere"},
        {**KOBO, "_uuid": "c", "damage_grade": "gone", "observed_on": "31/02/2026"},
    ]
    survey = read_submissions(json.dumps(rows).encode(), sites=frozenset(SITES))
    assert [(problem.code, problem.where) for problem in survey.problems] == [
        ("survey_site_unknown", "submission 2"), ("survey_grade_unknown", "submission 3"), ("survey_date_unreadable", "submission 3"),
    ]  # fmt: skip
    assert [one.grade for one in survey.observations] == ["severe", ""]
    again = read_submissions(json.dumps([KOBO, KOBO]).encode())
    assert (len(again.observations), [note.code for note in again.notes]) == (1, ["survey_submission_twice"])


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "damage_grade", "object_place", "site"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(told: object) -> None:
    data = json.dumps(told).encode()
    for read in (read_geojson, read_submissions):
        try:
            read(data)
        except Refused as refused:
            assert all(str(problem) for problem in refused.problems)
