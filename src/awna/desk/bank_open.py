"""What stands open in the book that a bank line may be: read once for all lines of a page, so that no line asks for itself."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from awna.books.models import Account, BankAccount, Entry, Movement, Transfer
from awna.books.models.naming import CHARGES
from awna.core.ledger.rules import COMMITTED, PURSES, RELEASED, REMITTANCE, TRANSIT
from awna.supply.models import PurchaseOrder

RETURNS_MAX = 20
"""Entries of the same amount offered as the one that a line takes or gives back, the newest first."""
BOUNCING = ("pay", "remit", "refund", "bank_forced")
"""Kinds of entries whose money a bank may send back."""

STANDS = F("balance__debits")
"""An account of the book holds money while its credits are above this."""


class OpenThings:
    """Remittances under way, released and committed money, gifts and payments that these lines may be about."""

    def __init__(self, movements: Iterable[Movement]) -> None:
        found = list(movements)
        self._books = {movement.bank_account.book_id for movement in found}
        incoming = [movement for movement in found if movement.amount > 0]
        outgoing = [movement for movement in found if movement.amount < 0]
        self._arriving = _grouped(under_way({one.bank_account.custody_id for one in incoming}), lambda one: one.custody.settles_to_id)
        self._released = _grouped(self._money(RELEASED, outgoing), _purse)
        self._gifts = _grouped(self._gifts_like(outgoing), lambda row: (row.credit_account.custody_id, row.commodity_id, row.amount))
        self._paid = _grouped(self._payments_like(incoming), lambda row: (row.movement.custody_id, row.commodity_id, row.amount))
        self._orders = self._orders_of(outgoing)

    def arriving(self, movement: Movement) -> list[Account]:
        """Money on its way to the account of this line."""
        return self._arriving[movement.bank_account.custody_id]

    def released(self, movement: Movement) -> list[Account]:
        """Released money of this account that goes to another purse of the campaign."""
        return self._released[(movement.custody_id, movement.commodity_id)]

    def gifts_like(self, movement: Movement) -> list[Transfer]:
        """Gifts of this very amount that stand: the bank may have taken one of them back."""
        return self._gifts[(movement.custody_id, movement.commodity_id, -movement.amount)]

    def payments_like(self, movement: Movement) -> list[Transfer]:
        """Payments and charges of this amount that stand: the bank may have given one of them back."""
        return self._paid[(movement.custody_id, movement.commodity_id, movement.amount)]

    def orders(self, movement: Movement) -> list[PurchaseOrder]:
        """Orders whose money is committed on this account; they are paid on a page of their own, with their papers."""
        found = self._orders[(movement.custody_id, movement.commodity_id)]
        return sorted(found, key=lambda order: order.amount_minor != -movement.amount)

    def _money(self, stage: Any, lines: list[Movement]) -> Any:
        if not lines:
            return []
        found = Account.objects.filter(
            book__in=self._books, stage=stage, custody__in={line.custody_id for line in lines}, balance__credits__gt=STANDS
        )
        if stage == RELEASED:
            found = found.filter(milestone__payee__type__in=PURSES).exclude(milestone__n=CHARGES)
        return found.select_related("balance", "commodity", "proposal", "milestone__payee").order_by("pk")

    def _gifts_like(self, lines: list[Movement]) -> Any:
        if not lines:
            return []
        found = Transfer.objects.filter(
            kind="gift", credit_account__custody__in={line.custody_id for line in lines}, amount__in={-line.amount for line in lines}
        )
        return self._newest(found, F("credit_account__custody")).select_related("credit_account")

    def _payments_like(self, lines: list[Movement]) -> Any:
        if not lines:
            return []
        found = Transfer.objects.filter(
            book__in=self._books, kind__in=BOUNCING, movement__custody__in={line.custody_id for line in lines},
            amount__in={line.amount for line in lines}, movement__amount=-F("amount"),
        )  # fmt: skip
        return self._newest(found, F("movement__custody")).select_related("movement")

    def _newest(self, found: QuerySet[Transfer], custody: F) -> QuerySet[Transfer]:
        place = Window(RowNumber(), partition_by=[custody, F("commodity"), F("amount")], order_by=[F("entry_seq").desc()])
        standing = found.exclude(Exists(Entry.objects.filter(book=OuterRef("book"), reverses=OuterRef("entry_seq"))))
        return standing.annotate(place=place).filter(place__lte=RETURNS_MAX).order_by("-entry_seq")

    def _orders_of(self, lines: list[Movement]) -> dict[Any, list[PurchaseOrder]]:
        purses = defaultdict(list)
        for account in self._money(COMMITTED, lines):
            purses[account.milestone_id].append(_purse(account))
        orders: dict[Any, list[PurchaseOrder]] = defaultdict(list)
        if purses:
            for order in PurchaseOrder.objects.filter(milestone__in=purses).select_related("supplier", "milestone__commodity"):
                for purse in dict.fromkeys(purses[order.milestone_id]):
                    orders[purse].append(order)
        return orders


def under_way(custodies: Iterable[Any]) -> QuerySet[Account]:
    """Money on its way to these purses, by the account of the book that holds it meanwhile."""
    return Account.objects.filter(
        stage=TRANSIT, custody_type=REMITTANCE, custody__settles_to__in=list(custodies), balance__credits__gt=STANDS
    ).select_related("balance", "commodity", "custody", "proposal", "milestone").order_by("pk")  # fmt: skip


def under_way_to(account: BankAccount) -> QuerySet[Account]:
    """The same for one account of the bank."""
    return under_way([account.custody_id]).filter(book=account.book)


def _purse(account: Account) -> tuple[Any, Any]:
    return account.custody_id, account.commodity_id


def _grouped(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
