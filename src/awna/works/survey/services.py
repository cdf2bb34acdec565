"""The only writers of the damage: files that are looked at and taken, rows put right, observations by hand, the fineness in public."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.campaigns.models import Photo, Site
from awna.campaigns.services import NEWS_ROLES, add_photo, add_site
from awna.core.problems import Problem, Refused
from awna.core.survey.forms import ID_FIELD, corrected, write_xlsform
from awna.core.survey.model import METHODS, Survey
from awna.core.survey.model import Observation as Seen
from awna.core.survey.plain import FORMS, from_plain, kind_of, shape_to_plain
from awna.core.survey.scales import GRADES, SCALES
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .models import PARTS, PUBLIC_METRES, PUBLIC_METRES_USUAL, Building, Element, Observation, SurveyFile, SurveyRow, SurveyRules

BRING_ROLES = ("site_lead", "steward")
SEE_ROLES = ("site_lead", "steward", "shift_lead", "coordinator")
FILE_BYTES_MAX = 12 * 1024 * 1024
LOOK_HOURS_MAX = 24
"""How long a file that was looked at and not taken is kept, in hours."""
NAME_CHARS_MAX, WORDS_CHARS_MAX = 160, 80
_READER = "awna.core.survey.plain:read_plain"
_BATCH = 500


def look_at_survey(
    *, campaign: Campaign, data: bytes, filename: str, source: str, author: Role, site: Site | None = None, scale: str = "", grade: str = ""
) -> SurveyFile:
    """Read a file in a process of its own and keep it, so that counts and rows can be looked at. A file that was taken is found again.

    `scale` and `grade` (the column) where the file does not tell them.
    """
    refuse_unless_role(author, *BRING_ROLES, campaign=campaign)
    if len(data) > FILE_BYTES_MAX:
        raise Refused(Problem("survey_file_too_large", "The file is larger than %(mb)s MB. Cut it to the area that you need.",
                              {"mb": FILE_BYTES_MAX // 1024**2}, "file"))  # fmt: skip
    digest, kind = sha256(data).hexdigest(), kind_of(data)
    taken = SurveyFile.objects.filter(campaign=campaign, digest=digest, state=SurveyFile.DONE).first()
    if taken is not None:
        return taken
    sites = sorted(_known_sites(campaign)) if kind == FORMS else []
    payload = {"data": base64.b64encode(data).decode(), "kind": kind, "sites": sites, "scale": scale, "grade": grade}
    # Reading takes a second: it is done before the transaction, which on SQLite holds the one write lock.
    found = run_in_sandbox(_READER, payload)
    if not found["observations"] and not found["held"]:
        raise Refused(Problem("survey_empty", "Nothing that was seen stands in this file. Choose the file with the damage.", {}, "file"))
    with transaction.atomic():
        drafts = SurveyFile.objects.filter(campaign=campaign, state=SurveyFile.DRAFT)
        drafts.filter(made_at__lt=timezone.now() - timedelta(hours=LOOK_HOURS_MAX)).delete()
        drafts.filter(digest=digest).delete()
        return SurveyFile.objects.create(
            campaign=campaign, kind=kind, filename=filename[:NAME_CHARS_MAX], digest=digest, size_bytes=len(data), source=source.strip(),
            original=base64.b64encode(data).decode(), reading=json.dumps(found), scale=scale, site=site, author=author,
        )  # fmt: skip


def reading_of(file: SurveyFile) -> Survey:
    """What was read in a file that was not taken yet."""
    return from_plain(json.loads(file.reading))


@transaction.atomic
def take_survey(*, file: SurveyFile, author: Role) -> SurveyFile:
    """Take every object that was read, all at once; rows that cannot be taken wait with their cells. Taken twice, the first time stays."""
    refuse_unless_role(author, *BRING_ROLES, campaign=file.campaign)
    # Two people may take the same file, or two releases of one survey, at once.
    Campaign.objects.select_for_update().get(pk=file.campaign_id)
    row = SurveyFile.objects.select_for_update(of=("self",)).select_related("campaign", "site").get(pk=file.pk)
    if row.state == SurveyFile.DONE:
        return row
    first = SurveyFile.objects.filter(campaign=row.campaign, digest=row.digest, state=SurveyFile.DONE).first()
    if first is not None:
        return first
    survey = reading_of(row)
    row.objects_new, row.objects_known = _keep(row, survey.observations, numbered=survey.numbered, author=author)
    _hold(row, survey)
    row.state, row.done_at, row.reading = SurveyFile.DONE, timezone.now(), ""
    row.save(update_fields=["state", "done_at", "reading", "objects_new", "objects_known"])
    return row


@transaction.atomic
def drop_survey(*, file: SurveyFile, author: Role) -> bool:
    """Put away a file that was only looked at; False where it was taken meanwhile."""
    refuse_unless_role(author, *BRING_ROLES, campaign=file.campaign)
    return bool(SurveyFile.objects.filter(pk=file.pk, state=SurveyFile.DRAFT).delete()[0])


@transaction.atomic
def correct_row(*, row: SurveyRow, site: Site | None, author: Role, new_site: str = "") -> SurveyRow:
    """Take a held row for the site that was meant, or for a new one in the district of the campaign. Done twice, the first time stays."""
    refuse_unless_role(author, *BRING_ROLES, campaign=row.file.campaign)
    held = SurveyRow.objects.select_for_update(of=("self",)).select_related("file__campaign").get(pk=row.pk)
    if held.state != SurveyRow.WAITING:
        return held
    campaign = held.file.campaign
    site = site or add_site(campaign=campaign, name=new_site.strip(), place_public=campaign.place_public, author=author)
    _refuse_foreign(site, campaign)
    survey = corrected({**held.cells, "site": site_code(site)})
    _keep(held.file, survey.observations, numbered=False, author=author)
    return _settle(held, SurveyRow.TAKEN, author)


@transaction.atomic
def leave_row(*, row: SurveyRow, author: Role) -> SurveyRow:
    """Leave a held row out for good; its cells stay on record."""
    refuse_unless_role(author, *BRING_ROLES, campaign=row.file.campaign)
    held = SurveyRow.objects.select_for_update(of=("self",)).select_related("file__campaign").get(pk=row.pk)
    return held if held.state != SurveyRow.WAITING else _settle(held, SurveyRow.LEFT, author)


def record_observation(
    *,
    campaign: Campaign,
    grade: str,
    observed_on: date,
    author: Role,
    request_id: str,
    building: Building | None = None,
    site: Site | None = None,
    name: str = "",
    part: str = "",
    hazard: bool = False,
    note: str = "",
    photo: bytes | None = None,
    photo_alt: str = "",
    nobody_on_it: bool = False,
    language: str = "en",
) -> Observation:
    """Note what somebody saw on the spot: of a known building, or of one named here for its site. Sent twice, it counts once.

    A photo is drawn anew by the rules of news and waits there until somebody looked at it.
    """
    refuse_unless_role(author, *SEE_ROLES, campaign=campaign)
    found = Observation.objects.filter(building__campaign=campaign, key=request_id).first()
    if found is not None:
        return found
    problems = _problems(grade, observed_on, part, building, site, name, bool(photo), nobody_on_it, author)
    if problems:
        raise Refused(problems)
    drawn = _draw(campaign, photo, photo_alt, observed_on, language, author, request_id) if photo else None
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        there = building or _building_of(campaign, site, name)
        if there.campaign_id != campaign.pk:
            raise Refused(
                Problem("building_of_another_campaign", "This building belongs to another campaign. Choose one of this campaign.")
            )
        element = Element.objects.get_or_create(building=there, part=part, name="")[0] if part else None
        row, made = Observation.objects.get_or_create(
            building=there, key=request_id,
            defaults={
                "element": element, "grade": grade, "source_grade": grade or "unknown", "scale": "own", "source": author.name,
                "observed_on": observed_on, "method": "field", "hazard": hazard, "note": note.strip(), "photo": drawn, "author": author,
            },
        )  # fmt: skip
        if made:
            refresh_grades([there])
    return row


@transaction.atomic
def set_public_metres(*, campaign: Campaign, metres: int, author: Role) -> SurveyRules:
    """Say how finely places of damage are told to everyone; the stewards' to say."""
    refuse_unless_role(author, "steward", campaign=campaign)
    if metres not in dict(PUBLIC_METRES):
        raise Refused(Problem("survey_squares_unknown", "Choose one of the sizes of squares, or no map.", {}, "public_metres"))
    row, _made = SurveyRules.objects.update_or_create(
        campaign=campaign, defaults={"public_metres": metres, "set_by": author, "set_at": timezone.now()}
    )
    return row


