"""All that was brought in, by whichever door: files of this family, imports of earlier gifts from the command line, and bills."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from awna.campaigns.models import BillFile, BringIn
from awna.campaigns.models.roles import BUDGET_ROLES
from awna.donations.models.earlier import GiftImport
from awna.kit.policies import Actor
from awna.parties.models import Campaign

from .kinds import BUDGET_TITLE, kind_named, kind_of, roles_by_kind

LISTED_MAX = 100


@dataclass(frozen=True)
class Listed:
    """One file: its name and kind, who brought it when, how many rows became what (None: not counted so), and how it stands."""

    name: str
    kind: Any
    href: str
    who: str
    at: datetime
    state: str
    word: Any
    new: int | None = None
    known: int | None = None
    refused: int | None = None


def bring_ins_for(actor: Actor, campaign: Campaign) -> Any:
    """The files of this family that this person may see."""
    found = BringIn.objects.for_actor(actor, *roles_by_kind()).filter(campaign=campaign)
    return found.select_related("brought_by__user", "undone_by__user", "campaign")


def listed_for(actor: Actor, campaign: Campaign) -> list[Listed]:
    """Newest first, at most LISTED_MAX of each door."""
    rows = [_family(one) for one in bring_ins_for(actor, campaign).defer("content", "rows")[:LISTED_MAX]]
    rows += _imports(actor, campaign)
    if actor.has_role(*BUDGET_ROLES):
        rows += _bills(campaign)
    return sorted(rows, key=lambda one: one.at, reverse=True)[:LISTED_MAX]


def _family(one: BringIn) -> Listed:
    href = reverse("bring_in", args=[one.campaign.slug, one.pk])
    counts = (one.new, one.known, one.refused) if one.done_at else (None, None, None)
    return Listed(one.name, kind_of(one).title, href, _who(one.brought_by), one.brought_at, one.state, one.get_state_display(), *counts)


def _imports(actor: Actor, campaign: Campaign) -> list[Listed]:
    """Imports that came by the command, not through a file of this family."""
    if not actor.has_role("treasurer"):
        return []
    treasurer = Actor(actor.user, [role for role in actor.roles if role.name == "treasurer"])
    found = GiftImport.objects.for_actor(treasurer).filter(bank_account__book__campaign=campaign).exclude(state="draft")
    ours = set(BringIn.objects.filter(campaign=campaign, kind__in=("gifts", "openings")).values_list("options__import", flat=True))
    rows = []
    for one in found.select_related("author__user").defer("content")[:LISTED_MAX]:
        if str(one.pk) in ours:
            continue
        href = reverse("gift_import", args=[campaign.slug, one.pk])
        kind = kind_named("gifts").title
        rows.append(Listed(one.digest[:8], kind, href, _who(one.author), one.done_at or one.made_at, one.state, one.get_state_display(), one.new, one.known, one.refused))  # fmt: skip
    return rows


def _bills(campaign: Campaign) -> list[Listed]:
    found = BillFile.objects.filter(campaign=campaign).exclude(state="dropped").select_related("brought_by__user")
    return [
        Listed(one.name, BUDGET_TITLE, reverse("bring_in_bill", args=[campaign.slug, one.pk]), _who(one.brought_by), one.brought_at,
               "done" if one.state == "applied" else one.state, one.get_state_display())
        for one in found.only("pk", "name", "state", "brought_at", "brought_by", "campaign")[:LISTED_MAX]
    ]  # fmt: skip


def _who(role: Any) -> str:
    return str(role.user)
