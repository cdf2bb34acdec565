"""Pages of the open books for any filter, newest first: bounded work for each page, however long the book is."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from ..models import Account, Balance, Book, Entry, Transfer
from .filters import Filters
from .publish import entries_allowed

ROWS_A_PAGE = 30
WINDOW_ENTRIES_FIRST, WINDOW_ENTRIES_GROWTH = 2_000, 4
SCANNED_ENTRIES_MAX = 60_000
"""Entries that one page looks through at most; the reader then goes on searching by a link."""
PROPOSAL_ENTRIES_MAX = 2_000
"""Entries of one proposal that are asked for at once; a few dozen are usual."""
BALANCE_ROWS_MAX = 5_000
"""Rows between the first and the last of a page that a running balance adds up at most."""

NOTHING_MORE = Q()
Key = tuple[int, int]
"""Sequence number and line; line 0 stands for an entry without rows."""


@dataclass
class BookRow:
    """One row of an entry, or an entry without rows; `minor` is signed as the chosen place sees it."""

    entry: Entry
    transfer: Transfer | None
    minor: int = 0
    balance: int | None = None

    @property
    def key(self) -> Key:
        return self.entry.seq, self.transfer.line if self.transfer else 0


@dataclass
class Page:
    """`before` opens the next page; `searched_to` says down to which entry an unfinished search came."""

    rows: list[BookRow] = field(default_factory=list)
    before: str = ""
    searched_to: int | None = None
    has_balance: bool = False


def rows_page(book: Book, filters: Filters, *, also: Q = NOTHING_MORE, size: int = ROWS_A_PAGE) -> Page:
    """The rows that fit, newest first, from `filters.before` on down. `also` is a further condition on rows."""
    keys, stopped_at = _keys(book, filters, also, size + 1)
    shown = keys[:size]
    page = Page(rows=load_rows(book, shown))
    if len(keys) > size:
        page.before = f"{shown[-1][0]}.{shown[-1][1]}"
    elif stopped_at is not None:
        page.before, page.searched_to = f"{stopped_at}.0", stopped_at
    if page.rows:
        _balances(book, filters, page)
    return page


def place_of(book: Book, filters: Filters) -> QuerySet[Account] | None:
    """The accounts of the chosen account or custody; None where no place was chosen."""
    if filters.account is None and filters.custody is None:
        return None
    found = Account.objects.filter(book=book)
    if filters.account is not None:
        found = found.filter(pk=filters.account.pk)
    if filters.custody is not None:
        found = found.filter(custody=filters.custody)
    return found.filter(commodity=filters.commodity) if filters.commodity else found


def rows_q(filters: Filters) -> Q:
    """The filters as a condition on transfers, all but dates and kind's own entries."""
    found = Q()
    if filters.kind:
        found &= Q(kind=filters.kind)
    if filters.fund:
        found &= Q(debit_fund=filters.fund) | Q(credit_fund=filters.fund)
    if filters.custody:
        inside = list(Account.objects.filter(custody=filters.custody).values_list("pk", flat=True))
        found &= Q(debit_account__in=inside) | Q(credit_account__in=inside)
    if filters.account:
        found &= Q(debit_account=filters.account) | Q(credit_account=filters.account)
    if filters.commodity:
        found &= Q(commodity=filters.commodity)
    if filters.least is not None:
        found &= Q(amount__gte=filters.least)
    if filters.most is not None:
        found &= Q(amount__lte=filters.most)
    if filters.words:
        found &= (
            Q(debit_fund__in=filters.funds_named) | Q(credit_fund__in=filters.funds_named)
            | Q(commodity__in=filters.commodities_named) | Q(kind__in=filters.kinds_named)
        )  # fmt: skip
    return found


def rows_within(book: Book, filters: Filters, low: int, high: int) -> QuerySet[Transfer]:
    """The rows that fit with low <= seq < high. Dates are asked of an index of entries, not of each row's entry."""
    rows = Transfer.objects.filter(rows_q(filters), book=book, entry_seq__gte=low, entry_seq__lt=high)
    if filters.proposal:
        rows = rows.filter(entry_seq__in=entries_of(book, filters, low, high))
    elif filters.since or filters.until:
        rows = rows.filter(entry_seq__in=Entry.objects.filter(entries_q(filters), book=book, seq__gte=low, seq__lt=high).values("seq"))
    return rows


