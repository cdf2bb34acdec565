"""Forms of the plan page: how long to search, what a what-if changes, why a plan is adopted, milestones."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.core.planning.formats.json_project import project_from_json
from awna.parties.models import Campaign

from ..forms import DATE, RequestForm
from ..models.plans import PlanRun
from ..services import WHY_CHARS_MAX
from .changes import skill_name
from .services import NAME_CHARS_MAX, SECONDS_USUAL

SECONDS = [(10, _("10 seconds")), (SECONDS_USUAL, _("half a minute")), (120, _("two minutes")), (600, _("ten minutes"))]
WEEKS_MAX, PEOPLE_MAX, DAYS_MAX = 52, 200, 1_000


class SearchForm(RequestForm):
    seconds = forms.TypedChoiceField(choices=SECONDS, coerce=int, initial=SECONDS_USUAL, required=False, empty_value=SECONDS_USUAL)


class WhyForm(forms.Form):
    why = forms.CharField(
        max_length=WHY_CHARS_MAX, label=_("Why this plan"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence for everyone, shown with the public plan. No names and no places."),
    )  # fmt: skip

    def __init__(self, *args: Any, is_wanted: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = is_wanted


class ChangesForm(RequestForm):
    """Four kinds of facts; each is left empty or filled in whole."""

    crossing = forms.ChoiceField(label=_("Close a crossing"), required=False)
    weeks = forms.IntegerField(label=_("For how many weeks"), required=False, min_value=1, max_value=WEEKS_MAX)
    closed_from = forms.DateField(label=_("Closed from"), required=False, widget=forms.DateInput(attrs=DATE))
    skill = forms.ChoiceField(label=_("People more or fewer who can work as"), required=False)
    people = forms.IntegerField(
        label=_("How many more"),
        required=False,
        min_value=-PEOPLE_MAX,
        max_value=PEOPLE_MAX,
        help_text=_("Below zero: so many fewer, such as -2."),
    )
    people_from = forms.DateField(label=_("They come or go on"), required=False, widget=forms.DateInput(attrs=DATE))
    load = forms.ChoiceField(label=_("A load that comes later"), required=False)
    late_days = forms.IntegerField(label=_("How many working days later"), required=False, min_value=1, max_value=DAYS_MAX)
    task = forms.ChoiceField(label=_("A task that takes longer or shorter"), required=False)
    task_days = forms.IntegerField(label=_("How many working days it takes"), required=False, min_value=1, max_value=DAYS_MAX)
    PAIRS = (("crossing", "weeks"), ("skill", "people"), ("load", "late_days"), ("task", "task_days"))

    def __init__(self, *args: Any, campaign: Campaign, run: PlanRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = project_from_json(run.project_json.encode())
        skills = sorted({skill for person in project.people for skill in person.skills})
        loads = sorted({(load.id, stock.name or stock.id) for stock in project.stocks for load in stock.deliveries})
        tasks = [(task.id, task.name or task.id) for task in project.tasks]
        empty = [("", _("No change"))]
        self.fields["crossing"].choices = empty + [(one.code, one.name) for one in campaign.crossings.all()]
        self.fields["skill"].choices = empty + [(skill, skill_name(skill)) for skill in skills]
        self.fields["load"].choices = empty + [(number, f"{number}: {name}") for number, name in dict(loads).items()]
        self.fields["task"].choices = empty + tasks
        for name in ("closed_from", "people_from"):
            self.fields[name].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for which, amount in self.PAIRS:
            if bool(cleaned.get(which)) != bool(cleaned.get(amount)) and not {which, amount} & set(self.errors):
                missing = amount if cleaned.get(which) else which
                self.add_error(missing, _("Fill in both fields of this change, or leave both empty."))
        if not self.errors and not self.changes:
            self.add_error(None, _("Change at least one fact."))
        return cleaned

    @property
    def changes(self) -> list[dict[str, Any]]:
        """As the copy keeps them."""
        values, today = self.cleaned_data, timezone.localdate()
        found: list[dict[str, Any]] = []
        if values.get("crossing") and values.get("weeks"):
            first = values.get("closed_from") or today
            found.append({"kind": "close", "crossing": values["crossing"], "weeks": values["weeks"], "from": first.isoformat()})
        if values.get("skill") and values.get("people"):
            first = values.get("people_from") or today
            found.append({"kind": "people", "skill": values["skill"], "count": values["people"], "from": first.isoformat()})
        if values.get("load") and values.get("late_days"):
            found.append({"kind": "delay", "load": values["load"], "days": values["late_days"]})
        if values.get("task") and values.get("task_days"):
            found.append({"kind": "duration", "task": values["task"], "days": values["task_days"]})
        return found


class WhatIfForm(ChangesForm):
    """A new copy: its name and its first changes."""

    name = forms.CharField(
        max_length=NAME_CHARS_MAX, label=_("Name of the copy"), help_text=_("Such as “North crossing shut in December”.")
    )
    field_order = ["request_id", "name"]


class MilestoneForm(forms.Form):
    name = forms.CharField(max_length=NAME_CHARS_MAX, label=_("Name of the milestone"), help_text=_("Such as “The ward can open”."))
    tasks = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Its tasks"),
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("It is reached when the last of them is done."),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tasks"].queryset = campaign.tasks.all()
