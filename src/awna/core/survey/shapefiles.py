"""Reads shapefiles through pyshp: the files themselves or a zip of them, in WGS 84 degrees or UTM."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isfinite
from typing import Any

import shapefile  # type: ignore[import-untyped]

from ..problems import Problem, Refused
from .mapping import SurveyMapping, observations_of, suggest_mapping
from .model import OBJECTS_MAX, POINTS_MAX, SURVEY_BYTES_MAX, Ring, Shape, Survey, refuse, too_large
from .projection import Convert, projection_of

PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
ZIP_PARTS_MAX = 500
POINTS, AREAS = {1, 11, 21}, {5, 15, 25}


def read_shapefile(files: Mapping[str, bytes], *, mapping: SurveyMapping | None = None, scale: str = "", grade: str = "") -> Survey:
    """The survey in files named by their endings (`.shp`, `.dbf`, `.prj`, and `.shx`, `.cpg` where there are)."""
    if sum(map(len, files.values())) > SURVEY_BYTES_MAX:
        raise too_large()
    for ending, why in ((".shp", "the shapes"), (".dbf", "the fields"), (".prj", "the projection")):
        if ending not in files:
            text = "The file %(ending)s, which holds %(why)s, is missing. Send it with the others, or all in one zip."
            raise refuse("survey_part_missing", text, {"ending": ending, "why": why})
    convert = projection_of(files[".prj"].decode("utf-8", errors="replace"))
    survey = Survey()
    try:
        rows = list(_rows(files, convert, survey))
    except Refused:
        raise
    except Exception as error:  # the library names no set of errors for damaged files
        text = "The shapefile is damaged: its parts do not fit together or break off. Export it again."
        raise refuse("survey_shapefile_damaged", text) from error
    mapping = mapping or suggest_mapping([fields for _, fields, _ in rows], scale=scale, grade=grade)
    mapping.check()
    observations_of(survey, rows, mapping)
    return survey


def unzip(data: bytes) -> dict[str, bytes]:
    """The parts of the one shapefile in a zip, by their endings; sizes are looked at before anything is unpacked."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if "__MACOSX" not in info.filename]
        if len(infos) > ZIP_PARTS_MAX or sum(info.file_size for info in infos) > SURVEY_BYTES_MAX:
            raise too_large()
        stems = {info.filename[:-4] for info in infos if info.filename.lower().endswith(".shp")}
        if len(stems) != 1:
            text = "The zip holds %(count)s shapefiles; one is read at a time. Send the one with the damage."
            raise refuse("survey_zip_not_one", text, {"count": len(stems)})
        stem = stems.pop()
        return {info.filename[-4:].lower(): archive.read(info) for info in infos
                if info.filename[:-4] == stem and info.filename[-4:].lower() in PARTS}  # fmt: skip
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, NotImplementedError, LookupError) as error:
        raise refuse("survey_zip_damaged", "The zip cannot be unpacked. Pack it again without a password.") from error


def _rows(files: Mapping[str, bytes], convert: Convert, survey: Survey) -> Iterator[tuple[str, Mapping[str, Any], Shape | None]]:
    parts: dict[str, Any] = {ending[1:]: io.BytesIO(data) for ending, data in files.items() if ending in (".shp", ".dbf", ".shx")}
    encoding = files.get(".cpg", b"").decode("ascii", errors="replace").strip() or "utf-8"
    if encoding.lower() not in ("utf-8", "utf8", "iso-8859-1", "windows-1252", "windows-1256", "cp1252", "cp1256", "1252", "1256"):
        encoding = "utf-8"
    encoding = f"cp{encoding}" if encoding.isdigit() else encoding
    with shapefile.Reader(**parts, encoding=encoding, encodingErrors="replace") as reader:
        points = 0
        for number, record in enumerate(reader.iterShapeRecords(), start=1):
            points += len(getattr(record.shape, "points", ()))
            if number > OBJECTS_MAX or points > POINTS_MAX:
                raise too_large()
            yield f"object {number}", record.record.as_dict(), _shape(record.shape, convert, survey, number)


def _shape(given: Any, convert: Convert, survey: Survey, number: int) -> Shape | None:
    kind, points = given.shapeType, getattr(given, "points", [])
    if kind in POINTS and points:
        rings: tuple[Ring, ...] = (_converted(points[:1], convert),)
    elif kind in AREAS and points:
        starts = [*given.parts, len(points)]
        rings = tuple(_converted(points[start:end], convert) for start, end in pairwise(starts))
        rings = tuple(ring for ring in rings if len(ring) >= 4)
    else:
        if kind:
            survey.problems.append(Problem("survey_shape_not_read", "Lines are not read; points and areas are.", {}, f"object {number}"))
        return None
    if not rings or not all(isfinite(x) and isfinite(y) and abs(x) <= 180 and abs(y) <= 90 for ring in rings for x, y in ring):
        return None
    return Shape("point" if kind in POINTS else "area", rings)


def _converted(points: Any, convert: Convert) -> Ring:
    return tuple(convert(float(point[0]), float(point[1])) for point in points)
