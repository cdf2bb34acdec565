"""News of a campaign: updates, their proofs and photos, and those who read them by mail."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Document
from awna.kit.codes import MailedCode
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role
from awna.parties.services import Wording, least_finished

from .roles import role_words


class UpdateQuerySet(models.QuerySet["Update"]):
    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def pinned_first(self) -> Self:
        """The pinned one, then the newest. Engines differ on where nothing sorts, so it is said."""
        return self.order_by(models.F("pinned_at").desc(nulls_last=True), "-published_at")

    def with_proofs(self) -> Self:
        """With all that a page shows of them, in two questions to the database."""
        return self.prefetch_related(proofs_shown())


def proofs_shown() -> models.Prefetch:
    """The proofs of updates or measurements with what a page shows of them, in one question."""
    return models.Prefetch("proofs", queryset=Proof.objects.select_related("document", "photo__campaign"))


class Update(models.Model):
    """News from the place, in one language; what is published stays, or says that and why it was withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="updates")
    title = models.CharField(max_length=160)
    text = models.TextField()
    language = models.CharField(max_length=8)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=20, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    pinned_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    withdrawn_role = models.CharField(max_length=20, blank=True)
    title_withdrawn = models.BooleanField(default=False)
    request_id = models.CharField(max_length=80)

    told_title: Wording | None = None
    told_text: Wording | None = None
    """What a reader of another language is shown instead, set by `services.tell_in`; no columns."""

    objects = UpdateQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "title": "P", "text": "P", "language": "P", "author": "I", "author_role": "P", "published_at": "P",
        "pinned_at": "P", "withdrawn_at": "P", "withdrawn_reason": "P", "withdrawn_role": "P", "title_withdrawn": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-published_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="campaigns_update_request_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("update", kwargs={"slug": self.campaign.slug, "update": self.pk})

    def get_author_role_display(self) -> str:
        return role_words(self.author_role)

    def get_withdrawn_role_display(self) -> str:
        return role_words(self.withdrawn_role)

    @property
    def title_shown(self) -> str:
        """The title in public: gone with its text where the title was the harm."""
        if self.title_withdrawn:
            return str(_("Withdrawn"))
        return self.told_title.text if self.told_title else self.title

    @property
    def text_shown(self) -> str:
        return self.told_text.text if self.told_text else self.text

    @property
    def language_shown(self) -> str:
        return self.told_text.language if self.told_text else self.language

    @property
    def is_told(self) -> bool:
        """Shown in another language than it was written in."""
        return self.language_shown != self.language

    @property
    def told(self) -> Wording | None:
        """What a reader is told of the translation, or nothing: the least finished of what is shown."""
        told = (self.told_title, self.told_text, *(photo.told_alt for photo in self.photos))
        return least_finished(one for one in told if one)

    @property
    def photos(self) -> list["Photo"]:
        """The photos that may be shown today; none of a withdrawn update."""
        found = [proof.photo for proof in self.proofs.all() if proof.photo is not None]
        return [] if self.withdrawn_at else [photo for photo in found if photo.is_shown()]

    @property
    def papers(self) -> list["Proof"]:
        """Papers and entries of the book that it rests on."""
        return [proof for proof in self.proofs.all() if proof.photo_id is None]


class PhotoQuerySet(models.QuerySet["Photo"]):
    def kept(self) -> Self:
        """Those that somebody looked at as they were drawn, and that were not removed since."""
        return self.filter(removed_at=None, accepted_at__isnull=False)

    def for_press(self) -> Self:
        return self.kept().filter(consent_press=True)


