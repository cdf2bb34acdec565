"""Users, campaigns, owner, sections, roles, invitations."""

import uuid
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from awna.core.problems import Problem
from awna.kit.policies import Actor

from .forgotten.models import Tombstone as Tombstone
from .legal.models import LegalText as LegalText
from .people.models import LostSignIn as LostSignIn
from .people.models import LostSignInWord as LostSignInWord
from .people.models import RoleAsk as RoleAsk
from .people.models import RoleChange as RoleChange
from .setup.models import SetUp as SetUp
from .setup.models import SetUpStep as SetUpStep

ROLE_NAMES = [
    ("steward", _("Steward")),
    ("treasurer", _("Treasurer")),
    ("buyer", _("Buyer")),
    ("storekeeper", _("Storekeeper")),
    ("coordinator", _("Brigade coordinator")),
    ("shift_lead", _("Shift lead")),
    ("site_lead", _("Site lead")),
    ("volunteer", _("Volunteer")),
    ("translator", _("Translator")),
    ("safeguarding", _("Safeguarding lead")),
    ("bridge", _("Program")),
]


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """Somebody who can sign in. Holds no rights by itself: roles do."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    signed_out_count = models.PositiveIntegerField(default=0)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    field_classes = {
        "id": "I", "email": "C", "name": "C", "password": "I", "last_login": "I", "is_active": "I", "created_at": "I", "signed_out_count": "I",
    }  # fmt: skip
    # Sign-in must find a user by address, and desks show who acts; donors and volunteers are not users by default.
    unsealed = {"email": "sign-in looks it up", "name": "shown on desks to colleagues"}

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of this person must show: one more sign-out everywhere, and none of them fits any longer."""
        said = f"{self.password}|{self.signed_out_count}"
        return salted_hmac("awna.parties.session", said, secret=secret, algorithm="sha256").hexdigest()


class Campaign(models.Model):
    """One place that is rebuilt, with one owner, one book, one plan."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=160)
    summary = models.TextField(blank=True)
    place_public = models.CharField(max_length=120, blank=True)
    goal_minor = models.BigIntegerField(default=0)
    goal_currency = models.CharField(max_length=3, default="USD")
    languages = models.CharField(max_length=60, default="en,ar")
    site_language = models.CharField(max_length=8, default="ar")
    at_risk = models.BooleanField(default=False)
    publication_delay_days = models.PositiveSmallIntegerField(default=7)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    field_classes = {
        "id": "P", "slug": "P", "title": "P", "summary": "P", "place_public": "P", "goal_minor": "P", "goal_currency": "P",
        "languages": "P", "site_language": "P", "at_risk": "I", "publication_delay_days": "P", "is_demo": "P", "created_at": "P",
    }  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("campaign", kwargs={"slug": self.slug})

    @property
    def source_language(self) -> str:
        """The language that its texts are first written in."""
        return self.language_codes[0]

    @property
    def language_codes(self) -> list[str]:
        """Its languages, the first one that of the originals."""
        return [code for code in (part.strip() for part in self.languages.split(",")) if code] or ["en"]

    def text(self, kind: str, language: str) -> str:
        """The title, summary or place in a language, else as first written. One query for all of them."""
        found = self.texts_in(language).get(f"campaign.{kind}")
        return found.text if found else getattr(self, kind)

    def texts_in(self, language: str) -> dict[str, "Translation"]:
        """The translations of its own texts into a language, by subject, each with its state of review."""
        return {row.subject: row for row in self._texts if row.language == language}

    @property
    def title_here(self) -> str:
        """The title in the reader's language."""
        return self.text("title", (get_language() or "en").split("-")[0])

    @cached_property
    def _texts(self) -> list["Translation"]:
        return list(self.translations.filter(subject__startswith="campaign."))


class Translation(models.Model):
    """One text of a campaign in one more language. The original stays with whoever wrote it; `subject` names it: `letter.<id>.title`.

    `source_digest` is that of the original which was translated: where it no longer fits, the translation is older than the original.
    """

    MACHINE, DRAFT, REVIEWED = "machine", "draft", "reviewed"
    STATES = [(MACHINE, _("machine translation, not reviewed")), (DRAFT, _("draft")), (REVIEWED, _("reviewed"))]

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="translations")
    subject = models.CharField(max_length=120)
    language = models.CharField(max_length=8)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default=MACHINE)
    source_digest = models.CharField(max_length=64)
    credit = models.CharField(max_length=120, blank=True)
    translator = models.ForeignKey("Role", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey("Role", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    # The credit is a name that its bearer typed in order to be thanked in public.
    field_classes = {
        "id": "I", "campaign": "P", "subject": "P", "language": "P", "text": "P", "state": "P", "source_digest": "P", "credit": "P",
        "translator": "I", "reviewer": "I", "version": "P", "changed_at": "P",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "subject", "language"], name="one_translation_per_language")]

    def __str__(self) -> str:
        return f"{self.subject} {self.language} {self.state}"


