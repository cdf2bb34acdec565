"""Brings in factors, methods and declarations: read in a process of its own, judged row by row, looked at, then taken in one transaction."""

import base64
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.planning.factor_files import FACTORS, METHODS, reading_from_plain
from awna.core.planning.factors import MATERIAL, Factor, FactorRow
from awna.core.planning.method_table import TableElement, TableMethod
from awna.core.planning.ranges import Range
from awna.core.problems import Problem, Refused
from awna.core.standards.epd import Declaration, declaration_from_plain
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role
from awna.supply.models import Item

from ..models.tasks import Machine, Task
from .models import BuildElement, BuildMethod, ElementTask, Ingredient, MethodFile, MethodLine
from .models import Factor as FactorOfDatabase

LOAD_ROLES = ("site_lead", "steward")
EPD = "epd"
FILE_BYTES_MAX = 4 * 1024 * 1024
NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass(frozen=True)
class Seen:
    """One thing of the file and what becomes of it: a factor, an element or a method; or a row that is refused, and why."""

    state: str
    name: str
    says: str
    value: FactorRow | TableElement | TableMethod | None = None
    problem: Problem | None = None

    @property
    def source(self) -> str:
        if isinstance(self.value, FactorRow):
            return f"{self.value.factor.source}, {self.value.factor.year}"
        return self.value.source if isinstance(self.value, TableMethod) else ""

    @property
    def figure(self) -> str:
        """A factor's range with both units."""
        if not isinstance(self.value, FactorRow):
            return ""
        low, high = (f"{end.normalize():f}" for end in (self.value.factor.value.low, self.value.factor.value.high))
        return f"{low if low == high else f'{low} – {high}'} {self.value.factor.unit} / {self.value.unit}"


@dataclass(frozen=True)
class Preview:
    """All rows of a file, the refused ones among them."""

    rows: list[Seen]
    declaration: Declaration | None = None

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows)


