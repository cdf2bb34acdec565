"""How the open books name things: places without private names, tabs, choices of the filters, bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books.models import Account, BankAccount, Book, Commodity, Custody, Fund
from awna.books.services.browse import pin, size_of
from awna.books.services.filters import KINDS, Filters, short
from awna.core.problems import Problem
from awna.supply.models import Store
from awna.works.models import Task

from . import words

CHOICES_MAX = 300
BAR_UNITS = 1000
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("book", gettext_lazy("Entries")), ("book_accounts", gettext_lazy("Accounts")), ("book_funds", gettext_lazy("Purposes")),
    ("book_budget", gettext_lazy("Budget")), ("book_activities", gettext_lazy("Activities")), ("book_goods", gettext_lazy("Goods")),
    ("book_balances", gettext_lazy("Balances")), ("book_files", gettext_lazy("Files")),
)  # fmt: skip


def book_or_404(request: HttpRequest) -> Book:
    book = getattr(request.campaign, "book", None)
    if book is None:
        raise Http404("This campaign has no book yet.")
    book.campaign = request.campaign
    return book


def pinned_book_or_404(request: HttpRequest) -> Book:
    """The book, read up to one entry throughout the page: asked for its size once, and nothing posted meanwhile tears the page."""
    book = book_or_404(request)
    pin(book, size=size_of(book))
    return book


def tabs(slug: str, current: str) -> list[dict[str, Any]]:
    return [{"href": reverse(name, kwargs={"slug": slug}), "text": text, "current": name == current} for name, text in TABS]


def address(name: str, slug: str, query: Mapping[str, str] | None = None, **parts: Any) -> str:
    """An address with its query, as short as it can be."""
    path = reverse(name, kwargs={"slug": slug, **parts})
    return f"{path}?{urlencode(query)}" if query else path


@dataclass
class Places:
    """Public names of custodies: holders of collecting accounts, and districts of stores where nobody is at risk, tasks of the public plan. All else is a kind and a number."""

    book: Book

    @cached_property
    def banks(self) -> dict[Any, BankAccount]:
        return {row.custody_id: row for row in BankAccount.objects.filter(book=self.book).select_related("commodity", "custody")}

    @cached_property
    def districts(self) -> dict[Any, str]:
        if self.book.campaign.at_risk:
            return {}
        found = Store.objects.filter(campaign=self.book.campaign_id, site__isnull=False).select_related("site")
        return {store.custody_id: store.site.place_public for store in found if store.site}

    @cached_property
    def tasks(self) -> dict[str, str]:
        """A task is named by its row or by its code in the plan, and the plan is public."""
        found = Task.objects.filter(campaign=self.book.campaign_id).values_list("pk", "code", "name")
        return {ref: name or code for pk, code, name in found for ref in (f"task:{pk}", code)}

    def name(self, custody: Custody | None) -> str:
        if custody is None:
            return ""
        if bank := self.banks.get(custody.pk):
            return f"{bank.holder}, {bank.commodity.code}"
        if custody.type == "task" and (task := self.tasks.get(custody.ref)):
            return task
        kind, number = str(words.CUSTODIES.get(custody.type, custody.type)), short(custody)
        district = self.districts.get(custody.pk, "")
        return f"{kind} {number}, {district}" if district else f"{kind} {number}"

    def end(self, account: Account) -> dict[str, Any]:
        """One end of a row: the stage in words, and where that is. Each account is named once, for pages of hundreds of rows."""
        if account.pk not in self._ends:
            stage, custody = words.STAGES.get(account.stage, account.stage), account.custody
            self._ends[account.pk] = {
                "stage": str(stage),
                "place": self.name(custody),
                "custody": short(custody),
                "account": short(account),
            }
        return self._ends[account.pk]

    def way(self, debit: Account, credit: Account) -> SafeString:
        """From where to where, as a cell of a table; each pair of accounts is written once."""
        if (debit.pk, credit.pk) not in self._ways:
            ends = {"from": self.end(debit), "to": self.end(credit)}
            self._ways[debit.pk, credit.pk] = render_to_string("public/_row_way.html", ends)
        return self._ways[debit.pk, credit.pk]

    @cached_property
    def _ways(self) -> dict[tuple[Any, Any], SafeString]:
        return {}

    @cached_property
    def _ends(self) -> dict[Any, dict[str, Any]]:
        return {}


def kind_words() -> dict[str, str]:
    return {kind: str(words.KINDS.get(kind, kind)) for kind in KINDS}


def fields(book: Book, filters: Filters, problems: Sequence[Problem], asked: Mapping[str, str], places: Places) -> list[dict[str, Any]]:
    """The filter form: what was typed stays, each problem beside its field."""
    faults = {problem.where: problem for problem in problems}
    funds = [(fund.code, fund_title(fund)) for fund in Fund.objects.filter(book=book).order_by("title")[:CHOICES_MAX]]
    things = Commodity.objects.filter(pk__in=Account.objects.filter(book=book).values("commodity")).order_by("kind", "code")[:CHOICES_MAX]
    banks = [(short(row.custody), f"{row.holder}, {row.commodity.code}") for row in places.banks.values()]
    chosen = short(filters.custody)
    if chosen and chosen not in dict(banks):
        banks.append((chosen, places.name(filters.custody)))
    kinds = sorted(kind_words().items(), key=lambda item: item[1])
    described = (
        ("from", _("From"), "date", None), ("to", _("To"), "date", None), ("kind", _("What"), "choice", kinds),
        ("fund", _("Purpose"), "choice", funds), ("custody", _("Account or place"), "choice", banks),
        ("commodity", _("Currency or material"), "choice", [(thing.code, thing_name(thing)) for thing in things]),
        ("least", _("At least"), "text", None), ("most", _("At most"), "text", None), ("q", _("Words"), "search", None),
    )  # fmt: skip
    return [
        {"name": name, "label": label, "type": kind, "choices": choices, "value": str(asked.get(name, "")), "problem": faults.get(name)}
        for name, label, kind, choices in described
    ]


def fund_title(fund: Fund) -> str:
    return str(words.FUNDS.get(fund.code, fund.title))


def thing_name(thing: Commodity) -> str:
    return thing.code if thing.kind == "money" else thing.name or thing.code


def chips(filters: Filters, places: Places, slug: str) -> list[dict[str, Any]]:
    """Filters in force that the form does not show; each with the address that takes it away."""
    found = []
    if filters.account is not None:
        found.append(("account", _("Account %(number)s") % {"number": short(filters.account)}))
    if filters.proposal is not None:
        found.append(("proposal", _("Proposal %(number)s") % {"number": short(filters.proposal)}))
    return [{"text": text, "name": name, "value": filters.query()[name], "href": address("book", slug, filters.query(**{name: ""}))}
            for name, text in found]  # fmt: skip


def bar(parts: Sequence[tuple[str, int]], *, whole: int = 0) -> list[dict[str, str]]:
    """Rectangles of one bar: (state, minor units) one after the other, as thousandths of the whole. Nothing negative is drawn."""
    whole = max(whole, sum(max(0, minor) for _state, minor in parts))
    if whole <= 0:
        return []
    drawn, start = [], 0
    for state, minor in parts:
        width = max(0, minor) * BAR_UNITS // whole
        if width:
            drawn.append({"state": state, "x": str(start), "width": str(width)})
        start += width
    return drawn
