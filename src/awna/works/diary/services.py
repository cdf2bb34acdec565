"""The only writers of the site diary: what a day was, from a phone, counted once however often it is sent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.campaigns.models import Site
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.crews.models import Shift
from awna.crews.services import record_hours
from awna.kit.images import leftovers, redraw_photo
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role
from awna.supply.models import Item

from ..models.tasks import Task
from ..services import record_progress
from .models import WEATHER, DiaryEntry, MaterialUsed, SitePhoto

DIARY_ROLES = ("site_lead", "shift_lead")
HOURS_A_DAY_MAX = Decimal(16)
PEOPLE_MAX = 500
DAYS_BACK_MAX = 31  # days after which a phone that was away brings its notes to a person, not to the diary
KEPT_FILE = "large.webp"


@dataclass(frozen=True)
class DayAsk:
    """What somebody noted. `hours` are those of each of `people`; with a `shift` they go to each member of its crew."""

    day: date
    site: Site | None = None
    task: Task | None = None
    quantity: Decimal | None = None
    shift: Shift | None = None
    people: int | None = None
    hours: Decimal | None = None
    item: Item | None = None
    used: int | None = None
    weather: str = ""
    problem: str = ""
    photo: bytes = b""
    happened_at: datetime | None = None

    @property
    def digest(self) -> str:
        """Of all that was noted: the same request with other words is refused."""
        told = {
            name: str(getattr(value, "pk", value))
            for name, value in vars(self).items()
            if value not in (None, "", b"") and name not in ("photo", "happened_at")
        }
        return digest_of(told | {"photo": sha256(self.photo).hexdigest() if self.photo else ""})


@dataclass(frozen=True)
class Kept:
    """The entry that stands, and whether it came now or earlier."""

    entry: DiaryEntry
    is_new: bool


def record_day(*, campaign: Campaign, ask: DayAsk, author: Role, request_id: str) -> Kept:
    """Write down one note of a day, with its work done, hours and materials: whole, or not at all. Sent again, it is the first one."""
    refuse_unless_role(author, *DIARY_ROLES, campaign=campaign)
    known = _known(campaign, ask, request_id)
    if known is not None:
        return Kept(known, is_new=False)
    problems = _ask_problems(campaign, ask)
    if problems:
        raise Refused(problems)
    # Drawing takes seconds of computing: it is done before the transaction, which on SQLite holds the one write lock.
    drawn = draw_photo(ask.photo) if ask.photo else None
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        known = _known(campaign, ask, request_id)  # two sendings at once: the second sees the first
        if known is not None:
            return Kept(known, is_new=False)
        return Kept(_write(campaign, ask, drawn, author, request_id), is_new=True)


def draw_photo(data: bytes) -> dict[str, Any]:
    """The photo without what the camera wrote into it, as a row of SitePhoto wants it. Refused when it is none."""
    drawn = next(file for file in redraw_photo(data) if file["name"] == KEPT_FILE)
    if left := leftovers(drawn["data"]):
        raise Refused(Problem("photo_still_tells", "The drawn photo still holds %(left)s, so it was not kept. Tell the operator.",
                              {"left": ", ".join(left)}, "photo"))  # fmt: skip
    return {"width": drawn["width"], "height": drawn["height"], "data": drawn["data"], "digest": sha256(drawn["data"]).hexdigest()}


def keep_drawn(campaign: Campaign, drawn: dict[str, Any] | None) -> SitePhoto | None:
    return SitePhoto.objects.create(campaign=campaign, **drawn) if drawn else None


def _known(campaign: Campaign, ask: DayAsk, request_id: str) -> DiaryEntry | None:
    first = DiaryEntry.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None and first.asked != ask.digest:
        raise Refused(
            Problem(
                "diary_other_words",
                "A note with this mark stands in the diary with other words. What stands is not changed; send yours as a new note.",
            )
        )
    return first


def _write(campaign: Campaign, ask: DayAsk, drawn: dict[str, Any] | None, author: Role, request_id: str) -> DiaryEntry:
    progress = None
    if ask.task is not None and ask.quantity is not None:
        progress = record_progress(
            task=ask.task, quantity=ask.quantity, done_on=ask.day, author=author, request_id=f"diary:{request_id}"[:80]
        )
    if ask.shift is not None and ask.hours is not None:
        for member in ask.shift.crew.members.all():
            record_hours(shift=ask.shift, volunteer=member, hours=ask.hours, author=author)
    now = timezone.now()
    entry = DiaryEntry.objects.create(
        campaign=campaign, site=ask.site or (ask.task.site if ask.task else None), day=ask.day, task=ask.task, progress=progress,
        shift=ask.shift, people=ask.shift.crew.members.count() if ask.shift else ask.people, hours=ask.hours, weather=ask.weather,
        problem=ask.problem.strip(), photo=keep_drawn(campaign, drawn), recorded_by=author, happened_at=min(ask.happened_at or now, now),
        received_at=now, request_id=request_id, asked=ask.digest,
    )  # fmt: skip
    if ask.item is not None and ask.used:
        MaterialUsed.objects.create(entry=entry, item=ask.item, quantity=ask.used)
    return entry


def _ask_problems(campaign: Campaign, ask: DayAsk) -> list[Problem]:
    today = timezone.localdate()
    problems = []
    if not today - timedelta(days=DAYS_BACK_MAX) <= ask.day <= today:
        problems.append(Problem("diary_day", "%(day)s is ahead or more than %(max)s days ago. Give the day on which it was so.",
                                {"day": ask.day, "max": DAYS_BACK_MAX}, "day"))  # fmt: skip
    if any(one is not None and one.campaign_id != campaign.pk for one in (ask.task, ask.site, ask.item)):
        problems.append(Problem("not_of_this_campaign", "The task, site or material belongs to another campaign. Choose one of this."))
    if not any((ask.quantity, ask.hours, ask.used, ask.weather, ask.problem.strip(), ask.photo)):
        problems.append(Problem("diary_says_nothing", "Nothing was noted. Write at least one thing: work done, hours, weather, a problem."))
    if ask.weather and ask.weather not in dict(WEATHER):
        problems.append(Problem("diary_weather", "This weather is not on the list. Choose one of it.", {}, "weather"))
    return problems + _work_problems(ask)


def _work_problems(ask: DayAsk) -> list[Problem]:
    problems = []
    if ask.quantity is not None and ask.task is None:
        problems.append(Problem("work_without_task", "Say on which task the work was done.", {}, "task"))
    if (ask.item is None) != (not ask.used):
        problems.append(
            Problem("used_half_said", "Material used needs the material and how much of it.", {}, "used" if ask.item else "item")
        )
    elif ask.used and ask.task is None:
        problems.append(Problem("used_without_task", "Say for which task the material was used.", {}, "task"))
    if ask.hours is not None and not (ask.shift or ask.people):
        problems.append(Problem("hours_of_nobody", "Hours need a crew, or how many people worked them.", {}, "people"))
    if ask.people is not None and not (0 < ask.people <= PEOPLE_MAX and ask.hours):
        problems.append(Problem("people_without_hours", "Between 1 and %(max)s people need the hours that each of them worked.",
                                {"max": PEOPLE_MAX}, "hours"))  # fmt: skip
    if ask.hours is not None and not 0 < ask.hours <= HOURS_A_DAY_MAX:
        problems.append(Problem("hours_out_of_range", "A day has more than 0 and at most %(max)s hours of work. Correct the figure.",
                                {"max": HOURS_A_DAY_MAX}, "hours"))  # fmt: skip
    if ask.shift is not None and ask.shift.works_on != ask.day:
        problems.append(Problem("shift_of_another_day", "This crew worked on %(day)s. Note its hours on that day.",
                                {"day": ask.shift.works_on}, "shift"))  # fmt: skip
    return problems
