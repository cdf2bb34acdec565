"""What comes after the set-up, read from what is there: the desk lists it until all of it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awna.books.models import Entry, Statement
from awna.kit.backups.making import backups_in
from awna.kit.outbox.proof import proven_at
from awna.kit.policies import Actor
from awna.parties.legal.rules import collecting_problems
from awna.parties.models import Campaign, Invitation
from awna.parties.setup.models import SetUp
from awna.parties.setup.services import settle
from awna.works.survey.models import PUBLIC_METRES_USUAL, SurveyRules

LIST_READERS = ("treasurer", "steward")


@dataclass(frozen=True)
class NextStep:
    """One thing to do. `href` leads there for those of its `roles`; `how` says what to do where there is no page."""

    label: str
    how: str
    done: bool
    address: str = ""
    roles: tuple[str, ...] = ()
    href: str = ""


def next_steps(set_up: SetUp, campaign: Campaign | None = None) -> list[NextStep]:
    """Everything in its order, done or not. `campaign`: where somebody holds it already, with its owner."""
    campaign = campaign or set_up.campaign
    if campaign is None:
        return []
    facts = set_up if hasattr(set_up, "founded") else with_facts(SetUp.objects.filter(pk=set_up.pk)).get()
    return [*_of_people(facts), *_of_pages(facts, campaign), *_of_server(), *_of_map(facts, campaign)]


def with_facts(found: QuerySet[SetUp]) -> QuerySet[SetUp]:
    """What is there of each campaign, in the same question: `waiting` stewards, and whether it is `founded`, `stated` and `ruled`."""
    campaign = OuterRef("campaign")
    waiting = Invitation.objects.filter(campaign=campaign, role_name="steward", accepted_at=None, taken_back_at=None)
    return found.annotate(
        waiting=Coalesce(Subquery(waiting.order_by().values("campaign").annotate(n=Count("pk")).values("n")), 0),
        founded=Exists(Entry.objects.filter(book__campaign=campaign)),
        stated=Exists(Statement.objects.filter(bank_account__book__campaign=campaign)),
        ruled=Exists(SurveyRules.objects.filter(campaign=campaign)),
    )


def _of_people(facts: Any) -> list[NextStep]:
    n = facts.waiting
    wait = ngettext(
        "%(n)s invitation waits. Ask that steward to open her link.", "%(n)s invitations wait. Ask those stewards to open their links.", n
    ) % {"n": n}  # fmt: skip
    return [
        NextStep(
            _("Mail is proven"), _("Send a test mail and type its code, so that invitations and notices arrive."),
            proven_at() is not None, "test_mail", LIST_READERS,
        ),
        NextStep(_("The stewards have joined"), wait, n == 0, "people", LIST_READERS),
        NextStep(
            _("The founding is signed"), _("Each steward makes her keys, then all sign the first policy. Until then no entry can be booked."),
            facts.founded, "founding", ("steward",),
        ),
    ]  # fmt: skip


def _of_pages(facts: Any, campaign: Campaign) -> list[NextStep]:
    return [
        NextStep(
            _("Legal pages are written"), _("Imprint, privacy, terms and where to complain, for the owner and each section. Nobody can give before."),
            not collecting_problems(campaign), "legal_desk", LIST_READERS,
        ),
        NextStep(
            _("The first statement is in"), _("The treasurer brings in the newest file of each bank account."),
            facts.stated, "import_statement", ("treasurer",),
        ),
    ]  # fmt: skip


def _of_server() -> list[NextStep]:
    return [
        NextStep(
            _("A backup is taken and read back"), _("On the server: awna backup. It reads back what it wrote before it counts; carry a copy to another place."),
            has_backup(),
        ),
        NextStep(
            _("The head of the book has a second place"), _("On the server: set AWNA_LOG_GUARD_DIR to a folder on another storage."),
            bool(settings.AWNA_LOG_GUARD_DIR),
        ),
    ]  # fmt: skip


def _of_map(facts: Any, campaign: Campaign) -> list[NextStep]:
    """Only the stewards may say how coarse the map is; what was chosen in the set-up waits for their word."""
    if facts.public_metres in (None, PUBLIC_METRES_USUAL) or campaign.at_risk:
        return []
    return [
        NextStep(
            _("The public map of damage is as coarse as you chose"), _("A steward confirms the size of its squares."), facts.ruled,
            "damage_rules", ("steward",),
        )
    ]  # fmt: skip


def left_to_do(campaign: Campaign, actor: Actor) -> list[NextStep]:
    """For the desk: the whole list while something on it waits, with the way there for who may go; empty once all is done."""
    if not actor.has_role(*LIST_READERS):
        return []
    set_up = with_facts(SetUp.objects.filter(campaign=campaign, settled_at=None)).first()
    steps = next_steps(set_up, campaign) if set_up else []
    return [_for(step, campaign, actor) for step in steps] if _waits(steps) else []


def settle_all() -> int:
    """Note which set-ups have nothing left to do, so that their desks need not look any more; how many."""
    open_ones = SetUp.objects.filter(settled_at=None).exclude(campaign=None).select_related("campaign")
    ready = [one for one in open_ones if not _waits(next_steps(one))]
    for one in ready:
        settle(set_up=one)
    return len(ready)


def has_backup() -> bool:
    """A backup has its name only after it was read back."""
    folder = Path(settings.AWNA_BACKUP_DIR)
    return folder.is_dir() and bool(backups_in(folder))


def _waits(steps: Iterable[NextStep]) -> bool:
    return any(not step.done for step in steps)


def _for(step: NextStep, campaign: Campaign, actor: Actor) -> NextStep:
    if step.done or not step.address or not actor.has_role(*step.roles):
        return step
    parts: dict[str, Any] = {name: getattr(step, name) for name in ("label", "how", "done", "address", "roles")}
    return NextStep(**parts, href=reverse(step.address, kwargs={"slug": campaign.slug}))
