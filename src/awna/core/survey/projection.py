"""From a projection file (.prj) to degrees: WGS 84 in degrees or UTM. Any other projection is refused by its name."""

import re
from collections.abc import Callable
from math import asinh, atan, atan2, cos, cosh, degrees, isfinite, radians, sin, sinh, sqrt

from .model import Point, refuse

AXIS_M, FLATTENING = 6_378_137.0, 1 / 298.257223563
N = FLATTENING / (2 - FLATTENING)
RADIUS_M = AXIS_M / (1 + N) * (1 + N**2 / 4 + N**4 / 64)
# Krüger's series to the fourth order: better than a millimetre within a zone.
BACKWARD = (N / 2 - 2 * N**2 / 3 + 37 * N**3 / 96 - N**4 / 360, N**2 / 48 + N**3 / 15 - 437 * N**4 / 1440, 17 * N**3 / 480 - 37 * N**4 / 840,
            4397 * N**4 / 161280)  # fmt: skip
SCALE, EAST_M, SOUTH_M = 0.9996, 500_000.0, 10_000_000.0
Convert = Callable[[float, float], Point]
_NAME = re.compile(r'^\s*(?:PROJCS|PROJCRS|GEOGCS|GEOGCRS)\s*\[\s*"([^"]{0,200})"', re.IGNORECASE)
_PARAMETER = re.compile(r'PARAMETER\s*\[\s*"([^"]{1,60})"\s*,\s*(-?[\d.]{1,30})', re.IGNORECASE)


def projection_of(prj: str) -> Convert:
    """The way from coordinates of the file to degrees; Refused with the name of a projection that is not read."""
    match = _NAME.match(prj.lstrip("\ufeff"))
    name = match[1] if match else prj.strip()[:60]
    wgs84 = re.search(r"D_WGS_1984|WGS[_ ]?(19)?84|World Geodetic System 1984", prj, re.IGNORECASE) is not None
    projected = prj.lstrip("\ufeff \n\r\t").upper().startswith("PROJ")
    if match and wgs84 and not projected:
        return degrees_as_they_are
    if match and wgs84 and re.search(r"Transverse_?\s?Mercator", prj, re.IGNORECASE):
        values = {
            key.casefold().replace("_", " "): float(value)
            for key, value in _PARAMETER.findall(prj)
            if value.count(".") <= 1 and value.strip("-.")
        }
        meridian = values.get("central meridian", values.get("longitude of natural origin"))
        north = values.get("false northing", 0.0)
        usual = (
            values.get("scale factor", values.get("scale factor at natural origin", SCALE)) == SCALE
            and values.get("false easting", EAST_M) == EAST_M
        )
        if meridian is not None and (meridian + 3) % 6 == 0 and usual and north in (0.0, SOUTH_M):
            return lambda east, northing: from_utm(east, northing, meridian=meridian, south=north == SOUTH_M)
    text = "The survey is in the projection “%(name)s”, which is not read. Export it in WGS 84 degrees (EPSG:4326) or WGS 84 UTM."
    raise refuse("survey_projection_unknown", text, {"name": name})


def degrees_as_they_are(x: float, y: float) -> Point:
    return x, y


def from_utm(east: float, north: float, *, meridian: float, south: bool = False) -> Point:
    """Longitude and latitude of metres in a zone with this central meridian."""
    if not (isfinite(east) and isfinite(north) and abs(east) < 2e6 and abs(north) < 2e7):
        return float("nan"), float("nan")
    xi, eta = (north - (SOUTH_M if south else 0)) / (SCALE * RADIUS_M), (east - EAST_M) / (SCALE * RADIUS_M)
    xi_, eta_ = xi, eta
    for j, beta in enumerate(BACKWARD, start=1):
        xi_ -= beta * sin(2 * j * xi) * cosh(2 * j * eta)
        eta_ -= beta * cos(2 * j * xi) * sinh(2 * j * eta)
    tau_ = sin(xi_) / sqrt(sinh(eta_) ** 2 + cos(xi_) ** 2)
    eccentricity = sqrt(FLATTENING * (2 - FLATTENING))
    tau = tau_
    for _ in range(4):  # Newton: two rounds are enough near any pole
        sigma = sinh(eccentricity * _atanh(eccentricity * tau / sqrt(1 + tau**2)))
        guess = tau * sqrt(1 + sigma**2) - sigma * sqrt(1 + tau**2)
        step = (tau_ - guess) / sqrt(1 + guess**2) * (1 + (1 - eccentricity**2) * tau**2) / ((1 - eccentricity**2) * sqrt(1 + tau**2))
        tau += step
    return meridian + degrees(atan2(sinh(eta_), cos(xi_))), degrees(atan(tau))


def _atanh(value: float) -> float:
    return asinh(value / sqrt(1 - value**2))


def metres_east_and_north(point: Point, origin: Point) -> tuple[float, float]:
    """Metres from a near origin, on a plane: good to a few in a thousand for a district."""
    metre = radians(1) * AXIS_M
    return (point[0] - origin[0]) * metre * cos(radians(origin[1])), (point[1] - origin[1]) * metre
