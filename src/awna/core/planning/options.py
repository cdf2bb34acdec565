"""Ways to build one element, compared: cost, duration, carbon A1-A5, what must pass a crossing, local labour, water, rubble reused.

Everything is a range with its source, unit and year: the factors are the user's own, none are shipped, and nothing is credited
beyond the building (module D). `front` asks the planner for the plans between the shortest, the cheapest and the others.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ..problems import Problem, Refused
from .plan import Plan
from .problem import Method, Project

MEASURES = {
    "cost": "money of the campaign",
    "duration": "slots",
    "carbon_a1_a3": "kg CO2e",
    "carbon_a4": "kg CO2e per t and km",
    "carbon_a5": "kg CO2e",
    "imported": "t",
    "local_labour": "hours",
    "all_labour": "hours",
    "water": "l",
    "rubble": "t",
}
COLUMNS = ("item", "measure", "low", "high", "per", "source", "year")
FACTORS_MAX = 50_000
ROWS_OF_PROBLEMS_MAX = 50
YEARS = (1990, 2100)


@dataclass(frozen=True)
class Range:
    """From the lowest to the highest that is to be expected."""

    low: Decimal
    high: Decimal

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)

    def times(self, amount: Decimal) -> "Range":
        return Range(self.low * amount, self.high * amount)


NOTHING = Range(Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Factor:
    """What one unit of an item costs in one measure, and who says so."""

    item: str
    measure: str
    value: Range
    per: str  # the unit of the item, such as "m3"
    source: str
    year: int


@dataclass(frozen=True)
class Ingredient:
    """So much of an item in a method, brought over so many kilometres at so many tonnes in all (both 0 = made on the spot)."""

    item: str
    amount: Decimal
    unit: str
    tonnes: Decimal = Decimal(0)
    distance_km: Decimal = Decimal(0)


@dataclass(frozen=True)
class Way:
    """One method for a building element (a wall, a slab, a roof, energy) with all that goes into it."""

    name: str
    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True)
class Comparison:
    """One way in all measures. `carbon` = A1-A3 + transport A4 + site A5; `missing` names what no factor is known for."""

    name: str
    totals: Mapping[str, Range]
    carbon: Range
    local_labour_share: Range
    sources: tuple[str, ...]
    missing: tuple[str, ...]


def read_factors(data: bytes) -> tuple[Factor, ...]:
    """Factors from a CSV with the columns of `COLUMNS`; every bad row is told with its number."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(Problem("factors_unreadable", "The factors are no CSV in UTF-8: %(error)s.", {"error": str(error)})) from error
    if not rows or set(COLUMNS) - set(rows[0]):
        text = "The factors need the columns %(columns)s and at least one row."
        raise Refused(Problem("factors_without_columns", text, {"columns": ", ".join(COLUMNS)}))
    if len(rows) > FACTORS_MAX:
        text = "There are %(rows)s factors; up to %(limit)s are read."
        raise Refused(Problem("too_many_factors", text, {"rows": len(rows), "limit": FACTORS_MAX}))
    problems: list[Problem] = []
    factors = [factor for number, row in enumerate(rows, 2) if (factor := _factor(row, f"row {number}", problems))]
    seen: set[tuple[str, str]] = set()
    for number, factor in enumerate(factors, 2):
        if (factor.item, factor.measure) in seen:
            problems.append(
                Problem(
                    "factor_twice",
                    "%(item)s has two factors of %(measure)s.",
                    {"item": factor.item, "measure": factor.measure},
                    f"row {number}",
                )
            )
        seen.add((factor.item, factor.measure))
    if problems:
        raise Refused(problems[:ROWS_OF_PROBLEMS_MAX])
    return tuple(factors)


def _factor(row: Mapping[str, Any], where: str, problems: list[Problem]) -> Factor | None:
    cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    for name in ("item", "per", "source"):
        if not cells[name]:
            problems.append(Problem("factor_incomplete", "The factor has no %(name)s. Give it.", {"name": name}, where))
            return None
    if cells["measure"] not in MEASURES:
        text = "%(measure)s is no measure; there are %(measures)s. Module D is never counted."
        problems.append(Problem("measure_unknown", text, {"measure": cells["measure"], "measures": ", ".join(MEASURES)}, where))
        return None
    try:
        low, high = Decimal(cells["low"]), Decimal(cells["high"] or cells["low"])
        year = int(cells["year"])
    except (InvalidOperation, ValueError):
        problems.append(Problem("factor_unreadable", "Low, high and year must be numbers, such as 210.5 and 2024.", {}, where))
        return None
    if not (low.is_finite() and high.is_finite() and low <= high and YEARS[0] <= year <= YEARS[1]):
        text = "Low must not be above high, and the year must lie in %(first)s to %(last)s."
        problems.append(Problem("factor_out_of_range", text, {"first": YEARS[0], "last": YEARS[1]}, where))
        return None
    return Factor(cells["item"], cells["measure"], Range(low, high), cells["per"], cells["source"], year)


