"""Forms for those who write: news, photos, events, outcomes, the press."""

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.books.models import Document
from awna.kit.codes import plain_digits
from awna.parties.models import Campaign

from ..models import Indicator, Photo

ENTRIES_MAX = 20
PAPERS_SHOWN = 50


def _new_id() -> str:
    return str(uuid.uuid4())


def _languages(campaign: Campaign) -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in campaign.language_codes]


def _date(label: object, **more: object) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date", "class": "in-s"}), **more)


class EntriesField(forms.CharField):
    """Numbers of entries, parted by commas or blanks, in any script."""

    def clean(self, value: object) -> list[int]:
        parts = [plain_digits(part) for part in str(super().clean(value) or "").replace("،", ",").replace(",", " ").split()]
        if len(parts) > ENTRIES_MAX or not all(parts):
            raise forms.ValidationError(_now("Write numbers of entries, such as 12, 15; at most %(n)s of them.") % {"n": ENTRIES_MAX})
        return [int(part) for part in parts]


class _OfCampaign(forms.Form):
    """A form that asks for a language of its campaign, if it asks for one."""

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            self.fields["language"].choices = _languages(campaign)


class _WithProofs(_OfCampaign):
    """What it rests on: papers, entries, photos of this campaign."""

    request_id = forms.CharField(widget=forms.HiddenInput, initial=_new_id)
    photos = forms.ModelMultipleChoiceField(
        label=_("Photos"), queryset=Photo.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    entries = EntriesField(label=_("Entries of the book"), help_text=_("Numbers from the open books, such as 12, 15."), required=False)
    documents = forms.ModelMultipleChoiceField(
        label=_("Papers"), queryset=Document.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("In public a paper is shown by its digest alone."),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, campaign=campaign, **kwargs)
        book = getattr(campaign, "book", None)
        photos, papers = self.fields["photos"], self.fields["documents"]
        photos.queryset = campaign.photos.kept()
        recent = Document.objects.filter(book=book).order_by("kind", "pk").values("pk")[:PAPERS_SHOWN] if book else ()
        papers.queryset = Document.objects.filter(pk__in=[row["pk"] for row in recent])
        for name in ("photos", "documents"):
            if not self.fields[name].queryset.exists():
                del self.fields[name]


class UpdateForm(_WithProofs):
    title = forms.CharField(label=_("Title"), max_length=160)
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea,
        help_text=_("A blank line parts paragraphs, a dash begins a line of a list, **two stars** stress words. No names, no exact places."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"))
    field_order = ("title", "text", "language", "photos", "entries", "documents", "request_id")


class PhotoForm(_OfCampaign):
    request_id = forms.CharField(widget=forms.HiddenInput, initial=_new_id)
    file = forms.FileField(label=_("Photo"), help_text=_("JPEG, PNG, WebP or AVIF. Place, time and camera are taken out; the file itself is not kept."),
                           widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}))  # fmt: skip
    alt = forms.CharField(label=_("What it shows"), help_text=_("One sentence for those who cannot see it."), max_length=250)
    language = forms.ChoiceField(label=_("Language of this sentence"))
    credit = forms.CharField(
        label=_("Who took it"), help_text=_("Shown in public. Leave it empty, or write a role."), max_length=120, required=False
    )
    taken_on = _date(_("Taken on"), help_text=_("It is shown once the delay of this campaign is over."))
    consent_how = forms.ChoiceField(label=_("How the people on it agreed"), choices=Photo.CONSENTS, widget=forms.RadioSelect)
    consent_people = forms.CharField(
        label=_("Who is on it"), help_text=_("Sealed, never shown: so that a consent that ends can be found."), required=False
    )
    consent_on = _date(_("Agreed on"))
    consent_until = _date(_("Agreed until"), required=False, help_text=_("Empty: until somebody takes it back."))
    consent_press = forms.BooleanField(label=_("They agreed that the press may use it too"), required=False)