def public_metres_of(campaign: Campaign) -> int:
    """The side of the squares in public, in metres; 0 where only sums are told, as always for a campaign at risk."""
    if campaign.at_risk:
        return 0
    rules = SurveyRules.objects.filter(campaign=campaign).first()
    return rules.public_metres if rules else PUBLIC_METRES_USUAL


def survey_form(campaign: Campaign) -> bytes:
    """The form for phones, with the sites of this campaign."""
    sites = {site_code(site): (site.name, site.name) for site in campaign.sites.order_by("name")}
    return write_xlsform(sites, version=f"{timezone.now():%Y%m%d%H%M}")


def site_code(site: Site) -> str:
    """What stands for a site in forms: letters and digits that stay when its name changes."""
    return f"s{site.pk.hex[:10]}"


@transaction.atomic
def refresh_grades(buildings: Iterable[Building]) -> None:
    """Grade and day of a building are those of what was seen last on the whole of it; a danger that was seen stays."""
    changed = list(buildings)
    by_building: dict[Any, list[Observation]] = {}
    for start in range(0, len(changed), _BATCH):
        for one in Observation.objects.filter(building__in=changed[start : start + _BATCH]).defer("note"):
            by_building.setdefault(one.building_id, []).append(one)
    for building in changed:
        seen = by_building.get(building.pk, [])
        whole = [one for one in seen if one.element_id is None]
        last = max(whole, key=lambda one: (one.observed_on or date.min, one.pk), default=None)
        building.grade, building.seen_on = (last.grade, last.observed_on) if last else ("", None)
        building.hazard = any(one.hazard for one in seen)
    Building.objects.bulk_update(changed, ["grade", "seen_on", "hazard"], batch_size=_BATCH)


