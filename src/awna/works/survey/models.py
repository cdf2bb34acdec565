"""Tables of the damage: files that were brought in, buildings and their parts, what was seen on them and when, rows that wait."""

import json
import uuid
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.campaigns.models import Photo, Site
from awna.core.survey.model import Shape
from awna.core.survey.plain import shape_from_plain
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role

GRADES = [
    ("undamaged", _("Undamaged")), ("slight", _("Slight")), ("moderate", _("Moderate")), ("severe", _("Severe")),
    ("destroyed", _("Destroyed")), ("", _("Unknown")),
]  # fmt: skip
METHODS = [("field", _("Seen on the spot")), ("remote", _("Seen from the air")), ("", _("Not said"))]
PARTS = [
    ("roof", _("Roof")), ("walls", _("Walls")), ("frame", _("Frame or columns")), ("floors", _("Floors")), ("stairs", _("Stairs")),
    ("openings", _("Doors and windows")), ("water", _("Water and drains")), ("power", _("Electricity")), ("other", _("Something else")),
]  # fmt: skip
PUBLIC_METRES = [
    (0, _("No map in public: sums only")), (1_000, _("Squares of 1 km")), (2_000, _("Squares of 2 km")), (5_000, _("Squares of 5 km")),
    (20_000, _("Squares of 20 km")),
]  # fmt: skip
PUBLIC_METRES_USUAL = 5_000


class SurveyRules(models.Model):
    """How finely a campaign tells everyone where damage was found."""

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="survey_rules")
    public_metres = models.PositiveIntegerField(choices=PUBLIC_METRES, default=PUBLIC_METRES_USUAL)
    set_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "P", "public_metres": "P", "set_by": "I", "set_at": "I"}

    def __str__(self) -> str:
        return self.get_public_metres_display()


class SurveyFile(models.Model):
    """A file of observations with its digest and the very bytes. `reading`: what was read in it, while somebody looks at it."""

    DRAFT, DONE = "draft", "done"
    STATES = [(DRAFT, _("looked at")), (DONE, _("brought in"))]
    KINDS = [("published", _("published data")), ("forms", _("forms from phones"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="survey_files")
    kind = models.CharField(max_length=12, choices=KINDS)
    filename = models.CharField(max_length=160)
    digest = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    original = SealedTextField()
    reading = SealedTextField(blank=True)
    scale = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=160)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="survey_files")
    state = models.CharField(max_length=8, choices=STATES, default=DRAFT)
    objects_new = models.PositiveIntegerField(default=0)
    objects_known = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    field_classes = {
        "id": "I", "campaign": "P", "kind": "P", "filename": "I", "digest": "P", "size_bytes": "P", "original": "S", "reading": "S",
        "scale": "P", "source": "P", "site": "P", "state": "I", "objects_new": "P", "objects_known": "P", "author": "I", "made_at": "I",
        "done_at": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "digest"], condition=models.Q(state="done"), name="works_survey_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.filename}"


class Building(models.Model):
    """Something that stood: a house, a wall, a bridge. `key` finds it again in a later file; `grade` follows from its observations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="buildings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="buildings")
    file = models.ForeignKey(SurveyFile, on_delete=models.PROTECT, null=True, blank=True, related_name="buildings")
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=160)
    shape_json = SealedTextField(blank=True)
    position = models.PositiveIntegerField()
    grade = models.CharField(max_length=12, choices=GRADES, blank=True)
    seen_on = models.DateField(null=True, blank=True)
    hazard = models.BooleanField(default=False)

    field_classes = {
        "id": "I", "campaign": "P", "site": "P", "file": "I", "key": "I", "name": "I", "shape_json": "S", "position": "I", "grade": "P",
        "seen_on": "I", "hazard": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["campaign", "grade"], name="works_building_by_grade")]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="works_building_key_once")]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def shape(self) -> Shape | None:
        try:
            told: Any = json.loads(self.shape_json) if self.shape_json else None
        except ValueError:  # a damaged column takes away the place of one object, not the page of all
            return None
        return shape_from_plain(told)


class Element(models.Model):
    """A part of a building that is repaired for itself: its roof, its walls."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="elements")
    part = models.CharField(max_length=12, choices=PARTS)
    name = models.CharField(max_length=120, blank=True)

    field_classes = {"id": "I", "building": "P", "part": "P", "name": "I"}

    class Meta:
        ordering = ["part", "name"]
        constraints = [models.UniqueConstraint(fields=["building", "part", "name"], name="works_element_once")]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.name}".strip()


class Observation(models.Model):
    """What was seen once: our grade and the grade of the source on its scale, who says so, when and how it was seen. Never changed."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="observations")
    element = models.ForeignKey(Element, on_delete=models.CASCADE, null=True, blank=True, related_name="observations")
    file = models.ForeignKey(SurveyFile, on_delete=models.PROTECT, null=True, blank=True, related_name="observations")
    key = models.CharField(max_length=64)
    grade = models.CharField(max_length=12, choices=GRADES, blank=True)
    source_grade = models.CharField(max_length=80, blank=True)
    scale = models.CharField(max_length=20)
    source = models.CharField(max_length=160)
    observed_on = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=8, choices=METHODS, blank=True)
    hazard = models.BooleanField(default=False)
    note = SealedTextField(blank=True)
    photo = models.ForeignKey(Photo, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "building": "P", "element": "P", "file": "I", "key": "I", "grade": "P", "source_grade": "P", "scale": "P", "source": "P",
        "observed_on": "P", "method": "P", "hazard": "I", "note": "S", "photo": "P", "author": "I", "recorded_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = [models.F("observed_on").desc(nulls_last=True), "-pk"]
        constraints = [models.UniqueConstraint(fields=["building", "key"], name="works_observation_once")]

    def __str__(self) -> str:
        return f"{self.get_grade_display()} {self.observed_on or ''}".strip()


class SurveyRow(models.Model):
    """A row of a file that was not taken, with its cells and the reason; a person puts it right or leaves it out."""

    WAITING, TAKEN, LEFT = "waiting", "taken", "left"
    STATES = [(WAITING, _("waits for correction")), (TAKEN, _("corrected and taken")), (LEFT, _("left out"))]

    file = models.ForeignKey(SurveyFile, on_delete=models.CASCADE, related_name="held")
    where = models.CharField(max_length=60)
    cells_json = SealedTextField()
    code = models.CharField(max_length=60)
    text = models.CharField(max_length=300)
    params = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    settled_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    field_classes = {
        "id": "I", "file": "I", "where": "I", "cells_json": "S", "code": "I", "text": "I", "params": "I", "state": "I", "settled_by": "I",
        "settled_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.where

    @cached_property
    def cells(self) -> dict[str, str]:
        told: dict[str, str] = json.loads(self.cells_json)
        return told
