"""Volunteers from a file of an association's own: judged by row, registered together, and taken back while nothing was built on them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.campaigns.models import BringIn, BroughtRow
from awna.campaigns.moving.kinds import KNOWN, NEW, REFUSED, Column, Judged, Kind, Line, Progress
from awna.campaigns.moving.undoing import refuse_built_on
from awna.core.problems import Problem
from awna.parties.models import Role

from .models import CLEARED, Availability, Language, Skill, Vetting, Volunteer
from .services import REGISTRARS
from .volunteer_file import VolunteerRow, read_cells

BATCH = 250
"""Volunteers that are written with one question to the database."""
OWN = ("skills", "languages", "availabilities", "vettings")
COLUMNS = (
    Column("code", _("Code"), _("What lists show in place of the name; each person has their own."), "V-014", required=True,
           words="id|number|no|nr|volunteer|volunteer no|personal no|personal number|nummer|numéro|número|الرمز|الرقم"),
    Column("name", _("Name"), _("The whole name. It is sealed: only who works with volunteers reads it."), "Amal Example", required=True,
           words="full name|volunteer name|nom|nombre|vorname nachname|الاسم|الاسم الكامل"),
    Column("languages", _("Languages"), _("Code and level of each, with semicolons between. Levels: basic, working, native."),
           "ar:native; en:working", required=True, words="language|spoken languages|sprachen|langues|idiomas|اللغات|اللغة"),
    Column("skills", _("Skills"), _("Name and level of each, with semicolons between. Levels: helper, skilled, lead."), "mason:skilled",
           words="skill|trade|trades|profession|fähigkeiten|métiers|oficios|المهارات|المهنة"),
    Column("available", _("Available"), _("From and until, with two points between; several with semicolons. Empty means always."),
           "2026-12-01..2026-12-20", words="availability|dates|verfügbar|disponible|disponibilité|disponibilidad|متاح|التوفر"),
    Column("vetting", _("Vetting"), _("Pending, cleared or refused; empty where nobody has looked yet."), "cleared",
           words="vetted|check|checked|prüfung|contrôle|verificación|التدقيق"),
    Column("vetted_until", _("Vetted until"), _("The last day on which a clearance holds. A clearance needs it."), "2027-06-30",
           words="valid until|clearance until|geprüft bis|valable jusqu|válido hasta|صالح حتى"),
)  # fmt: skip


def judge(found: BringIn, lines: Sequence[Line], _author: Role) -> list[Judged]:
    """Each row is new, there already, or refused; a code that stands for somebody else, or for other words, changes nothing."""
    read = [(line, *read_cells(line.cells, line.number)) for line in lines]
    times = Counter(row.code for _line, row, _problems in read if row)
    stored = {
        person.code: person
        for person in Volunteer.objects.filter(campaign=found.campaign, code__in=list(times)).with_details()
        if person.code in times
    }
    return [
        _judge_row(line, row, problems, stored.get(row.code) if row else None, times[row.code] if row else 0, found.brought_by)
        for line, row, problems in read
    ]


def take(found: BringIn, fresh: Sequence[Judged], author: Role, progress: Progress) -> Mapping[int, str]:
    """Register all of them; whoever the file says was vetted has that finding by the author's word."""
    made: dict[int, str] = {}
    for start in range(0, len(fresh), BATCH):
        some = fresh[start : start + BATCH]
        people = [
            Volunteer(campaign=found.campaign, code=row.plan.code, name=row.plan.name, section=found.brought_by.section) for row in some
        ]
        Volunteer.objects.bulk_create(people)
        pairs = [(person, row.plan) for person, row in zip(people, some, strict=True)]
        Language.objects.bulk_create(
            Language(volunteer=p, code=code, level=level) for p, row in pairs for code, level in row.languages.items()
        )
        Skill.objects.bulk_create(Skill(volunteer=p, name=name, level=level) for p, row in pairs for name, level in row.skills.items())
        Availability.objects.bulk_create(
            Availability(volunteer=p, from_on=first, until_on=last) for p, row in pairs for first, last in row.windows
        )
        Vetting.objects.bulk_create(
            Vetting(volunteer=p, state=row.vetting, valid_until=row.vetted_until, recorded_by=author, request_id=_vetting_id(row))
            for p, row in pairs if row.vetting
        )  # fmt: skip
        made |= {row.number: f"volunteer:{person.pk}" for person, row in zip(people, some, strict=True)}
        progress(start + len(some), len(fresh))
    return made


