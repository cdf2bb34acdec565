"""Who sees which mail: the people who could ask its receiver for another address, and nobody else."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from awna.kit.models import DeadAddress, Mail
from awna.kit.outbox.models import KINDS, NOBODY
from awna.kit.policies import Actor

# What strangers asked for themselves (codes, letters, news, an answer to a complaint) is shown to nobody: it is only counted.
SEEN_BY = {
    "invitation": ("steward",), "notice": ("steward",), "event": ("steward", "site_lead", "coordinator"),
    "gift": ("treasurer",), "receipt": ("treasurer",), "debit": ("treasurer",),
}  # fmt: skip
OWN_SECTION_ALONE = ("gift", "receipt", "debit")
"""Donors are known to the section that they gave to, and to no other; not to a role without one either."""
ROLES = ("steward", "treasurer", "site_lead", "coordinator")
TESTERS = ("steward", "treasurer")


@dataclass(frozen=True)
class StateCount:
    """How many mails of a campaign are in one state."""

    state: str
    label: Any
    n: int


def mails_seen_by(actor: Actor, campaign: Any) -> QuerySet[Mail]:
    return Mail.objects.filter(_theirs(actor), for_campaign=campaign)


def addresses_seen_by(actor: Actor, campaign: Any) -> QuerySet[DeadAddress]:
    return DeadAddress.objects.filter(_theirs(actor), for_campaign=campaign)


def counts_of(campaign: Any) -> list[StateCount]:
    """All mails of a campaign, whoever may see them."""
    found = dict(Mail.objects.filter(for_campaign=campaign).order_by().values_list("state").annotate(n=Count("pk")))
    return [StateCount(state, label, found.get(state, 0)) for state, label in Mail.STATES]


def kind_name(kind: str) -> Any:
    return dict(KINDS).get(kind, kind)


def _theirs(actor: Actor) -> Q:
    seen = Q(pk__in=[])
    for role in actor.roles:
        kinds = [kind for kind, names in SEEN_BY.items() if role.name in names]
        section = role.section_id or NOBODY
        strict = Q(kind__in=[kind for kind in kinds if kind in OWN_SECTION_ALONE], for_section=section)
        loose = Q(kind__in=[kind for kind in kinds if kind not in OWN_SECTION_ALONE])
        seen |= strict | (loose if role.section_id is None else loose & Q(for_section__in=[section, NOBODY]))
    return seen
