"""What the pages of cash boxes show: money at hand, the last count, what waits for a second person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from awna.books.models import Statement
from awna.parties.models import Campaign

from .models import CashArrival, CashBox, CashCount, CashPayment, ReceiptBook

COUNT_AGE_DAYS_MAX = 14
"""A box that nobody counted for longer is told of."""


@dataclass
class BoxShown:
    """One box with what should lie in it and the day of its last count by two people."""

    box: CashBox
    minor: int
    counted_on: date | None
    waits: int = 0
    payments: list[CashPayment] = field(default_factory=list)

    @property
    def is_stale(self) -> bool:
        since = self.counted_on or self.box.opened_on
        return (timezone.localdate() - since).days > COUNT_AGE_DAYS_MAX

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.minor / self.box.ceiling_minor))


def boxes_shown(boxes: Sequence[CashBox]) -> list[BoxShown]:
    """These boxes; three questions to the database, however many they are."""
    accounts = [box.account_id for box in boxes]
    newest = Statement.objects.filter(bank_account=OuterRef("bank_account")).exclude(slip=None).order_by("-slip").values("pk")[:1]
    last = Statement.objects.filter(bank_account__in=accounts, pk=Subquery(newest)).values_list("bank_account", "closing_minor")
    lying: dict[Any, int] = {account: minor or 0 for account, minor in last}
    done = CashCount.objects.filter(box__in=boxes, state=CashCount.DONE).values("box").annotate(at=Max("counted_at"))
    counted = {row["box"]: timezone.localdate(row["at"]) for row in done.order_by("box")}
    waiting: dict[Any, int] = {}
    payments, arrivals = (
        model.objects.filter(box__in=boxes, entry=None, dropped_why="").order_by().values_list("box")
        for model in (CashPayment, CashArrival)
    )
    for (one,) in payments.union(arrivals, all=True):
        waiting[one] = waiting.get(one, 0) + 1
    return [BoxShown(box, lying.get(box.account_id, 0), counted.get(box.pk), waiting.get(box.pk, 0)) for box in boxes]


def all_boxes(campaign: Campaign) -> list[BoxShown]:
    """Every box of a campaign."""
    found = CashBox.objects.filter(account__book__campaign=campaign).select_related("account__commodity", "holder__user")
    return boxes_shown(list(found))


def counted_days(campaign: Campaign) -> dict[Any, date]:
    """Account of a box → the day of its last count by two people; one question to the database."""
    done = CashCount.objects.filter(box__account__book__campaign=campaign, state=CashCount.DONE).order_by().values("box__account")
    return {row["box__account"]: timezone.localdate(row["at"]) for row in done.annotate(at=Max("counted_at"))}


@dataclass(frozen=True)
class BookShown:
    """A receipt book and its numbers so far."""

    book: ReceiptBook
    next: int | None
    used: int
    void: int
    lost: int


def books_shown(campaign: Campaign) -> list[BookShown]:
    found = []
    for book in ReceiptBook.objects.filter(campaign=campaign).select_related("holder__user").prefetch_related("pages"):
        pages = list(book.pages.all())
        states = [page.state for page in pages]
        last = max((page.serial for page in pages), default=book.first - 1)
        found.append(
            BookShown(book, last + 1 if last < book.last else None, states.count("used"), states.count("void"), states.count("lost"))
        )
    return found
