"""Who works for a day's wage, and what such work is paid elsewhere."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import Commodity
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role, User
from awna.parties.services import refuse_unless_role

from ..models import BenchmarkRate, Labourer

LEADS = ("site_lead", "shift_lead")
RATE_SETTERS = ("site_lead", "steward", "treasurer")
WORKERS_MAX = 200
NAME_CHARS_MAX, CONTACT_CHARS_MAX, WORK_CHARS_MAX, SOURCE_CHARS_MAX = 120, 120, 60, 200


@transaction.atomic
def add_labourer(
    *, campaign: Campaign, name: str, work: str, is_local: bool, contact: str = "", email: str = "", author: Role, request_id: str
) -> Labourer:  # fmt: skip
    """A worker under the next free code. `email`: of somebody who also signs in here, so that nobody approves or pays the own wage."""
    refuse_unless_role(author, *LEADS, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = Labourer.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return first
    problems = _worker_problems(name, contact, work)
    user = User.objects.filter(email=email.strip().lower()).first() if email.strip() else None
    if email.strip() and user is None:
        problems.append(
            Problem("labourer_no_user", "Nobody signs in here with that address. Leave it empty for somebody who does not.", {}, "email")
        )
    count = Labourer.objects.filter(campaign=campaign).count()
    if count >= WORKERS_MAX:
        problems.append(Problem("labourers_too_many", "A campaign has at most %(max)s workers on its list.", {"max": WORKERS_MAX}))
    if problems:
        raise Refused(problems)
    return Labourer.objects.create(
        campaign=campaign, code=f"L-{count + 1:02d}", name=" ".join(name.split()), contact=contact.strip(), user=user,
        work=" ".join(work.split()), is_local=is_local, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def change_labourer(
    *, labourer: Labourer, name: str, work: str, is_local: bool, contact: str = "", ended: bool = False, author: Role
) -> Labourer:  # fmt: skip
    """Correct what is known of a worker. What was paid before stays as it was; somebody who left is offered on no new sheet."""
    refuse_unless_role(author, *LEADS, campaign=labourer.campaign)
    problems = _worker_problems(name, contact, work)
    if problems:
        raise Refused(problems)
    row = Labourer.objects.select_for_update().get(pk=labourer.pk)
    row.name, row.contact, row.work, row.is_local = " ".join(name.split()), contact.strip(), " ".join(work.split()), is_local
    row.ended_on = (row.ended_on or timezone.localdate()) if ended else None
    row.save()
    return row


@transaction.atomic
def note_benchmark(
    *, campaign: Campaign, work: str, commodity: Commodity, hour_minor: int, source: str, seen_on: date, author: Role, request_id: str
) -> BenchmarkRate:  # fmt: skip
    """Write down what an hour of some work is paid elsewhere, by whose word. Sheets are compared with it; it is public."""
    refuse_unless_role(author, *RATE_SETTERS, campaign=campaign)
    first = BenchmarkRate.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return first
    problems = []
    if not 0 < len(work.strip()) <= WORK_CHARS_MAX:
        problems.append(
            Problem("work_missing", "Say which work, such as mason, in 1 to %(max)s characters.", {"max": WORK_CHARS_MAX}, "work")
        )
    if not 0 < len(source.strip()) <= SOURCE_CHARS_MAX:
        problems.append(Problem("source_missing", "Say who pays or found this, such as a labour office and its list.", {}, "source"))
    if hour_minor <= 0 or commodity.kind != "money":
        problems.append(Problem("rate_not_positive", "Give a sum of money above zero for an hour.", {}, "rate"))
    if seen_on > timezone.localdate():
        problems.append(Problem("day_ahead", "%(day)s has not come yet. Give the day on which it was seen.", {"day": seen_on}, "seen_on"))
    if problems:
        raise Refused(problems)
    return BenchmarkRate.objects.create(
        campaign=campaign, work=" ".join(work.split()), commodity=commodity, hour_minor=hour_minor, source=source.strip(), seen_on=seen_on,
        author=author, request_id=request_id,
    )  # fmt: skip


def is_on_list(role: Role, labourers: list[Labourer]) -> bool:
    """Whether this person is among these workers: by the account that the worker has, or by the very same name."""
    name = " ".join((role.user.name or "").split()).casefold()
    return any(one.user_id == role.user_id or (name and one.name.casefold() == name) for one in labourers)


def _worker_problems(name: str, contact: str, work: str) -> list[Problem]:
    problems = []
    if not 0 < len(name.strip()) <= NAME_CHARS_MAX:
        problems.append(
            Problem("labourer_needs_a_name", "Give the name, in 1 to %(max)s characters. It is sealed.", {"max": NAME_CHARS_MAX}, "name")
        )
    if len(contact.strip()) > CONTACT_CHARS_MAX:
        problems.append(Problem("contact_too_long", "Shorten the contact to %(max)s characters.", {"max": CONTACT_CHARS_MAX}, "contact"))
    if not 0 < len(work.strip()) <= WORK_CHARS_MAX:
        problems.append(
            Problem("work_missing", "Say which work, such as mason, in 1 to %(max)s characters.", {"max": WORK_CHARS_MAX}, "work")
        )
    return problems
