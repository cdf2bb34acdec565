"""The drawn map: every object in colour and form, small enough for a bad line, and coarse where the campaign says so."""

import gzip
import re
from pathlib import Path
from xml.etree import ElementTree

from awna.core.survey.drawing import FILLS, draw_survey
from awna.core.survey.geojson import read_geojson, write_geojson
from awna.core.survey.model import Observation, Shape
from awna.core.survey.precision import coarsened
from awna.core.survey.scales import GRADES
from awna.core.survey.shapefiles import read_shapefile

from .files import STREET, shapefile_of

SVG = "{http://www.w3.org/2000/svg}"


def street() -> list[Observation]:
    return read_shapefile(shapefile_of(STREET)).observations


def test_grades_differ_in_colour_and_in_form() -> None:
    root = ElementTree.fromstring(draw_survey(street()))
    areas = [path for path in root.iter(f"{SVG}path") if path.get("fill-rule")]
    assert [path.get("fill") for path in areas] == [FILLS["undamaged"], "url(#survey-slight)", "url(#survey-moderate)", "url(#survey-severe)",
                                                    FILLS["destroyed"]]  # fmt: skip
    points = [
        Observation(str(number), "own", grade, grade, shape=Shape("point", (((35 + number / 1000, 31.5),),)))
        for number, grade in enumerate(GRADES)
    ]
    marks = [
        path.get("d", "")
        for path in ElementTree.fromstring(draw_survey(points))
        if path.tag == f"{SVG}path" and path.get("fill") in FILLS.values()
    ]
    assert len({re.sub(r"[-\d. ]", "", mark) + str(mark.count("-")) for mark in marks[:5]}) == 5


def test_it_says_in_words_what_it_shows_and_keeps_to_a_strict_policy() -> None:
    svg = draw_survey(street(), words={"title": "الأضرار في الشارع <1>", "destroyed": "مدمّر"}, key="map2", right_to_left=True)
    root = ElementTree.fromstring(svg)
    assert root.get("aria-labelledby") == "map2-title map2-text"
    assert root.findtext(f"{SVG}title") == "الأضرار في الشارع <1>"
    assert root.findtext(f"{SVG}desc") == "Undamaged: 1, Slight: 1, Moderate: 1, Severe: 1, مدمّر: 1"
    assert "style=" not in svg and "<style" not in svg and "href" not in svg
    assert re.search(r">\d+ m<", svg) and ">N<" in svg


def test_where_marks_cover_each_other_bars_say_the_sums() -> None:
    near = [
        Observation(f"a{number}", "own", "destroyed", "destroyed", shape=Shape("point", (((35 + number / 1e6, 31.5),),)))
        for number in range(90)
    ]
    far = [
        Observation(f"b{number}", "own", "slight", "slight", shape=Shape("point", (((35.2 + number / 1e6, 31.6),),)))
        for number in range(30)
    ]
    alone = [Observation("c", "own", "severe", "severe", shape=Shape("point", (((35.1, 31.7),),)))]
    root = ElementTree.fromstring(draw_survey(near + far + alone))
    assert [text.text for text in root.iter(f"{SVG}text") if (text.text or "").isdigit()] == ["30", "90"]
    assert not [text for text in ElementTree.fromstring(draw_survey(near[:50])).iter(f"{SVG}text") if (text.text or "").isdigit()]


def test_no_objects_and_objects_without_a_place_are_a_picture_too() -> None:
    ElementTree.fromstring(draw_survey([]))
    assert "Without a place: 1" in draw_survey([Observation("1", "own", "destroyed", "destroyed")])


def test_a_public_survey_is_a_small_picture(shared_data: Path) -> None:
    folder = shared_data / "standards" / "damage" / "emsr177"
    survey = read_shapefile({path.suffix: path.read_bytes() for path in folder.glob("settlementsPoly_aerial_merged.*")})
    svg = draw_survey(survey.latest()).encode()
    assert len(svg) < 150_000
    assert len(gzip.compress(svg)) < 30_000
    again = read_geojson(write_geojson(survey.observations))
    assert again.counts() == survey.counts()


def test_places_are_coarse_and_names_are_gone() -> None:
    coarse = coarsened(street(), metres=5_000)
    assert len({one.shape for one in coarse}) == 1
    assert [one.grade for one in coarse] == list(GRADES)
    told = write_geojson(coarse).decode()
    assert "House" not in told
    near = street()[0].shape
    assert near is not None and coarse[0].shape is not None
    assert abs(near.middle[0] - coarse[0].shape.middle[0]) < 0.06
    moved = coarsened([street()[4]], metres=5_000)[0]
    assert moved.shape == coarse[4].shape  # the cell does not depend on what else is in the survey
