"""Forms of the damage: a file to bring in, what somebody saw on the spot, a row put right, the fineness in public."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.core.survey.scales import SCALES
from awna.parties.models import Campaign

from .models import PARTS, PUBLIC_METRES

SCALE_WORDS = [
    ("", _("As the file says")), ("copernicus", _("Copernicus grading")), ("unosat", _("UNOSAT classes")), ("ems98", _("EMS-98, grades 0 to 5")),
    ("xbd", _("xBD, four classes")), ("own", _("Our five grades")),
]  # fmt: skip
assert {name for name, _word in SCALE_WORDS if name} == set(SCALES)
SEEN = [
    ("undamaged", _("Undamaged")), ("slight", _("Slight: cracks in plaster, broken panes")),
    ("moderate", _("Moderate: cracks in walls, parts of the roof missing")), ("severe", _("Severe: walls or frame failed in parts")),
    ("destroyed", _("Destroyed")), ("unknown", _("It cannot be told")),
]  # fmt: skip


class SurveyFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("A zip with one shapefile, GeoJSON, or what Kobo or ODK give out (JSON or CSV). At most 12 MB."),
    )
    source = forms.CharField(
        label=_("Who says so"),
        max_length=160,
        help_text=_("Such as “Copernicus EMS, map 177” or “our visit in March”. Everyone can read it."),
    )
    site = forms.ModelChoiceField(
        label=_("Site, if all of it lies at one"), queryset=None, required=False, empty_label=_("Several sites, or none of ours")
    )
    scale = forms.ChoiceField(label=_("Scale of the grades"), choices=SCALE_WORDS, required=False)
    grade = forms.CharField(
        label=_("Name of the column with the grade"), max_length=60, required=False, help_text=_("Only when it is not found by itself.")
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = campaign.sites.order_by("name")


class SeenForm(forms.Form):
    """Made for a thumb: the grade is one touch, everything else is short."""

    request_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    site = forms.ModelChoiceField(label=_("Site"), queryset=None)
    name = forms.CharField(
        label=_("Building"), max_length=120, help_text=_("As people on the spot call it. The same name finds the same building.")
    )
    part = forms.ChoiceField(label=_("Part"), choices=[("", _("The whole building")), *PARTS], required=False)
    grade = forms.ChoiceField(label=_("Damage"), choices=SEEN, widget=forms.RadioSelect)
    hazard = forms.BooleanField(
        label=_("Danger here"), required=False, help_text=_("Unexploded items, asbestos, falling parts. Leave the place now and report it.")
    )
    observed_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date", "class": "in-s"}))
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("It is drawn anew: the place and time that the camera wrote into it are not kept."),
    )  # fmt: skip
    photo_alt = forms.CharField(label=_("What the photo shows"), max_length=250, required=False)
    nobody_on_it = forms.BooleanField(label=_("Nobody can be recognised on the photo"), required=False)

    def __init__(self, *args: Any, campaign: Campaign, named: bool = False, photos: bool = True, **kwargs: Any) -> None:
        """`named`: the building is known already; `photos`: this person may add them."""
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = str(uuid.uuid4())
        self.fields["observed_on"].initial = timezone.localdate()
        sites = campaign.sites.order_by("name")
        self.fields["site"].queryset = sites
        self.fields["site"].initial = sites.first()
        if named:
            del self.fields["site"], self.fields["name"]
        if not photos:
            del self.fields["photo"], self.fields["photo_alt"], self.fields["nobody_on_it"]

    def clean_grade(self) -> str:
        """Ours for what cannot be told is no word at all."""
        return "" if self.cleaned_data["grade"] == "unknown" else str(self.cleaned_data["grade"])


class RowForm(forms.Form):
    site = forms.ModelChoiceField(label=_("The site that was meant"), queryset=None, required=False, empty_label=_("None of these"))
    new_site = forms.CharField(label=_("A new site"), max_length=120, required=False, help_text=_("Its name, which everyone can read."))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = campaign.sites.order_by("name")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("site")) == bool(given.get("new_site")):
            self.add_error("site", _("Choose a site, or write the name of a new one."))
        return given


class RulesForm(forms.Form):
    public_metres = forms.TypedChoiceField(label=_("What everyone sees"), choices=PUBLIC_METRES, coerce=int, widget=forms.RadioSelect)