def _keep(file: SurveyFile, seen: Sequence[Seen], *, numbered: bool, author: Role) -> tuple[int, int]:
    """Buildings and observations in a few statements, however many there are: how many buildings are new, how many were known."""
    sites = _known_sites(file.campaign) if file.kind == FORMS else {}
    if file.kind == FORMS:
        there = set(Observation.objects.filter(building__campaign=file.campaign, scale="own").values_list("key", flat=True))
        seen = [one for one in seen if _digest(one.id) not in there]
    keyed = [(_building_key(file, one, sites, numbered), one) for one in seen]
    known = _known_buildings(file.campaign, [key for key, _ in keyed])
    fresh: dict[str, Building] = {}
    count = Building.objects.filter(campaign=file.campaign).count()
    for key, one in keyed:
        if key not in known and key not in fresh:
            told = shape_to_plain(one.shape)
            fresh[key] = Building(
                campaign=file.campaign, site=sites.get(one.site, file.site), file=file, key=key, name=(one.name or one.id)[:NAME_CHARS_MAX],
                shape_json=json.dumps(told) if told else "", position=count + len(fresh),
            )  # fmt: skip
    by_key = {**known, **fresh}
    for key, one in keyed:
        if key in fresh:
            _grade_by(fresh[key], one)
    Building.objects.bulk_create(fresh.values(), batch_size=_BATCH)
    rows = [_observation(file, by_key[key], one, author) for key, one in keyed]
    Observation.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    refresh_grades(known.values())
    return len(fresh), len(known)


def _grade_by(building: Building, one: Seen) -> None:
    """The same rule as `refresh_grades`, before a new building is written."""
    if (one.observed or date.min) >= (building.seen_on or date.min):
        building.grade, building.seen_on = one.grade, one.observed
    building.hazard = building.hazard or one.hazard


def _observation(file: SurveyFile, building: Building, one: Seen, author: Role) -> Observation:
    told = one.id if file.kind == FORMS else f"{file.source}|{one.observed}|{one.source_grade}"
    return Observation(
        building=building, file=file, key=_digest(told), grade=one.grade, source_grade=one.source_grade[:WORDS_CHARS_MAX], scale=one.scale,
        source=file.source, observed_on=one.observed, method=one.method if one.method in METHODS else "", hazard=one.hazard, note=one.note,
        author=author,
    )  # fmt: skip


def _building_key(file: SurveyFile, one: Seen, sites: Mapping[str, Site], numbered: bool) -> str:
    if file.kind == FORMS:
        if one.site not in sites:
            text = "The site “%(site)s” has another name now. Choose the file again."
            raise Refused(Problem("survey_site_renamed", text, {"site": one.site[:60]}, "file"))
        return _named_key(sites[one.site], one.name or one.id)
    return _digest(f"file|{file.digest}|{one.id}" if numbered else f"source|{file.source.casefold()}|{one.id}")


