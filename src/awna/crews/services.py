"""The only writers of crews: register and vet people, form crews, plan shifts, record and approve hours."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Book
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role, Section, User
from awna.parties.services import refuse_unless_role

from . import crew_rules
from .models import (
    CLEARED,
    HOURS_SCALE,
    VETTING_STATES,
    Availability,
    Crew,
    Hours,
    Language,
    Shift,
    Skill,
    Vetting,
    Volunteer,
)  # fmt: skip
from .volunteer_file import read_volunteers

REGISTRARS = ("coordinator", "site_lead")
PLANNERS = ("coordinator", "site_lead", "shift_lead")
APPROVERS = ("shift_lead",)
HOURS_A_DAY_MAX = Decimal(16)
HOURS_COMMODITY = "hours"
HOURS_FUND = "goods-general"


@transaction.atomic
def register_volunteer(
    *, campaign: Campaign, code: str, name: str, languages: Mapping[str, int], skills: Mapping[str, int],
    windows: Sequence[tuple[date, date]] = (), section: Section | None = None, user: User | None = None, author: Role,
) -> Volunteer:  # fmt: skip
    """The volunteer of that code; registered again, languages, skills and windows are replaced by what is said now."""
    refuse_unless_role(author, *REGISTRARS, campaign=campaign)
    section = section or author.section
    _refuse_foreign_section(author, section)
    problems = [
        Problem("volunteer_incomplete", "A volunteer needs a code and a name. Write both.", {}, field)
        for field, text in (("code", code), ("name", name)) if not text.strip()
    ]  # fmt: skip
    if not languages:
        problems.append(Problem("volunteer_speaks_nothing", "Name at least one language of this volunteer.", {}, "languages"))
    if problems:
        raise Refused(problems)
    known = Volunteer.objects.select_for_update().filter(campaign=campaign, code=code).first()
    if known is not None and known.section_id != (section.pk if section else None):
        raise Refused(Problem("volunteer_code_taken", "The code “%(code)s” is taken. Choose another.", {"code": code}, "code"))
    volunteer = known or Volunteer(campaign=campaign, code=code, section=section)
    volunteer.name, volunteer.user = name, user or volunteer.user
    volunteer.save()
    _replace_details(volunteer, languages, skills, windows)
    return volunteer


@transaction.atomic
def record_vetting(
    *, volunteer: Volunteer, state: str, valid_until: date | None = None, author: Role, request_id: str
) -> Vetting:  # fmt: skip
    """Add a finding; nobody vets themselves, and a clearance has an end."""
    refuse_unless_role(author, *REGISTRARS, campaign=volunteer.campaign)
    _refuse_foreign_section(author, volunteer.section)
    Volunteer.objects.select_for_update().get(pk=volunteer.pk)
    first = volunteer.vettings.filter(request_id=request_id).first()
    if first is not None:
        return first
    problems = []
    if state not in dict(VETTING_STATES):
        problems.append(
            Problem("vetting_unknown", "“%(asked)s” is no state of vetting. Use pending, cleared or refused.", {"asked": state}, "state")
        )
    if state == CLEARED and (valid_until is None or valid_until < timezone.localdate()):
        problems.append(
            Problem("clearance_needs_an_end", "A clearance needs the day until which it holds, today or later.", {}, "valid_until")
        )
    if volunteer.user_id == author.user_id:
        problems.append(Problem("nobody_vets_themselves", "You cannot vet yourself. Ask another coordinator."))
    if problems:
        raise Refused(problems)
    return Vetting.objects.create(volunteer=volunteer, state=state, valid_until=valid_until, recorded_by=author, request_id=request_id)


@transaction.atomic
def load_volunteers(*, campaign: Campaign, data: bytes, author: Role) -> list[Volunteer]:
    """Register everyone in a CSV file, or nobody. Loaded again, the same file changes nothing but details."""
    rows = read_volunteers(data)
    loaded = []
    for row in rows:
        try:
            volunteer = register_volunteer(
                campaign=campaign, code=row.code, name=row.name, languages=row.languages, skills=row.skills, windows=row.windows,
                author=author,
            )  # fmt: skip
            if row.vetting:
                request_id = f"file:{row.code}:{row.vetting}:{row.vetted_until}"
                record_vetting(volunteer=volunteer, state=row.vetting, valid_until=row.vetted_until, author=author, request_id=request_id)
        except Refused as refused:
            raise Refused([problem.at(f"row {row.row}") for problem in refused.problems]) from refused
        loaded.append(volunteer)
    return loaded


@transaction.atomic
def form_crew(
    *, campaign: Campaign, name: str, members: Sequence[Volunteer], skills: Mapping[str, int], from_on: date, until_on: date,
    author: Role, request_id: str,
) -> Crew:  # fmt: skip
    """Bring people together for some days. `skills` says how many of each are needed. Refused unless all are vetted and there,
    every skill has its people, and everybody is understood on the site."""
    refuse_unless_role(author, *REGISTRARS, campaign=campaign)
    first = Crew.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return first
    # The members are locked in the order of their keys, so that no vetting is withdrawn between check and write.
    ids = [member.pk for member in members]
    list(Volunteer.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    people = list(Volunteer.objects.with_details().filter(pk__in=ids))
    for person in people:
        _refuse_foreign_section(author, person.section)
    problems = crew_rules.crew_problems(
        people, campaign=campaign, name=name, skills=skills, from_on=from_on, until_on=until_on, site_language=campaign.site_language
    )
    if problems:
        raise Refused(problems)
    crew = Crew.objects.create(
        campaign=campaign, section=author.section, name=name.strip(), from_on=from_on, until_on=until_on, formed_by=author,
        request_id=request_id,
    )  # fmt: skip
    crew.members.set(people)
    return crew


@transaction.atomic
def plan_shift(
    *, crew: Crew, works_on: date, title: str, hours_planned: Decimal, task_ref: str = "", author: Role, request_id: str
) -> Shift:  # fmt: skip
    """Send a crew to one piece of work on one of its days."""
    refuse_unless_role(author, *PLANNERS, campaign=crew.campaign)
    _refuse_foreign_section(author, crew.section)
    Crew.objects.select_for_update().get(pk=crew.pk)
    first = crew.shifts.filter(request_id=request_id).first()
    if first is not None:
        return first
    problems = _hours_problems(hours_planned, "hours_planned")
    if not title.strip():
        problems.append(Problem("shift_needs_a_title", "Say in a few words what the crew does.", {}, "title"))
    if not crew.from_on <= works_on <= crew.until_on:
        problems.append(Problem("shift_outside_crew_days", "The crew is there from %(first)s to %(last)s. Choose one of these days.",
                                {"first": crew.from_on, "last": crew.until_on}, "works_on"))  # fmt: skip
    problems += crew_rules.clearance_problems(crew.members.with_details(), works_on)
    if problems:
        raise Refused(problems)
    return Shift.objects.create(
        crew=crew, works_on=works_on, title=title.strip(), hours_planned=hours_planned, task_ref=task_ref, planned_by=author,
        request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def record_hours(*, shift: Shift, volunteer: Volunteer, hours: Decimal, author: Role) -> Hours:
    """Write down what one member worked, by the volunteer or by who leads. Once for each shift; the same figure again is the same row."""
    campaign = shift.crew.campaign
    own = volunteer.user_id is not None and volunteer.user_id == author.user_id
    refuse_unless_role(author, *(() if own else PLANNERS), campaign=campaign)
    if not own:
        _refuse_foreign_section(author, shift.crew.section)
    Shift.objects.select_for_update().get(pk=shift.pk)
    first = Hours.objects.filter(shift=shift, volunteer=volunteer).first()
    if first is not None and first.hours == hours:
        return first
    problems = _hours_problems(hours, "hours")
    if first is not None:
        problems.append(Problem("hours_recorded_already", "%(hours)s hours are recorded for this person in this shift. Ask the shift lead.",
                                {"hours": first.hours}))  # fmt: skip
    if not shift.crew.members.filter(pk=volunteer.pk).exists():
        problems.append(Problem("not_in_this_crew", "This person is not in the crew of this shift. Choose a member.", {}, "volunteer"))
    if shift.works_on > timezone.localdate():
        problems.append(
            Problem("shift_not_worked_yet", "This shift is on %(day)s. Record its hours from then on.", {"day": shift.works_on})
        )
    if problems:
        raise Refused(problems)
    return Hours.objects.create(shift=shift, volunteer=volunteer, hours=hours, recorded_by=author)


@transaction.atomic
def approve_hours(*, hours: Hours, approver: Role) -> Hours:
    """A shift lead, neither the volunteer nor who recorded, says that it is so; then the hours stand in the book. Twice is once."""
    campaign = hours.shift.crew.campaign
    refuse_unless_role(approver, *APPROVERS, campaign=campaign)
    _refuse_foreign_section(approver, hours.shift.crew.section)
    hours = Hours.objects.select_for_update(of=("self",)).select_related("shift__crew", "volunteer", "recorded_by").get(pk=hours.pk)
    if hours.approved_at is not None:
        return hours
    if hours.volunteer.user_id == approver.user_id:
        raise Refused(Problem("own_hours", "Nobody approves their own hours. Ask another shift lead."))
    if hours.recorded_by.user_id == approver.user_id:
        raise Refused(Problem("hours_need_a_second_person", "You recorded these hours, so another shift lead must approve them."))
    entry = _post_hours(hours, approver, Book.objects.get(campaign=campaign))
    hours.approved_by, hours.approved_at, hours.entry_seq = approver, timezone.now(), entry.seq
    hours.save(update_fields=["approved_by", "approved_at", "entry_seq"])
    return hours


def people_for_planning(campaign: Campaign) -> list[dict[str, Any]]:
    """Who can be planned, without names: id, code, skills, working languages and windows (pairs of days, none = always).

    Only people whose clearance holds today; it also ends their last window.
    """
    today = timezone.localdate()
    people = Volunteer.objects.filter(campaign=campaign).with_details()
    return [
        {
            "id": str(person.pk),
            "code": person.code,
            "skills": sorted(person.skill_names),
            "languages": sorted(person.working_languages),
            "windows": crew_rules.cleared_windows(person, today),
        }
        for person in people
        if person.is_cleared_until(today)
    ]


def _replace_details(
    volunteer: Volunteer, languages: Mapping[str, int], skills: Mapping[str, int], windows: Sequence[tuple[date, date]]
) -> None:
    volunteer.languages.all().delete()
    volunteer.skills.all().delete()
    volunteer.availabilities.all().delete()
    Language.objects.bulk_create(Language(volunteer=volunteer, code=code, level=level) for code, level in languages.items())
    Skill.objects.bulk_create(Skill(volunteer=volunteer, name=name, level=level) for name, level in skills.items())
    Availability.objects.bulk_create(Availability(volunteer=volunteer, from_on=first, until_on=last) for first, last in windows)


def _post_hours(hours: Hours, approver: Role, book: Book) -> Any:
    """External → issued to the task of the shift; the recorder is the author, the approver the second person."""
    hour = str(books.ensure_commodity(code=HOURS_COMMODITY, kind="time", scale=HOURS_SCALE, name="Hours").pk)
    ref = hours.shift.task_ref or f"shift:{hours.shift_id}"
    custody = str(books.ensure_custody(book=book, type="task", ref=ref, title=hours.shift.title).pk)
    fund = str(book.fund(HOURS_FUND).pk)
    row = books.Row(
        debit=books.Spot(stage="ext", custody=None, fund=fund, commodity=hour),
        credit=books.Spot(stage="issued", custody=custody, fund=fund, commodity=hour),
        amount=hours.minor,
    )
    return books.post_entry(
        book=book, kind="hours", rows=[row], author=hours.recorded_by, second=approver, effective_date=hours.shift.works_on,
        request_id=f"hours:{hours.pk}",
    )  # fmt: skip


def _hours_problems(hours: Decimal, where: str) -> list[Problem]:
    if 0 < hours <= HOURS_A_DAY_MAX:
        return []
    return [Problem("hours_out_of_range", "A day has more than 0 and at most %(max)s hours of work. Correct the figure.",
                    {"max": HOURS_A_DAY_MAX}, where)]  # fmt: skip


def _refuse_foreign_section(author: Role, section: Section | None) -> None:
    """A role of a section works with that section's people only."""
    if author.section_id is not None and author.section_id != (section.pk if section else None):
        raise Refused(Problem("person_of_another_section", "This belongs to another section. Ask its coordinator."))
