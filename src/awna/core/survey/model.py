"""A survey as the project keeps it: objects with their place, the grade as given and as mapped, when and how it was seen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..problems import Problem, Refused
from .scales import GRADES, UNKNOWN

SURVEY_BYTES_MAX = 40 * 1024 * 1024
OBJECTS_MAX = 50_000
POINTS_MAX = 500_000  # in one survey
TEXT_CHARS_MAX = 500
METHODS = ("remote", "field", "")
Point = tuple[float, float]
"""Longitude and latitude in degrees of WGS 84."""
Ring = tuple[Point, ...]


@dataclass(frozen=True)
class Shape:
    """A point (one ring of one point), or areas: outer rings and holes as they come, each closed."""

    kind: str  # point, area
    rings: tuple[Ring, ...]

    @property
    def points(self) -> Iterator[Point]:
        return (point for ring in self.rings for point in ring)

    @property
    def middle(self) -> Point:
        """The middle of the box around it."""
        xs, ys = zip(*self.points, strict=True)
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


@dataclass(frozen=True)
class Observation:
    """One object as it was seen once. `grade` is one of ours or '' = unknown; `source_grade` is what the source wrote on `scale`."""

    id: str
    scale: str
    source_grade: str
    grade: str = UNKNOWN
    observed: date | None = None
    method: str = ""
    shape: Shape | None = None
    name: str = ""
    note: str = ""
    site: str = ""
    hazard: bool = False
    """Somebody saw a danger there: unexploded items, asbestos, falling parts."""


@dataclass(frozen=True)
class HeldRow:
    """A row that was not taken: its cells wait, so that a person can correct it."""

    where: str
    cells: Mapping[str, str]
    problem: Problem


@dataclass
class Survey:
    """What was read; `problems` name rows that are not taken or stay unknown, `notes` what was left out."""

    observations: list[Observation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    numbered: bool = False
    """The file has no numbers of its own for its objects: they were counted, and mean nothing in another file."""

    def latest(self) -> list[Observation]:
        """The last observation of each object; one without a date is the oldest."""
        last: dict[str, Observation] = {}
        for one in self.observations:
            other = last.get(one.id)
            if other is None or (one.observed or date.min) >= (other.observed or date.min):
                last[one.id] = one
        return list(last.values())

    def counts(self) -> dict[str, int]:
        """Objects by our grade, in order; the unknown ones last."""
        grades = [one.grade for one in self.latest()]
        return {grade: grades.count(grade) for grade in (*GRADES, UNKNOWN)}


def refuse(code: str, text: str, params: Mapping[str, object] | None = None) -> Refused:
    return Refused(Problem(code, text, params or {}))


def too_large() -> Refused:
    text = "The survey has more than %(objects)s objects, %(points)s points or %(mb)s MB. Cut it to the area that you need."
    return refuse("survey_too_large", text, {"objects": OBJECTS_MAX, "points": POINTS_MAX, "mb": SURVEY_BYTES_MAX // 1024**2})
