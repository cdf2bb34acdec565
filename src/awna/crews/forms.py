"""Forms of the crews' desk; they read cells and leave every rule to the services."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awna.core.problems import Refused
from awna.kit.forms import problem_text

from .models import HOURS_SCALE, VETTING_STATES, Volunteer
from .volunteer_file import CODE_CHARS_MAX, LANGUAGES, NAME_CHARS_MAX, SKILLS, read_levels, read_windows

DATE_INPUT = {"type": "date"}


class OnceForm(forms.Form):
    """A form whose second sending is answered like the first."""

    request_id = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"request_id": str(uuid.uuid4()), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class CellField(forms.CharField):
    """A cell in one of our small languages, read by `reader`."""

    def __init__(self, *, reader: Any, **kwargs: Any) -> None:
        self.reader = reader
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.reader(text)
        except Refused as refused:
            raise forms.ValidationError([problem_text(problem) for problem in refused.problems]) from refused


class VolunteerForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=CODE_CHARS_MAX, help_text=_("What lists show in place of the name, such as V-014."))
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS_MAX)
    languages = CellField(
        label=_("Languages"), reader=lambda text: read_levels(text, LANGUAGES, "language"),
        help_text=_("Code and level, such as ar:native; en:working. Levels: basic, working, native."),
    )  # fmt: skip
    skills = CellField(
        label=_("Skills"), required=False, reader=lambda text: read_levels(text, SKILLS, "skill"),
        help_text=_("Name and level, such as mason:skilled; interpreter:lead. Levels: helper, skilled, lead."),
    )  # fmt: skip
    windows = CellField(
        label=_("Available"), required=False, reader=read_windows,
        help_text=_("From and until, such as 2026-12-01..2026-12-20. Empty means always."),
    )  # fmt: skip


class VettingForm(OnceForm):
    state = forms.ChoiceField(label=_("Finding"), choices=VETTING_STATES, widget=forms.RadioSelect)
    valid_until = forms.DateField(label=_("Holds until"), required=False, widget=forms.DateInput(attrs=DATE_INPUT))


class CrewForm(OnceForm):
    name = forms.CharField(label=_("Name of the crew"), max_length=80)
    from_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DATE_INPUT))
    until_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs=DATE_INPUT))
    skills = CellField(
        label=_("Skills that the work needs"), required=False, reader=lambda text: _counts(text),
        help_text=_("Name and number of people, such as mason:2; electrician:1."),
    )  # fmt: skip
    members = forms.ModelMultipleChoiceField(label=_("Members"), queryset=Volunteer.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = people


class ShiftForm(OnceForm):
    works_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DATE_INPUT))
    title = forms.CharField(label=_("Work"), max_length=120)
    hours_planned = forms.DecimalField(label=_("Hours planned"), max_digits=4, decimal_places=HOURS_SCALE, initial=7)


class HoursForm(forms.Form):
    volunteer = forms.ModelChoiceField(label=_("Who"), queryset=Volunteer.objects.none())
    hours = forms.DecimalField(label=_("Hours worked"), max_digits=4, decimal_places=HOURS_SCALE)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].queryset = people


def _counts(text: str) -> dict[str, int]:
    """`mason:2; electrician` as names and numbers; a name alone counts one."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _colon, number = (piece.strip().casefold() for piece in part.partition(":"))
        if not name or not (number or "1").isdecimal():
            raise forms.ValidationError(
                _("“%(asked)s” is not a skill with a number. Write mason:2, with semicolons between."), params={"asked": part}
            )
        found[name] = int(number or "1")
    return found
