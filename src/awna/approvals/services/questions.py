"""Everything that the stewards are asked, in plain lines: one queue, oldest first, with who said what and what changed since one's last visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books.models import Commodity, Fund
from awna.consent.models import Decision, Proposal
from awna.consent.services import required_of
from awna.core.amounts import group_minor
from awna.parties.models import Campaign, Role

from ..models import Look

TITLES = {
    "release": gettext_lazy("Release money"),
    "remit": gettext_lazy("Send money on to another account of the campaign"),
    "rates": gettext_lazy("Write down rates of exchange"),
    "fx": gettext_lazy("Exchange money"),
    "open": gettext_lazy("Take over an opening balance"),
    "refund": gettext_lazy("Give a gift back to its origin"),
    "reclass": gettext_lazy("Use money for another purpose"),
    "loss": gettext_lazy("Write off a loss"),
    "reverse": gettext_lazy("Take an entry back"),
    "correction": gettext_lazy("Correct an entry"),
    "policy": gettext_lazy("Change the stewards, their keys or their rules"),
    "resume": gettext_lazy("End the pause"),
    "break": gettext_lazy("Begin a new log after a loss"),
    "thaw": gettext_lazy("Make money available again that was set aside"),
    "quotes": gettext_lazy("Set when three quotes are needed"),
    "change": gettext_lazy("Build otherwise than planned"),
    "method": gettext_lazy("Choose a way to build"),
}
WAY_WORDS = {
    "days": gettext_lazy("Days of its crew"), "cost": gettext_lazy("Cost"), "carbon": gettext_lazy("Carbon A1 to A5"),
    "imported": gettext_lazy("Through the crossing"),
}  # fmt: skip
VISIT_GAP = timedelta(minutes=30)
"""Pages opened within it are one visit: marks do not vanish while one reads."""


@dataclass(frozen=True)
class Sum:
    """What is asked in one currency or of one thing, in its minor units."""

    code: str
    scale: int
    minor: int

    def __str__(self) -> str:
        return f"{self.code} {group_minor(self.minor, self.scale)}"


@dataclass
class Waiting:
    """One row of the queue. It names no giver: a steward decides on a sum and its purpose."""

    proposal: Proposal
    title: str
    sums: list[Sum]
    lines: list[str]
    required: int
    offices: int
    signed: list[Decision] = field(default_factory=list)
    asked: list[Decision] = field(default_factory=list)
    declined: list[Decision] = field(default_factory=list)
    mine: Decision | None = None
    is_own: bool = False
    news: str = ""

    @property
    def kind(self) -> str:
        """What is asked, of whatever sort."""
        return str(TITLES.get(self.proposal.purpose, self.proposal.purpose))

    @property
    def voices(self) -> int:
        """Different people who agreed. Whose word counts under the rules is told on the page of the proposal."""
        return len({one.steward.user_id for one in self.signed})

    @property
    def stones(self) -> list[str]:
        return ["done"] * min(self.voices, self.required) + ["yet"] * max(0, self.required - self.voices)

    @property
    def is_due(self) -> bool:
        return self.proposal.expires_on <= timezone.localdate()


def waiting_for(*, campaign: Campaign, reader: Role, since: datetime | None) -> list[Waiting]:
    """All that is open, oldest first."""
    found = (
        Proposal.objects.open_for(campaign).filter(purpose__in=TITLES).select_related("epoch", "filed_by__user", "release")
        .prefetch_related("decisions__steward__user").order_by("filed_at", "pk")
    )  # fmt: skip
    return rows_of(list(found), reader=reader, since=since)


def rows_of(proposals: Sequence[Proposal], *, reader: Role, since: datetime | None = None) -> list[Waiting]:
    """These proposals as rows. Four questions to the database, however many they are."""
    names = Names.of(proposals)
    return [_row(one, names, reader, since) for one in proposals]


def _row(proposal: Proposal, names: "Names", reader: Role, since: datetime | None) -> Waiting:
    row = Waiting(
        proposal, title_of(proposal), names.sums(proposal), names.lines(proposal), required_of(proposal), proposal.offices,
        is_own=proposal.filed_by.user_id == reader.user_id,
    )  # fmt: skip
    for decision in sorted(proposal.decisions.all(), key=lambda one: one.decided_at):
        {"approve": row.signed, "ask": row.asked, "decline": row.declined}[decision.choice].append(decision)
        if decision.steward.user_id == reader.user_id and decision.choice != Decision.ASK:
            row.mine = decision
    if since is not None:
        row.news = _news(proposal, reader, since)
    return row


def _news(proposal: Proposal, reader: Role, since: datetime) -> str:
    if proposal.filed_at > since:
        return _("New since your last visit")
    fresh = [one for one in proposal.decisions.all() if one.decided_at > since and one.steward.user_id != reader.user_id]
    return _("Answered since your last visit") if fresh else ""


def address_of(proposal: Proposal) -> str:
    """The page of a proposal, whatever it asks."""
    return reverse("question", kwargs={"slug": proposal.campaign.slug, "proposal": proposal.pk})


def title_of(proposal: Proposal) -> str:
    """What is asked, in a few words: a release by its own text."""
    release = getattr(proposal, "release", None)
    return release.text if release is not None else str(TITLES.get(proposal.purpose, proposal.purpose))


def amounts_of(proposal: Proposal) -> list[str]:
    return [str(one) for one in Names.of([proposal]).sums(proposal)]


@dataclass(frozen=True)
class Names:
    """The currencies, things and funds that some proposals name, read at once."""

    commodities: dict[str, Commodity]
    funds: dict[str, Fund]

    @classmethod
    def of(cls, proposals: Iterable[Proposal]) -> "Names":
        parts = [part for one in proposals for part in parts_of(one)]
        commodities = Commodity.objects.in_bulk({part["commodity"] for part in parts})
        funds = Fund.objects.in_bulk({part["fund"] for part in parts if part["fund"]})
        return cls({str(key): one for key, one in commodities.items()}, {str(key): one for key, one in funds.items()})

    def sums(self, proposal: Proposal) -> list[Sum]:
        sums: dict[str, int] = {}
        for part in parts_of(proposal):
            sums[part["commodity"]] = sums.get(part["commodity"], 0) + part["minor"]
        return [
            Sum(self.commodities[key].code, self.commodities[key].scale, minor) for key, minor in sums.items() if key in self.commodities
        ]

    def lines(self, proposal: Proposal) -> list[str]:
        """What exactly will be written, in words."""
        content = proposal.content
        if proposal.purpose == "rates":
            said = _("%(day)s: 1 %(of)s = %(rate)s %(to)s, says %(source)s")
            return [
                said % {"day": one["date"], "of": one["from"], "rate": one["rate"], "to": one["to"], "source": one["source"]}
                for one in content["rates"]
            ]
        if proposal.purpose == "quotes":
            said = _("Above %(sum)s a release needs three quotes or a written reason.")
            return [said % {"sum": one} for one in self.sums(proposal)]
        if proposal.purpose == "change":
            said = _("Change %(number)s: task %(task)s has %(to)s %(unit)s instead of %(from)s. Money moves by a release of its own.")
            return [said % content["change"]]
        if proposal.purpose == "method":
            return way_lines(content["method"])
        if proposal.purpose == "policy":
            policy = dict(content.get("payload") or {})
            said = _("%(k)s of %(n)s stewards must agree from then on.")
            return [said % {"k": policy.get("k", ""), "n": len(policy.get("stewards", []))}]
        return [self._line(part) for part in parts_of(proposal)]

    def _line(self, part: dict[str, Any]) -> str:
        thing, fund = self.commodities.get(part["commodity"]), self.funds.get(part["fund"])
        if thing is None:
            return ""
        amount = str(Sum(thing.code, thing.scale, part["minor"]))
        return f"{amount} · {fund.title_here}" if fund else amount


def way_lines(said: dict[str, Any]) -> list[str]:
    """A way to build as a steward reads it: what it replaces, and each figure from the lowest to the highest against the present one."""
    first = (
        _("“%(element)s” is built as “%(name)s”.")
        if not said["before"]
        else _("“%(element)s” is built as “%(name)s” instead of “%(before)s”.")
    )
    before = {one[0]: one for one in said["figures_before"]}
    lines = [first % {"element": said["element"], "name": said["name"], "before": said["before"]}]
    for axis, low, likely, high, given, missing in said["figures"]:
        unit = _("days") if axis == "days" else given
        values = {"what": WAY_WORDS[axis], "low": low, "likely": likely, "high": high, "unit": unit, "missing": missing}
        if missing:
            lines.append(_("%(what)s: not known, nothing is known for %(missing)s.") % values)
            continue
        line = _("%(what)s: likely %(likely)s %(unit)s, from %(low)s to %(high)s.") % values
        then = before.get(axis)
        lines.append(
            line + " " + _("Now: likely %(likely)s %(unit)s.") % {"likely": then[2], "unit": unit} if then and not then[5] else line
        )
    return lines


def parts_of(proposal: Proposal) -> list[dict[str, Any]]:
    """The amounts of a proposal, whatever it asks: commodity, fund and minor units of each milestone or row."""
    content = proposal.content
    return [
        {"commodity": one["commodity"], "fund": one["fund"], "minor": int(one["ceiling"])} for one in content.get("milestones", [])
    ] + [
        {"commodity": one["credit"]["commodity"], "fund": one["credit"]["fund"], "minor": int(one["amount"])} for one in content.get("rows", [])
    ] + [{"commodity": one["commodity"], "fund": "", "minor": int(one["above"])} for one in content.get("quotes_above", [])
    ] + [{"commodity": one["commodity"], "fund": "", "minor": int(one["minor"])} for one in content.get("changes", [])]  # fmt: skip


# -- visits ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_look(*, reader: Role) -> datetime | None:
    """Remember that this person looks at the queue now; the end of the visit before, or None at the first."""
    now = timezone.now()
    look, is_new = Look.objects.select_for_update().get_or_create(role=reader, defaults={"looked_at": now})
    if is_new:
        return None
    if now - look.looked_at > VISIT_GAP:
        look.before = look.looked_at
    look.looked_at = now
    look.save(update_fields=["before", "looked_at"])
    return look.before
