"""A survey in plain data, so that it crosses the border of a process and waits in a column; and the readers that run behind that border."""

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

from ..problems import Problem
from .forms import read_submissions
from .geojson import read_geojson
from .model import HeldRow, Observation, Shape, Survey
from .shapefiles import read_shapefile, unzip

PUBLISHED, FORMS = "published", "forms"
KINDS = (PUBLISHED, FORMS)


def read_plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`data` in base64, what is in it (`kind`), `sites` that are known, `scale` and `grade` (a field) where a person chose; as plain data."""
    data = base64.b64decode(payload["data"])
    scale = str(payload.get("scale") or "")
    grade = str(payload.get("grade") or "")
    if payload["kind"] == FORMS:
        return to_plain(read_submissions(data, sites=frozenset(payload["sites"])))
    if data[:2] == b"PK":
        return to_plain(read_shapefile(unzip(data), scale=scale, grade=grade))
    return to_plain(read_geojson(data, scale=scale, grade=grade))


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes: a zip or GeoJSON is published data, anything else came back from forms."""
    head = data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    return PUBLISHED if head[:2] == b"PK" or (head[:1] == b"{" and b'"Feature' in head) else FORMS


def to_plain(survey: Survey) -> dict[str, Any]:
    return {
        "observations": [_plain(one) for one in survey.observations],
        "problems": [_problem(one) for one in survey.problems],
        "notes": [_problem(one) for one in survey.notes],
        "held": [{"where": row.where, "cells": dict(row.cells), "problem": _problem(row.problem)} for row in survey.held],
        "numbered": survey.numbered,
    }


def from_plain(data: Mapping[str, Any]) -> Survey:
    return Survey(
        [_observation(one) for one in data["observations"]],
        [Problem(**one) for one in data["problems"]],
        [Problem(**one) for one in data["notes"]],
        [HeldRow(row["where"], row["cells"], Problem(**row["problem"])) for row in data["held"]],
        bool(data["numbered"]),
    )


def shape_to_plain(shape: Shape | None) -> dict[str, Any] | None:
    return {"kind": shape.kind, "rings": shape.rings} if shape else None


def shape_from_plain(data: Mapping[str, Any] | None) -> Shape | None:
    return Shape(data["kind"], tuple(tuple((x, y) for x, y in ring) for ring in data["rings"])) if data else None


def _plain(one: Observation) -> dict[str, Any]:
    return {
        "id": one.id, "scale": one.scale, "source_grade": one.source_grade, "grade": one.grade, "method": one.method, "name": one.name,
        "observed": one.observed.isoformat() if one.observed else None, "shape": shape_to_plain(one.shape), "note": one.note,
        "site": one.site, "hazard": one.hazard,
    }  # fmt: skip


def _observation(data: Mapping[str, Any]) -> Observation:
    observed = date.fromisoformat(data["observed"]) if data["observed"] else None
    return Observation(**{**data, "observed": observed, "shape": shape_from_plain(data["shape"])})


def _problem(problem: Problem) -> dict[str, Any]:
    params = {key: str(value) for key, value in problem.params.items()}
    return {"code": problem.code, "text": problem.text, "params": params, "where": problem.where}
