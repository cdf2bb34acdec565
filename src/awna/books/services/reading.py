"""Sums over the book for pages and desks; nothing here writes."""

from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from ..models import Balance, Book

_NET = Sum(F("credits") - F("debits"))


def balance_of(book: Book, *, stage: str | None = None, custody: Any = None, fund: Any = None, commodity: Any = None) -> int:
    """Minor units that lie there now; every filter left out means all. Give a commodity, or the sum means little."""
    wanted = {"account__stage": stage, "account__custody": custody, "account__fund": fund, "account__commodity": commodity}
    found = Balance.objects.filter(book=book, **{name: value for name, value in wanted.items() if value is not None})
    return int(found.aggregate(net=_NET)["net"] or 0)


def sums_by_stage(book: Book) -> dict[tuple[str, str], int]:
    """(commodity code, stage) → minor units."""
    found = Balance.objects.filter(book=book).values_list("account__commodity__code", "account__stage").annotate(net=_NET)
    return {(code, stage): int(net) for code, stage, net in found}


def stock_by_place(book: Book) -> QuerySet[Any, dict[str, Any]]:
    """Goods above nothing, by custody: in stores, under way, issued. Rows: custody, commodity code and scale, stage, batch, fund, net."""
    goods = Q(account__commodity_kind__in=("material", "medical", "equipment"), account__stage__in=("stock", "transit", "issued"))
    return (
        Balance.objects.filter(goods, book=book)
        .values(
            "account__custody", "account__custody_type", "account__commodity", "account__commodity__code", "account__commodity__scale",
            "account__stage", "account__batch", "account__fund",
        )
        .annotate(net=_NET)
        .filter(net__gt=0)
        .order_by("account__custody_type", "account__commodity__code")
    )  # fmt: skip


def trial_balance(book: Book) -> dict[str, dict[str, str]]:
    """Commodity id → stage → net, as the log's `close` entries digest it; all stages of a commodity add up to 0."""
    sums: dict[str, dict[str, str]] = {}
    found = Balance.objects.filter(book=book, version__gte=0).values_list("account__commodity", "account__stage").annotate(net=_NET)
    for commodity, stage, net in found:
        sums.setdefault(str(commodity), {})[stage] = str(net)
    return sums
