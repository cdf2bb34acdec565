"""Open letters, their wordings, those who signed, those who have not confirmed yet, paper sheets, and lists taken over."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role


class OpenLetter(models.Model):
    """A letter of a campaign. Title and text are those of the newest wording; what was signed stands in `LetterVersion`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="letters")
    code = models.SlugField(max_length=60)
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    text = models.TextField()
    opened_on = models.DateField(default=timezone.localdate)
    closed_on = models.DateField(null=True, blank=True)

    field_classes = {
        "id": "P", "campaign": "P", "code": "P", "language": "P", "title": "P", "text": "P", "opened_on": "P", "closed_on": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["-opened_on", "title"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="letters_code_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("letter", kwargs={"slug": self.campaign.slug, "letter": self.pk})

    @property
    def version(self) -> "LetterVersion":
        """The wording that is signed today."""
        return self.versions.latest("number")


class LetterVersion(models.Model):
    """One wording of a letter, never changed: people signed it."""

    letter = models.ForeignKey(OpenLetter, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    text = models.TextField()
    issued_on = models.DateField(default=timezone.localdate)

    field_classes = {"id": "I", "letter": "P", "number": "P", "language": "P", "title": "P", "text": "P", "issued_on": "P"}

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["letter", "number"], name="letters_version_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def unmailed(self) -> Self:
        return self.filter(mailed_at=0).order_by("pk")


class Waiting(models.Model):
    """A sign-up that nobody has confirmed: small, sealed as a whole, and gone after three days.

    `mark` is a keyed hash of letter, kind and address, so that a second sign-up takes the place of the first. Times are seconds
    since 1970; `mailed_at` is 0 while the mail waits.
    """

    PERSON, ORGANISATION = "p", "o"

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(LetterVersion, on_delete=models.CASCADE, related_name="waiting", db_index=False)
    kind = models.CharField(max_length=1)
    mark = models.BinaryField(max_length=16, unique=True)
    sealed = models.BinaryField(max_length=4096)
    began_at = models.BigIntegerField()
    mailed_at = models.BigIntegerField(default=0)

    objects = WaitingQuerySet.as_manager()
    field_classes = {"id": "I", "version": "I", "kind": "I", "mark": "I", "sealed": "C", "began_at": "I", "mailed_at": "I"}

    class Meta:
        indexes = [
            models.Index(fields=["began_at"], name="letters_waiting_since"),
            models.Index(fields=["id"], condition=Q(mailed_at=0), name="letters_waiting_for_mail"),
        ]

    def __str__(self) -> str:
        return f"sign-up {self.pk}"


class SigningQuerySet(models.QuerySet[Any]):
    """What the two kinds of signatures have in common."""

    def confirmed(self) -> Self:
        return self.filter(state=Signing.CONFIRMED)


class Signing(models.Model):
    """What a person's and an organisation's signature have in common: a wording, an address, a state."""

    CONFIRMED, WITHDRAWN = "confirmed", "withdrawn"
    STATES = [(CONFIRMED, _("confirmed")), (WITHDRAWN, _("withdrawn"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = SealedTextField(blank=True)
    email_index = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 (a withdrawn signature has none, and many have none)
    sign_up = models.BigIntegerField(null=True, blank=True, unique=True)
    language = models.CharField(max_length=8, default="en")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    base_classes = {"id": "I", "email": "C", "email_index": "I", "sign_up": "I", "language": "I", "confirmed_at": "P", "mailed_at": "I"}

    class Meta:
        abstract = True


class SignatureQuerySet(SigningQuerySet):
    def counted(self) -> Self:
        """Those that confirmed and have not taken their name back."""
        return self.confirmed()

    def shown(self) -> Self:
        """Those counted ones that asked to be named in public."""
        return self.counted().filter(show_name=True)


class Signature(Signing):
    """One person under one letter. Who it is, is sealed; a withdrawn one keeps nothing of it."""

    letter = models.ForeignKey(OpenLetter, on_delete=models.PROTECT, related_name="signatures", db_index=False)
    version = models.ForeignKey(LetterVersion, on_delete=models.PROTECT, related_name="signatures", db_index=False)
    name = SealedTextField(blank=True)
    place = SealedTextField(blank=True)
    show_name = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=Signing.STATES, default=Signing.CONFIRMED)

    objects = SignatureQuerySet.as_manager()
    field_classes = {**Signing.base_classes, "letter": "P", "version": "P", "name": "C", "place": "C", "show_name": "I", "state": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "email_index"], name="letters_one_signature_per_address")]
        # Counting and the newest names read this index alone.
        indexes = [models.Index(fields=["letter", "state", "show_name", "version", "confirmed_at"], name="letters_signatures_counted")]

    def __str__(self) -> str:
        return f"person {self.state}"


class ListImport(models.Model):
    """A list that somebody made elsewhere, as it was pasted, while its rows are reviewed."""

    OPEN, DONE = "open", "done"

    letter = models.ForeignKey(OpenLetter, on_delete=models.PROTECT, related_name="imports")
    listed_by = models.CharField(max_length=200)
    listed_on = models.DateField()
    text = SealedTextField(blank=True)
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=8, default=OPEN)
    taken_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "letter": "P", "listed_by": "P", "listed_on": "P", "text": "C", "digest": "I", "way": "I", "state": "I", "taken_by": "I", "taken_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "digest"], name="letters_list_once")]

    def __str__(self) -> str:
        return f"{self.listed_by}, {self.listed_on}"


class ListRow(models.Model):
    """One row under review. `content` is JSON: the seven cells with their marks, `raw`, `rest`, and why it was left over."""

    OPEN, CHECKED, LEFT = "open", "checked", "left"
    STATES = [(OPEN, _("to be checked")), (CHECKED, _("checked")), (LEFT, _("left over"))]

    taken_from = models.ForeignKey(ListImport, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=STATES, default=OPEN)
    content = SealedTextField()

    field_classes = {"id": "I", "taken_from": "I", "position": "I", "state": "I", "content": "C"}

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"row {self.position}"


class OrganisationQuerySet(SigningQuerySet):
    def counted(self) -> Self:
        """Those that confirmed and whose signatory's authority the desk has seen."""
        return self.confirmed().exclude(authority="")

    def shown(self) -> Self:
        """All that stand on the page: counted, being checked, and listed by somebody else; hidden and withdrawn ones do not."""
        return self.exclude(state=Signing.WITHDRAWN).filter(hidden=False)


class Organisation(Signing):
    """An organisation under a letter: what it is, is public; who wrote for it, is sealed."""

    LISTED = "listed"
    STATES = [(LISTED, _("listed, not confirmed by itself")), *Signing.STATES]

    letter = models.ForeignKey(OpenLetter, on_delete=models.PROTECT, related_name="organisations")
    version = models.ForeignKey(LetterVersion, on_delete=models.PROTECT, related_name="organisations", db_index=False)
    name = models.CharField(max_length=300, blank=True)
    name_english = models.CharField(max_length=300, blank=True)
    abbreviation = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    place = models.CharField(max_length=120, blank=True)
    link = models.URLField(max_length=300, blank=True)
    office = models.CharField(max_length=120, blank=True)
    signatory = SealedTextField(blank=True)
    name_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 (withdrawn ones have none, and many have none)
    authority = models.CharField(max_length=200, blank=True)
    authority_on = models.DateField(null=True, blank=True)
    authority_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    listed_in = models.ForeignKey(ListImport, on_delete=models.PROTECT, null=True, blank=True, related_name="organisations")
    hidden = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=STATES, default=Signing.CONFIRMED)

    objects = OrganisationQuerySet.as_manager()
    field_classes = {
        **Signing.base_classes, "letter": "P", "version": "P", "name": "P", "name_english": "P", "abbreviation": "P", "country": "P", "place": "P",
        "link": "P", "office": "P", "signatory": "C", "name_key": "I", "authority": "P", "authority_on": "P", "authority_by": "I", "listed_in": "P",
        "hidden": "I", "state": "P",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "name_key"], name="letters_organisation_once")]

    def __str__(self) -> str:
        return self.name


class PaperSheet(models.Model):
    """Signatures counted by hand from one sheet. The sheet itself stays where it is; its scan's digest tells it apart."""

    letter = models.ForeignKey(OpenLetter, on_delete=models.PROTECT, related_name="sheets")
    version = models.ForeignKey(LetterVersion, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    count = models.PositiveIntegerField()
    place = models.CharField(max_length=120)
    collected_on = models.DateField()
    scan_digest = models.CharField(max_length=64)
    first_counter = SealedTextField()
    second_counter = SealedTextField()
    struck = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "letter": "P", "version": "P", "count": "P", "place": "P", "collected_on": "P", "scan_digest": "P", "first_counter": "C",
        "second_counter": "C", "struck": "I", "entered_by": "I", "entered_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-collected_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["letter", "scan_digest"], name="letters_sheet_once")]

    def __str__(self) -> str:
        return f"{self.count} on paper, {self.place}"
