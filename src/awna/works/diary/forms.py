"""Forms of the site diary: a day, checks and their findings, defects, change orders."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Commodity
from awna.campaigns.models import Site
from awna.crews.models import Shift
from awna.kit.policies import Actor
from awna.parties.models import Campaign

from ..forms import DATE, RequestForm
from ..models.tasks import Task
from .models import WEATHER, Check
from .services import DAYS_BACK_MAX

DECIMAL = {"inputmode": "decimal", "autocomplete": "off", "size": 8}
WHOLE = {"inputmode": "numeric", "autocomplete": "off", "size": 8}
DUE_DAYS = 14  # days that a defect has by itself


def decimal_field(label: Any, *, places: int = 2, help_text: Any = "", required: bool = False, digits: int = 12) -> forms.DecimalField:
    """A figure that a phone offers digits for; Arabic-Indic ones are read too."""
    return forms.DecimalField(
        label=label, max_digits=digits, decimal_places=places, required=required, help_text=help_text, widget=forms.TextInput(attrs=DECIMAL)
    )


class TaskChoice(forms.ModelChoiceField):
    """Tasks with how much of them is left, so that a phone without network knows it too."""

    def label_from_instance(self, obj: Any) -> str:
        left = max(obj.quantity - obj.done, 0)
        return str(_("%(task)s: %(left)s %(unit)s left") % {"task": obj, "left": f"{left.normalize():f}", "unit": obj.unit})


class DiaryForm(RequestForm):
    """One note of a day. Nothing but the day is asked for; a photo is drawn anew."""

    happened_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DATE))
    site = forms.ModelChoiceField(queryset=None, label=_("Site"), required=False, empty_label=_("the site of the task"))
    task = TaskChoice(queryset=None, label=_("Task"), required=False, empty_label=_("none: about the whole site"))
    quantity = decimal_field(_("Work done today"), help_text=_("In the unit of the task. Shares are worked out from it."))
    people = forms.IntegerField(label=_("People"), min_value=1, required=False, widget=forms.TextInput(attrs=WHOLE))
    hours = decimal_field(_("Hours each"), digits=4)
    shift = forms.ModelChoiceField(
        queryset=None, label=_("Crew of volunteers"), required=False, empty_label=_("none"),
        help_text=_("Its hours go to each member, and wait for the shift lead."),
    )  # fmt: skip
    item = forms.ModelChoiceField(queryset=None, label=_("Material used"), required=False, empty_label=_("none"))
    used = forms.IntegerField(label=_("How much"), min_value=1, required=False, widget=forms.TextInput(attrs=WHOLE))
    weather = forms.ChoiceField(label=_("Weather"), choices=[("", _("not noted")), *WEATHER], required=False)
    problem = forms.CharField(
        label=_("Problem"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("No names of people.")
    )
    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("Place, time and camera are taken out. It stays on the desk and is not published."),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, actor: Actor, tasks: list[Task], sites: list[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["day"].initial = today
        self.fields["site"].queryset = campaign.sites.all()
        self.fields["task"].queryset = campaign.tasks.prefetch_related("progress")
        self.fields["task"].choices = [
            ("", self.fields["task"].empty_label),
            *((task.pk, self.fields["task"].label_from_instance(task)) for task in tasks),
        ]
        self.fields["item"].queryset = campaign.items.all()
        shifts = Shift.objects.for_actor(actor).filter(
            crew__campaign=campaign, works_on__range=(today - timedelta(days=DAYS_BACK_MAX), today)
        )
        self.fields["shift"].queryset = shifts.select_related("crew").order_by("-works_on")
        # Read once: each field would ask the database again for every drawing.
        self.has_shifts = bool(found := list(self.fields["shift"].queryset))
        self.fields["shift"].choices = [("", self.fields["shift"].empty_label), *((one.pk, str(one)) for one in found)]
        self.fields["site"].choices = [("", self.fields["site"].empty_label), *((one.pk, str(one)) for one in sites)]
        for name in ("site", "task", "quantity", "people", "hours", "shift", "item", "used", "weather", "problem", "photo"):
            self.fields[name].quiet = True  # each is as you wish; said once above


class CheckForm(RequestForm):
    task = forms.ModelChoiceField(queryset=None, label=_("Task"))
    kind = forms.ChoiceField(choices=Check.KINDS, label=_("What it is"), widget=forms.RadioSelect, initial=Check.INSPECTION)
    title = forms.CharField(max_length=160, label=_("What is looked at"))
    at_least = decimal_field(_("At least"), places=3, help_text=_("For tests: the value that must be reached."))
    unit = forms.CharField(max_length=20, required=False, label=_("Unit"), help_text=_("For tests, such as MPa."))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].queryset = campaign.tasks.all()


class ResultForm(RequestForm):
    """A finding; a test is asked for its value, all else for a yes or no."""

    passed = forms.TypedChoiceField(
        label=_("Finding"), choices=[("yes", _("passed")), ("no", _("not passed"))], coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )  # fmt: skip
    value = decimal_field(_("Value measured"), places=3, required=True)
    inspector = forms.CharField(
        max_length=120, label=_("Who looked at it"), help_text=_("An office or function, such as “engineer of record”. No names.")
    )
    checked_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DATE))
    note = forms.CharField(max_length=300, required=False, label=_("Note"))

    def __init__(self, *args: Any, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked_on"].initial = timezone.localdate()
        if check.kind == Check.TEST:
            del self.fields["passed"]
            self.fields["value"].help_text = _("At least %(value)s %(unit)s passes.") % {"value": check.at_least, "unit": check.unit}
        else:
            del self.fields["value"]


class DefectForm(RequestForm):
    text = forms.CharField(max_length=300, label=_("What is wrong, and where"))
    task = forms.ModelChoiceField(queryset=None, label=_("Task"), required=False)
    due_on = forms.DateField(label=_("To be mended by"), widget=forms.DateInput(attrs=DATE))
    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("Place, time and camera are taken out. It stays on the desk and is not published."),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].queryset = campaign.tasks.all()
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=DUE_DAYS)


class MendedForm(forms.Form):
    how = forms.CharField(max_length=300, label=_("How it was mended"))


class ChangeForm(RequestForm):
    task = TaskChoice(queryset=None, label=_("Task"))
    quantity = decimal_field(_("New quantity"), required=True, help_text=_("The whole quantity of the task from then on, in its unit."))
    text = forms.CharField(max_length=300, label=_("What changes, and why"))
    cost = decimal_field(
        _("What it costs more"), help_text=_("Empty when it costs nothing more. With a cost, the stewards are asked first.")
    )
    commodity = forms.ModelChoiceField(queryset=None, label=_("Currency"), required=False, to_field_name="code")

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].queryset = campaign.tasks.prefetch_related("progress")
        self.fields["commodity"].queryset = Commodity.objects.filter(kind="money").order_by("code")

    def asked(self) -> dict[str, Any]:
        """As the service wants it: the cost in minor units."""
        found = dict(self.cleaned_data)
        cost, money = found.pop("cost"), found["commodity"]
        return found | {"cost_minor": int((cost or 0).scaleb(money.scale if money else 0)) if cost else 0}
