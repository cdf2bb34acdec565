"""The form that surveyors fill in on a phone (XLSForm, English and Arabic), and what Kobo or ODK send back from it."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from openpyxl import Workbook

from ..problems import Problem
from .mapping import SurveyMapping, observations_of
from .model import OBJECTS_MAX, SURVEY_BYTES_MAX, TEXT_CHARS_MAX, HeldRow, Shape, Survey, refuse, too_large

FORM_ID = "awna_damage_survey"
LANGUAGES = ("English (en)", "العربية (ar)")
SITES_MAX = 2_000
ID_FIELD = "survey_id"
PHOTO_PIXELS_MAX = 1600  # on the longer side: enough to judge, quick to send
MAPPING = SurveyMapping("damage_grade", "own", "observed_on", ID_FIELD, "object_name", "damage_note", "field")
PLACE_FIELD = "object_place"
_GRADES = {
    "undamaged": ("Undamaged", "سليم"),
    "slight": ("Slight: cracks in plaster, broken panes", "ضرر طفيف: تشققات في القصارة وزجاج مكسور"),
    "moderate": ("Moderate: cracks in walls, parts of the roof missing", "ضرر متوسط: تشققات في الجدران وأجزاء ناقصة من السقف"),
    "severe": ("Severe: walls or frame failed in parts", "ضرر شديد: انهيار جزئي في الجدران أو الهيكل"),
    "destroyed": ("Destroyed", "مدمّر"),
    "unknown": ("Cannot be told", "لا يمكن التحديد"),
}
_QUESTIONS = (
    ("today", "today", "", "", "", "", ""),
    ("date", "observed_on", "Day of the visit", "يوم الزيارة", "yes", ". <= today()", ""),
    ("select_one site", "site", "Site", "الموقع", "yes", "", ""),
    ("text", "object_name", "Building or part of it", "المبنى أو جزء منه", "yes", "", ""),
    ("geopoint", PLACE_FIELD, "Place (only where it is safe to record it)", "المكان (فقط حيث يكون تسجيله آمنًا)", "", "", ""),
    ("select_one grade", "damage_grade", "Damage", "الضرر", "yes", "", ""),
    ("select_one yes_no", "hazard", "Danger here: unexploded items, asbestos, falling parts?", "خطر هنا: مخلفات غير منفجرة أو أسبستوس أو أجزاء آيلة للسقوط؟",
     "yes", "", ""),
    ("note", "hazard_stop", "Leave the place now and report it.", "غادر المكان الآن وأبلغ عنه.", "", "", "${hazard} = 'yes'"),
    ("image", "photo", "Photo without people in it", "صورة بلا أشخاص", "", "", "${hazard} = 'no'"),
    ("text", "damage_note", "Note", "ملاحظة", "", "", ""),
)  # fmt: skip


def write_xlsform(sites: Mapping[str, tuple[str, str]], *, version: str) -> bytes:
    """The form for these sites: their short names (letters, digits, `_`, `-`) with their names in English and Arabic."""
    if not sites or len(sites) > SITES_MAX:
        raise refuse("survey_form_without_sites", "A form is made for 1 to %(most)s sites. Name the sites first.", {"most": SITES_MAX})
    labels = [f"label::{language}" for language in LANGUAGES]
    survey = [["type", "name", *labels, "required", "constraint", "relevant", "parameters"]]
    survey += [[*question, f"max-pixels={PHOTO_PIXELS_MAX}" if question[0] == "image" else ""] for question in _QUESTIONS]
    choices = [["list_name", "name", *labels]]
    choices += [["grade", name, *words] for name, words in _GRADES.items()]
    choices += [["yes_no", "yes", "Yes", "نعم"], ["yes_no", "no", "No", "لا"]]
    choices += [["site", name, *words] for name, words in sites.items()]
    settings = [["form_title", "form_id", "version", "default_language"], ["Damage survey", FORM_ID, version, LANGUAGES[0]]]
    book = Workbook(write_only=True)
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        sheet: Any = book.create_sheet(name)
        for row in rows:
            # A cell that begins with = would be taken for a formula; in names of sites it is not wanted either.
            sheet.append(["".join(filter(str.isprintable, cell)).lstrip("=+@") if name == "choices" else cell for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read_submissions(data: bytes, *, sites: frozenset[str] | None = None, mapping: SurveyMapping = MAPPING) -> Survey:
    """Submissions as JSON or CSV, as Kobo and ODK give them out. Who sent them is not taken.

    One for a site that is not among `sites` is told and held; with None any site is taken.
    """
    if len(data) > SURVEY_BYTES_MAX:
        raise too_large()
    rows = list(_json(data)) if data.lstrip()[:1] in (b"[", b"{") else list(_csv(data))
    if len(rows) > OBJECTS_MAX:
        raise too_large()
    survey = Survey()
    seen: set[str] = set()
    taken: list[tuple[str, Mapping[str, Any], Shape | None]] = []
    for number, row in enumerate(rows, start=1):
        fields = _flat(row)
        where = f"submission {number}"
        site = str(fields.get("site") or "")
        if sites is not None and site not in sites:
            text = "The submission is for the site “%(site)s”, which is not known here. Correct it, or add the site."
            problem = Problem("survey_site_unknown", text, {"site": site[:60]}, where)
            survey.problems.append(problem)
            survey.held.append(HeldRow(where, {**_cells(fields), ID_FIELD: _identity(fields, where)}, problem))
            continue
        identity = _identity(fields, where)
        if identity in seen:
            survey.notes.append(Problem("survey_submission_twice", "The submission is there twice; it was taken once.", {}, where))
            continue
        seen.add(identity)
        taken.append((where, {**fields, ID_FIELD: identity}, _place(fields)))
    observations_of(survey, taken, mapping)
    said = {str(fields[ID_FIELD]): fields for _, fields, _ in taken}
    survey.observations = [
        replace(one, site=str(said[one.id].get("site") or ""), hazard=str(said[one.id].get("hazard") or "").casefold() == "yes")
        if one.id in said
        else one
        for one in survey.observations
    ]
    return survey


def corrected(cells: Mapping[str, str], *, mapping: SurveyMapping = MAPPING) -> Survey:
    """The observation of a held row, once a person has put its cells right."""
    return read_submissions(json.dumps([{**cells, "_uuid": cells.get(ID_FIELD, "")}]).encode(), mapping=mapping)


def _identity(fields: Mapping[str, Any], where: str) -> str:
    told = next((str(fields[name]) for name in ("instanceID", "_uuid", "KEY", "__id", "_id") if fields.get(name)), where)
    return " ".join(told.removeprefix("uuid:")[:80].split())


def _cells(fields: Mapping[str, Any]) -> dict[str, str]:
    """What our questions were answered with; who sent it and from which phone is left out."""
    told = {name: fields[name] for name in (question[1] for question in _QUESTIONS) if fields.get(name) not in (None, "")}
    place = _place(fields)
    if place is not None:
        longitude, latitude = place.middle
        told[PLACE_FIELD] = f"{latitude} {longitude}"
    return {name: str(value)[:TEXT_CHARS_MAX] for name, value in told.items() if not isinstance(value, dict | list)}


def _json(data: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise refuse("survey_submissions_damaged", "The submissions are not JSON in UTF-8, or break off. Export them again.") from error
    rows = (
        next((found[name] for name in ("results", "value") if isinstance(found.get(name), list)), [found])
        if isinstance(found, dict)
        else found
    )
    yield from (row for row in rows if isinstance(row, dict))


def _csv(data: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse("survey_submissions_damaged", "The submissions are not CSV in UTF-8, or break off. Export them again.") from error


def _flat(row: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    """Fields without the groups they stand in (`group/field`, `group-field`, nested objects)."""
    known = {question[1] for question in _QUESTIONS}
    result: dict[str, Any] = {}
    for name, value in row.items():
        if not isinstance(name, str):
            continue
        if isinstance(value, dict) and depth < 5:
            result |= _flat(value, depth + 1)
            continue
        last = name.rpartition("/")[2]
        tail = last.rpartition("-")[2] or last
        result[tail if tail in known else last] = value
    return result


def _place(fields: Mapping[str, Any]) -> Shape | None:
    """`31.5 34.4 0 5` (latitude first), a list in that order, a GeoJSON point, or columns of their own."""
    told = fields.get(PLACE_FIELD) or fields.get("_geolocation") or fields.get("coordinates")
    if fields.get("type") == "Point" and isinstance(fields.get("coordinates"), list):
        told = fields["coordinates"][1::-1]
    if not told:
        told = [fields.get(f"_{PLACE_FIELD}_latitude"), fields.get(f"_{PLACE_FIELD}_longitude")]
    parts = told.split() if isinstance(told, str) else told
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (TypeError, ValueError, IndexError, KeyError):
        return None
    if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Shape("point", (((longitude, latitude),),))
