"""Takes tables of reports and requests in: every row is looked at first, the good ones are taken, the rest stay with their reasons."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.digest import canonical_json, sha256
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import Limits, run_in_sandbox
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from . import rules, services
from .models import STATUSES, AccessImport, Crossing, CrossingReport, PassDecision, PassRequest
from .table_file import COLUMNS, TABLE_BYTES_MAX, day, number

NEW, KNOWN, REFUSED = "new", "known", "refused"
LIMITS = Limits(memory_mb=1024, cpu_s=20, wall_s=40, modules=("awna.access.table_file:",))
KEY_CHARS = 40
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\0")


@dataclass(frozen=True)
class Judged:
    """What becomes of one row. `said` is what the service will be told; `decision` what follows it in a table of requests."""

    number: int
    cells: Mapping[str, str]
    state: str
    key: str
    said: Mapping[str, Any]
    decision: Mapping[str, Any] | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def shown(self) -> list[str]:
        return [value for value in self.cells.values() if value]


@transaction.atomic
def look_at_table(*, campaign: Campaign, data: bytes, filename: str, author: Role) -> AccessImport:
    """Keep the rows of a file so that they can be looked at; nothing is taken yet."""
    refuse_unless_role(author, *services.REPORTER_ROLES, campaign=campaign)
    if len(data) > TABLE_BYTES_MAX:
        text = "The file is larger than %(kb)s kB. Split it."
        raise Refused(Problem("access_table_large", text, {"kb": TABLE_BYTES_MAX // 1024}, "file"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = "The file is not UTF-8 text (byte %(byte)s). Save it as CSV UTF-8."
        raise Refused(Problem("access_not_utf8", said, {"byte": error.start}, "file")) from error
    read = run_in_sandbox("awna.access.table_file:read_table", {"text": text}, limits=LIMITS)
    return AccessImport.objects.create(campaign=campaign, kind=read["kind"], filename=filename[:200], rows=read["rows"], author=author)


@transaction.atomic
def take_in(*, found: AccessImport, author: Role) -> AccessImport:
    """Take every new row; what is refused stays with its reason, to be corrected and brought again."""
    refuse_unless_role(author, *services.REPORTER_ROLES, campaign=found.campaign)
    locked = AccessImport.objects.select_for_update().get(pk=found.pk)
    if locked.done_at:
        return locked
    rows = judge(locked)
    for row in rows:
        if row.state == NEW and locked.kind == "reports":
            services.report(reported_by=author, request_id=row.key, **row.said)
        elif row.state == NEW:
            asked = services.ask_to_pass(author=author, request_id=request_key(row.said), **row.said)
            if row.decision:
                services.record_decision(pass_request=asked, author=author, request_id=row.key, **row.decision)
    locked.taken, locked.done_at = sum(row.state == NEW for row in rows), timezone.now()
    locked.rows = [{"number": row.number, "cells": dict(row.cells)} for row in rows if row.state == REFUSED]
    locked.save(update_fields=["taken", "done_at", "rows"])
    return locked


def judge(found: AccessImport) -> list[Judged]:
    """Every row with its state: new, known already, or refused with reasons."""
    crossings = {crossing.code: crossing for crossing in Crossing.objects.filter(campaign=found.campaign)}
    names = {crossing.name.casefold(): crossing for crossing in crossings.values()} | crossings
    known = _known(found.campaign, found.kind)
    read = _read_report if found.kind == "reports" else _read_request
    rows, seen = [], set()
    for row in found.rows:
        cells, problems = row["cells"], list[Problem]()
        crossing = names.get(cells.get("crossing", "")) or names.get(cells.get("crossing", "").casefold())
        if crossing is None:
            text = "There is no crossing “%(asked)s”. Name it first, or correct the cell."
            problems.append(Problem("access_crossing_unknown", text, {"asked": cells.get("crossing", "")}, "crossing"))
        said, decision = read(cells, problems)
        said = {"crossing": crossing, **said}
        key = _key(found.kind, str(crossing and crossing.pk), said, decision)
        state = REFUSED if problems else KNOWN if key in known or key in seen else NEW
        seen |= {key, request_key(said)} if found.kind == "requests" and not problems else {key}
        rows.append(Judged(row["number"], cells, state, key, said, decision, tuple(problems)))
    return rows


def refused_as_csv(found: AccessImport) -> bytes:
    """The rows that were not taken, each with its reason."""
    columns = COLUMNS[found.kind]
    rows = [
        [*(row.cells.get(column, "") for column in columns), str(row.number), " ".join(str(problem) for problem in row.problems)]
        for row in judge(found)
        if row.state == REFUSED
    ]
    return csv_bytes([*columns, "row", "reason_refused"], rows)


def reports_as_csv(campaign: Campaign) -> bytes:
    reports = CrossingReport.objects.filter(crossing__campaign=campaign).select_related("crossing").in_order()
    rows = (
        [one.crossing.code, one.status, one.valid_from, one.valid_until or "", one.source, one.confidence, one.observed_on]
        for one in reports
    )
    return csv_bytes(COLUMNS["reports"], rows)


def requests_as_csv(campaign: Campaign) -> bytes:
    """A row for each decision; a request without one has a row of its own."""
    return csv_bytes(COLUMNS["requests"], _request_rows(campaign))


def csv_bytes(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """UTF-8 with a mark for spreadsheets; what would be run as a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _request_rows(campaign: Campaign) -> Iterator[list[Any]]:
    found = PassRequest.objects.filter(crossing__campaign=campaign).select_related("crossing").prefetch_related("decisions")
    for one in found.order_by("asked_on", "pk"):
        asked = [one.crossing.code, one.item, "" if one.quantity is None else one.quantity, one.unit, one.asked_on, one.wanted_on or ""]
        decisions = list(one.decisions.all())
        for made in decisions:
            days = "" if made.inspection_days is None else made.inspection_days
            yield [*asked, made.outcome, made.decided_on, made.reason, days]
        if not decisions:
            yield [*asked, "", "", "", ""]


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def _known(campaign: Campaign, kind: str) -> set[str]:
    """The keys of rows that were taken in before."""
    if kind == "reports":
        return set(
            CrossingReport.objects.filter(crossing__campaign=campaign, request_id__startswith="row:").values_list("request_id", flat=True)
        )
    asked = PassRequest.objects.filter(crossing__campaign=campaign, request_id__startswith="row:").values_list("request_id", flat=True)
    made = PassDecision.objects.filter(pass_request__crossing__campaign=campaign, request_id__startswith="row:")
    return {*asked, *made.values_list("request_id", flat=True)}