class EarlierTranslation(models.Model):
    """What a translation said before: nothing that somebody wrote is lost."""

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="earlier")
    version = models.PositiveIntegerField()
    text = models.TextField()
    state = models.CharField(max_length=10, choices=Translation.STATES)
    credit = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "translation": "P", "version": "P", "text": "P", "state": "P", "credit": "P", "until": "P"}

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["translation", "version"], name="one_earlier_text_per_version")]

    def __str__(self) -> str:
        return f"{self.translation_id} {self.version}"


class Owner(models.Model):
    """The local body that owns the place and whose stewards decide."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="owner")
    name = models.CharField(max_length=160)
    registration = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)

    field_classes = {"id": "I", "campaign": "P", "name": "P", "registration": "P", "country": "P"}

    def __str__(self) -> str:
        return self.name


class SectionQuerySet(models.QuerySet):
    def for_actor(self, actor: Actor) -> "SectionQuerySet":
        """The sections whose inner papers this person may read: their own; all for a role without a section."""
        if any(role.section_id is None for role in actor.roles):
            return self.filter(campaign__in={role.campaign_id for role in actor.roles if role.section_id is None})
        return self.filter(pk__in={role.section_id for role in actor.roles})


class Section(models.Model):
    """A national body that collects for the campaign under its own law."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=160)
    country = models.CharField(max_length=2)
    registration = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    territory = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=200, blank=True)
    register_body = models.CharField(max_length=160, blank=True)
    register_url = models.URLField(blank=True)
    permit_number = models.CharField(max_length=80, blank=True)
    permit_from = models.DateField(null=True, blank=True)
    permit_until = models.DateField(null=True, blank=True)
    receipt_facts = models.JSONField(default=dict, blank=True)

    objects = SectionQuerySet.as_manager()
    # Of the facts of receipts, such as a tax number, only those who get a receipt need to know.
    field_classes = {
        "id": "P", "campaign": "P", "name": "P", "country": "P", "registration": "P", "currency": "P", "territory": "P", "address": "P",
        "register_body": "P", "register_url": "P", "permit_number": "P", "permit_from": "P", "permit_until": "P", "receipt_facts": "I",
    }  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def permit_problem(self, day: date) -> Problem | None:
        """Why the permit forbids to collect on a day, or None. Without dates it does not: not every country asks for a permit.

        Whether the section collects is more than this: `legal.rules.collecting_problem`.
        """
        if self.permit_from and day < self.permit_from:
            return Problem("permit_not_begun", "The permit of %(section)s begins on %(day)s. It collects nothing before.",
                           {"section": self.name, "day": self.permit_from})  # fmt: skip
        if self.permit_until and day > self.permit_until:
            return Problem("permit_ended", "The permit of %(section)s ended on %(day)s. It collects nothing until a new one is entered.",
                           {"section": self.name, "day": self.permit_until})  # fmt: skip
        return None


class SectionChange(models.Model):
    """One change of a section's registration, permit or facts for receipts: what stood before, what since, and who changed it."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=60)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey("Role", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "section": "I", "field": "I", "before": "I", "after": "I", "author": "I", "changed_at": "I"}

    class Meta:
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.section_id} {self.field}"


class RoleQuerySet(models.QuerySet):
    def held(self, campaign: Campaign) -> "RoleQuerySet":
        """The roles of a campaign that stand today."""
        return self.filter(campaign=campaign, ended_on=None)


class Role(models.Model):
    """What a user may do in one campaign. Its id is the opaque author in the book."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="roles")
    name = models.CharField(max_length=20, choices=ROLE_NAMES)
    began_on = models.DateField(auto_now_add=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = RoleQuerySet.as_manager()
    field_classes = {"id": "P", "campaign": "P", "user": "C", "section": "P", "name": "P", "began_on": "P", "ended_on": "P"}

    class Meta:
        # Two constraints, since SQLite knows none that takes two missing sections for the same.
        constraints = [
            models.UniqueConstraint(fields=["campaign", "user", "name", "section"], name="one_role_of_a_section"),
            models.UniqueConstraint(fields=["campaign", "user", "name"], condition=models.Q(section=None), name="one_role_of_the_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_name_display()}"


class Invitation(models.Model):
    """A role offered by mail; taking it up sets the password and makes the role. Every new mail makes the link of the one before void."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, null=True, blank=True)
    email = models.EmailField()
    role_name = models.CharField(max_length=20, choices=ROLE_NAMES)
    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, blank=True)
    invited_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    field_classes = {
        "id": "I", "campaign": "I", "section": "I", "email": "C", "role_name": "I", "token_digest": "I", "expires_at": "I", "accepted_at": "I",
        "language": "I", "invited_by": "I", "sent_at": "I", "taken_back_at": "I",
    }  # fmt: skip
    unsealed = {"email": "becomes the address of sign-in"}

    def __str__(self) -> str:
        return f"{self.role_name} {self.expires_at:%Y-%m-%d}"
