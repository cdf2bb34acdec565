"""The demonstration: a year of invented history of two crossings, what was asked to pass, what was decided, and how it is at the site."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from awna.access import services as access
from awna.access.models import Crossing
from awna.campaigns.models import Site

from .demo_files import FILES

STEP_DAYS = 365
HISTORY, REQUESTS = "crossing-history.csv", "requests-to-pass.csv"
"""Days are counted back from today, so that the year is always the last one."""


def tell(story: Any) -> None:
    """The notebook of the drivers, request after request; the present stays as the story has told it."""
    lead, buyer = story.roles["Nour"], story.roles["Bilal"]
    crossings = {crossing.code: crossing for crossing in story.campaign.crossings.all()}
    crossings["river"] = access.add_crossing(
        campaign=story.campaign, code="river", name="River bridge", district="Wadi Sanad district", author=lead
    )
    for number, row in enumerate(_rows(HISTORY)):
        first, until = _ago(story, row["from_days_ago"]), _ago(story, row["until_days_ago"])
        access.report(
            crossing=crossings[row["crossing"]], status=row["status"], valid_from=first, valid_until=until, source=row["source"],
            confidence=row["confidence"], reported_by=lead, request_id=f"demo-history-{number}", observed_on=first,
        )  # fmt: skip
    for number, row in enumerate(_rows(REQUESTS)):
        _ask(story, crossings[row["crossing"]], row, number, author=buyer)
    site = Site.objects.filter(campaign=story.campaign).order_by("name").first()
    if site is not None:
        access.report_condition(
            site=site, condition="no_power", valid_from=story.today - timedelta(days=4), source="The guard", confidence="seen",
            reported_by=lead, request_id="demo-no-power", observed_on=story.today - timedelta(days=1),
        )  # fmt: skip


def _ask(story: Any, crossing: Crossing, row: dict[str, str], number: int, *, author: Any) -> None:
    asked_on = story.today - timedelta(days=int(row["asked_days_ago"]))
    asked = access.ask_to_pass(
        crossing=crossing, item=row["item"], quantity=Decimal(row["quantity"]), unit=row["unit"], asked_on=asked_on,
        wanted_on=asked_on + timedelta(days=7), author=author, request_id=f"demo-pass-{number}",
    )  # fmt: skip
    if row["outcome"]:
        stood = int(row["inspection_days"]) if row["inspection_days"] else None
        access.record_decision(
            pass_request=asked, outcome=row["outcome"], decided_on=asked_on + timedelta(days=int(row["after_days"])), reason=row["reason"],
            inspection_days=stood, author=author, request_id=f"demo-decision-{number}",
        )  # fmt: skip


def _ago(story: Any, days: str) -> date | None:
    return story.today - timedelta(days=int(days)) if days else None


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(FILES) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