def _named_key(site: Site, name: str) -> str:
    return _digest(f"site|{site.pk}|{' '.join(name.casefold().split())}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _known_buildings(campaign: Campaign, keys: Sequence[str]) -> dict[str, Building]:
    found: dict[str, Building] = {}
    for start in range(0, len(keys), _BATCH):
        rows = Building.objects.filter(campaign=campaign, key__in=keys[start : start + _BATCH]).defer("shape_json")
        found |= {row.key: row for row in rows}
    return found


def _known_sites(campaign: Campaign) -> dict[str, Site]:
    """Sites by their code, and by their name for forms that others made."""
    sites = list(campaign.sites.defer("place_exact"))
    return {site.name: site for site in sites} | {site_code(site): site for site in sites}


def _building_of(campaign: Campaign, site: Site | None, name: str) -> Building:
    assert site is not None  # `_problems` made sure
    key = _named_key(site, name)
    count = Building.objects.filter(campaign=campaign).count()
    defaults = {"site": site, "name": name.strip()[:NAME_CHARS_MAX], "position": count}
    return Building.objects.get_or_create(campaign=campaign, key=key, defaults=defaults)[0]


def _hold(file: SurveyFile, survey: Survey) -> None:
    """Rows to correct; one that waits already, or was corrected before, is not held again by a later export."""
    rows = SurveyRow.objects.filter(file__campaign=file.campaign)
    there = {row.cells.get(ID_FIELD) for row in rows} if survey.held else set()
    SurveyRow.objects.bulk_create(
        SurveyRow(file=file, where=row.where, cells_json=json.dumps(dict(row.cells), ensure_ascii=False), code=row.problem.code,
                  text=row.problem.text, params={name: str(value) for name, value in row.problem.params.items()})
        for row in survey.held if row.cells.get(ID_FIELD) not in there
    )  # fmt: skip


def _settle(row: SurveyRow, state: str, author: Role) -> SurveyRow:
    row.state, row.settled_by, row.settled_at = state, author, timezone.now()
    row.save(update_fields=["state", "settled_by", "settled_at"])
    return row


def _refuse_foreign(site: Site, campaign: Campaign) -> None:
    if site.campaign_id != campaign.pk:
        raise Refused(
            Problem("site_of_another_campaign", "This site belongs to another campaign. Choose one of this campaign.", {}, "site")
        )


def _draw(campaign: Campaign, data: bytes, alt: str, day: date, language: str, author: Role, request_id: str) -> Photo:
    try:
        return add_photo(
            campaign=campaign, data=data, alt=alt, language=language, taken_on=day, consent_how=Photo.NOBODY, consent_on=timezone.localdate(),
            author=author, request_id=f"survey:{request_id}"[:80],
        )  # fmt: skip
    except Refused as refused:
        fields = {"file": "photo", "alt": "photo_alt", "taken_on": "observed_on"}
        raise Refused(problem.at(fields.get(problem.where, problem.where)) for problem in refused.problems) from refused


def _problems(
    grade: str, day: date, part: str, building: Building | None, site: Site | None, name: str, photo: bool, nobody: bool, author: Role
) -> list[Problem]:
    problems = []
    if grade not in (*GRADES, "") or "own" not in SCALES:
        problems.append(
            Problem("grade_unknown", "“%(grade)s” is none of the five grades. Choose one, or “unknown”.", {"grade": grade}, "grade")
        )
    if day > timezone.localdate():
        problems.append(
            Problem("seen_in_the_future", "%(day)s lies ahead. Give the day on which it was seen.", {"day": day}, "observed_on")
        )
    if part and part not in dict(PARTS):
        problems.append(Problem("part_unknown", "“%(part)s” is no part of a building that is known here.", {"part": part}, "part"))
    if building is None and (site is None or not name.strip()):
        problems.append(Problem("building_not_named", "Say at which site, and what you call the building there.", {}, "name"))
    if photo and author.name not in NEWS_ROLES:
        problems.append(Problem("photo_not_of_this_role", "Photos are added by the site lead, a steward or the coordinator.", {}, "photo"))
    if photo and not nobody:
        problems.append(
            Problem("photo_of_somebody", "A photo of damage shows no people. Look at it again, or leave it out.", {}, "nobody_on_it")
        )
    return problems
