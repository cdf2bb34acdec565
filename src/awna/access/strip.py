"""Draws an opening history: a row for each month, a box for each stretch of days. Open days are pale, closed ones dark, restricted ones low."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .history import Month, Stretch
from .windows import CLOSED, OPEN, RESTRICTED

CELL, ROW, LABEL, TOP = 10, 16, 58, 14  # user units: a day, a month, the column of names, the head
KINDS = {OPEN: "w3", RESTRICTED: "t-wait", CLOSED: "t-stop"}
DAYS_NAMED = (1, 8, 15, 22, 29)


def draw(months: Sequence[Month], *, title: Any) -> SafeString:
    """The whole picture; the table beside it says the same in figures."""
    height = TOP + ROW * len(months) + 2
    head = format_html_join("", '<text x="{}" y="10">{}</text>', ((LABEL + (day - 1) * CELL + 1, day) for day in DAYS_NAMED))
    rows = format_html_join("", "{}", ((_row(month, TOP + ROW * place),) for place, month in enumerate(months)))
    return format_html(
        '<svg class="ltr" viewBox="0 0 {} {}" font-size="9" role="img" aria-label="{}">{}{}</svg>',
        LABEL + 31 * CELL + 2, height, title, head, rows,
    )  # fmt: skip


def _row(month: Month, top: int) -> SafeString:
    boxes = format_html_join("", "{}", ((_box(one, top),) for one in month.stretches))
    return format_html('<text y="{}">{}</text>{}', top + 11, date_format(month.first, "M Y"), boxes)


def _box(one: Stretch, top: int) -> SafeString:
    low = one.state == RESTRICTED
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', KINDS.get(one.state, "w5"), LABEL + (one.first.day - 1) * CELL,
        top + (6 if low else 0), one.days * CELL - 1, 7 if low else 13,
    )  # fmt: skip
