"""The book as plain rows for files and programs: entries, rows and accounts, read in steps so that a long book needs little memory."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Sum

from awna.core.amounts import format_minor

from ..models import Account, Book, Commodity, Entry, Fund, Transfer
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
    accounts = {pk: (str(pk), str(custody or "")) for pk, custody in Account.objects.filter(book=book).values_list("pk", "custody")}
    funds = dict(Fund.objects.filter(book=book).values_list("pk", "code"))
    things = {row.pk: row for row in Commodity.objects.filter(accounts__book=book).distinct()}
    columns = ("entry_seq", "line", "kind", "debit_stage", "credit_stage", "debit_account", "credit_account", "debit_fund", "credit_fund",
               "amount", "commodity", "movement", "lot_seq", "lot_line")  # fmt: skip
    for low, high in _steps(book, filters):
        rows = list(rows_within(book, filters, low, high).order_by("entry_seq", "line").values_list(*columns))
        entries = _entry_facts(book, rows[0][0], rows[-1][0]) if rows else {}
        for seq, line, kind, left, arrived, debit, credit, debit_fund, credit_fund, minor, commodity, movement, lot, lot_line in rows:
            (day, proposal, reverses), thing = entries[seq], things[commodity]
            (from_account, from_custody), (to_account, to_custody) = accounts[debit], accounts[credit]
            yield {
                "entry": seq, "line": line, "date": day, "kind": kind, "from_stage": left, "to_stage": arrived, "from_account": from_account,
                "to_account": to_account, "from_custody": from_custody, "to_custody": to_custody, "from_fund": funds[debit_fund],
                "to_fund": funds[credit_fund], "amount": format_minor(minor, thing.scale), "amount_minor": minor, "scale": thing.scale,
                "commodity": thing.code, "commodity_kind": thing.kind, "proposal": proposal, "movement": str(movement or ""),
                "lot": "" if lot is None else f"{lot}.{lot_line}", "reverses": reverses,
            }  # fmt: skip


def _entry_facts(book: Book, first: int, last: int) -> dict[int, tuple[Any, str, int | None]]:
    """Day, proposal and reversed entry of the entries from one number to another."""
    found = Entry.objects.filter(book=book, seq__gte=first, seq__lte=last).values_list("seq", "effective_date", "proposal", "reverses")
    return {seq: (day, str(proposal or ""), reverses) for seq, day, proposal, reverses in found}


def plain_entries(book: Book, filters: Filters) -> Iterator[Plain]:
    """Every entry that has a row that fits, or that has no rows where no filter asks for any."""
    columns = ("seq", "pk", "effective_date", "kind", "author", "second", "proposal", "reverses", "row_count")
    for low, high in _steps(book, filters):
        rows = rows_within(book, filters, low, high)
        wanted = set(rows.order_by().values_list("entry_seq", flat=True))
        if not filters.on_rows:
            bare = Entry.objects.filter(entries_q(filters), book=book, seq__gte=low, seq__lt=high, row_count=0)
            wanted |= set((bare.filter(kind=filters.kind) if filters.kind else bare).values_list("seq", flat=True))
        # Without a filter all fit, and a list of thousands of numbers costs more than the reading.
        fits = {"seq__gte": low, "seq__lt": high} if len(wanted) == high - low else {"seq__in": wanted}
        found = Entry.objects.filter(book=book, **fits).order_by("seq").values_list(*columns)
        for seq, pk, day, kind, author, second, proposal, reverses, count in found:
            yield {
                "entry": seq, "id": str(pk), "date": day, "kind": kind, "author": str(author), "second": str(second or ""),
                "proposal": str(proposal or ""), "reverses": reverses, "rows": count,
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
