"""What the pages of wages show: releases for wages with what is left, and the share that stays in the district."""

from dataclasses import dataclass
from typing import Any

from awna.books.models import Account, Milestone
from awna.core.ledger.rules import RELEASED
from awna.kit.policies import Actor
from awna.parties.models import Campaign, Section

from .models import WageRow, WageSheet
from .services import LEADS, PAYERS
from .wage_models import WAGES_REF

PEOPLE_MIN = 10
"""Below so many people paid, a share would tell of one of them."""
STEP_PERCENT, STEP_PEOPLE = 5, 5


@dataclass(frozen=True)
class Pot:
    """A release for wages: what was allowed, what is released, and what of it no approved sheet counts on."""

    part: Milestone
    released: int
    left: int

    @property
    def purse(self) -> str:
        """The name of a box, or the number of an account."""
        return str(self.part.custody.bank_account.iban.removeprefix("cash:"))


@dataclass(frozen=True)
class LocalShare:
    """Of all day wages paid, the part that went to people of the district; `percent` is None while too few were paid to say it."""

    people: int
    percent: int | None

    @property
    def at_least(self) -> int:
        """As the public reads it: no figure that one more person changes."""
        return self.people - self.people % STEP_PEOPLE


def pots_of(campaign: Campaign, actor: Actor) -> list[Pot]:
    """Releases for wages, newest first. Three questions to the database."""
    whole = any(role.section_id is None for role in actor.roles)
    parts = Milestone.objects.filter(book__campaign=campaign, payee__ref=WAGES_REF, proposal__withdrawn_at=None)
    if not whole:
        parts = parts.filter(custody__bank_account__section__in=Section.objects.for_actor(actor))
    found = list(parts.select_related("commodity", "custody__bank_account", "proposal__release").order_by("-proposal__filed_at"))
    lying: dict[Any, int] = {}
    for account in Account.objects.filter(milestone__in=found, stage=RELEASED).select_related("balance"):
        lying[account.milestone_id] = lying.get(account.milestone_id, 0) + account.balance.minor
    spoken: dict[Any, int] = {}
    waiting = WageSheet.objects.filter(milestone__in=found, dropped_at=None, entry=None).exclude(approved_by=None)
    for milestone, minor in waiting.values_list("milestone", "total_minor"):
        spoken[milestone] = spoken.get(milestone, 0) + minor
    return [Pot(part, lying.get(part.pk, 0), lying.get(part.pk, 0) - spoken.get(part.pk, 0)) for part in found]


def local_share(campaign: Campaign) -> LocalShare:
    """Rounded, and only from PEOPLE_MIN paid people on, so that no figure tells what one person earned. One question to the database."""
    rows = list(
        WageRow.objects.filter(sheet__campaign=campaign, live=True).exclude(sheet__entry=None)
        .values_list("labourer", "labourer__is_local", "hours", "rate_minor")
    )  # fmt: skip
    people = len({row[0] for row in rows})
    if people < PEOPLE_MIN:
        return LocalShare(people, None)
    whole = sum(hours * rate for _one, _local, hours, rate in rows)
    local = sum(hours * rate for _one, is_local, hours, rate in rows if is_local)
    return LocalShare(people, int(round(float(local / whole) * 100 / STEP_PERCENT) * STEP_PERCENT))


def may_see_names(actor: Actor) -> bool:
    """Names stand before those who write or pay the sheets, of the whole campaign; everybody else reads codes."""
    return any(role.name in (*LEADS, *PAYERS) and role.section_id is None for role in actor.roles)
