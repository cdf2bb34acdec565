"""The own way of one gift through the book: of its lot, or of its share of a batch; and what of it still lies free."""

from collections import Counter
from collections.abc import Iterable

from awna.books import services as books
from awna.books.models import Account
from awna.core.ledger import rules
from awna.core.ledger.trace import Hop

from ..models import Gift


def left_of(gift: Gift) -> int:
    """Minor units of this gift, or of its share of a batch, that lie free."""
    return sum(amount for _account, amount in lying_at(gift, rules.FREE))


def lying_at(gift: Gift, *stages: str) -> list[tuple[Account, int]]:
    """The accounts of these stages in which money of this gift lies now, and how much of it; in the order in which it came to them."""
    if gift.entry_seq is None or gift.kind != "money":
        return []
    lying: Counter[str] = Counter()
    for hop in way_of(gift):
        lying[hop.credit] += hop.amount
        lying[hop.debit] -= hop.taken
    accounts = {str(one.pk): one for one in gift.book.accounts.filter(stage__in=stages, pk__in=lying).select_related("fund", "custody")}
    return [(accounts[pk], amount) for pk, amount in lying.items() if pk in accounts and amount > 0]


def way_of(gift: Gift) -> list[Hop]:
    """The hops of one gift, oldest first: of its lot, or of its own part in the lot of its batch. Nothing while the batch is open."""
    if gift.entry_seq is None:
        return []
    if gift.batch is None:
        return books.trace_lot(gift.book, gift.lot)
    chosen = _rows_that_chose(Gift.objects.filter(batch=gift.batch)) | books.refunded_shares(gift.batch)
    lot = (gift.entry_seq, gift.line)
    ways = books.trace_shares(gift.batch, chosen=chosen)[gift.reference]
    return [Hop(hop.row, hop.debit, hop.credit, lot, hop.amount, hop.taken) for hop in ways]


def _rows_that_chose(gifts: Iterable[Gift]) -> dict[tuple[int, int], list[str]]:
    """Rows that moved known gifts: the return of each, the allocation of those identified together."""
    chosen: dict[tuple[int, int], list[str]] = {}
    for gift in gifts:
        for seq in (gift.returned_seq, gift.allocated_seq):
            if seq is not None:
                chosen.setdefault((seq, 1), []).append(gift.reference)
    return chosen
