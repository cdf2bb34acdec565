"""Volunteers with languages, skills, vetting and windows; crews, shifts and hours. Names and vetting are sealed."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role, Section, User

PEOPLE_ROLES = ("coordinator", "site_lead", "shift_lead")
"""The roles that work with volunteers; nobody else reads who they are."""
LANGUAGE_LEVELS = [(1, _("basic")), (2, _("working")), (3, _("native"))]
LANGUAGE_WORKING = 2
"""From this level on, a person works in a language without help."""
SKILL_LEVELS = [(1, _("helper")), (2, _("skilled")), (3, _("lead"))]
CLEARED = "cleared"
VETTING_STATES = [("pending", _("pending")), (CLEARED, _("cleared")), ("refused", _("refused"))]
HOURS_SCALE = 2


def visible_to(actor: Actor, prefix: str = "") -> models.Q:
    """Rows of the actor's own section; all of the campaign for a role without a section."""
    roles = [role for role in actor.roles if role.name in PEOPLE_ROLES]
    whole = {role.campaign_id for role in roles if role.section_id is None}
    sections = {role.section_id for role in roles if role.section_id is not None}
    return models.Q(**{f"{prefix}campaign__in": whole}) | models.Q(**{f"{prefix}section__in": sections})


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(visible_to(actor))

    def with_details(self) -> Self:
        return self.select_related("section").prefetch_related("skills", "languages", "availabilities", "vettings")


class Volunteer(models.Model):
    """Somebody who gives hours. `code` is how lists name them; the name itself is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="volunteers")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="volunteers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="volunteers")
    code = models.CharField(max_length=20)
    name = SealedTextField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VolunteerQuerySet.as_manager()
    field_classes = {"id": "I", "campaign": "I", "section": "I", "user": "C", "code": "I", "name": "C", "created_at": "I"}

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="crews_volunteer_code_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def vetting(self) -> "Vetting | None":
        """The newest finding; earlier ones stay."""
        return max(self.vettings.all(), key=lambda row: row.pk, default=None)

    @property
    def skill_names(self) -> set[str]:
        return {row.name for row in self.skills.all()}

    @property
    def working_languages(self) -> set[str]:
        return {row.code for row in self.languages.all() if row.level >= LANGUAGE_WORKING}

    def is_cleared_until(self, day: Any) -> bool:
        found = self.vetting
        return found is not None and found.state == CLEARED and found.valid_until is not None and found.valid_until >= day

    def is_available(self, first: Any, last: Any) -> bool:
        """No window said: always. Else one window covers both days and all between."""
        windows = list(self.availabilities.all())
        return not windows or any(row.from_on <= first and last <= row.until_on for row in windows)


class Skill(models.Model):
    """What a volunteer can do, and how well."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(choices=SKILL_LEVELS)

    field_classes = {"id": "I", "volunteer": "I", "name": "I", "level": "I"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["volunteer", "name"], name="crews_skill_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_level_display()})"


class Language(models.Model):
    """A language that a volunteer speaks, and how well."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(max_length=8)
    level = models.PositiveSmallIntegerField(choices=LANGUAGE_LEVELS)

    field_classes = {"id": "I", "volunteer": "I", "code": "I", "level": "I"}

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["volunteer", "code"], name="crews_language_once")]

    def __str__(self) -> str:
        return f"{self.code} ({self.get_level_display()})"


class Availability(models.Model):
    """Days on which a volunteer can come, both ends included."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="availabilities")
    from_on = models.DateField()
    until_on = models.DateField()

    field_classes = {"id": "I", "volunteer": "I", "from_on": "C", "until_on": "C"}

    class Meta:
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(condition=models.Q(until_on__gte=models.F("from_on")), name="crews_availability_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.from_on} to {self.until_on}"


class Vetting(models.Model):
    """One finding on a volunteer; a later finding replaces it in effect and the earlier stays."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="vettings")
    state = SealedTextField(choices=VETTING_STATES)
    valid_until = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "volunteer": "I", "state": "S", "valid_until": "S", "recorded_by": "I", "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["volunteer", "request_id"], name="crews_vetting_request_once")]

    def __str__(self) -> str:
        return str(dict(VETTING_STATES)[self.state])


class CrewQuerySet(models.QuerySet["Crew"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(visible_to(actor))


class Crew(models.Model):
    """People who come together for some days, checked when the crew was formed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="crews")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="crews")
    name = models.CharField(max_length=80)
    from_on = models.DateField()
    until_on = models.DateField()
    members = models.ManyToManyField(Volunteer, related_name="crews")
    formed_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)

    objects = CrewQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "I", "section": "I", "name": "I", "from_on": "I", "until_on": "I", "formed_by": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["from_on", "name"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="crews_crew_request_once")]

    def __str__(self) -> str:
        return self.name


class ShiftQuerySet(models.QuerySet["Shift"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(visible_to(actor, "crew__"))


class Shift(models.Model):
    """One crew on one day at one piece of work; `task_ref` is the key of the task in the works, when there is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="shifts")
    title = models.CharField(max_length=120)
    task_ref = models.CharField(max_length=80, blank=True)
    works_on = models.DateField()
    hours_planned = models.DecimalField(max_digits=4, decimal_places=HOURS_SCALE)
    planned_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)

    objects = ShiftQuerySet.as_manager()
    field_classes = {
        "id": "I", "crew": "I", "title": "I", "task_ref": "I", "works_on": "I", "hours_planned": "I", "planned_by": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["works_on", "title"]
        constraints = [models.UniqueConstraint(fields=["crew", "request_id"], name="crews_shift_request_once")]

    def __str__(self) -> str:
        return f"{self.works_on}: {self.title}"


class HoursQuerySet(models.QuerySet["Hours"]):
    def for_actor(self, actor: Actor) -> Self:
        """What the roles that lead may read, and always one's own hours."""
        own = models.Q(volunteer__user=actor.user) if actor.signed_in else models.Q(pk__in=[])
        return self.filter(visible_to(actor, "shift__crew__") | own)

    def waiting(self) -> Self:
        return self.filter(approved_at=None)


class Hours(models.Model):
    """What one volunteer worked in one shift; it counts when a shift lead has approved it, as an entry of the book."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="hours")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="hours")
    hours = models.DecimalField(max_digits=4, decimal_places=HOURS_SCALE)
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    entry_seq = models.PositiveBigIntegerField(null=True, blank=True)

    objects = HoursQuerySet.as_manager()
    field_classes = {
        "id": "I", "shift": "I", "volunteer": "I", "hours": "I", "recorded_by": "I", "recorded_at": "I", "approved_by": "I",
        "approved_at": "I", "entry_seq": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["shift__works_on", "volunteer__code"]
        constraints = [
            models.UniqueConstraint(fields=["shift", "volunteer"], name="crews_hours_once_a_shift"),
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="crews_hours_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer.code} {self.hours} h"

    @property
    def minor(self) -> int:
        return int(self.hours.scaleb(HOURS_SCALE))
