"""Damage surveys as GeoJSON (RFC 7946): reads any with grades in its properties, writes ours so that it reads back equal."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Any

from ..problems import Problem
from .mapping import SurveyMapping, observations_of, suggest_mapping
from .model import OBJECTS_MAX, POINTS_MAX, SURVEY_BYTES_MAX, Observation, Ring, Shape, Survey, refuse, too_large
from .scales import SCALES

MEDIA_TYPE = "application/geo+json"
DECIMALS = 7  # of a degree: a centimetre
WORLD = ("CRS84", "EPSG:4326", "EPSG::4326")


def read_geojson(data: bytes, *, mapping: SurveyMapping | None = None, scale: str = "", grade: str = "") -> Survey:
    """The survey; a file that we wrote tells its own mapping. Refused where it is no collection of features."""
    features = _features(data)
    survey = Survey()
    points = 0
    rows: list[tuple[str, Mapping[str, Any], Shape | None]] = []
    for number, feature in enumerate(features, start=1):
        where = f"feature {number}"
        fields = feature.get("properties") if isinstance(feature, dict) else None
        shape = _shape(feature.get("geometry"), survey, where) if isinstance(feature, dict) else None
        points += sum(map(len, shape.rings)) if shape else 0
        if points > POINTS_MAX:
            raise too_large()
        fields = dict(fields) if isinstance(fields, dict) else {}
        if isinstance(feature, dict) and isinstance(feature.get("id"), str | int):
            fields.setdefault("id", feature["id"])
        rows.append((where, fields, shape))
    if (
        mapping is None
        and not grade
        and rows
        and all({"source_grade", "source_scale", "damage_grade"} <= set(fields) for _, fields, _ in rows)
    ):
        _own(survey, rows)
        return survey
    mapping = mapping or suggest_mapping([fields for _, fields, _ in rows], scale=scale, grade=grade)
    mapping.check()
    observations_of(survey, rows, mapping)
    return survey


def _features(data: bytes) -> list[Any]:
    if len(data) > SURVEY_BYTES_MAX:
        raise too_large()
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise refuse("survey_geojson_damaged", "The file is not GeoJSON in UTF-8, or it breaks off. Export it again.") from error
    if not isinstance(found, dict) or found.get("type") not in ("FeatureCollection", "Feature"):
        raise refuse("survey_geojson_damaged", "The file is not GeoJSON in UTF-8, or it breaks off. Export it again.")
    crs = json.dumps(found.get("crs")) if found.get("crs") else ""
    if crs and not any(name in crs for name in WORLD):
        text = "The survey is in the projection “%(name)s”, which is not read. Export it in WGS 84 degrees (EPSG:4326) or WGS 84 UTM."
        raise refuse("survey_projection_unknown", text, {"name": crs[:80]})
    features = found.get("features") if found["type"] == "FeatureCollection" else [found]
    if not isinstance(features, list):
        raise refuse("survey_geojson_damaged", "The file is not GeoJSON in UTF-8, or it breaks off. Export it again.")
    if len(features) > OBJECTS_MAX:
        raise too_large()
    return features


def _shape(geometry: Any, survey: Survey, where: str) -> Shape | None:
    if not isinstance(geometry, dict):
        return None
    kind = geometry.get("type")
    told: Any = geometry.get("coordinates")
    try:
        if kind == "Point":
            return Shape("point", ((_point(told),),))
        if kind in ("Polygon", "MultiPolygon"):
            polygons: Any = [told] if kind == "Polygon" else told
            rings = tuple(tuple(_point(point) for point in ring) for polygon in polygons for ring in polygon)
            if rings and all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings):
                return Shape("area", rings)
        text = "The geometry is none that is read: a point, or areas whose rings are closed."
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        text = "The coordinates are not longitude and latitude in degrees."
    survey.problems.append(Problem("survey_geometry_wrong", text, {}, where))
    return None


def _point(told: Any) -> tuple[float, float]:
    x, y = float(told[0]), float(told[1])
    if isinstance(told, str) or not (isfinite(x) and isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
        raise ValueError
    return x, y


def _own(survey: Survey, rows: Sequence[tuple[str, Mapping[str, Any], Shape | None]]) -> None:
    """Our own files: source and mapped grade stand beside each other and are taken as they are, if they belong together."""
    for where, fields, shape in rows:
        told = {
            name: str(fields.get(name) or "") for name in ("id", "source_scale", "source_grade", "damage_grade", "method", "name", "note")
        }
        try:
            observed = date.fromisoformat(fields["observed_on"]) if fields.get("observed_on") else None
            if told["source_scale"] not in SCALES or SCALES["own"].grade(told["damage_grade"] or "unknown") is None:
                raise ValueError
        except (TypeError, ValueError):
            text = "The scale, grade or date of the feature is none that is known here. It was left out."
            survey.problems.append(Problem("survey_feature_wrong", text, {}, where))
            continue
        survey.observations.append(Observation(told["id"] or where, told["source_scale"], told["source_grade"], told["damage_grade"], observed,
                                               told["method"], shape, told["name"], told["note"]))  # fmt: skip


def write_geojson(observations: Iterable[Observation]) -> bytes:
    """A collection with source grade, our grade, date and method; outer rings run against the clock, as the standard wants."""
    features = [
        {"type": "Feature", "id": one.id, "geometry": _geometry(one.shape),
         "properties": {"damage_grade": one.grade, "source_scale": one.scale, "source_grade": one.source_grade,
                        "observed_on": one.observed.isoformat() if one.observed else None, "method": one.method, "name": one.name, "note": one.note}}
        for one in observations
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")).encode()


def _geometry(shape: Shape | None) -> dict[str, Any] | None:
    if shape is None:
        return None
    if shape.kind == "point":
        return {"type": "Point", "coordinates": _place(shape.rings[0][0])}
    polygons = [[[_place(point) for point in ring] for ring in polygon] for polygon in _polygons(shape.rings)]
    return {"type": "Polygon", "coordinates": polygons[0]} if len(polygons) == 1 else {"type": "MultiPolygon", "coordinates": polygons}


def _place(point: tuple[float, float]) -> list[float]:
    return [round(point[0], DECIMALS), round(point[1], DECIMALS)]


def _polygons(rings: Sequence[Ring]) -> Iterator[list[Ring]]:
    """Each outer ring with its holes: a ring whose first point lies inside an outer one before it is its hole."""
    polygons: list[list[Ring]] = []
    for ring in rings:
        home = next((polygon for polygon in polygons if inside(ring[0], polygon[0])), None)
        turned = ring if (area(ring) > 0) == (home is None) else ring[::-1]
        if home is None:
            polygons.append([turned])
        else:
            home.append(turned)
    return iter(polygons)


def area(ring: Ring) -> float:
    """Twice the area in square degrees; positive when the ring runs against the clock."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def inside(point: tuple[float, float], ring: Ring) -> bool:
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed
