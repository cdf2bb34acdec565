"""What makes a crew: everyone vetted and there, every skill has its people, everybody is understood on the site."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from awna.core.planning.problem import INTERPRETER
from awna.core.problems import Problem
from awna.parties.models import Campaign

from .models import Volunteer

CREW_MEMBERS_MAX = 60


def crew_problems(
    people: Sequence[Volunteer], *, campaign: Campaign, name: str, skills: Mapping[str, int], from_on: date, until_on: date,
    site_language: str,
) -> list[Problem]:  # fmt: skip
    """Every reason why these people cannot be this crew."""
    problems = []
    if not name.strip():
        problems.append(Problem("crew_needs_a_name", "Give the crew a name.", {}, "name"))
    if until_on < from_on:
        problems.append(Problem("crew_ends_before_it_starts", "The crew would leave on %(last)s, before it comes on %(first)s.",
                                {"first": from_on, "last": until_on}, "until_on"))  # fmt: skip
    if not 0 < len(people) <= CREW_MEMBERS_MAX:
        problems.append(
            Problem("crew_size_wrong", "A crew has 1 to %(max)s people; choose its members.", {"max": CREW_MEMBERS_MAX}, "members")
        )
    if any(person.campaign_id != campaign.pk for person in people):
        problems.append(
            Problem("person_of_another_campaign", "Someone belongs to another campaign. Choose people of this one.", {}, "members")
        )
    problems += clearance_problems(people, until_on)
    problems += [
        Problem("crew_member_away", "%(code)s is not available from %(first)s to %(last)s. Choose other days or another person.",
                {"code": person.code, "first": from_on, "last": until_on}, "members")
        for person in people if not person.is_available(from_on, until_on)
    ]  # fmt: skip
    problems += [
        Problem("crew_lacks_skill", "The crew has %(have)s with the skill “%(skill)s” and needs %(need)s. Add someone.",
                {"skill": skill, "need": need, "have": have}, "members")
        for skill, need in sorted(skills.items())
        if (have := sum(skill in person.skill_names for person in people)) < need
    ]  # fmt: skip
    return problems + bridge_problems(people, site_language)


def clearance_problems(people: Iterable[Volunteer], day: date) -> list[Problem]:
    """Nobody comes without a clearance that holds on the last day."""
    return [
        Problem("crew_member_not_vetted", "%(code)s has no clearance that holds on %(day)s. Record one, or choose another person.",
                {"code": person.code, "day": day}, "members")
        for person in people if not person.is_cleared_until(day)
    ]  # fmt: skip


def bridge_problems(people: Sequence[Volunteer], site_language: str) -> list[Problem]:
    """Whoever does not speak the site's language shares a language with an interpreter of the crew who does."""
    helpers = [person for person in people if INTERPRETER in person.skill_names and site_language in person.working_languages]
    lost = [
        person.code for person in people
        if site_language not in person.working_languages
        and not any(person.working_languages & helper.working_languages for helper in helpers)
    ]  # fmt: skip
    if not lost:
        return []
    return [Problem("crew_lacks_interpreter", "Nobody interprets between the site's language (%(language)s) and %(codes)s. Add an interpreter.",
                    {"language": site_language, "codes": ", ".join(lost)}, "members")]  # fmt: skip


def cleared_windows(person: Volunteer, today: date) -> list[tuple[date, date]]:
    """The days on which a person can come, each window cut at the end of the clearance."""
    found = person.vetting
    end = found.valid_until if found and found.valid_until else today
    windows = [(row.from_on, row.until_on) for row in person.availabilities.all()] or [(today, end)]
    return [(first, min(last, end)) for first, last in windows if first <= end]
