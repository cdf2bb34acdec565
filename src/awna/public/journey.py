"""The way of one gift: what happened to it, entry by entry, and where each part of it is now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import translation

from awna.books.models import Account, Book, Entry, Evidence, Opening, Transfer
from awna.books.models.ledger import ENTRIES_PAGE
from awna.core.ledger.rules import EXT, ISSUED, LOST, NO_FLOOR_STAGES, TRADING
from awna.donations.models import Gift
from awna.donations.services import way_of

from .way import Way, draw_way
from .words import STAGES_OF_WAY

OPEN_STEPS = ("release", "order", "pay", "receive_goods", "issue")
PLACE_FIELDS = ("place_coarse", "place_exact")  # the last one that is opened is shown


@dataclass(frozen=True)
class Step:
    """What one entry did with a part of the gift; `minor` is counted in `code` where it arrived.

    `pooled`: it left a place where it lay together with other gifts, so first in, first out decided.
    """

    seq: int
    kind: str
    day: date
    minor: int
    code: str
    scale: int
    stage: str
    substituted: bool
    pooled: bool
    place: str
    documents: tuple[tuple[str, str], ...]

    @property
    def page(self) -> str:
        return page_of(self.seq)


@dataclass(frozen=True)
class Part:
    """Where a part of the gift lies now."""

    stage: str
    minor: int
    code: str
    scale: int

    @property
    def done(self) -> bool:
        return self.stage in (EXT, ISSUED, LOST)


@dataclass(frozen=True)
class Journey:
    gift: Gift
    steps: list[Step]
    parts: list[Part]
    not_yet: list[str]
    way: Way | None


def page_of(seq: int) -> str:
    """The page of an entry, as it stands in addresses."""
    return f"{seq // ENTRIES_PAGE + 1:04d}"


def journey_of(gift: Gift) -> Journey:
    """The hops in the order of the book, with what the book lets be said about each."""
    hops = way_of(gift)
    accounts = _accounts(gift, hops)
    entries = _entries(gift.book, {hop.row[0] for hop in hops})
    steps = _steps(hops, accounts, entries, _documents(gift.book, set(entries)), _places(gift, accounts))
    kinds = {step.kind for step in steps}
    wanted = OPEN_STEPS if gift.kind == "money" else ("issue",)
    way = draw_way(hops, accounts, labels=STAGES_OF_WAY, mirrored=translation.get_language_bidi())
    return Journey(gift, steps, _parts(hops, accounts), [kind for kind in wanted if kind not in kinds], way)


def _accounts(gift: Gift, hops: Iterable[Any]) -> dict[str, Any]:
    """The accounts on the way; `others` = something else came to it before this gift had left it."""
    lasts: dict[str, int] = {}
    for hop in hops:
        lasts[hop.debit] = max(lasts.get(hop.debit, 0), hop.row[0])
        lasts.setdefault(hop.credit, -1)
    own = {(hop.row[0], hop.row[1]) for hop in hops}
    came = Transfer.objects.filter(credit_account=OuterRef("pk")).exclude(entry_seq__in={seq for seq, _line in own})
    found = Account.objects.filter(book=gift.book, pk__in=lasts).select_related("commodity", "custody")
    earlier = Q(pk__in=[])
    for name, seq in lasts.items():
        if seq >= 0:
            earlier |= Q(Exists(came.filter(entry_seq__lt=seq)), pk=name)
    return {str(row.pk): row for row in found.annotate(others=earlier)}


def _entries(book: Book, seqs: set[int]) -> dict[int, Entry]:
    return {entry.seq: entry for entry in Entry.objects.filter(book=book, seq__in=seqs).defer("leaf")}


def _documents(book: Book, seqs: set[int]) -> dict[int, list[tuple[str, str]]]:
    """Entry → (kind, salted digest) of the papers that it stands on."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = Evidence.objects.filter(book=book, entry_seq__in=seqs).order_by("entry_seq", "document__digest")
    for seq, kind, digest in rows.values_list("entry_seq", "document__kind", "document__digest"):
        found.setdefault(seq, []).append((kind, digest))
    return found


def _places(gift: Gift, accounts: dict[str, Any]) -> dict[str, str]:
    """Account → its place as exactly as it was opened to everyone; a campaign at risk opens none on this page."""
    if gift.book.campaign.at_risk:
        return {}
    owners = {name: {name, str(account.custody_id or "")} for name, account in accounts.items()}
    opened = Opening.objects.filter(book=gift.book, of__in=set().union(*owners.values()) - {""}, name__in=PLACE_FIELDS).order_by("name")
    said = {}
    for opening in sorted(opened, key=lambda one: PLACE_FIELDS.index(one.name)):
        said.update({name: opening.value for name, ids in owners.items() if opening.of in ids})
    return said


def _steps(
    hops: Iterable[Any], accounts: dict[str, Any], entries: dict[int, Entry], documents: dict[int, list[tuple[str, str]]],
    places: dict[str, str],
) -> list[Step]:  # fmt: skip
    """One step for each entry and each place that it reached."""
    sums: dict[tuple[int, str, str], list[Any]] = {}
    for hop in hops:
        account, left = accounts[hop.credit], accounts[hop.debit]
        found = sums.setdefault((hop.row[0], account.stage, account.commodity.code), [0, account, False, False])
        found[0] += hop.amount
        found[2] = found[2] or hop.substituted
        found[3] = found[3] or (left.stage not in NO_FLOOR_STAGES and bool(left.others))
    return [
        Step(
            seq, entries[seq].kind, entries[seq].effective_date, minor, code, account.commodity.scale, stage, substituted, pooled,
            places.get(str(account.pk), ""), tuple(documents.get(seq, ())),
        )
        for (seq, stage, code), (minor, account, substituted, pooled) in sums.items() if stage != TRADING
    ]  # fmt: skip


def _parts(hops: Iterable[Any], accounts: dict[str, Any]) -> list[Part]:
    """What came minus what left, by stage and thing. What went outside counts as spent; where it came from does not."""
    sums: dict[tuple[str, str, int], int] = {}
    for hop in hops:
        debit, credit = accounts[hop.debit], accounts[hop.credit]
        _add(sums, credit, hop.amount)
        if debit.stage != EXT:
            _add(sums, debit, -hop.taken)
    return [Part(stage, minor, code, scale) for (stage, code, scale), minor in sums.items() if minor > 0 and stage != TRADING]


def _add(sums: dict[tuple[str, str, int], int], account: Account, minor: int) -> None:
    key = (account.stage, account.commodity.code, account.commodity.scale)
    sums[key] = sums.get(key, 0) + minor
