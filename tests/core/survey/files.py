"""Small surveys as files, written here: an invented street with five houses."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import shapefile

UTM36 = (
    'PROJCS["WGS_1984_UTM_Zone_36N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",33],'
    'PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]'
)
DEGREES = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
PALESTINE = 'PROJCS["Palestine_1923_Palestine_Grid",GEOGCS["GCS_Palestine_1923",DATUM["D_Palestine_1923"]],PROJECTION["Cassini"]]'
EAST, NORTH = 640_000.0, 3_480_000.0


def house(number: int, *, x: float = EAST, y: float = NORTH, side: float = 12.0) -> list[list[float]]:
    left = x + number * 30
    return [[left, y], [left, y + side], [left + side, y + side], [left + side, y], [left, y]]


def shapefile_of(rows: Sequence[Mapping[str, str]], *, prj: str = UTM36, points: bool = False) -> dict[str, bytes]:
    parts: dict[str, Any] = {name: io.BytesIO() for name in ("shp", "dbf", "shx")}
    with shapefile.Writer(**parts, shapeType=shapefile.POINT if points else shapefile.POLYGON) as writer:
        for name in rows[0]:
            writer.field(name, "C", 60)
        for number, row in enumerate(rows):
            if points:
                writer.point(35.1 + number / 1000, 31.5)
            else:
                writer.poly([house(number)])
            writer.record(*row.values())
    return {**{f".{name}": stream.getvalue() for name, stream in parts.items()}, ".prj": prj.encode()}


def zipped(files: Mapping[str, bytes], *, stem: str = "street/houses") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, data in files.items():
            archive.writestr(stem + ending, data)
    return stream.getvalue()


COPERNICUS = ["Not Affected", "Negligible to slight damage", "Moderately Damaged", "Highly Damaged", "Completely Destroyed"]
STREET = [{"grading": grade, "ext_date": "2026-01-15", "nam": f"House {number}"} for number, grade in enumerate(COPERNICUS, start=1)]
