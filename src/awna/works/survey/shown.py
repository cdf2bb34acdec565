"""What the pages of damage show: sums by grade, the drawn map for the desk and the coarse one for everyone, GeoJSON of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import hypot
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, gettext, pgettext

from awna.core.survey.cells import draw_cells
from awna.core.survey.drawing import FILLS, HATCHES, close_ups, draw_survey, pattern_name
from awna.core.survey.geojson import write_geojson
from awna.core.survey.model import Observation as Seen
from awna.core.survey.precision import coarsened
from awna.core.survey.projection import metres_east_and_north
from awna.core.survey.scales import GRADES, UNKNOWN
from awna.parties.models import Campaign

from . import services
from .models import GRADES as GRADE_WORDS
from .models import Building, Observation

SWATCH_EDGE = "#8c8e82"  # seen on light and on dark pages
NEAR_M = 120.0  # how far around a building its neighbours are drawn
MAP, CELLS = "survey", "cells"
"""What names inside the pictures begin with; swatches beside a picture use its hatching."""


@dataclass(frozen=True)
class GradeRow:
    """One grade with its swatch, its word, how many objects have it and their share of all in percent."""

    grade: str
    word: str
    count: int
    share: int
    swatch: SafeString


@dataclass(frozen=True)
class SiteRow:
    """One site with its objects by grade, in the order of the grades, unknown last."""

    name: str
    counts: tuple[int, ...]

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Each sum with the word above it."""
        return [(str(word), count) for (_grade, word), count in zip(GRADE_WORDS, self.counts, strict=True)]


def grade_rows(counts: Mapping[str, int], *, key: str) -> list[GradeRow]:
    """All five grades, and unknown where there is such an object; `key` is that of the picture beside them."""
    total = sum(counts.values())
    words = dict(GRADE_WORDS)
    return [
        GradeRow(grade, str(words[grade]), count, round(100 * count / total) if total else 0, swatch(grade, key=key))
        for grade in (*GRADES, UNKNOWN)
        if (count := counts.get(grade, 0)) or grade
    ]


def swatch(grade: str, *, key: str) -> SafeString:
    fill = f"url(#{pattern_name(key, grade)})" if grade in HATCHES else FILLS[grade]
    return format_html(
        '<svg class="sw" viewBox="0 0 23 16" aria-hidden="true"><rect x="1" y="1" width="21" height="14" fill="{}" stroke="{}"/></svg>',
        fill,
        SWATCH_EDGE,
    )


def counts_of(buildings: QuerySet[Building]) -> dict[str, int]:
    return {row["grade"]: row["n"] for row in buildings.order_by().values("grade").annotate(n=Count("pk"))}


def desk_map(buildings: Iterable[Building]) -> SafeString:
    """Every object in its place; for those who may see it."""
    return _drawn(draw_survey(_seen_of(buildings), words=map_words(), key=MAP, right_to_left=get_language_bidi(), legend=False))


def map_around(building: Building) -> SafeString | str:
    """A building, ringed, among those that stand near it; nothing where its place is not known."""
    if building.shape is None:
        return ""
    here = building.shape.middle
    near = [
        one for one in Building.objects.filter(campaign=building.campaign_id) if one.shape and _metres(one.shape.middle, here) <= NEAR_M
    ]
    svg = draw_survey(_seen_of(near), words=map_words(), key=MAP, right_to_left=get_language_bidi(), legend=False, ring=here)
    return _drawn(svg)


def urgency(building: Building) -> tuple[bool, int, int]:
    """What sorts a list for those who repair: danger first, then the worst."""
    return not building.hazard, -(GRADES.index(building.grade) if building.grade else -1), building.position


@dataclass(frozen=True)
class CloseUp:
    """A place of the map that has a letter: how many objects lie there, and their keys."""

    letter: str
    count: int
    ids: frozenset[str]


def places_of(buildings: Iterable[Building]) -> list[CloseUp]:
    """The lettered places on the map of these buildings; none where each can be seen."""
    return [CloseUp(letter, len(seen), frozenset(one.id for one in seen)) for letter, seen in close_ups(_seen_of(buildings))]


def in_place(building: Building, place: CloseUp) -> bool:
    return _id(building) in place.ids


def reading_map(seen: Sequence[Seen]) -> SafeString:
    """What was read in a file, before it is taken."""
    return _drawn(draw_survey(seen, words=map_words(), key=MAP, right_to_left=get_language_bidi(), legend=False))


