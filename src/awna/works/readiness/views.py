"""The page of the readiness board: all of the next weeks, what begins by tomorrow, what one can turn oneself."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from . import board as boards

NAMES_ROLES = ("site_lead", "steward", "coordinator")
"""The roles that read who holds the others; everybody else reads the role alone."""
ALL, TOMORROW, MINE = "", "tomorrow", "mine"


@dataclass(frozen=True)
class Lack:
    """A missing key with who turns it, and the page on which the reader does so."""

    mark: boards.Mark
    turners: list[tuple[str, str]]
    page: str


def readiness(request: HttpRequest, slug: str) -> HttpResponse:
    """Four marks for each task; the missing one is named, and who can turn it."""
    today = timezone.localdate()
    board = boards.board_of(request.campaign, today=today)
    roles = {role.name for role in request.actor.roles}
    only = request.GET.get("only", ALL)
    tomorrow = [row for row in board.rows if row.is_due(today + timedelta(days=1))]
    mine = [row for row in board.rows if row.concerns(roles)]
    chosen = {TOMORROW: tomorrow, MINE: mine}.get(only, board.rows)
    context = {
        "board": board, "chosen": only if only in (TOMORROW, MINE) else ALL, "rows": [(row, _lacks(board, row, request, roles)) for row in chosen],
        "tomorrow": tomorrow, "blocked": [row for row in tomorrow if not row.is_ready], "mine": mine,
        "ready": sum(row.is_ready for row in board.rows),
    }  # fmt: skip
    return render(request, "works/readiness/board.html", context)


def _lacks(board: boards.Board, row: boards.Row, request: HttpRequest, roles: set[str]) -> list[Lack]:
    with_names = request.actor.has_role(*NAMES_ROLES)
    return [Lack(mark, board.turners(mark.code, with_names=with_names), _page(mark, roles)) for mark in row.missing]


def _page(mark: boards.Mark, roles: set[str]) -> Any:
    """The first page on which one of the reader's roles turns this key."""
    if not roles & set(boards.TURNERS[mark.code]):
        return ""
    if mark.says:
        return mark.says[0].page
    return next((boards.PAGES[mark.code, name] for name in boards.TURNERS[mark.code] if name in roles), "")
