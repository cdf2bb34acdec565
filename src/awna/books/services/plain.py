"""The book as plain rows for files and programs: entries, rows and accounts, read in steps so that a long book needs little memory."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Sum

from awna.core.amounts import format_minor

from ..models import Account, Book, Entry, Transfer
from .browse import entries_q, rows_within, seq_bounds, size_of
from .filters import Filters

STEP_ENTRIES = 2_000
FORMULA_SIGNS = "=+-@\t\r"

Plain = dict[str, Any]


def safe_cell(value: Any) -> Any:
    """A text that begins like a formula would be run by a spreadsheet; numbers stay as they are."""
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULA_SIGNS and value else value


def plain_rows(book: Book, filters: Filters) -> Iterator[Plain]:
    """Every row that fits, oldest first. Amounts are in minor units; `scale` counts their decimals."""
    for low, high in _steps(book, filters):
        rows = rows_within(book, filters, low, high)
        found = rows.order_by("entry_seq", "line").select_related("entry", "commodity", "debit_fund", "credit_fund", "debit_account",
                                                                  "credit_account").defer("entry__leaf")  # fmt: skip
        for row in found:
            yield {
                "entry": row.entry_seq, "line": row.line, "date": row.entry.effective_date, "kind": row.kind,
                "from_stage": row.debit_stage, "to_stage": row.credit_stage, "from_account": str(row.debit_account_id),
                "to_account": str(row.credit_account_id), "from_custody": str(row.debit_account.custody_id or ""),
                "to_custody": str(row.credit_account.custody_id or ""), "from_fund": row.debit_fund.code, "to_fund": row.credit_fund.code,
                "amount": format_minor(row.amount, row.commodity.scale), "amount_minor": row.amount, "scale": row.commodity.scale,
                "commodity": row.commodity.code, "commodity_kind": row.commodity.kind, "proposal": str(row.entry.proposal_id or ""),
                "movement": str(row.movement_id or ""), "lot": row.lot, "reverses": row.entry.reverses,
            }  # fmt: skip


def plain_entries(book: Book, filters: Filters) -> Iterator[Plain]:
    """Every entry that has a row that fits, or that has no rows where no filter asks for any."""
    for low, high in _steps(book, filters):
        rows = rows_within(book, filters, low, high)
        wanted = set(rows.order_by().values_list("entry_seq", flat=True))
        if not filters.on_rows:
            bare = Entry.objects.filter(entries_q(filters), book=book, seq__gte=low, seq__lt=high, row_count=0)
            wanted |= set((bare.filter(kind=filters.kind) if filters.kind else bare).values_list("seq", flat=True))
        for entry in Entry.objects.filter(book=book, seq__in=wanted).order_by("seq").defer("leaf", "request_hash"):
            yield {
                "entry": entry.seq, "id": str(entry.pk), "date": entry.effective_date, "kind": entry.kind, "author": str(entry.author_id),
                "second": str(entry.second_id or ""), "proposal": str(entry.proposal_id or ""), "reverses": entry.reverses, "rows": entry.row_count,
            }  # fmt: skip


def plain_accounts(book: Book, filters: Filters) -> Iterator[Plain]:
    """Every account with what lies there now; of the filters, those that say which accounts are meant. Names of places stay out."""
    wanted = {"pk": filters.account and filters.account.pk, "custody": filters.custody, "fund": filters.fund,
              "commodity": filters.commodity, "proposal": filters.proposal}  # fmt: skip
    found = Account.objects.filter(book=book, **{name: value for name, value in wanted.items() if value is not None})
    nets = _nets_readable(book) if book.campaign.at_risk else None
    for account in found.select_related("fund", "commodity", "balance").order_by("pk").iterator(STEP_ENTRIES):
        balance = getattr(account, "balance", None)
        minor = nets.get(account.pk, 0) if nets is not None else balance.minor if balance else 0
        yield {
            "account": str(account.pk), "stage": account.stage, "custody": str(account.custody_id or ""), "custody_type": account.custody_type,
            "fund": account.fund.code, "commodity": account.commodity.code, "commodity_kind": account.commodity_kind,
            "proposal": str(account.proposal_id or ""), "balance": format_minor(minor, account.commodity.scale), "balance_minor": minor,
            "scale": account.commodity.scale,
        }  # fmt: skip


def _nets_readable(book: Book) -> dict[Any, int]:
    """What the entries that may be read now have brought to each account."""
    nets: dict[Any, int] = {}
    rows = Transfer.objects.filter(book=book, entry_seq__lt=size_of(book)).order_by()
    for side, sign in (("credit_account", 1), ("debit_account", -1)):
        for account, minor in rows.values_list(side).annotate(sum=Sum("amount")):
            nets[account] = nets.get(account, 0) + sign * int(minor)
    return nets


def _steps(book: Book, filters: Filters) -> Iterator[tuple[int, int]]:
    low, end = seq_bounds(book, filters)
    for begin in range(low, end, STEP_ENTRIES):
        yield begin, min(begin + STEP_ENTRIES, end)
