"""What the pages of a proposal show: everything that it binds, its steps of spending, what changed against the one that it replaces."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models import Sum as SumOf
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books.models import Account, Book, Commodity, Custody, Document, Entry, Evidence, Milestone, Transfer
from awna.books.services import balance_of
from awna.campaigns.models import BudgetLine
from awna.consent.models import Interest, Proposal
from awna.core.amounts import group_minor
from awna.core.ledger.rules import COMMITTED, FREE, HELD, RELEASED

from .models import Release
from .services.asking import INSTALMENT, SHEET_KIND
from .words import kind_word, payment_word

STEPS = {
    "requested": gettext_lazy("Requested"), "held": gettext_lazy("Held"), "released": gettext_lazy("Released"),
    "ordered": gettext_lazy("Ordered"), "delivered": gettext_lazy("Delivered"), "paid": gettext_lazy("Paid"),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """How much of a part came as far as this step; `state` is its stone: done, committed (in part) or yet."""

    name: str
    label: str
    minor: int
    state: str


@dataclass(frozen=True)
class Part:
    """One milestone: its terms, its way so far, and its evidence: each kind and whether it was given."""

    milestone: Milestone
    kind: str
    steps: list[Step]
    left: int
    freed: int
    evidence: list[tuple[str, bool]]


@dataclass(frozen=True)
class Paper:
    """A document that the proposal binds by its digest."""

    digest: str
    label: str
    size_bytes: int


@dataclass(frozen=True)
class Change:
    """One line of the comparison with the proposal before."""

    label: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def parts_shown(book: Book, proposal: Proposal) -> list[Part]:
    """Every milestone with its way through the book. Five questions to the database, however many there are."""
    milestones = list(
        Milestone.objects.filter(proposal=proposal).select_related("commodity", "fund", "custody").order_by("n", "commodity__code")
    )
    if not milestones:
        return []
    lying: dict[tuple[Any, str], int] = {}
    for account in Account.objects.filter(milestone__in=milestones).select_related("balance"):
        key = (account.milestone_id, account.stage)
        lying[key] = lying.get(key, 0) + account.balance.minor
    rows = Transfer.objects.filter(book=book).exclude(entry_seq__in=book.entries.filter(kind="reverse").values("reverses"))
    held = _sums(rows.filter(kind="hold"), "credit_account__milestone", milestones)
    freed = _sums(rows.filter(kind="void", credit_stage=FREE), "debit_account__milestone", milestones)
    released = _sums(rows.filter(kind="release"), "credit_account__milestone", milestones)
    delivered = _sums(rows, "covers_account__milestone", milestones, amount="covers_amount")
    given = set(
        Evidence.objects.filter(entry__proposal=proposal, entry__kind__in=("pay", "order", "receive_goods")).values_list(
            "document__kind", flat=True
        )
    )
    kinds = {str(one["n"]): one.get("kind", INSTALMENT) for one in proposal.content.get("milestones", [])}
    found = []
    for milestone in milestones:
        key = milestone.pk
        at_hand = lying.get((key, HELD), 0) + lying.get((key, RELEASED), 0)
        committed = lying.get((key, COMMITTED), 0)
        paid = held.get(key, 0) - at_hand - committed - freed.get(key, 0)
        reached = {
            "requested": milestone.ceiling, "held": held.get(key, 0), "released": released.get(key, 0), "ordered": committed + paid,
            "delivered": delivered.get(key, 0), "paid": paid,
        }  # fmt: skip
        found.append(Part(
            milestone, payment_word(kinds.get(milestone.n, INSTALMENT)), [_step(name, minor, milestone.ceiling) for name, minor in reached.items()],
            lying.get((key, RELEASED), 0), freed.get(key, 0), [(kind_word(kind), kind in given) for kind in milestone.evidence_kinds],
        ))  # fmt: skip
    return found


def _step(name: str, minor: int, whole: int) -> Step:
    return Step(name, str(STEPS[name]), minor, "done" if minor >= whole else "committed" if minor > 0 else "yet")


def _sums(rows: QuerySet[Transfer], by: str, milestones: Sequence[Milestone], amount: str = "amount") -> dict[Any, int]:
    found = rows.filter(**{f"{by}__in": milestones}).values(by).annotate(minor=SumOf(amount)).order_by(by)
    return {row[by]: row["minor"] or 0 for row in found}


def funds_shown(book: Book, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """For each purse, fund and currency what is free without and with this proposal."""
    funds: dict[tuple[Any, Any, Any], int] = {}
    for part in parts:
        place = (part.milestone.custody, part.milestone.fund, part.milestone.commodity)
        funds[place] = funds.get(place, 0) + part.steps[1].minor - part.freed
    changes = []
    for (custody, fund, commodity), asked in funds.items():
        free = balance_of(book, stage=FREE, custody=custody, fund=fund, commodity=commodity)
        changes.append(
            {"fund": fund, "code": commodity.code, "scale": commodity.scale, "before": free + asked, "asked": -asked, "after": free}
        )
    return changes


def papers_shown(book: Book, proposal: Proposal) -> list[Paper]:
    digests = proposal.content.get("documents", [])
    found = (
        Document.objects.filter(book=book, digest__in=digests).order_by("kind", "digest").only("kind", "digest", "size_bytes")
        if digests
        else []
    )
    return [Paper(one.digest, kind_word(one.kind), one.size_bytes) for one in found]


def bound_shown(proposal: Proposal) -> dict[str, Any]:
    """What stands in the log of this proposal: the policy that it is judged by and the last signed state of the book that its author saw."""
    leaf = Entry.objects.filter(proposal=proposal, kind="memo").order_by("seq").values_list("seq", "leaf").first()
    if leaf is None:
        return {"in_log": None}
    value = json.loads(bytes(leaf[1])).get("payload", {}).get("proposal", {})
    return {"in_log": leaf[0], "seen": value.get("seen", {}), "policy": value.get("policy", ""), "nonce": value.get("nonce", "")}


def payee_of(proposal: Proposal) -> Custody | None:
    payee = proposal.content.get("payee")
    return Custody.objects.filter(pk=payee).first() if payee else None


# -- what changed ---------------------------------------------------------------------------------------------------


def changes_shown(new: Release, old: Release) -> list[Change]:
    """Both texts line by line; only what differs is marked."""
    before, after = _lines(old), _lines(new)
    labels = [*after, *(label for label in before if label not in after)]
    return [Change(label, before.get(label, "–"), after.get(label, "–")) for label in labels]


def _lines(release: Release) -> dict[str, str]:
    proposal, content = release.proposal, release.proposal.content
    line = release.budget_line
    said = {
        _("What the money buys"): release.text, _("Payee"): str(release.payee), _("Budget line"): str(line) if isinstance(line, BudgetLine) else "–",
        _("Decide until"): date_format(proposal.expires_on, "j M Y"),
    }  # fmt: skip
    kinds = {str(one["n"]): one.get("kind", INSTALMENT) for one in content["milestones"]}
    for one in Milestone.objects.filter(proposal=proposal).select_related("commodity", "fund", "custody").order_by("n", "commodity__code"):
        name = {"n": one.n, "kind": payment_word(kinds.get(one.n, INSTALMENT))}
        said[_("Part %(n)s, kind") % name] = name["kind"]
        said[_("Part %(n)s, at most") % name] = f"{one.commodity.code} {group_minor(one.ceiling, one.commodity.scale)}"
        said[_("Part %(n)s, out of") % name] = f"{one.custody} · {one.fund.title_here}"
        said[_("Part %(n)s, evidence") % name] = ", ".join(kind_word(kind) for kind in one.evidence_kinds) or "–"
        said[_("Part %(n)s, not before") % name] = date_format(one.earliest, "j M Y")
    sheets = Document.objects.filter(digest__in=content["documents"], kind=SHEET_KIND).values_list("digest", flat=True)
    papers = sorted(digest[:8] for digest in set(content["documents"]) - set(sheets))
    said[_("Papers")] = ", ".join(papers) or "–"
    said[_("Why there are fewer than three quotes")] = content.get("quotes_reason", "–")
    return said


# -- quotes and ties ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuoteShown:
    """One seller's offer, the sum in minor units, and the digest of its paper."""

    seller: str
    code: str
    scale: int
    minor: int
    digest: str
    is_lowest: bool


def quotes_shown(proposal: Proposal) -> list[QuoteShown]:
    """The quotes of a release, the lowest of its currency marked."""
    said = proposal.content.get("quotes", [])
    if not said:
        return []
    currencies = {str(key): one for key, one in Commodity.objects.in_bulk({one["commodity"] for one in said}).items()}
    lowest: dict[str, int] = {}
    for one in said:
        lowest[one["commodity"]] = min(int(one["minor"]), lowest.get(one["commodity"], int(one["minor"])))
    return [
        QuoteShown(
            one["seller"], currencies[one["commodity"]].code, currencies[one["commodity"]].scale, int(one["minor"]), one["document"],
            int(one["minor"]) == lowest[one["commodity"]],
        )
        for one in sorted(said, key=lambda one: int(one["minor"]))
    ]  # fmt: skip


def ties_shown(proposal: Proposal) -> list[Interest]:
    """Who declared an interest in the payee; these people cannot agree to it."""
    payee = str(proposal.content.get("payee") or "")
    if not payee:
        return []
    return list(
        Interest.objects.filter(role__campaign=proposal.campaign_id, custody=payee, ended_at=None)
        .select_related("role__user")
        .order_by("said_at")
    )
