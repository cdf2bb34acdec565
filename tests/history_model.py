"""What a book must be, in a hundred lines: amounts by place, floors, and nothing else. The real book is compared with it."""

from dataclasses import dataclass, field
from typing import Any

NO_FLOOR = ("ext", "lost", "trading", "short")


@dataclass
class Model:
    """Amounts by spot. `ordered`: what receipts may still cover. `corrected`: by entry, what corrections took back."""

    amounts: dict[Any, int] = field(default_factory=dict)
    ordered: dict[Any, int] = field(default_factory=dict)
    approved: set[Any] = field(default_factory=set)
    undone: set[int] = field(default_factory=set)
    corrected: dict[int, int] = field(default_factory=dict)
    repeats: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def of(self, spot: Any) -> int:
        return self.amounts.get(spot, 0)

    def post(self, draft: Any) -> bool:
        """Move the rows when no account would fall below its floor; a request that stands already is answered and moves nothing."""
        if draft.request_id in self.seen:
            return True
        if not self.fits(draft):
            return False
        self.seen.add(draft.request_id)
        for row in draft.rows:
            self.amounts[row.debit] = self.of(row.debit) - row.amount
            self.amounts[row.credit] = self.of(row.credit) + row.amount
            if draft.kind == "order":
                self.ordered[row.credit] = self.ordered.get(row.credit, 0) + row.amount
            if draft.kind == "void" and row.debit.stage == "committed":
                self.ordered[row.debit] = max(0, self.ordered.get(row.debit, 0) - row.amount)
        return True

    def fits(self, draft: Any) -> bool:
        """Row by row: inside nothing falls below 0, and a shortfall never rises above 0."""
        moved: dict[Any, int] = {}
        for row in draft.rows:
            moved[row.debit] = moved.get(row.debit, self.of(row.debit)) - row.amount
            moved[row.credit] = moved.get(row.credit, self.of(row.credit)) + row.amount
            if row.debit.stage not in NO_FLOOR and moved[row.debit] < 0:
                return False
            if row.credit.stage == "short" and moved[row.credit] > 0:
                return False
        return True

    def differences(self, book: Any) -> list[str]:
        """Where the book's balances are not the model's."""
        from awna.books.models import Balance
        from awna.books.services.accounts import Known
        from awna.core.problems import Refused

        known = Known(book)
        known.read(self.amounts)
        made: dict[Any, int] = {}
        for spot, amount in self.amounts.items():
            if amount:
                try:
                    account, _ = known.account(spot)
                except Refused as refused:
                    return [f"the model has {amount} in {spot}, which the book does not know: {refused}"]
                made[account.pk] = made.get(account.pk, 0) + amount
        shown = {balance.pk: balance.minor for balance in Balance.objects.filter(book=book)}
        return [
            f"account {pk}: the model has {made.get(pk, 0)}, the book {shown.get(pk, 0)}"
            for pk in made.keys() | shown.keys() if made.get(pk, 0) != shown.get(pk, 0)]  # fmt: skip
