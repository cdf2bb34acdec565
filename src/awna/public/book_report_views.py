"""Pages of figures over the whole book: accounts, purposes, budget, activities, goods and hours, balances, files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna import verify
from awna.approvals.cash.box_shown import counted_days
from awna.books.models import Book, Commodity, Custody, Fund
from awna.books.services import log_standing, sums_set_aside
from awna.books.services.browse import last_readable_day
from awna.books.services.filters import Filters, read_filters, short
from awna.campaigns.bill.standing import monies, standings
from awna.core.ledger.rules import CASH, HELD
from awna.core.problems import Problem
from awna.donations.services import is_collecting
from awna.parties.legal.rules import collecting_problems

from . import book_reports as reports
from . import words
from .account_periods import periods_of
from .book_shown import Places, address, bar, book_or_404, fund_title, tabs, thing_name
from .book_views import UNPROCESSABLE

PLACES_SHOWN_MAX = 500


def accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """Each collecting account of every section: the book beside the bank, what explains a difference, and which days its statements cover."""
    found = book_or_404(request)
    periods = periods_of(found)
    barred = collecting_problems(request.campaign)
    counted = counted_days(request.campaign)
    aside = {} if found.sheltered else {one.custody: one.minor for one in sums_set_aside(found)}
    shown = [
        {
            "said": one, "account": one.account, "code": one.account.commodity.code, "scale": one.account.commodity.scale,
            "stages": [(words.STAGES.get(stage, stage), minor) for stage, minor in _apart(one.stages, aside.get(one.account.custody_id, 0))],
            "short": next((minor for stage, minor in one.stages if stage == "short"), 0),
            "href": address("book", slug, {"custody": short(one.account.custody), "commodity": one.account.commodity.code}),
            "bar": bar([(_STATES.get(stage, "w5"), minor) for stage, minor in one.stages]), "periods": periods.get(one.account.pk),
            "is_cash": one.account.custody.type == CASH, "counted_on": counted.get(one.account.pk), "permit": barred.get(one.account.section_id),
        }
        for one in reports.accounts_of(found)
    ]  # fmt: skip
    faults = sum(item["periods"].faults for item in shown if item["periods"])
    return _page(request, "book_accounts", _("All accounts"), accounts=shown, sheltered=found.sheltered, faults=faults)


def _apart(stages: list[tuple[str, int]], aside: int) -> list[tuple[str, int]]:
    """What is set aside stands apart from what is held for a decision; nobody is told whose it is."""
    held = [(stage, minor - aside if stage == HELD else minor) for stage, minor in stages]
    return [one for one in held if one[1]] + ([("set_aside", aside)] if aside else [])


def funds(request: HttpRequest, slug: str) -> HttpResponse:
    """Each purpose: came, spent, held, left."""
    shown = [
        {
            "line": line, "title": fund_title(line.fund), "href": address("book", slug, {"fund": line.fund.code, "commodity": line.commodity.code}),
            "bar": bar([("w1", line.spent + line.under_way), ("w2", line.bound), ("w3", line.left)]),
        }
        for line in reports.funds_of(book_or_404(request))
    ]  # fmt: skip
    return _page(request, "book_funds", _("Purposes"), lines=shown)


def budget(request: HttpRequest, slug: str) -> HttpResponse:
    """Each line of the bill of quantities beside what the book did for it."""
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else -1
    problems = [Problem("position_wrong", "“%(asked)s” is not a place in the book. A place looks like 1234.1.", {"asked": after}, "after")]
    book = book_or_404(request)
    rows, more = reports.budget_of(book, after=start)
    stands = {one.line.pk: one for one in standings(request.campaign)}
    shown = [
        {"row": row, "code": row.currency.code if row.currency else row.line.currency, "scale": row.currency.scale if row.currency else 2,
         "stands": stands[row.line.pk], "budget": monies(row.line.amounts), "open": monies(stands[row.line.pk].open),
         "same": row.currency is None or row.currency.code == row.line.currency,
         "bar": bar([("w1", row.paid), ("w2", row.committed), ("w3", row.held)], whole=row.line.amount_minor)}
        for row in rows
    ]  # fmt: skip
    older = address("book_budget", slug, {"after": str(rows[-1].line.position)}) if more and rows else ""
    wrong = problems if after and start < 0 else []
    return _page(
        request,
        "book_budget",
        _("Budget"),
        lines=[] if wrong else shown,
        later=older,
        problems=wrong,
        earlier=start >= 0,
        open_told=not book.sheltered,
        collects=is_collecting(request.campaign),
    )


def activities(request: HttpRequest, slug: str) -> HttpResponse:
    """What came and what went in a period, by kind and purpose."""
    found = book_or_404(request)
    filters, problems = _period(request, found)
    titles = {fund.pk: fund_title(fund) for fund in Fund.objects.filter(book=found)}
    shown = [] if problems else [
        {
            "thing": one.commodity, "name": thing_name(one.commodity), "kind": words.COMMODITY_KINDS.get(one.commodity.kind), "one": one,
            "came": _sides(one.came, titles), "went": _sides(one.went, titles), "bar": bar([("w1", one.went_sum), ("w3", one.came_sum - one.went_sum)]),
        }
        for one in reports.activities_of(found, since=filters.since, until=filters.until)
    ]  # fmt: skip
    return _page(request, "book_activities", _("Activities"), things=shown, problems=problems, filters=filters, asked=request.GET)


def goods(request: HttpRequest, slug: str) -> HttpResponse:
    """Goods by place and hours by work, each in its own unit."""
    found = book_or_404(request)
    if found.campaign.at_risk:
        return _goods_at_risk(request, found)
    places, lying, hours = Places(found), reports.goods_of(found), reports.hours_of(found)
    custodies = Custody.objects.in_bulk({custody for rows in lying.values() for _stage, custody, _m in rows} | {row[1] for row in hours})
    things = Commodity.objects.in_bulk([*lying, *{row[0] for row in hours}])
    shown = [
        {
            "thing": things[pk], "name": thing_name(things[pk]), "sum": sum(minor for _stage, _custody, minor in rows),
            "rows": [{"stage": words.STAGES.get(stage, stage), "place": places.name(custodies[custody]), "minor": minor,
                      "href": address("book", slug, {"custody": short(custodies[custody]), "commodity": things[pk].code})}
                     for stage, custody, minor in sorted(rows, key=lambda row: (row[0], -row[2]))[:PLACES_SHOWN_MAX]],
            "bar": bar([(state, sum(m for stage, _c, m in rows if stage == name)) for name, state in _GOODS_STATES]),
        }
        for pk, rows in sorted(lying.items(), key=lambda item: (things[item[0]].kind, things[item[0]].name))
    ]  # fmt: skip
    worked = [
        {"thing": things[pk], "place": places.name(custodies[custody]), "minor": minor,
         "href": address("book", slug, {"custody": short(custodies[custody])})}
        for pk, custody, minor in sorted(hours, key=lambda row: -row[2])
    ]  # fmt: skip
    return _page(request, "book_goods", _("Goods and hours"), things=shown, hours=worked[:PLACES_SHOWN_MAX],
                 hours_sum=sum(row["minor"] for row in worked), hours_scale=worked[0]["thing"].scale if worked else 0)  # fmt: skip


def _goods_at_risk(request: HttpRequest, book: Book) -> HttpResponse:
    """Sums by stage up to the day that may be told; no place, no load, no day."""
    shown = [
        {
            "name": thing_name(thing), "thing": thing, "sum": sum(line.net for stage, line in lines if stage in _GOODS_STAGES),
            "rows": [{"place": words.STAGES.get(stage, stage), "minor": line.net} for stage, line in lines if stage in _GOODS_STAGES and line.net],
            "bar": bar([(state, line.net) for name, state in _GOODS_STATES for stage, line in lines if stage == name]),
        }
        for thing, lines in reports.balances_at(book) if thing.kind != "money"
    ]  # fmt: skip
    return _page(request, "book_goods", _("Goods and hours"), things=shown, hours=[])


def balances(request: HttpRequest, slug: str) -> HttpResponse:
    """The trial balance at the end of a day: what leaves one stage arrives at another, so each sum is nothing."""
    found = book_or_404(request)
    filters, problems = _period(request, found)
    shown = [] if problems else [
        {
            "thing": thing, "name": thing_name(thing), "lines": [(words.STAGES.get(stage, stage), line) for stage, line in lines],
            "arrived": sum(line.arrived for _stage, line in lines), "left": sum(line.left for _stage, line in lines),
            "net": sum(line.net for _stage, line in lines),
        }
        for thing, lines in reports.balances_at(found, until=filters.until)
    ]  # fmt: skip
    return _page(request, "book_balances", _("Balances"), things=shown, problems=problems, filters=filters, asked=request.GET)


def files(request: HttpRequest, slug: str) -> HttpResponse:
    """Every form in which the book may be taken away."""
    book_or_404(request)
    tables = [
        (name, [(kind, reverse(f"book_{what}", kwargs={"slug": slug, "kind": kind})) for kind in ("csv", "json", "parquet")])
        for what, name in (("entries", _("Entries")), ("rows", _("Rows")), ("account_list", _("Accounts")))
    ]
    programs = [(name, reverse("book_for", kwargs={"slug": slug, "program": name})) for name in ("beancount", "hledger", "ledger")]
    return _page(
        request, "book_files", _("Take the book away"), tables=tables, programs=programs,
        verifier_address=request.build_absolute_uri(reverse("verifier")), verifier_digest=verify.own_digest())  # fmt: skip


_STATES = {"free": "w3", "held": "w3", "released": "w2", "committed": "w2"}
_GOODS_STATES = (("issued", "w1"), ("transit", "w2"), ("stock", "w3"))
_GOODS_STAGES = frozenset(stage for stage, _state in _GOODS_STATES)


def _period(request: HttpRequest, book: Book) -> tuple[Filters, list[Problem]]:
    return read_filters(book, {name: request.GET.get(name, "") for name in ("from", "to")})


def _sides(side: dict[tuple[str, Any], int], titles: dict[Any, str]) -> list[dict[str, Any]]:
    return [{"kind": words.KINDS.get(kind, kind), "fund": titles.get(fund, ""), "minor": minor, "taken": -minor}
            for (kind, fund), minor in sorted(side.items(), key=lambda item: -item[1]) if minor]  # fmt: skip


def _page(request: HttpRequest, name: str, title: str, *, problems: list[Problem] | None = None, **context: Any) -> HttpResponse:
    slug, problems = request.campaign.slug, problems or []
    shown = {"title": title, "told_until": last_readable_day(request.campaign.book), "tabs": tabs(slug, name), "problems": problems, "today": timezone.localdate().isoformat(),
             "log": log_standing(request.campaign.book), **context}  # fmt: skip
    return render(request, f"public/{name}.html", shown, status=UNPROCESSABLE if problems else 200)
