"""Pages of costs: every line with its budget, what was set apart and paid, and what it will cost; tasks put on their lines."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from awna.books.services import safe_cell
from awna.core.amounts import format_minor
from awna.core.problems import Refused
from awna.kit.http import file_answer

from . import figures
from .services import COST_ROLES, set_task_lines

ROWS_A_PAGE = 100
TASKS_A_PAGE = 60
ISSUED_SHOWN = 4


def costs(request: HttpRequest, slug: str) -> HttpResponse:
    """The tree with its subtotals; the sums of each currency stand above it, never added together."""
    found, without = figures.costs_and_rest(request.campaign)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    totals = figures.totals_of(found)
    context = {
        "title": _("Costs"), "page": page, "rows": [_row(cost) for cost in page.object_list], "without": without,
        "totals": [{"it": money, "bar": bar(money), "how": how_words(money.how)} for money in totals],
        "over": sum(money.over > 0 for cost in found if cost.line.is_counted for money in cost.money.values()),
        "may_choose": request.actor.has_role(*COST_ROLES),
    }  # fmt: skip
    return render(request, "works/costs/costs.html", context)


def costs_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table, one row for each line and currency."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "title", "kind", "currency", "budget", "given_in_goods", "held", "released_or_ordered", "paid", "forecast", "done_percent", "hours"])  # fmt: skip
    for cost in figures.costs_of(request.campaign):
        for money in cost.money.values():
            sums = [
                format_minor(minor, money.scale)
                for minor in (money.budget, money.goods, money.held, money.committed, money.paid, money.forecast)
            ]
            line = cost.line
            writer.writerow([safe_cell(line.code), safe_cell(line.title), line.kind, money.code, *sums, "" if cost.percent is None else cost.percent, cost.hours])  # fmt: skip
    return file_answer(("\ufeff" + out.getvalue()).encode(), name=f"costs-{slug}.csv", media_type="text/csv; charset=utf-8")


def task_lines(request: HttpRequest, slug: str) -> HttpResponse:
    """Each task with the line on which it counts."""
    tasks = Paginator(figures.tasks_with_lines(request.campaign).order_by("position"), TASKS_A_PAGE).get_page(request.GET.get("page"))
    lines = list(request.campaign.budget_lines.exclude(kind__in=("alternate", "component")).order_by("position"))
    codes, problems = {line.pk: line.code for line in lines}, []
    if request.method == "POST":
        asked = {task.code: request.POST[f"line_{task.pk}"] for task in tasks.object_list if f"line_{task.pk}" in request.POST}
        try:
            changed = set_task_lines(campaign=request.campaign, lines=asked, author=request.actor.role(*COST_ROLES))
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("%(n)s tasks count on another line now.") % {"n": changed})
            return redirect("costs", slug=slug)
    rows = []
    for task in tasks.object_list:
        named = figures.line_of_task(task)
        rows.append({"task": task, "code": codes.get(named, named), "chosen": task.chosen_line is not None})
    context = {"title": _("Tasks on their lines"), "rows": rows, "lines": lines, "page": tasks, "problems": problems}
    return render(request, "works/costs/task_lines.html", context, status=422 if problems else 200)


def bar(money: figures.Money) -> dict[str, Any] | None:
    """One bar: paid, released or ordered, held, what is still to come; a mark where the budget ends."""
    budget = max(0, money.budget - money.goods)
    whole = max(budget, money.forecast, money.bound + money.paid)
    if whole <= 0:
        return None
    parts, start = [], 0.0
    rest = max(0, money.forecast - money.bound - money.paid)
    for state, minor in (("w1", money.paid), ("w2", money.committed), ("w3", money.held), ("w5", rest)):
        width = 100 * max(0, minor) / whole
        if width:
            parts.append({"state": state, "x": f"{start:.1f}", "width": f"{width:.1f}"})
        start += width
    return {"parts": parts, "mark": f"{min(99.5, 100 * budget / whole):.1f}"}


def how_words(how: str) -> str:
    return {
        figures.DONE: _("the work is done"), figures.PACE: _("at the cost so far"), figures.BUDGET: _("as budgeted"), figures.GIVEN: _("given in goods or work"),
        figures.BOUND: _("already set apart"),
    }[how]  # fmt: skip


def _row(cost: figures.Cost) -> dict[str, Any]:
    issued = [{"name": name, "unit": unit, "amount": amount} for (name, unit), amount in sorted(cost.issued.items()) if amount]
    return {
        "it": cost, "line": cost.line, "depth": min(cost.standing.depth, 6), "worked": cost.percent is not None or cost.hours or issued,
        "bound": any(money.bound for money in cost.money.values()), "paid": any(money.paid for money in cost.money.values()), "issued": issued[:ISSUED_SHOWN], "issued_more": max(0, len(issued) - ISSUED_SHOWN),
        "money": [{"it": money, "bar": bar(money), "how": how_words(money.how)} for _code, money in sorted(cost.money.items())],
    }  # fmt: skip