def request_key(said: Mapping[str, Any]) -> str:
    return _key("requests", str(said["crossing"].pk), said, None)


def _key(kind: str, crossing: str, said: Mapping[str, Any], decision: Mapping[str, Any] | None) -> str:
    """The same row again has the same key, whichever file it comes in."""
    plain = {name: str(value) for name, value in {**said, **{f"d:{name}": value for name, value in (decision or {}).items()}}.items()}
    return "row:" + sha256(canonical_json({**plain, "kind": kind, "crossing": crossing})).hex()[:KEY_CHARS]


def _read_report(cells: Mapping[str, str], problems: list[Problem]) -> tuple[dict[str, Any], None]:
    status, confidence = cells.get("status", "").casefold(), cells.get("confidence", "").casefold() or "heard"
    first, until, seen = (day(cells, name, problems) for name in ("from", "until", "seen_on"))
    if first is None and not problems:
        problems.append(Problem("access_first_day_missing", "The first day is missing. Write it as 2026-12-31.", {}, "from"))
    source = cells.get("source", "")
    problems += rules.unknown("status", status, STATUSES)
    if first is not None:
        problems += rules.said_problems(first, until, source, confidence, seen)
        seen = seen or min(first, timezone.localdate())
    said = {
        "status": status, "valid_from": first, "valid_until": until, "source": source, "confidence": confidence, "observed_on": seen,
    }  # fmt: skip
    return said, None


def _read_request(cells: Mapping[str, str], problems: list[Problem]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    asked_on, wanted_on, decided_on = (day(cells, name, problems) for name in ("asked_on", "wanted_on", "decided_on"))
    quantity, stood = number(cells, "quantity", problems), number(cells, "inspection_days", problems, whole=True)
    item, unit, outcome, reason = (cells.get(name, "") for name in ("item", "unit", "outcome", "reason"))
    outcome = outcome.casefold().replace(" ", "_")
    said = {"item": item, "quantity": quantity, "unit": unit, "asked_on": asked_on, "wanted_on": wanted_on}
    if asked_on is None:
        if not problems:
            problems.append(
                Problem("access_first_day_missing", "The day is missing on which it was asked. Write it as 2026-12-31.", {}, "asked_on")
            )
        return said, None
    problems += rules.pass_problems(item, quantity, unit, asked_on)
    if not outcome and decided_on is None:
        return said, None
    if decided_on is None:
        problems.append(
            Problem("access_decision_day_missing", "There is a decision without its day. Write it as 2026-12-31.", {}, "decided_on")
        )
        return said, None
    decision = {
        "outcome": outcome, "decided_on": decided_on, "reason": "" if reason.casefold() == "none given" else reason,
        "inspection_days": None if stood is None else int(stood),
    }  # fmt: skip
    problems += rules.decision_problems(asked_on, outcome, decided_on, decision["reason"], decision["inspection_days"])
    return said, decision