def entries_of(book: Book, filters: Filters, low: int, high: int) -> list[int]:
    """The newest entries of the proposal with low <= seq < high."""
    found = Entry.objects.filter(entries_q(filters), book=book, seq__gte=low, seq__lt=high).order_by("-seq")
    return list(found.values_list("seq", flat=True)[:PROPOSAL_ENTRIES_MAX])


def entries_q(filters: Filters) -> Q:
    """Dates and proposal, which stand on the entry."""
    wanted = {"effective_date__gte": filters.since, "effective_date__lte": filters.until, "proposal": filters.proposal}
    return Q(**{name: value for name, value in wanted.items() if value is not None})


def size_of(book: Book) -> int:
    """How many entries may be read now: all, or for a campaign at risk those older than its delay. Numbers have no gaps."""
    if book.pinned_size is not None:
        return book.pinned_size
    last = Entry.objects.filter(book=book).order_by("-seq").values_list("seq", flat=True).first()
    return _readable(book, 0 if last is None else last + 1)


def pin(book: Book, *, size: int) -> None:
    """From here on this very object is read up to that many entries and no further, whatever is posted meanwhile."""
    book.pinned_size = _readable(book, size)


def _readable(book: Book, size: int) -> int:
    return min(size, entries_allowed(book, size=size)) if book.campaign.at_risk else size


def last_readable_day(book: Book) -> date | None:
    """The day up to which sums may be said where a newer one would tell of a convoy; None where nobody is at risk."""
    if not book.campaign.at_risk:
        return None
    return timezone.localdate() - timedelta(days=book.campaign.publication_delay_days)


def seq_bounds(book: Book, filters: Filters) -> tuple[int, int]:
    """First and last-but-one number that can fit: dates and proposals bound them by an index."""
    first, end = 0, size_of(book)
    if filters.since or filters.until or filters.proposal:
        found = Entry.objects.filter(entries_q(filters), book=book).aggregate(first=Min("seq"), last=Max("seq"))
        first, end = (0, 0) if found["first"] is None else (found["first"], min(end, found["last"] + 1))
    if filters.before is not None:
        end = min(end, filters.before[0] + 1)
    return first, end


def load_rows(book: Book, keys: list[Key]) -> list[BookRow]:
    """The rows of these keys with everything that a page shows, in their order."""
    seqs = {seq for seq, _ in keys}
    wanted = Entry.objects.filter(book=book, seq__in=seqs).select_related("author")
    # A page needs the leaves of memos alone: they say what the memo is about.
    entries = {entry.seq: entry for entry in (*wanted.exclude(kind="memo").defer("leaf"), *wanted.filter(kind="memo"))}
    found = Transfer.objects.filter(book=book, entry_seq__in={seq for seq, line in keys if line}).select_related(
        "debit_account__custody", "credit_account__custody", "debit_fund", "credit_fund", "commodity"
    )
    rows = {(row.entry_seq, row.line): row for row in found}
    return [BookRow(entries[seq], rows.get((seq, line)), getattr(rows.get((seq, line)), "amount", 0)) for seq, line in keys]


def _keys(book: Book, filters: Filters, also: Q, wanted: int) -> tuple[list[Key], int | None]:
    """Looks through windows of numbers downwards, jumping over what an index says cannot fit; stops when it has looked enough."""
    first, end = seq_bounds(book, filters)
    keys: list[Key] = []
    scanned, width = 0, WINDOW_ENTRIES_FIRST
    while len(keys) < wanted and end > first:
        if scanned >= SCANNED_ENTRIES_MAX:
            return keys, end
        end = min(end, _jump(book, filters, end))
        begin = max(first, end - min(width, SCANNED_ENTRIES_MAX - scanned))
        keys += _window(book, filters, also, begin, end, wanted - len(keys))
        scanned, end, width = scanned + end - begin, begin, width * WINDOW_ENTRIES_GROWTH
    return keys, None


