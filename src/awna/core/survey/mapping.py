"""Which fields of a file hold grade, date, name and note, and on which scale: suggested, corrected by a person, saved as data."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from ..problems import Problem, Refused
from .model import METHODS, TEXT_CHARS_MAX, Observation, Shape, Survey
from .scales import SCALES, Scale, scale_for

GRADE_FIELDS = (
    "damage_grade",
    "grading",
    "damage_gra",
    "grade",
    "damage",
    "damage_class",
    "damage_level",
    "subtype",
    "main_damage_site_class",
)
DATE_FIELDS = ("observed_on", "observation_date", "obs_date", "sensordate", "ext_date", "date", "img_date", "today", "src_date")
ID_FIELDS = ("object_id", "uuid", "uid", "_uuid", "_id", "id", "objectid", "fid", "osm_id")
NAME_FIELDS = ("object_name", "name", "nam", "building")
NOTE_FIELDS = ("damage_note", "note", "notes", "comments", "remarks")
MANY = 14  # dates in one row of UNOSAT
PROBLEMS_MAX = 1_000
UNSAID = {"", "unk", "unknown", "unkown", "null", "none", "not applicable", "n/a"}
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class SurveyMapping:
    """Names of fields, '' = none. `grades` are words that a person mapped where the scale has none; `series`: fields with numbers behind."""

    grade: str
    scale: str
    observed: str = ""
    id: str = ""
    name: str = ""
    note: str = ""
    method: str = ""
    series: bool = False
    grades: tuple[tuple[str, str], ...] = ()

    def to_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "SurveyMapping":
        """The mapping of saved or sent data; Refused where it does not fit together."""
        try:
            told = {name: str(data.get(name, "")) for name in ("grade", "scale", "observed", "id", "name", "note", "method")}
            found = cls(
                **told, series=bool(data.get("series")), grades=tuple((str(word), str(grade)) for word, grade in data.get("grades", ()))
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise Refused(Problem("survey_mapping_damaged", "The saved mapping is not whole. Choose the fields again.")) from error
        found.check()
        return found

    def check(self) -> None:
        own = SCALES["own"]
        if (
            not self.grade
            or self.scale not in SCALES
            or self.method not in METHODS
            or any(own.grade(grade) is None for _, grade in self.grades)
        ):
            text = "Choose the field of the grade, its scale, and how the objects were seen: from the air or on site."
            raise Refused(Problem("survey_mapping_wrong", text))


def suggest_mapping(rows: Sequence[Fields], *, scale: str = "", grade: str = "") -> SurveyMapping:
    """By the names of the fields and the words in them. Refused where no field holds grades, or where a person must name the scale.

    `grade`: the field that a person named.
    """
    names = list(dict.fromkeys(name for row in rows[:200] for name in row))
    plain = {re.sub(r".*/", "", name).casefold(): name for name in reversed(names)}
    series = next((name for name in names if re.fullmatch(r"main_damage_site_class(_\d+)?", name.casefold())), "")
    found: Scale | None = SCALES.get(scale)
    if grade:
        series = ""
    candidates = (
        [plain.get(grade.casefold(), grade)]
        if grade
        else ["Main_Damage_Site_Class"]
        if series
        else [plain[name] for name in GRADE_FIELDS if name in plain]
    )
    for field in candidates:
        told = {
            _text(row.get(name, ""))
            for row in rows
            for name in ([one for one in names if _stem(one) == field.casefold()] if series else [field])
        }
        fits = found or (SCALES["unosat"] if series else scale_for(word for word in told if word.casefold() not in UNSAID))
        if fits is not None and any(fits.grade(word) for word in told):
            first = _first(plain)
            observed = "SensorDate" if series else first(DATE_FIELDS)
            return SurveyMapping(field, fits.name, observed, first(ID_FIELDS), first(NAME_FIELDS), first(NOTE_FIELDS),
                                 "remote" if fits.name in ("copernicus", "unosat", "xbd") else "", bool(series))  # fmt: skip
    if candidates:
        text = "The grades in %(field)s fit no scale, or more than one. Choose the scale."
        raise Refused(Problem("survey_scale_unclear", text, {"field": candidates[0]}))
    raise Refused(Problem("survey_grade_not_found", "No field holds grades of damage. Choose the field.", {}))


def _first(plain: Mapping[str, str]) -> Callable[[Iterable[str]], str]:
    return lambda names: next((plain[name] for name in names if name in plain), "")


def _stem(name: str) -> str:
    return re.sub(r"_\d{1,2}$", "", name).casefold()


def observations_of(survey: Survey, rows: Sequence[tuple[str, Fields, Shape | None]], mapping: SurveyMapping) -> None:
    """Adds what each row says; a row whose grade the scale does not know stays unknown, and is told."""
    seen: set[tuple[str, date | None]] = set()
    numbered = not mapping.id or len({_text(fields.get(mapping.id, "")) for _, fields, _ in rows}) < len(rows)
    survey.numbered = numbered and not mapping.series
    for where, fields, shape in rows:
        identity = where if numbered and not mapping.series else _text(fields.get(mapping.id, "")) or where
        for grade_field, date_field in _pairs(fields, mapping):
            one = _observation(survey, where, fields, shape, mapping, grade_field, date_field, identity)
            if one is not None and (one.id, one.observed) not in seen:
                seen.add((one.id, one.observed))
                survey.observations.append(one)


def _pairs(fields: Fields, mapping: SurveyMapping) -> Iterable[tuple[str, str]]:
    if not mapping.series:
        return [(mapping.grade, mapping.observed)]
    names = {name.casefold(): name for name in fields}
    endings = ["", *(f"_{number}" for number in range(1, MANY + 1))]
    pairs = [(names.get(f"{mapping.grade}{end}".casefold(), ""), names.get(f"{mapping.observed}{end}".casefold(), "")) for end in endings]
    return [(grade, day) for grade, day in pairs if grade and _text(fields.get(grade, "")) not in ("", "0", "None")]


def _observation(
    survey: Survey,
    where: str,
    fields: Fields,
    shape: Shape | None,
    mapping: SurveyMapping,
    grade_field: str,
    date_field: str,
    identity: str,
) -> Observation | None:
    source = _text(fields.get(grade_field, ""))
    grade = dict(mapping.grades).get(source, SCALES[mapping.scale].grade(source))
    if grade is None and source.casefold() not in UNSAID:
        _tell(survey, "survey_grade_unknown", "“%(grade)s” is no grade of the scale %(scale)s; the object stays without a grade.", where,
              grade=source[:60], scale=SCALES[mapping.scale].title)  # fmt: skip
    observed, readable = _day(fields.get(date_field) if date_field else None)
    if not readable:
        _tell(survey, "survey_date_unreadable", "“%(day)s” is not a date; it was left out.", where, day=_text(fields.get(date_field))[:40])
    if shape is None:
        _tell(survey, "survey_place_missing", "The object has no place that can be drawn; it is kept without one.", where)
    said = {field: _text(fields.get(name, "")) if name else "" for field, name in (("name", mapping.name), ("note", mapping.note))}
    said = {field: "" if text.casefold() in UNSAID else text for field, text in said.items()}
    own = "" if grade == "unknown" else grade or ""
    return Observation(identity, mapping.scale, source, own, observed, mapping.method, shape, said["name"], said["note"])


def _tell(survey: Survey, code: str, text: str, where: str, **params: object) -> None:
    if len(survey.problems) < PROBLEMS_MAX:
        survey.problems.append(Problem(code, text, params, where))


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value)
    return "".join(sign for sign in text[:TEXT_CHARS_MAX] if sign.isprintable() or sign == "\n").strip()


def _day(value: Any) -> tuple[date | None, bool]:
    """The date, and whether what stood there was one or empty."""
    if isinstance(value, datetime):
        return value.date(), True
    if isinstance(value, date):
        return value, True
    text = _text(value)
    if text.casefold() in UNSAID:
        return None, True
    match = re.match(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})", text) or None
    if match is None and (turned := re.match(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})$", text)):
        first, second = int(turned[1]), int(turned[2])
        if first <= 12 and second <= 12 and first != second:
            return None, False  # day and month could be either
        day, month = (first, second) if first > 12 or first == second else (second, first)
        return _made(int(turned[3]), month, day)
    return _made(int(match[1]), int(match[2]), int(match[3])) if match else (None, False)


def _made(year: int, month: int, day: int) -> tuple[date | None, bool]:
    try:
        return date(year, month, day), True
    except ValueError:
        return None, False
