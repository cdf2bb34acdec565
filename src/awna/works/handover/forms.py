"""Forms of the hand-over: a finding of the commissioning list, an asset, a paper."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign

from ..forms import DATE, RequestForm
from .models import PAPER_KINDS, RESULTS
from .services import QUANTITY_MAX, AssetFacts, Upload

ACCEPTS = forms.ClearableFileInput(attrs={"accept": "application/pdf,image/png"})


def upload_of(file: Any) -> Upload | None:
    return Upload(file.read(), file.name) if file else None


class FindingForm(RequestForm):
    result = forms.ChoiceField(label=_("Finding"), choices=RESULTS, widget=forms.RadioSelect)
    inspector = forms.CharField(
        max_length=120, label=_("Who looked at it"), help_text=_("An office or function, such as “engineer of record”. No names.")
    )
    checked_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DATE))
    note = forms.CharField(max_length=300, required=False, label=_("Note"), help_text=_("Needed when it is not passed or not needed here."))
    file = forms.FileField(required=False, label=_("Paper, PDF or PNG"), widget=ACCEPTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked_on"].initial = timezone.localdate()

    def asked(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return said | {"upload": upload_of(said.pop("file"))}


class AssetForm(RequestForm):
    name = forms.CharField(max_length=160, label=_("What it is"))
    place = forms.CharField(max_length=120, required=False, label=_("Where it stands"))
    serial = forms.CharField(max_length=80, required=False, label=_("Serial number"))
    quantity = forms.IntegerField(min_value=1, max_value=QUANTITY_MAX, initial=1, label=_("How many"))
    installed_on = forms.DateField(required=False, label=_("Installed on"), widget=forms.DateInput(attrs=DATE))
    warranty_until = forms.DateField(required=False, label=_("Warranty until"), widget=forms.DateInput(attrs=DATE))
    service = forms.CharField(max_length=200, required=False, label=_("Whom one calls"), help_text=_("A company or office. No names."))

    def asked(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {"request_id": said.pop("request_id"), "facts": AssetFacts(**said)}


class PaperForm(RequestForm):
    kind = forms.ChoiceField(choices=PAPER_KINDS, label=_("Kind"))
    title = forms.CharField(max_length=160, label=_("Title"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language it is written in"))
    asset = forms.ModelChoiceField(queryset=None, required=False, label=_("Belongs to"), empty_label=_("the whole building"))
    valid_until = forms.DateField(
        required=False, label=_("Holds until"), widget=forms.DateInput(attrs=DATE), help_text=_("A warranty needs its last day.")
    )
    file = forms.FileField(label=_("Paper, PDF or PNG"), widget=ACCEPTS)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].queryset = campaign.assets.all()
        self.fields["language"].initial = campaign.site_language

    def asked(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return said | {"upload": upload_of(said.pop("file"))}