class Photo(models.Model):
    """A picture of the place, drawn anew without what the camera wrote into it; and who agreed to it, until when."""

    NOBODY, PAPER, SPOKEN, GUARDIAN = "nobody", "paper", "spoken", "guardian"
    CONSENTS = [
        (NOBODY, _("Nobody can be recognised")), (PAPER, _("Signed paper")), (SPOKEN, _("Spoken, before a second person")),
        (GUARDIAN, _("Paper of a guardian, and the child agrees")),
    ]  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="photos")
    digest = models.CharField(max_length=64)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField()
    alt = models.CharField(max_length=250)
    language = models.CharField(max_length=8)
    credit = models.CharField(max_length=120, blank=True)
    taken_on = models.DateField()
    consent_how = models.CharField(max_length=10, choices=CONSENTS)
    consent_people = SealedTextField(blank=True)
    consent_on = models.DateField()
    consent_until = models.DateField(null=True, blank=True)
    consent_press = models.BooleanField(default=False)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    told_alt: Wording | None = None
    """What a reader of another language hears instead, set by `services.tell_photos`; no column."""

    objects = PhotoQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "digest": "P", "width": "P", "height": "P", "size_bytes": "P", "alt": "P", "language": "P",
        "credit": "P", "taken_on": "I", "consent_how": "I", "consent_people": "C", "consent_on": "I", "consent_until": "I",
        "consent_press": "I", "author": "I", "stored_at": "I", "accepted_at": "I", "removed_at": "I", "removed_reason": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-taken_on", "-stored_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="campaigns_photo_request_once")]

    def __str__(self) -> str:
        return f"{self.alt[:40]} {self.digest[:8]}"

    @property
    def alt_shown(self) -> Wording:
        """What it shows, in the best words there are for the reader."""
        return self.told_alt or Wording(self.alt, self.language)

    def is_shown(self) -> bool:
        """May be shown today: accepted as drawn, consent stands, the delay of the campaign is over, and the campaign is not at risk."""
        today = timezone.localdate()
        agreed = self.accepted_at is not None and self.removed_at is None and (self.consent_until is None or self.consent_until >= today)
        return agreed and not self.campaign.at_risk and (today - self.taken_on).days >= self.campaign.publication_delay_days


class PhotoFile(models.Model):
    """One size and format of a photo. Gone with the consent."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=20)
    media_type = models.CharField(max_length=20)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    field_classes = {"id": "I", "photo": "P", "name": "P", "media_type": "P", "width": "P", "height": "P", "data": "C"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "name"], name="campaigns_photo_file_once")]

    def __str__(self) -> str:
        return self.name


class Proof(models.Model):
    """What an update or a measurement rests on: a paper by its digest, an entry of the book, or a photo."""

    update = models.ForeignKey(Update, on_delete=models.PROTECT, null=True, blank=True, related_name="proofs")
    measurement = models.ForeignKey("campaigns.Measurement", on_delete=models.PROTECT, null=True, blank=True, related_name="proofs")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry_seq = models.PositiveBigIntegerField(null=True, blank=True)
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, null=True, blank=True, related_name="proofs")

    field_classes = {"id": "I", "update": "P", "measurement": "P", "document": "P", "entry_seq": "P", "photo": "P"}

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="campaigns_proof_of_one_thing",
                condition=models.Q(update=None, measurement__isnull=False) | models.Q(update__isnull=False, measurement=None),
            ),
            models.CheckConstraint(
                name="campaigns_proof_by_one_thing",
                condition=models.Q(document__isnull=False, entry_seq=None, photo=None)
                | models.Q(document=None, entry_seq__isnull=False, photo=None)
                | models.Q(document=None, entry_seq=None, photo__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.entry_seq}" if self.entry_seq else str(self.document or self.photo)


class Subscription(MailedCode):
    """Somebody who gets the news of one campaign by mail, gathered into one letter a day or a week."""

    PENDING, CONFIRMED = "pending", "confirmed"
    STATES = [(PENDING, _("not yet confirmed")), (CONFIRMED, _("confirmed"))]
    DAILY, WEEKLY = "daily", "weekly"
    RHYTHMS = [(WEEKLY, _("at most once a week")), (DAILY, _("at most once a day"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="subscriptions")
    email = SealedTextField()
    email_index = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    rhythm = models.CharField(max_length=8, choices=RHYTHMS, default=WEEKLY)
    state = models.CharField(max_length=10, choices=STATES, default=PENDING)
    asked_at = models.DateTimeField(default=timezone.now)
    told_until = models.DateTimeField(null=True, blank=True)

    field_classes = MailedCode.field_classes | {
        "id": "I", "campaign": "P", "email": "C", "email_index": "I", "language": "I", "rhythm": "I", "state": "I", "asked_at": "I",
        "told_until": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "email_index"], name="campaigns_one_subscription_per_address")]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.state}"
