"""Ingredients and what is known of them, elements to build and the ways to build them, and which way the stewards chose."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.consent.models import Proposal
from awna.core.planning import factors as core
from awna.core.planning import methods as ways
from awna.core.planning.ranges import Range
from awna.parties.models import Campaign, Role
from awna.supply.models import Item

from ..models.tasks import Task

KINDS = [
    (core.MATERIAL, _("material")), (core.LABOUR, _("labour")), (core.TRANSPORT, _("transport")), (core.MACHINE, _("machine")),
]  # fmt: skip
DIGITS, PLACES = 20, 9


def _number(**more: Any) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, **more)


class Ingredient(models.Model):
    """A material, a trade, a machine or a means of transport. `item`: the same in the stores, if it is kept there in the same unit."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="ingredients")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=KINDS)
    unit = models.CharField(max_length=12)
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="ingredients")

    field_classes = {"id": "I", "campaign": "P", "code": "P", "name": "P", "kind": "P", "unit": "P", "item": "P"}

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="works_ingredient_code_once")]

    def __str__(self) -> str:
        return self.name

    def as_core(self) -> ways.Ingredient:
        return ways.Ingredient(self.code, self.name, self.kind, self.unit, {one.measure: one.as_core() for one in self.factors.all()})


class Factor(models.Model):
    """One measure of one unit of an ingredient, as a range with its source."""

    ingredient = models.ForeignKey(Ingredient, on_delete=models.CASCADE, related_name="factors")
    measure = models.CharField(max_length=16)
    low, likely, high = _number(), _number(), _number()
    unit = models.CharField(max_length=12)
    source = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    region = models.CharField(max_length=60, blank=True)
    is_example = models.BooleanField(default=False)
    dataset = models.CharField(max_length=80, blank=True)
    loaded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "ingredient": "P", "measure": "P", "low": "P", "likely": "P", "high": "P", "unit": "P", "source": "P", "year": "P",
        "region": "P", "is_example": "P", "dataset": "P", "loaded_by": "I", "loaded_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["measure"]
        constraints = [models.UniqueConstraint(fields=["ingredient", "measure"], name="works_factor_once")]

    def __str__(self) -> str:
        return f"{self.ingredient} {self.measure}"

    def as_core(self) -> core.Factor:
        value = Range(self.low.normalize(), self.likely.normalize(), self.high.normalize())
        return core.Factor(self.measure, value, self.unit, self.source, self.year, self.region, self.is_example, self.dataset)


class BuildElement(models.Model):
    """So much of a wall, a slab, a roof that can be built in several ways. `now`: the way that its tasks were written for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="build_elements")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=160)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    unit = models.CharField(max_length=12)
    now = models.ForeignKey("BuildMethod", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    field_classes = {"id": "P", "campaign": "P", "code": "P", "name": "P", "quantity": "P", "unit": "P", "now": "P"}

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="works_build_element_code_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("options", kwargs={"slug": self.campaign.slug, "code": self.code})


class BuildMethod(models.Model):
    """One way to build the element: its crew, its days for the whole of it, and what goes into one unit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    element = models.ForeignKey(BuildElement, on_delete=models.CASCADE, related_name="methods")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    days_low, days_likely, days_high = _number(), _number(), _number()
    skills = models.JSONField(default=dict, blank=True)
    machines = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    field_classes = {
        "id": "P", "element": "P", "position": "P", "code": "P", "name": "P", "days_low": "P", "days_likely": "P", "days_high": "P", "skills": "P",
        "machines": "P", "source": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["element", "code"], name="works_build_method_code_once")]

    def __str__(self) -> str:
        return self.name

    def as_core(self) -> ways.Way:
        days = Range(self.days_low.normalize(), self.days_likely.normalize(), self.days_high.normalize())
        return ways.Way(self.code, self.name, days, self.source, tuple(line.as_core() for line in self.lines.all()))


class MethodLine(models.Model):
    """So much of an ingredient for one unit of the element. No kilometres: nobody said from where; 0 = made on the spot."""

    method = models.ForeignKey(BuildMethod, on_delete=models.CASCADE, related_name="lines")
    ingredient = models.ForeignKey(Ingredient, on_delete=models.PROTECT, related_name="+")
    low, likely, high = _number(), _number(), _number()
    km_low, km, km_high = _number(null=True), _number(null=True), _number(null=True)
    transport = models.ForeignKey(Ingredient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    field_classes = {
        "id": "I", "method": "P", "ingredient": "P", "low": "P", "likely": "P", "high": "P", "km_low": "P", "km": "P", "km_high": "P",
        "transport": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["method", "ingredient"], name="works_method_line_once")]

    def __str__(self) -> str:
        return f"{self.ingredient} {self.likely}"

    def as_core(self) -> ways.Line:
        km = None
        if self.km_low is not None and self.km is not None and self.km_high is not None:
            km = Range(self.km_low.normalize(), self.km.normalize(), self.km_high.normalize())
        amount = Range(self.low.normalize(), self.likely.normalize(), self.high.normalize())
        return ways.Line(self.ingredient.code, amount, km, self.transport.code if self.transport else "")


class ElementTask(models.Model):
    """A task that builds a part of the element. `method`: the chosen way that it was rewritten for; None = as it was written."""

    element = models.ForeignKey(BuildElement, on_delete=models.CASCADE, related_name="parts")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="builds")
    method = models.ForeignKey(BuildMethod, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    field_classes = {"id": "I", "element": "P", "task": "P", "method": "P"}

    class Meta:
        ordering = ["task__position"]

    def __str__(self) -> str:
        return f"{self.element} {self.task}"


class MethodTrial(models.Model):
    """When the whole plan would end if the element were built in this way, or why there is no such plan; in force for nobody."""

    method = models.OneToOneField(BuildMethod, on_delete=models.CASCADE, related_name="trial")
    finish = models.PositiveIntegerField(null=True)
    finish_on = models.DateField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "method": "P", "finish": "I", "finish_on": "I", "problem": "I", "made_by": "I", "made_at": "I"}

    def __str__(self) -> str:
        return f"{self.method} {self.finish_on}"


class MethodChoice(models.Model):
    """What the stewards were asked about a way to build, and since when it is in force; the newest in force of an element counts."""

    PURPOSE = "method"

    method = models.ForeignKey(BuildMethod, on_delete=models.PROTECT, related_name="choices")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="method_choice")
    in_force_at = models.DateTimeField(null=True, blank=True)
    tasks = models.JSONField(default=list, blank=True)

    field_classes = {"id": "I", "method": "P", "proposal": "P", "in_force_at": "P", "tasks": "P"}

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.method} {self.in_force_at}"


class MethodFile(models.Model):
    """A file of factors or methods that was read and waits to be taken in; `content` is what the reader found, or nothing once it is done."""

    SORTS = [("factors", _("factors")), ("methods", _("methods")), ("epd", _("declaration"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="method_files")
    sort = models.CharField(max_length=10, choices=SORTS)
    name = models.CharField(max_length=160)
    content = models.TextField(blank=True)
    given = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)

    field_classes = {
        "id": "I", "campaign": "I", "sort": "I", "name": "I", "content": "I", "given": "I", "author": "I", "made_at": "I", "done_at": "I",
        "taken": "I",
    }  # fmt: skip

    def __str__(self) -> str:
        return self.name