@transaction.atomic
def look_at_file(*, campaign: Campaign, data: bytes, name: str, sort: str, author: Role, given: dict[str, str] | None = None) -> MethodFile:
    """Read a file and keep what was found, so that it can be looked at. Refused where it cannot be read as a whole."""
    refuse_unless_role(author, *LOAD_ROLES, campaign=campaign)
    if len(data) > FILE_BYTES_MAX:
        raise Refused(Problem("file_too_large", "The file is larger than %(mb)s MB. Split it.", {"mb": FILE_BYTES_MAX // 1024**2}, "file"))
    payload = {"data": base64.b64encode(data).decode(), "sort": sort}
    reader = "awna.core.standards.epd:read_plain" if sort == EPD else "awna.core.planning.factor_files:read_plain"
    found = run_in_sandbox(reader, payload)
    MethodFile.objects.filter(campaign=campaign, author=author, done_at=None, sort=sort, name=name[:160]).delete()
    return MethodFile.objects.create(
        campaign=campaign, sort=sort, name=name[:160], content=json.dumps(found, ensure_ascii=False), given=given or {}, author=author
    )


def preview(found: MethodFile) -> Preview:
    """What would become of each row today."""
    value = json.loads(found.content)
    if found.sort == EPD:
        declaration = declaration_from_plain(value)
        rows, problems = _epd_rows(declaration, found.given)
        return Preview([*_judge_factors(found.campaign, rows), *map(_refused, problems)], declaration)
    reading = reading_from_plain(value, sort=found.sort)
    judged = _judge_factors(found.campaign, list(reading.good)) if found.sort == FACTORS else _judge_methods(found.campaign, reading.good)
    return Preview([*judged, *map(_refused, reading.problems)])


@transaction.atomic
def take_file_in(*, found: MethodFile, author: Role, leave_refused: bool = False) -> MethodFile:
    """Take what the preview shows; rows that are refused hold up the rest until the person says that they are left out."""
    refuse_unless_role(author, *LOAD_ROLES, campaign=found.campaign)
    Campaign.objects.select_for_update().get(pk=found.campaign_id)
    found = MethodFile.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=found.pk)
    if found.done_at:
        return found
    seen = preview(found)
    if seen.count(REFUSED) and not leave_refused:
        text = "%(n)s rows are refused. Correct the file, or say that they are left out."
        raise Refused(Problem("method_rows_refused", text, {"n": seen.count(REFUSED)}, "leave_refused"))
    wanted = [row.value for row in seen.rows if row.state in (NEW, CHANGED)]
    for value in wanted:
        if isinstance(value, FactorRow):
            _write_factor(found.campaign, value, author)
    for element in [value for value in wanted if isinstance(value, TableElement)]:
        _write_element(found.campaign, element)
    for position, method in enumerate(value for value in wanted if isinstance(value, TableMethod)):
        _write_method(found.campaign, method, position)
    for element in [value for value in wanted if isinstance(value, TableElement)]:
        row = BuildElement.objects.get(campaign=found.campaign, code=element.code)
        row.now = row.methods.filter(code=element.now).first()
        row.save(update_fields=["now"])
    found.done_at, found.taken = timezone.now(), len(wanted)
    found.save(update_fields=["done_at", "taken"])
    return found


def _refused(problem: Problem) -> Seen:
    return Seen(REFUSED, problem.where, "", problem=problem)


# -- factors --------------------------------------------------------------------------------------------------------


def _judge_factors(campaign: Campaign, rows: list[FactorRow]) -> list[Seen]:
    known = {one.code: one for one in Ingredient.objects.filter(campaign=campaign).prefetch_related("factors")}
    units: dict[str, tuple[str, str]] = {code: (one.unit, one.kind) for code, one in known.items() if one.factors.all()}
    seen = []
    for row in rows:
        unit, kind = units.setdefault(row.item, (row.unit, row.kind))
        if (unit, kind) != (row.unit, row.kind):
            text = "“%(item)s” is counted in %(unit)s as %(kind)s elsewhere; here it is %(asked)s, %(as)s. Convert the figures or use another code."
            params = {"item": row.item, "unit": unit, "kind": kind, "asked": row.unit, "as": row.kind}
            seen.append(_refused(Problem("ingredient_unit_differs", text, params, f"row {row.row}")))
            continue
        before = known.get(row.item)
        stored = next((one.as_core() for one in before.factors.all() if one.measure == row.factor.measure), None) if before else None
        state = NEW if stored is None else SAME if _same(stored, row.factor) else CHANGED
        seen.append(Seen(state, row.name, row.factor.measure, row))
    return seen


def _same(one: Factor, other: Factor) -> bool:
    return one == other or (repr(one).casefold() == repr(other).casefold())


def _epd_rows(declaration: Declaration, given: dict[str, str]) -> tuple[list[FactorRow], list[Problem]]:
    """The declaration as factors of one ingredient; `convert`: declared units in one unit of the ingredient."""
    convert, unit = Decimal(given.get("convert") or 1), given.get("unit") or declaration.unit
    if unit != declaration.unit and not given.get("convert"):
        text = "It is declared per %(declared)s, and you count in %(unit)s. Say how many %(declared)s are in one %(unit)s."
        return [], [Problem("epd_unit_differs", text, {"declared": declaration.unit, "unit": unit})]
    rows = []
    for number, factor in enumerate(declaration.factors(spread_percent=Decimal(given.get("spread") or 0)), 1):
        value = factor.value.times(convert)
        rounded = Range(round(value.low, 9), round(value.likely, 9), round(value.high, 9))
        changed = Factor(factor.measure, rounded, factor.unit, factor.source, factor.year, factor.region, False, factor.dataset)
        name = given.get("name") or declaration.name_in("en")
        rows.append(FactorRow(number, given["item"], name, MATERIAL, unit, changed))
    return rows, []


def _write_factor(campaign: Campaign, row: FactorRow, author: Role) -> None:
    ingredient = _ingredient(campaign, row.item, name=row.name, kind=row.kind, unit=row.unit)
    factor = row.factor
    FactorOfDatabase.objects.update_or_create(
        ingredient=ingredient, measure=factor.measure,
        defaults={
            "low": factor.value.low, "likely": factor.value.likely, "high": factor.value.high, "unit": factor.unit, "source": factor.source,
            "year": factor.year, "region": factor.region, "is_example": factor.is_example, "dataset": factor.dataset[:80],
            "loaded_by": author, "loaded_at": timezone.now(),
        },
    )  # fmt: skip


def _ingredient(campaign: Campaign, code: str, *, name: str = "", kind: str = MATERIAL, unit: str = "") -> Ingredient:
    """Found, or made; one that only a method named so far takes what a factor says of it."""
    values = {"name": name or code, "kind": kind, "unit": unit, "item": Item.objects.filter(campaign=campaign, code=code).first()}
    found, made = Ingredient.objects.get_or_create(campaign=campaign, code=code, defaults=values)
    if not made and name and not found.factors.exists():
        found.name, found.kind, found.unit, found.item = name, kind, unit, values["item"]
        found.save()
    return found


# -- elements and methods -------------------------------------------------------------------------------------------


def _judge_methods(campaign: Campaign, good: tuple[Any, ...]) -> list[Seen]:
    tasks = {task.code: task for task in Task.objects.filter(campaign=campaign)}
    taken = {
        one.task.code: one.element.code for one in ElementTask.objects.filter(task__campaign=campaign).select_related("task", "element")
    }
    machines = set(Machine.objects.filter(campaign=campaign).values_list("code", flat=True))
    units = {one.code: one.unit for one in Ingredient.objects.filter(campaign=campaign, factors__isnull=False)}
    elements = {one.code: one for one in BuildElement.objects.filter(campaign=campaign).prefetch_related("methods")}
    named = {one.code for one in good if isinstance(one, TableElement)}
    seen: list[Seen] = []
    for one in good:
        if isinstance(one, TableElement):
            problems = _element_problems(one, tasks, taken)
            state = CHANGED if one.code in elements else NEW
            says = f"{one.quantity.normalize():f} {one.unit}"
        else:
            problems = _method_problems(one, machines, units, known=named | set(elements))
            before = elements.get(one.element)
            state = CHANGED if before and one.code in {method.code for method in before.methods.all()} else NEW
            says = ", ".join(line.item for line in one.lines)
        seen += [_refused(problem.at(f"row {one.row}")) for problem in problems] or [Seen(state, one.name, says, one)]
    refused = {one.value.code for one in seen if isinstance(one.value, TableElement)} | set(elements)
    return [one for one in seen if not isinstance(one.value, TableMethod) or one.value.element in refused]


def _element_problems(one: TableElement, tasks: dict[str, Task], taken: dict[str, str]) -> list[Problem]:
    problems = []
    for code in one.tasks:
        if code not in tasks:
            problems.append(
                Problem("task_unknown", "There is no task “%(code)s”. Load the tasks first, or correct the code.", {"code": code})
            )
        elif taken.get(code, one.code) != one.code:
            text = "Task “%(code)s” builds the element “%(element)s” already. A task builds one element."
            problems.append(Problem("task_of_another_element", text, {"code": code, "element": taken[code]}))
    found = [tasks[code] for code in one.tasks if code in tasks]
    total = sum((task.quantity for task in found), Decimal(0))
    if found and len(found) == len(one.tasks) and all(task.unit == one.unit for task in found) and total != one.quantity:
        text = "Its tasks add up to %(sum)s %(unit)s, the element has %(quantity)s. Correct one of them."
        params = {"sum": total.normalize(), "unit": one.unit, "quantity": one.quantity.normalize()}
        problems.append(Problem("element_quantity_differs", text, params))
    repeated = [code for code, times in Counter(one.tasks).items() if times > 1]
    if repeated:
        problems.append(Problem("task_twice", "Task “%(code)s” stands twice. Write it once.", {"code": repeated[0]}))
    return problems


def _method_problems(one: TableMethod, machines: set[str], units: dict[str, str], *, known: set[str]) -> list[Problem]:
    problems = []
    if one.element not in known:
        problems.append(Problem("element_unknown", "There is no element “%(code)s”. Add a row of kind element.", {"code": one.element}))
    for name in sorted(set(one.machines) - machines):
        problems.append(Problem("machine_unknown", "There is no machine “%(name)s”. Load it with the tasks.", {"name": name}))
    for item, (unit, row) in one.units.items():
        if units.get(item, unit) != unit:
            text = "“%(item)s” is counted in %(unit)s by its factors, here in %(asked)s (row %(row)s). Convert the amount."
            problems.append(Problem("line_unit_differs", text, {"item": item, "unit": units[item], "asked": unit, "row": row}))
    return problems


def _write_element(campaign: Campaign, value: TableElement) -> None:
    values = {"name": value.name, "quantity": value.quantity, "unit": value.unit}
    element, _made = BuildElement.objects.update_or_create(campaign=campaign, code=value.code, defaults=values)
    element.parts.exclude(task__code__in=value.tasks).delete()
    for task in Task.objects.filter(campaign=campaign, code__in=value.tasks):
        ElementTask.objects.get_or_create(task=task, defaults={"element": element})


def _write_method(campaign: Campaign, value: TableMethod, position: int) -> None:
    element = BuildElement.objects.get(campaign=campaign, code=value.element)
    values = {
        "name": value.name, "days_low": value.days.low, "days_likely": value.days.likely, "days_high": value.days.high, "skills": dict(value.skills),
        "machines": dict(value.machines), "source": value.source, "position": position,
    }  # fmt: skip
    method, _made = BuildMethod.objects.update_or_create(element=element, code=value.code, defaults=values)
    method.lines.all().delete()
    for line in value.lines:
        ingredient = _ingredient(campaign, line.item, unit=value.units[line.item][0])
        transport = _ingredient(campaign, line.transport, kind="transport", unit="tkm") if line.transport else None
        km = line.km
        MethodLine.objects.create(
            method=method, ingredient=ingredient, low=line.amount.low, likely=line.amount.likely, high=line.amount.high,
            km_low=km.low if km else None, km=km.likely if km else None, km_high=km.high if km else None, transport=transport,
        )  # fmt: skip


__all__ = ["EPD", "FACTORS", "LOAD_ROLES", "METHODS", "Preview", "Seen", "look_at_file", "preview", "take_file_in"]
