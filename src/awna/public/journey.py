"""The way of one gift: what happened to it, entry by entry, and where each part of it is now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from awna.books.models import Account, Book, Entry
from awna.books.models.ledger import ENTRIES_PAGE
from awna.books.services import trace_lot
from awna.core.ledger.rules import EXT, ISSUED, LOST
from awna.donations.models import Gift

OPEN_STEPS = ("release", "order", "pay", "receive_goods", "issue")


@dataclass(frozen=True)
class Step:
    """What one entry did with a part of the gift; `minor` is counted in `code` where it arrived."""

    seq: int
    kind: str
    day: date
    minor: int
    code: str
    scale: int
    stage: str
    substituted: bool

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


def page_of(seq: int) -> str:
    """The page of an entry, as it stands in addresses."""
    return f"{seq // ENTRIES_PAGE + 1:04d}"


def journey_of(gift: Gift) -> Journey:
    hops = trace_lot(gift.book, gift.lot)
    accounts = _accounts(gift.book, {name for hop in hops for name in (hop.debit, hop.credit)})
    entries = {entry.seq: entry for entry in Entry.objects.filter(book=gift.book, seq__in={hop.row[0] for hop in hops}).defer("leaf")}
    steps = _steps(hops, accounts, entries)
    kinds = {step.kind for step in steps}
    wanted = OPEN_STEPS if gift.kind == "money" else ("issue",)
    return Journey(gift, steps, _parts(hops, accounts), [kind for kind in wanted if kind not in kinds])


def _accounts(book: Book, names: set[str]) -> dict[str, Account]:
    return {str(account.pk): account for account in Account.objects.filter(book=book, pk__in=names).select_related("commodity")}


def _steps(hops: Iterable[Any], accounts: dict[str, Account], entries: dict[int, Entry]) -> list[Step]:
    """One step for each entry and each place that it reached."""
    sums: dict[tuple[int, str, str], list[Any]] = {}
    for hop in hops:
        account = accounts[hop.credit]
        found = sums.setdefault((hop.row[0], account.stage, account.commodity.code), [0, account, False])
        found[0] += hop.amount
        found[2] = found[2] or hop.substituted
    return [
        Step(seq, entries[seq].kind, entries[seq].effective_date, minor, code, account.commodity.scale, stage, substituted)
        for (seq, stage, code), (minor, account, substituted) in sums.items()
    ]


def _parts(hops: Iterable[Any], accounts: dict[str, Account]) -> list[Part]:
    """What came minus what left, by stage and thing. What went outside counts as spent; where it came from does not."""
    sums: dict[tuple[str, str, int], int] = {}
    for hop in hops:
        debit, credit = accounts[hop.debit], accounts[hop.credit]
        _add(sums, credit, hop.amount)
        if debit.stage != EXT:
            _add(sums, debit, -hop.taken)
    return [Part(stage, minor, code, scale) for (stage, code, scale), minor in sums.items() if minor > 0]


def _add(sums: dict[tuple[str, str, int], int], account: Account, minor: int) -> None:
    key = (account.stage, account.commodity.code, account.commodity.scale)
    sums[key] = sums.get(key, 0) + minor