def undo(_found: BringIn, rows: Sequence[BroughtRow], _author: Role) -> None:
    """The people of these rows are no volunteers here any more; refused where one is in a crew, has hours, or was vetted since."""
    keys = {row.key for row in rows}
    people = {str(person.pk): person for person in Volunteer.objects.filter(pk__in=keys)}
    vetted = Vetting.objects.filter(volunteer__in=people).exclude(request_id__startswith="file:").values_list("volunteer", flat=True)
    own = [name for name in OWN if name != "vettings"] if vetted else OWN
    refuse_built_on(Volunteer, {person.pk for person in people.values()}, own=own, label="code")
    Vetting.objects.filter(volunteer__in=people).delete()
    Volunteer.objects.filter(pk__in=people).delete()


def _judge_row(
    line: Line, row: VolunteerRow | None, problems: list[Problem], stored: Volunteer | None, times: int, author: Role
) -> Judged:  # fmt: skip
    label = line.at("code") or line.at("name")
    if row is None:
        return Judged(line.number, line.cells, REFUSED, label, tuple(problems))
    where = f"row {line.number}, column code"
    if times > 1:
        text = "The code “%(code)s” stands in the file twice. Give each person their own."
        return Judged(line.number, line.cells, REFUSED, label, (Problem("volunteer_code_twice", text, {"code": row.code}, where),))
    if stored is not None:
        if stored.section_id == author.section_id and _says(stored) == _said(row):
            return Judged(line.number, line.cells, KNOWN, label)
        text = "The code “%(code)s” stands for somebody who is registered with other words. That stays; change it on the page of volunteers, or use another code."  # fmt: skip
        return Judged(line.number, line.cells, REFUSED, label, (Problem("volunteer_is_otherwise", text, {"code": row.code}, where),))
    found = _row_problems(row)
    return Judged(line.number, line.cells, REFUSED if found else NEW, label, tuple(found), row)


def _row_problems(row: VolunteerRow) -> list[Problem]:
    found = []
    if not row.languages:
        text = "Name at least one language of this volunteer."
        found.append(Problem("volunteer_speaks_nothing", text, {}, f"row {row.row}, column languages"))
    if row.vetting == CLEARED and (row.vetted_until is None or row.vetted_until < timezone.localdate()):
        text = "A clearance needs the day until which it holds, today or later."
        found.append(Problem("clearance_needs_an_end", text, {}, f"row {row.row}, column vetted_until"))
    return found


def _said(row: VolunteerRow) -> tuple[Any, ...]:
    return row.name, row.languages, row.skills, sorted(row.windows)


def _says(person: Volunteer) -> tuple[Any, ...]:
    windows = sorted((one.from_on, one.until_on) for one in person.availabilities.all())
    return (
        person.name,
        {one.code: one.level for one in person.languages.all()},
        {one.name: one.level for one in person.skills.all()},
        windows,
    )


def _vetting_id(row: VolunteerRow) -> str:
    return f"file:{row.code}:{row.vetting}:{row.vetted_until}"


VOLUNTEERS = Kind(
    "volunteers", _("Volunteers"), _("People who give hours, with their languages, skills and days."), REGISTRARS, COLUMNS, judge, take, undo,
    counted=lambda campaign: campaign.volunteers.count(),
)  # fmt: skip
