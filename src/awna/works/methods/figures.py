"""What a chosen way to build means for each task: slots, people, materials, and its share of cost, carbon and tonnes at the crossing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from awna.core.planning import methods as core
from awna.core.planning.problem import Method
from awna.core.planning.ranges import split_whole
from awna.parties.models import Campaign

from .models import BuildElement, BuildMethod, ElementTask, Ingredient, MethodLine

KG_PER_TONNE = Decimal(1000)


@dataclass(frozen=True)
class Known:
    """An element with its ways compared, and its tasks."""

    element: BuildElement
    methods: list[BuildMethod]
    compared: tuple[core.Compared, ...]
    parts: list[ElementTask]

    def of(self, method: BuildMethod | None) -> core.Compared | None:
        return next((one for one in self.compared if method and one.way.code == method.code), None)

    @property
    def current(self) -> BuildMethod | None:
        """The way that the tasks stand on now, if it is one for all of them."""
        ways = {part.method_id or self.element.now_id for part in self.parts} or {self.element.now_id}
        return next((one for one in self.methods if {one.pk} == ways), None)

    @property
    def weights(self) -> list[Decimal]:
        """The part of each task: by its quantity where all count in the unit of the element, else the same for all."""
        if all(part.task.unit == self.element.unit for part in self.parts):
            return [part.task.quantity for part in self.parts]
        return [Decimal(1) for _part in self.parts]


def known_elements(campaign: Campaign, *, code: str = "") -> list[Known]:
    """The elements of a campaign, compared; a fixed number of questions to the database. `code`: only that one."""
    lines = Prefetch("lines", MethodLine.objects.select_related("ingredient__item__commodity", "transport"))
    parts = Prefetch("parts", ElementTask.objects.select_related("task", "task__site").order_by("task__position"))
    found = campaign.build_elements.prefetch_related(
        Prefetch("methods", BuildMethod.objects.select_related("trial").prefetch_related(lines)), parts
    )
    elements = list(found.filter(code=code) if code else found)
    if not elements:
        return []
    known = {one.code: one.as_core() for one in Ingredient.objects.filter(campaign=campaign).prefetch_related("factors")}
    return [_known(element, known, campaign) for element in elements]


def _known(element: BuildElement, known: dict[str, core.Ingredient], campaign: Campaign) -> Known:
    element.campaign = campaign
    methods = list(element.methods.all())
    for method in methods:
        method.element = element
    compared = core.compare([one.as_core() for one in methods], known=known, quantity=element.quantity, currency=campaign.goal_currency)
    return Known(element, methods, compared, list(element.parts.all()))


def task_methods(known: Known, method: BuildMethod, *, slots_per_day: int) -> dict[str, Method]:
    """Task code → what the planner is told: duration in slots with its range, crew, and this task's part of each likely figure.

    The parts of all tasks add up to the rounded figure of the element. A figure with something missing counts what is known.
    """
    found = known.of(method)
    if found is None:
        return {}
    weights = known.weights
    whole = sum(weights, Decimal(0)) or Decimal(1)
    imported = found.figures["imported"].value.times(KG_PER_TONNE)
    split = [split_whole(value, weights) for value in (found.figures["cost"].value, found.figures["carbon"].value, imported)]
    days = found.way.days
    methods = {}
    for number, part in enumerate(known.parts):
        share = weights[number] / whole * slots_per_day
        least, likely, most = (max(1, math.ceil(value * share)) for value in (days.low, days.likely, days.high))
        methods[part.task.code] = Method(
            likely, method.code, skills=dict(method.skills), machines=dict(method.machines), optimistic=least, pessimistic=most,
            cost=split[0][number], carbon_kg=split[1][number], imported_kg=split[2][number],
        )  # fmt: skip
    return methods


def materials_of(known: Known, method: BuildMethod, part: ElementTask) -> dict[Ingredient, int]:
    """What the stores give to this task: ingredients that are kept there, in the smallest unit of the item, rounded up."""
    whole = sum(known.weights, Decimal(0)) or Decimal(1)
    quantity = known.element.quantity * known.weights[known.parts.index(part)] / whole
    return {
        line.ingredient: math.ceil(line.likely * quantity * 10**line.ingredient.item.commodity.scale)
        for line in method.lines.all()
        if line.ingredient.item is not None and line.ingredient.item.unit == line.ingredient.unit
    }


def methods_in_tasks(campaign: Campaign, *, slots_per_day: int) -> dict[str, Method]:
    """Task code → the method that it stands on: the chosen one, else the one that it was written for."""
    found: dict[str, Method] = {}
    for known in known_elements(campaign):
        tables = {one.pk: task_methods(known, one, slots_per_day=slots_per_day) for one in _stood_on(known)}
        for part in known.parts:
            table = tables.get(part.method_id or known.element.now_id, {})
            if part.task.code in table:
                found[part.task.code] = table[part.task.code]
    return found


def _stood_on(known: Known) -> Iterable[BuildMethod]:
    wanted = {part.method_id or known.element.now_id for part in known.parts}
    return [one for one in known.methods if one.pk in wanted]