def compare(ways: Sequence[Way], factors: Sequence[Factor]) -> tuple[Comparison, ...]:
    """Each way in all measures, in the order given. Refuses an amount in another unit than its factor's."""
    known = {(factor.item, factor.measure): factor for factor in factors}
    wrong = [problem for way in ways for problem in _other_units(way, known)]
    if wrong:
        raise Refused(wrong)
    return tuple(_compared(way, known) for way in ways)


def _other_units(way: Way, known: Mapping[tuple[str, str], Factor]) -> Iterator[Problem]:
    for ingredient in way.ingredients:
        for measure in MEASURES:
            factor = known.get((ingredient.item, measure))
            if factor and measure != "carbon_a4" and factor.per != ingredient.unit:
                text = "%(way)s takes %(item)s in %(unit)s, but its factor of %(measure)s is per %(per)s. Convert one of them."
                values = {"way": way.name, "item": ingredient.item, "unit": ingredient.unit, "measure": measure, "per": factor.per}
                yield Problem("unit_differs_from_factor", text, values, way.name)


def _compared(way: Way, known: Mapping[tuple[str, str], Factor]) -> Comparison:
    totals = dict.fromkeys(MEASURES, NOTHING)
    sources: dict[str, None] = {}
    missing: dict[str, None] = {}
    for ingredient in way.ingredients:
        used = [factor for measure in MEASURES if (factor := known.get((ingredient.item, measure)))]
        if not used:
            missing[ingredient.item] = None
        for factor in used:
            amount = ingredient.tonnes * ingredient.distance_km if factor.measure == "carbon_a4" else ingredient.amount
            totals[factor.measure] += factor.value.times(amount)
            sources[f"{factor.source} {factor.year}"] = None
    carbon = totals["carbon_a1_a3"] + totals["carbon_a4"] + totals["carbon_a5"]
    return Comparison(way.name, totals, carbon, _share(totals["local_labour"], totals["all_labour"]), tuple(sources), tuple(missing))


def _share(part: Range, whole: Range) -> Range:
    """From the least local to the most local that the two ranges allow, 0 to 1."""
    if not whole.high:
        return NOTHING
    one = Decimal(1)
    return Range(min(one, part.low / whole.high), min(one, part.high / whole.low) if whole.low else one)


@dataclass(frozen=True)
class Weights:
    """How much a slot, a unit of money, a kilogram of carbon and a per cent of imports count beside each other."""

    time: float = 1.0
    cost: float = 0.0
    carbon: float = 0.0
    imported: float = 0.0


@dataclass(frozen=True)
class Point:
    """A plan and what it comes to; none on the front is worse than another in everything."""

    plan: Plan
    finish: int
    cost: int
    carbon_kg: int
    imported: int  # sum over tasks of the imported share in per cent

    @property
    def values(self) -> tuple[int, int, int, int]:
        return self.finish, self.cost, self.carbon_kg, self.imported


FRONT = (
    Weights(),
    Weights(time=0.5, cost=0.5),
    Weights(time=0.0, cost=1.0),
    Weights(time=0.0, carbon=1.0),
    Weights(time=0.0, imported=1.0),
    Weights(time=0.25, cost=0.25, carbon=0.25, imported=0.25),
)


def front(project: Project, plan_of: Callable[[Project], Plan], *, weights: Sequence[Weights] = FRONT) -> tuple[Point, ...]:
    """The plans that no other beats in time, cost, carbon and imports at once, shortest first.

    For each weighting every task keeps the methods that are best by it (all of them where only time counts), and `plan_of` plans
    the rest: pass a planner with a count limit and the front is the same on every machine.
    """
    points: dict[tuple[int, int, int, int], Point] = {}
    for one in weights:
        kept = _kept(project, one)
        narrowed = (replace(task, methods=tuple(task.methods[n] for n in kept[task.id])) for task in project.tasks)
        plan = plan_of(replace(project, tasks=tuple(narrowed)))
        point = _point(project, Plan(tuple(replace(p, method=kept[p.task][p.method]) for p in plan.placements)))
        points.setdefault(point.values, point)
    best = [p for p in points.values() if not any(_beats(other.values, p.values) for other in points.values())]
    return tuple(sorted(best, key=lambda point: point.values))


def _beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _kept(project: Project, weights: Weights) -> dict[str, tuple[int, ...]]:
    """The methods that stay open per task: the best by these weights; with time alone all of them, the planner knows better."""
    if not (weights.cost or weights.carbon or weights.imported):
        return {task.id: tuple(range(len(task.methods))) for task in project.tasks}
    scale = (weights.time, weights.cost, weights.carbon, weights.imported)
    result: dict[str, tuple[int, ...]] = {}
    for task in project.tasks:
        rows = [_measured(method) for method in task.methods]
        most = [max(1, *(row[n] for row in rows)) for n in range(len(scale))]
        scores = [sum(w * v / m for w, v, m in zip(scale, row, most, strict=True)) for row in rows]
        result[task.id] = (scores.index(min(scores)),)
    return result


def _measured(method: Method) -> tuple[int, int, int, int]:
    return method.duration, method.cost, method.carbon_kg, method.imported_percent


def _point(project: Project, plan: Plan) -> Point:
    tasks = {task.id: task for task in project.tasks}
    rows = [_measured(tasks[placement.task].methods[placement.method]) for placement in plan.placements]
    return Point(plan, plan.finish, sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows))
