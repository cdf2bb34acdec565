"""What everybody may see of the stewards' work: releases and declines side by side, and every payment that went around them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum as SumOf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Book, Commodity, Entry, Movement, Transfer
from awna.consent.models import Decision
from awna.consent.services import required_of
from awna.core.ledger.rules import FREE, SHORT
from awna.parties.models import Campaign

from .models import PublicReason, Release
from .services.questions import Names, Sum

SHOWN_MAX = 200
STATES = {
    "released": _("Released"), "declined": _("Declined"), "waiting": _("Waiting for the stewards"), "agreed": _("Agreed, in its waiting days"),
    "expired": _("Expired without a decision"), "withdrawn": _("Taken back"), "replaced": _("Asked again with changes"), "held": _("Stopped"),
}  # fmt: skip
MARKS = {"released": "ok", "declined": "stop", "held": "stop"}


@dataclass(frozen=True)
class Told:
    """One release as the public sees it: no names, no payee."""

    release: Release
    sums: list[Sum]
    state: str
    agreed: int
    declined: int
    required: int
    decided_on: date | None
    entry: int | None
    reasons: list[str] = field(default_factory=list)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])

    @property
    def mark(self) -> str:
        return MARKS.get(self.state, "wait")


@dataclass(frozen=True)
class Outside:
    """A payment that the bank made and no release allowed: its entry, and how much of it no fund had money for."""

    seq: int
    on: date
    sum: Sum
    short: int


def told_releases(campaign: Campaign) -> tuple[list[Told], int]:
    """The newest releases first, declined ones among them; and how many are newer than a campaign at risk shows."""
    found = Release.objects.filter(campaign=campaign)
    if campaign.at_risk:
        found = found.filter(proposal__filed_at__lt=timezone.now() - timedelta(days=campaign.publication_delay_days))
    shown = list(
        found.select_related("proposal__epoch", "proposal__carried_out")
        .prefetch_related("proposal__decisions", "replaced_by").order_by("-number")[:SHOWN_MAX]
    )  # fmt: skip
    names = Names.of([row.proposal for row in shown])
    entries = dict(Entry.objects.filter(kind="release", proposal__in=[row.proposal_id for row in shown]).values_list("proposal", "seq"))
    reasons: dict[object, list[str]] = {}
    for reason in PublicReason.objects.filter(decision__proposal__release__in=shown).select_related("decision"):
        reasons.setdefault(reason.decision.proposal_id, []).append(reason.text)
    rows = [_told(row, names, entries.get(row.proposal_id), reasons.get(row.proposal_id, [])) for row in shown]
    return rows, Release.objects.filter(campaign=campaign).count() - len(rows) if campaign.at_risk else 0


def _told(release: Release, names: Names, entry: int | None, reasons: list[str]) -> Told:
    proposal, required = release.proposal, required_of(release.proposal)
    said = list(proposal.decisions.all())
    agreed = {one.steward_id for one in said if one.choice == Decision.APPROVE}
    declined = {one.steward_id for one in said if one.choice == Decision.DECLINE}
    days = [timezone.localdate(one.decided_at) for one in said if one.choice != Decision.ASK]
    state = _state(release, entry, len(agreed), len(declined), required)
    return Told(release, names.sums(proposal), state, len(agreed), len(declined), required, max(days, default=None), entry, reasons)


def _state(release: Release, entry: int | None, agreed: int, declined: int, required: int) -> str:
    proposal = release.proposal
    if entry is not None:
        return "released"
    if proposal.held_at is not None:
        return "held"
    if list(release.replaced_by.all()):
        return "replaced"
    if declined:
        return "declined"
    if proposal.withdrawn_at is not None:
        return "withdrawn"
    if proposal.expires_on < timezone.localdate():
        return "expired"
    return "agreed" if agreed >= required else "waiting"


def payments_outside(book: Book) -> list[Outside]:
    """Bank lines that left an account without a release: not a gift's return or its fee, which name their gift."""
    gone = book.entries.filter(kind="reverse").values("reverses")
    rows = (
        Transfer.objects.filter(book=book, kind="bank_forced", debit_stage__in=(FREE, SHORT), lot_seq=None)
        .exclude(entry_seq__in=gone).select_related("entry", "commodity").order_by("-entry_seq", "line")
    )  # fmt: skip
    found: dict[int, Outside] = {}
    for row in rows:
        before = found.get(row.entry_seq)
        short = row.amount if row.debit_stage == SHORT else 0
        total = Sum(row.commodity.code, row.commodity.scale, row.amount + (before.sum.minor if before else 0))
        found[row.entry_seq] = Outside(row.entry_seq, row.entry.effective_date, total, short + (before.short if before else 0))
    return list(found.values())


def short_now(book: Book) -> list[Sum]:
    """What is missing now because of such payments, by currency; nothing once the stewards cleared it."""
    short: dict[Commodity, int] = {}
    for account in book.accounts.filter(stage=SHORT).select_related("balance", "commodity"):
        short[account.commodity] = short.get(account.commodity, 0) - account.balance.minor
    return [Sum(one.code, one.scale, minor) for one, minor in short.items() if minor > 0]


def not_explained(book: Book) -> list[Sum]:
    """What left the bank by the statements so far and no entry explains yet, by currency."""
    rows = Movement.objects.unfinished(book).filter(amount__lt=0).values("commodity__code", "commodity__scale")
    found = rows.annotate(amount_sum=SumOf("amount"), used_sum=SumOf("used")).order_by("commodity__code")
    return [Sum(row["commodity__code"], row["commodity__scale"], -row["amount_sum"] - row["used_sum"]) for row in found]
