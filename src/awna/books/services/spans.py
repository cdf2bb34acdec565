"""Many entries of a book in order, read by few questions: for whoever writes all its pages at once."""

from dataclasses import dataclass, field
from typing import Any

from awna.parties.models import Role

from ..models import Account, Book, Commodity, Custody, Entry, Fund, Transfer
from .browse import BookRow

UNSAID = ("rule", "movement", "giftbatch_id", "lot_seq", "lot_line", "resolves_seq", "resolves_line", "corrects_seq", "corrects_line",
          "covers_account", "covers_amount")  # fmt: skip
"""What no page of rows says."""


@dataclass
class Known:
    """What rows point at, read once: a book has far fewer accounts, funds and roles than rows."""

    book: Book
    accounts: dict[Any, Account] = field(default_factory=dict)
    funds: dict[Any, Fund] = field(default_factory=dict)
    commodities: dict[Any, Commodity] = field(default_factory=dict)
    roles: dict[Any, Role] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.funds = {row.pk: row for row in Fund.objects.filter(book=self.book)}
        custodies = {row.pk: row for row in Custody.objects.filter(book=self.book)}
        for account in Account.objects.filter(book=self.book):
            if account.custody_id:
                account.custody = custodies[account.custody_id]
            self.accounts[account.pk] = account
        self.commodities = Commodity.objects.in_bulk({account.commodity_id for account in self.accounts.values()})
        self.roles = Role.objects.filter(campaign=self.book.campaign_id).in_bulk()


def span_rows(book: Book, first: int, end: int, *, known: Known) -> list[BookRow]:
    """The rows of the entries first <= seq < end, oldest first, with an entry that has no rows standing for itself."""
    wanted = Entry.objects.filter(book=book, seq__gte=first, seq__lt=end)
    # A page needs the leaves of memos alone: they say what the memo is about.
    unsaid = ("request_hash", "posted_at", "second", "proposal", "row_count", "last_row")
    parts = (wanted.exclude(kind="memo").defer("leaf", *unsaid), wanted.filter(kind="memo").defer(*unsaid))
    entries = {entry.seq: entry for part in parts for entry in part}
    rows: dict[int, list[BookRow]] = {}
    for entry in entries.values():
        entry.author = known.roles[entry.author_id]
    found = Transfer.objects.filter(book=book, entry_seq__gte=first, entry_seq__lt=end).defer(*UNSAID)
    for row in found.order_by("entry_seq", "line"):
        row.debit_account, row.credit_account = known.accounts[row.debit_account_id], known.accounts[row.credit_account_id]
        row.debit_fund, row.credit_fund = known.funds[row.debit_fund_id], known.funds[row.credit_fund_id]
        row.commodity = known.commodities[row.commodity_id]
        rows.setdefault(row.entry_seq, []).append(BookRow(entries[row.entry_seq], row, row.amount))
    return [row for seq in sorted(entries) for row in rows.get(seq) or [BookRow(entries[seq], None)]]


def names_said(book: Book) -> list[Any]:
    """Everything beside the entries that pages and tables of a book say: names that people may change later."""
    campaign = book.campaign
    return [
        [str(campaign.pk), campaign.slug, campaign.title, campaign.at_risk],
        *(list(model.objects.filter(book=book).order_by("pk").values_list(*names)) for model, names in (
            (Fund, ("pk", "code", "title", "path")), (Custody, ("pk", "type", "ref", "title")))),
        sorted(Commodity.objects.filter(accounts__book=book).distinct().values_list("code", "name", "kind", "scale")),
        list(Role.objects.filter(campaign=campaign).order_by("pk").values_list("pk", "name")),
    ]  # fmt: skip
