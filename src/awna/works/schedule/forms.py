"""Forms of tasks and their links, of files, of hours and of clearances."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign

from ..forms import DATE, RequestForm
from ..models.tasks import Dependency, Task, WorkCalendar
from .models import CLEARANCE_KINDS, REST_KINDS, WorkPart
from .outside import CODE_CHARS_MAX, NAME_CHARS_MAX

FRIDAY = 4
LINKS_SHOWN_MIN = 2  # empty rows below the links that are there
CODE = r"^[^\s;,:+]+$"


class TaskForm(RequestForm):
    code = forms.RegexField(
        CODE, max_length=CODE_CHARS_MAX, label=_("Code"), help_text=_("Short and without blanks, such as R1. It stays."),
        error_messages={"invalid": _("The code has no blanks, commas, colons or plus signs.")},
    )  # fmt: skip
    name = forms.CharField(max_length=NAME_CHARS_MAX, label=_("Task"))
    part = forms.ModelChoiceField(queryset=None, required=False, label=_("Part of the work"))
    site = forms.ModelChoiceField(queryset=None, required=False, label=_("Site"))
    days = forms.DecimalField(min_value=0, max_value=2000, decimal_places=2, label=_("Working days"), help_text=_("0 for a milestone."))
    quantity = forms.DecimalField(min_value=Decimal("0.01"), max_digits=12, decimal_places=2, initial=1, label=_("How much there is to do"))
    unit = forms.CharField(max_length=12, required=False, label=_("Unit"), help_text=_("Such as m2. Progress is counted in it."))

    def __init__(self, *args: Any, campaign: Campaign, task: Task | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = WorkPart.objects.filter(campaign=campaign)
        self.fields["site"].queryset = campaign.sites.all()
        if task is not None:
            del self.fields["code"]


class LinkForm(forms.Form):
    """One thing that a task waits for; an empty code = no link."""

    before = forms.CharField(
        max_length=CODE_CHARS_MAX, required=False, label=_("Waits for"), widget=forms.TextInput(attrs={"list": "codes"})
    )
    kind = forms.ChoiceField(choices=Dependency.KINDS, initial="FS", label=_("Link"))
    lag = forms.IntegerField(required=False, initial=0, label=_("Lag"))
    lag_unit = forms.ChoiceField(choices=Dependency.LAG_UNITS, initial="work", label=_("Counted in"))


LinkFormSet = forms.formset_factory(LinkForm, extra=LINKS_SHOWN_MIN, max_num=200)


class PartForm(RequestForm):
    code = forms.RegexField(CODE, max_length=CODE_CHARS_MAX, label=_("Code"), help_text=_("Such as 1.2. It stays."))
    name = forms.CharField(max_length=NAME_CHARS_MAX, label=_("Part of the work"))
    parent = forms.ModelChoiceField(queryset=None, required=False, label=_("Below"))

    def __init__(self, *args: Any, campaign: Campaign, part: WorkPart | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = WorkPart.objects.filter(campaign=campaign)
        self.fields["parent"].queryset = others.exclude(pk=part.pk) if part else others
        if part is not None:
            del self.fields["code"]


class FileForm(RequestForm):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Microsoft Project XML (.xml), a Primavera export (.xer), our table (.csv) or, where the operator installed it, .mpp. At most 20 MB."
        ),
    )


class ApplyForm(RequestForm):
    site = forms.ModelChoiceField(queryset=None, required=False, label=_("Site of the new tasks"))
    drop_missing = forms.BooleanField(required=False, label=_("Take out the tasks that the file does not have"))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = campaign.sites.all()


class CalendarForm(forms.Form):
    origin = forms.DateField(widget=forms.DateInput(attrs=DATE), label=_("First day of the works"))
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int, choices=tuple(WEEKDAYS.items()), required=False, widget=forms.CheckboxSelectMultiple, label=_("Nobody works on")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].initial = timezone.localdate()
        self.fields["weekdays"].initial = [FRIDAY]


class RestForm(RequestForm):
    kind = forms.ChoiceField(choices=REST_KINDS, label=_("What it is"))
    site = forms.ModelChoiceField(queryset=None, required=False, label=_("Site"), empty_label=_("every site"))
    name = forms.CharField(max_length=120, required=False, label=_("Name"), help_text=_("Such as “Eid al-Fitr”."))
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int, choices=tuple(WEEKDAYS.items()), required=False, widget=forms.CheckboxSelectMultiple, label=_("Rest days of every week")
    )
    first_day = forms.DateField(required=False, widget=forms.DateInput(attrs=DATE), label=_("First day"))
    last_day = forms.DateField(required=False, widget=forms.DateInput(attrs=DATE), label=_("Last day"))
    parts = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Nobody works"),
        help_text=_("For Ramadan hours and a curfew."),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = campaign.sites.all()
        self.fields["parts"].choices = part_choices(campaign)


def part_choices(campaign: Campaign) -> list[tuple[int, str]]:
    """The parts of a working day with their hours."""
    found = WorkCalendar.objects.filter(campaign=campaign).first()
    if found is None:
        return []
    axis = found.as_core()
    return [(place, f"{_clock(start)}–{_clock(start + axis.slot_minutes)}") for place, start in enumerate(axis.parts)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class NeedForm(RequestForm):
    kind = forms.ChoiceField(choices=CLEARANCE_KINDS, label=_("Clearance"))
    site = forms.ModelChoiceField(queryset=None, required=False, label=_("For a whole site"))
    task = forms.ModelChoiceField(queryset=None, required=False, label=_("Or for one task"))
    note = forms.CharField(max_length=300, required=False, label=_("Note"))
    expected_on = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs=DATE),
        label=_("Expected on"),
        help_text=_("The planner starts nothing there before this day."),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = campaign.sites.all()
        self.fields["task"].queryset = campaign.tasks.all()


class ClearanceForm(RequestForm):
    cleared_by = forms.CharField(
        max_length=160, label=_("Who cleared it"), help_text=_("The office or organisation, such as “Mine action centre”.")
    )
    valid_from = forms.DateField(widget=forms.DateInput(attrs=DATE), label=_("Valid from"))
    valid_until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs=DATE),
        label=_("Valid until"),
        help_text=_("Leave it empty when the paper names no end."),
    )
    paper = forms.FileField(required=False, label=_("Certificate or permit"), help_text=_("It is kept sealed; pages show its digest."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate()


class WithdrawForm(RequestForm):
    withdrawn_on = forms.DateField(widget=forms.DateInput(attrs=DATE), label=_("From this day on it no longer counts"))
    reason = forms.CharField(max_length=300, label=_("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["withdrawn_on"].initial = timezone.localdate()


class DropForm(RequestForm):
    reason = forms.CharField(max_length=300, label=_("Why it is not needed"))


class ExpectForm(RequestForm):
    expected_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs=DATE), label=_("Expected on"),
        help_text=_("The planner starts nothing there before this day; leave it empty when nobody knows."),
    )  # fmt: skip