def desk_geojson(campaign: Campaign) -> bytes:
    """Every object as it was seen last, with its place, for those who may see it."""
    last = _last_of(Observation.objects.filter(building__campaign=campaign, element=None))
    buildings = Building.objects.filter(campaign=campaign)
    return write_geojson(_seen(building, last.get(building.pk)) for building in buildings)


def public_seen(campaign: Campaign, *, today: date, metres: int) -> list[Seen]:
    """What everyone may know: seen before the delay of the campaign, as middles of squares, without names and notes."""
    until = today - timedelta(days=campaign.publication_delay_days)
    rows = Observation.objects.filter(building__campaign=campaign, element=None)
    last = _last_of(rows, until=until)
    seen = [_seen(building, last[building.pk]) for building in Building.objects.filter(campaign=campaign) if building.pk in last]
    if not metres:
        return [replace(one, shape=None) for one in coarsened(seen, metres=services.PUBLIC_METRES_USUAL)]
    return coarsened(seen, metres=metres)


def public_map(seen: Sequence[Seen], *, metres: int) -> SafeString | str:
    if not metres or not any(one.shape for one in seen):
        return ""
    return _drawn(draw_cells(seen, metres=metres, words=map_words(), key=CELLS))


def public_geojson(campaign: Campaign, *, today: date) -> bytes:
    return write_geojson(public_seen(campaign, today=today, metres=services.public_metres_of(campaign)))


def sums(seen: Sequence[Seen]) -> dict[str, int]:
    grades = [one.grade for one in seen]
    return {grade: grades.count(grade) for grade in (*GRADES, UNKNOWN)}


def site_rows(campaign: Campaign) -> list[SiteRow]:
    """Sites with a building, each with its sums."""
    rows = Building.objects.filter(campaign=campaign, site__isnull=False).order_by().values("site__name", "grade").annotate(n=Count("pk"))
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["site__name"], {})[row["grade"]] = row["n"]
    return [SiteRow(name, tuple(counts.get(grade, 0) for grade in (*GRADES, UNKNOWN))) for name, counts in sorted(found.items())]


def sources(campaign: Campaign, *, today: date) -> list[dict[str, Any]]:
    """Who said what stands here in public, how many objects of each, and the last day; nothing sooner than the delay of the campaign."""
    until = today - timedelta(days=campaign.publication_delay_days)
    seen_by_then = Q(observed_on__lte=until) | Q(observed_on=None, recorded_at__date__lte=until)
    rows = Observation.objects.filter(seen_by_then, building__campaign=campaign, file__isnull=False).order_by()
    return list(rows.values("source").annotate(n=Count("building", distinct=True), last=Max("observed_on")).order_by("source"))


def map_words() -> dict[str, str]:
    """The words inside the pictures, in the language of the page."""
    words = {grade: str(word) for grade, word in GRADE_WORDS}
    return {
        **words, "title": gettext("Damage by object"), "north": pgettext("letter at the arrow of a map", "N"),
        "metres": pgettext("metres at the scale of a map", "m"), "kilometres": pgettext("kilometres at the scale of a map", "km"),
        "nowhere": gettext("Without a place"),
    }  # fmt: skip


def _drawn(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 (drawn by our core, which escapes every word that it is given)


def _last_of(rows: QuerySet[Observation], *, until: date | None = None) -> dict[Any, Observation]:
    """The last observation of each building; with `until`, of those that were seen by then."""
    last: dict[Any, Observation] = {}
    for one in rows.defer("note"):
        if until is not None and (one.observed_on or one.recorded_at.date()) > until:
            continue
        other = last.get(one.building_id)
        if other is None or (one.observed_on or date.min, one.pk) > (other.observed_on or date.min, other.pk):
            last[one.building_id] = one
    return last


def _seen_of(buildings: Iterable[Building]) -> list[Seen]:
    return [_seen(building, None) for building in buildings]


def _seen(building: Building, said: Observation | None) -> Seen:
    if said is None:
        return Seen(_id(building), "own", building.grade, building.grade, building.seen_on, "", building.shape, building.name)
    return Seen(_id(building), said.scale, said.source_grade, said.grade, said.observed_on, said.method, building.shape, building.name)


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return hypot(*metres_east_and_north(one, other))


def _id(building: Building) -> str:
    return building.key[:16]
