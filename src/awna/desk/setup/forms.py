"""The questions of the set-up: server and mail, then what is rebuilt and by whom."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.books.models.naming import OPEN, SHELTERED
from awna.core.amounts import currency_scale, parse_minor
from awna.core.problems import Refused
from awna.kit.forms import problem_text
from awna.kit.outbox.proof import proven_at
from awna.parties.models import Campaign
from awna.works.survey.models import PUBLIC_METRES, PUBLIC_METRES_USUAL

from .rows import StepForm

EMPTY, SAMPLE = "empty", "sample"
DELAY_DAYS_MAX = 90
AGE_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
AGE_SECRET = "AGE-SECRET-KEY-"  # noqa: S105  # how every such key begins, to tell people never to type one here
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class KindForm(StepForm):
    kind = forms.ChoiceField(
        label=_("What shall stand on this server?"), widget=forms.RadioSelect, initial=EMPTY,
        choices=[(EMPTY, _("Our own campaign. It begins empty.")), (SAMPLE, _("The invented example of the demonstration, to practise on."))],
    )  # fmt: skip


class ServerForm(StepForm):
    origin = forms.CharField(
        label=_("Address that people type"), max_length=200,
        help_text=_("With https, for example https://rebuild.example.org. The stewards’ keys are bound to it for good, so settle it first."))  # fmt: skip
    backup_dir = forms.CharField(
        label=_("Folder for backups"), max_length=300,
        help_text=_("On another disk than the data, for example /mnt/backup/awna. It must exist."))  # fmt: skip
    backup_key = forms.CharField(
        label=_("Public key for backups"), max_length=200, required=False,
        help_text=_("The line that begins with age1. Type awna backup --new-key on the server: it prints a pair. The secret line goes on paper or a stick, in two places, never here."))  # fmt: skip
    guard_dir = forms.CharField(
        label=_("Second place for the head of the book"), max_length=300, required=False,
        help_text=_("A folder on a third storage, for example a mounted share. Whoever brings back an old copy of the book is found out there."))  # fmt: skip

    def clean_origin(self) -> str:
        text = self.cleaned_data["origin"].strip().rstrip("/")
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ValidationError(
                _now("“%(asked)s” is no address of a site. Type it as https://name, with nothing after the name."), params={"asked": text}
            )
        if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            raise ValidationError(_now("Without https passwords go openly and passkeys do not work. Type an address with https."))
        return text

    def clean_backup_dir(self) -> str:
        return _folder(self.cleaned_data["backup_dir"], make=settings.AWNA_BACKUP_DIR)

    def clean_guard_dir(self) -> str:
        return _folder(self.cleaned_data["guard_dir"])

    def clean_backup_key(self) -> str:
        key = self.cleaned_data["backup_key"].strip()
        if key.upper().startswith(AGE_SECRET):
            raise ValidationError(
                _now(
                    "This is the secret line. Whoever has it reads every backup: keep it on paper, and type the line that begins with age1 here."
                )
            )
        if key and not AGE_KEY.fullmatch(key):
            raise ValidationError(
                _now("“%(asked)s” is no public key for backups. It begins with age1 and has 62 characters."), params={"asked": key}
            )
        return key

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        backups, guard = data.get("backup_dir"), data.get("guard_dir")
        if backups and guard and Path(backups) == Path(guard):
            self.add_error(
                "guard_dir",
                _now("This is the folder of the backups. Whoever puts it back would put the head back too; name another place."),
            )
        return data

    def typed(self) -> dict[str, Any]:
        """A secret that was typed by mistake is not kept."""
        return {name: value for name, value in super().typed().items() if not str(value).strip().upper().startswith(AGE_SECRET)}


class MailForm(StepForm):
    to = forms.EmailField(
        label=_("Where a test mail goes"), help_text=_("An address of yours at another provider, so that the way is a real one.")
    )
    code = forms.CharField(
        label=_("Code in the mail that came"), max_length=20, required=False,
        help_text=_("Leave it empty to have the mail sent. Look among the unwanted mail too."))  # fmt: skip

    @property
    def is_complete(self) -> bool:
        """The code was typed, here or elsewhere, for the settings of today."""
        return proven_at() is not None


class OwnerForm(StepForm):
    owner_name = forms.CharField(
        label=_("Body that owns the place"), max_length=160,
        help_text=_("The local association, cooperative or council, with the name under which it is registered."))  # fmt: skip
    owner_registration = forms.CharField(label=_("Its registration number"), max_length=120, required=False)
    owner_country = forms.RegexField(
        r"^[A-Za-z]{2}$", label=_("Its country"), required=False, max_length=2, help_text=_("Two letters, such as LB or UA."),
        error_messages={"invalid": _("Type the two letters of the country, such as LB or UA.")})  # fmt: skip

    def clean_owner_country(self) -> str:
        return self.cleaned_data["owner_country"].upper()


class CampaignForm(StepForm):
    title = forms.CharField(label=_("What is being rebuilt"), max_length=160, help_text=_("For example: Wadi Sanad Clinic"))
    slug = forms.SlugField(label=_("Address of its page"), max_length=60, help_text=_("Letters, digits and hyphens: wadi-sanad-clinic"))
    summary = forms.CharField(
        label=_("What it is about, in two or three sentences"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip
    place = forms.CharField(
        label=_("Place, as the public may know it"), max_length=120, help_text=_("A district is enough; never coordinates."))  # fmt: skip
    goal = forms.CharField(label=_("Goal"), max_length=20, help_text=_("Digits with a point for decimals: 240000.00"))
    goal_currency = forms.CharField(
        label=_("Currency of the goal"), max_length=3, initial="USD", help_text=_("Three letters, such as USD or EUR.")
    )

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].lower()
        if Campaign.objects.filter(slug=slug).exists():
            raise ValidationError(_now("The address “%(slug)s” is taken. Choose another."), params={"slug": slug})
        return slug

    def clean_goal_currency(self) -> str:
        return currency_code(self.cleaned_data["goal_currency"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("goal") and data.get("goal_currency"):
            try:
                data["goal_minor"] = parse_minor(data["goal"], currency_scale(data["goal_currency"]))
            except Refused as refused:
                self.add_error("goal", problem_text(refused.problems[0]))
            else:
                if data["goal_minor"] < 0:
                    self.add_error("goal", _now("The goal is below zero. Type what the rebuilding costs."))
        return data


class LanguagesForm(StepForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages of the campaign’s pages"), widget=forms.CheckboxSelectMultiple, choices=settings.LANGUAGES, initial=["en", "ar"])  # fmt: skip
    source_language = forms.ChoiceField(
        label=_("Language in which you write first"), choices=settings.LANGUAGES, initial="en",
        help_text=_("Translations are compared with what stands there."))  # fmt: skip
    site_language = forms.ChoiceField(
        label=_("Language that is spoken on the site"), choices=settings.LANGUAGES, initial="ar",
        help_text=_("For crews, and for notices to those whose language is not known."))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen, first = data.get("languages"), data.get("source_language")
        if chosen and first and first not in chosen:
            self.add_error(
                "source_language",
                _now("You write first in a language that its pages do not have. Tick it above, or choose another one here."),
            )
        return data


class ExposureForm(StepForm):
    """What is told to everyone. The usual answers are the careful ones."""

    at_risk = forms.BooleanField(
        label=_("People or the place could be attacked because of what these pages tell"), required=False,
        help_text=_("Then days, crossings, photos and exact sums of stores are not public, and gifts stand in batches."))  # fmt: skip
    publication_delay_days = forms.IntegerField(
        label=_("Days until what happened is published"), min_value=0, max_value=DELAY_DAYS_MAX, initial=7,
        help_text=_("Photos, and at a place at risk entries of the book too, come out only after so many days."))  # fmt: skip
    gifts = forms.ChoiceField(
        label=_("How gifts stand in the open book"), widget=forms.RadioSelect, initial="usual",
        choices=[
            ("usual", _("As fits the risk: one by one, in batches where the place is at risk")), (OPEN, _("Each gift stands alone")),
            (SHELTERED, _("In batches of at least ten, always")),
        ],
    )  # fmt: skip
    public_metres = forms.TypedChoiceField(
        label=_("How finely damage is shown on the public map"), coerce=int, choices=PUBLIC_METRES, initial=PUBLIC_METRES_USUAL,
        help_text=_("The exact place of a site is never public. The stewards confirm this after the founding."))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("at_risk") and data.get("gifts") == OPEN:
            self.add_error("gifts", _now("At a place at risk single gifts can betray who gave. Choose batches, or as fits the risk."))
        return data


def currency_code(text: str) -> str:
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValidationError(_now("“%(asked)s” is no currency. Type its three letters, such as USD or EUR."), params={"asked": text})
    return code


def _folder(text: str, *, make: Path | None = None) -> str:
    """A folder that can be written. `make`: the one that backups make by themselves."""
    path = Path(text.strip())
    if not text.strip() or path == make:
        return text.strip()
    if not path.is_absolute():
        raise ValidationError(_now("“%(asked)s” is not a whole path. Begin it with /."), params={"asked": text})
    if not path.is_dir():
        raise ValidationError(_now("There is no folder %(asked)s on this server. Make it: mkdir -p %(asked)s"), params={"asked": path})
    if not os.access(path, os.W_OK):
        raise ValidationError(
            _now("The folder %(asked)s cannot be written by the user that runs Awna. Give it to that user: chown awna %(asked)s"),
            params={"asked": path},
        )
    return str(path)