def _window(book: Book, filters: Filters, also: Q, begin: int, end: int, wanted: int) -> list[Key]:
    """The newest keys that fit in begin <= seq < end."""
    if end <= begin:
        return []
    rows = rows_within(book, filters, begin, end).filter(also)
    bare = Entry.objects.none() if filters.on_rows else Entry.objects.filter(
        entries_q(filters), book=book, seq__gte=begin, seq__lt=end, row_count=0)  # fmt: skip
    if filters.kind:
        bare = bare.filter(kind=filters.kind)
    if filters.before is not None:
        seq, line = filters.before
        rows = rows.filter(Q(entry_seq__lt=seq) | Q(entry_seq=seq, line__lt=line))
        bare = bare.filter(seq__lt=seq)
    keys = list(rows.order_by("-entry_seq", "-line").values_list("entry_seq", "line")[:wanted])
    keys += [(seq, 0) for seq in bare.order_by("-seq").values_list("seq", flat=True)[:wanted]]
    return sorted(keys, reverse=True)[:wanted]


def _jump(book: Book, filters: Filters, end: int) -> int:
    """One above the newest number below `end` that can fit; 0 when none can."""
    bounds = []
    if filters.kind:
        newest = Entry.objects.filter(book=book, kind=filters.kind, seq__lt=end).order_by("-seq").values_list("seq", flat=True).first()
        bounds.append(-1 if newest is None else newest)
    named = {"pk": filters.account and filters.account.pk, "custody": filters.custody, "fund": filters.fund, "commodity": filters.commodity}
    named = {name: value for name, value in named.items() if value is not None}
    if named:
        bounds.append(_newest_touching(Account.objects.filter(book=book, **named), end))
    return min([end, *(bound + 1 for bound in bounds)])


def _newest_touching(accounts: QuerySet[Account], end: int) -> int:
    """The newest number below `end` whose rows touch one of these accounts: two look-ups in an index for each account."""

    def newest(side: str) -> Subquery:
        touching = Transfer.objects.filter(**{side: OuterRef("pk")}, entry_seq__lt=end).order_by("-entry_seq")
        return Subquery(touching.values("entry_seq")[:1])

    found = accounts.annotate(debited=newest("debit_account"), credited=newest("credit_account")).values_list("debited", "credited")
    return max((seq for pair in found for seq in pair if seq is not None), default=-1)


def _balances(book: Book, filters: Filters, page: Page) -> None:
    """Signs the amounts as the chosen place sees them; with one commodity, also what lay there after each row."""
    place = place_of(book, filters)
    if place is None:
        return
    accounts = dict(place.values_list("pk", "commodity"))
    for row in page.rows:
        if row.transfer is not None:
            row.minor = _signed(row.transfer, accounts)
    shown = [row.key for row in page.rows if row.transfer]
    between = _signed_between(book, accounts, shown[-1][0], shown[0][0]) if shown and len(set(accounts.values())) == 1 else None
    if between is None:
        return
    after = _balance_after(book, accounts, shown[0][0])
    balances: dict[Key, int] = {}
    for key in sorted(between, reverse=True):
        balances[key] = after
        after -= between[key]
    for row in page.rows:
        row.balance = balances.get(row.key)
    page.has_balance = True


def _signed(row: Transfer, accounts: dict[Any, Any]) -> int:
    return row.amount * ((row.credit_account_id in accounts) - (row.debit_account_id in accounts))


def _signed_between(book: Book, accounts: dict[Any, Any], first: int, last: int) -> dict[Key, int] | None:
    """Every row of the place from one number to another; None when there are too many to add up for a page."""
    inside = Q(debit_account__in=accounts) | Q(credit_account__in=accounts)
    found = list(Transfer.objects.filter(inside, book=book, entry_seq__gte=first, entry_seq__lte=last)
                 .only("entry_seq", "line", "amount", "debit_account", "credit_account")[: BALANCE_ROWS_MAX + 1])  # fmt: skip
    if len(found) > BALANCE_ROWS_MAX:
        return None
    return {(row.entry_seq, row.line): _signed(row, accounts) for row in found}


def _balance_after(book: Book, accounts: dict[Any, Any], seq: int) -> int:
    """What lay in the place after entry `seq`: counted from the nearer end of the book."""
    if seq * 2 < size_of(book):
        return _net(accounts, entry_seq__lte=seq)
    now = Balance.objects.filter(account__in=accounts).aggregate(net=Sum(F("credits") - F("debits")))["net"] or 0
    return int(now) - _net(accounts, entry_seq__gt=seq)


def _net(accounts: dict[Any, Any], **within: int) -> int:
    came = Transfer.objects.filter(credit_account__in=accounts, **within).aggregate(sum=Sum("amount"))["sum"] or 0
    went = Transfer.objects.filter(debit_account__in=accounts, **within).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(came) - int(went)