class EventForm(_OfCampaign):
    title = forms.CharField(label=_("Title"), max_length=160)
    language = forms.ChoiceField(label=_("Language of this text"))
    starts_at = forms.DateTimeField(label=_("Starts"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "in-s"}))
    ends_at = forms.DateTimeField(label=_("Ends"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "in-s"}))
    zone = forms.CharField(label=_("Time zone"), help_text=_("Such as Asia/Amman. Both times are by the clocks there."), max_length=60)
    place_public = forms.CharField(
        label=_("Place, for everyone"), help_text=_("No finer than anyone may know, such as the district."), max_length=160
    )
    place_exact = forms.CharField(
        label=_("Place, for guests"), help_text=_("Sealed; mailed to those who have a place."), max_length=300, required=False
    )
    held_in = forms.CharField(label=_("Languages spoken"), max_length=80, required=False)
    text = forms.CharField(label=_("What happens there"), widget=forms.Textarea, required=False)
    takes_registrations = forms.BooleanField(label=_("Guests register"), required=False)
    seats = forms.IntegerField(label=_("Places"), help_text=_("Empty: any number."), min_value=1, required=False)

    def clean(self) -> dict[str, object]:
        """The typed times are by the clocks of the place."""
        given = super().clean() or {}
        zone = given.get("zone")
        if zone in available_timezones():
            for name in ("starts_at", "ends_at"):
                if isinstance(value := given.get(name), datetime):
                    given[name] = timezone.make_naive(value).replace(tzinfo=ZoneInfo(str(zone)))
        return given


class SeatsForm(forms.Form):
    seats = forms.IntegerField(label=_("Places"), help_text=_("Empty: any number."), min_value=1, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), help_text=_("Everyone reads it."), max_length=300)


class PromiseForm(_OfCampaign):
    code = forms.SlugField(label=_("Short name"), help_text=_("Small letters and dashes: it becomes part of the address."), max_length=40)
    title = forms.CharField(label=_("What will be so"), max_length=160)
    text = forms.CharField(label=_("In more words"), widget=forms.Textarea, required=False)
    language = forms.ChoiceField(label=_("Language"))
    promised_on = _date(_("Promised for"), help_text=_("It cannot be changed later."))
    stated_on = _date(_("Promised on"), required=False, help_text=_("Empty: today."))


class IndicatorForm(forms.Form):
    title = forms.CharField(label=_("What is counted"), max_length=160)
    unit = forms.CharField(label=_("Unit"), max_length=20)
    direction = forms.ChoiceField(label=_("The target is"), choices=Indicator.DIRECTIONS)
    baseline = forms.DecimalField(label=_("At the start"), max_digits=15, decimal_places=2)
    baseline_on = _date(_("Counted on"))
    target = forms.DecimalField(label=_("Target"), max_digits=15, decimal_places=2)


class MeasurementForm(_WithProofs):
    value = forms.DecimalField(label=_("Figure"), max_digits=15, decimal_places=2)
    measured_on = _date(_("Measured on"))
    source = forms.CharField(label=_("Source"), help_text=_("Who counted, and how. A role, no name."), max_length=200)
    field_order = ("value", "measured_on", "source", "photos", "entries", "documents", "request_id")


class ForecastForm(forms.Form):
    request_id = forms.CharField(widget=forms.HiddenInput, initial=_new_id)
    expected_on = _date(_("Expected on"), required=False, help_text=_("Empty: nobody can say today."))
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed where it is later than promised. Everyone reads it."), max_length=300, required=False
    )


class FactForm(_OfCampaign):
    text = forms.CharField(label=_("Fact"), help_text=_("One sentence that others may quote."), max_length=400)
    language = forms.ChoiceField(label=_("Language"))
    dated_on = _date(_("As of"))
    source = forms.CharField(label=_("Source"), max_length=200)


class PressForm(forms.Form):
    office = forms.CharField(label=_("Office that answers"), help_text=_("A role, such as press office. No name."), max_length=120)
    email = forms.EmailField(label=_("Its e-mail"), help_text=_("Shown in public; an address of the office, not of a person."))
