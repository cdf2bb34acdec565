"""Set up a campaign, its owner and sections, and bring people into roles."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text

from ..models import ROLE_NAMES, Campaign, Invitation, Owner, Role, Section, User

INVITATION_HOURS = 7 * 24
PASSWORD_CHARS_MIN = 10


@transaction.atomic
def create_campaign(
    *, slug: str, title: str, summary: str = "", place_public: str = "", goal_minor: int = 0, goal_currency: str = "USD",
    owner_name: str, owner_registration: str = "", is_demo: bool = False,
) -> Campaign:  # fmt: skip
    """Make a campaign and the body that owns its place. Refused when the address is taken."""
    if Campaign.objects.filter(slug=slug).exists():
        raise Refused(Problem("campaign_address_taken", "The address “%(slug)s” is taken. Choose another.", {"slug": slug}, "slug"))
    campaign = Campaign.objects.create(
        slug=slug,
        title=title,
        summary=summary,
        place_public=place_public,
        goal_minor=goal_minor,
        goal_currency=goal_currency,
        is_demo=is_demo,
    )
    Owner.objects.create(campaign=campaign, name=owner_name, registration=owner_registration)
    return campaign


@transaction.atomic
def create_section(*, campaign: Campaign, name: str, country: str, currency: str, registration: str = "") -> Section:
    section, _made = Section.objects.get_or_create(
        campaign=campaign, name=name, defaults={"country": country, "currency": currency, "registration": registration}
    )
    return section


@transaction.atomic
def register_user(*, email: str, name: str, password: str) -> User:
    """Somebody who can sign in and may nothing yet. Refused when the address has a user or the password is short."""
    if User.objects.filter(email=email.lower()).exists():
        raise Refused(Problem("address_has_a_user", "“%(email)s” has a user already. Sign in with it.", {"email": email}, "email"))
    if len(password) < PASSWORD_CHARS_MIN:
        raise Refused(_password_too_short())
    return User.objects.create_user(email, password, name=name)


@transaction.atomic
def give_role(*, campaign: Campaign, user: User, name: str, section: Section | None = None) -> Role:
    """The role of that name; given twice, it is the same role. Refused for an unknown name or a foreign section."""
    if name not in dict(ROLE_NAMES):
        raise Refused(Problem("role_unknown", "There is no role “%(name)s”. Choose one of: %(names)s.",
                              {"name": name, "names": ", ".join(dict(ROLE_NAMES))}, "role_name"))  # fmt: skip
    if section is not None and section.campaign_id != campaign.pk:
        raise Refused(
            Problem("section_of_another_campaign", "That section belongs to another campaign. Choose one of this campaign.", {}, "section")
        )
    role, _made = Role.objects.get_or_create(campaign=campaign, user=user, name=name, section=section)
    return role


@transaction.atomic
def invite(*, campaign: Campaign, email: str, role_name: str, section: Section | None = None) -> str:
    """Mail a link that gives one role; return the link. It works once, for seven days."""
    if role_name not in dict(ROLE_NAMES):
        raise Refused(Problem("role_unknown", "There is no role “%(name)s”. Choose one of: %(names)s.",
                              {"name": role_name, "names": ", ".join(dict(ROLE_NAMES))}, "role_name"))  # fmt: skip
    token = secrets.token_urlsafe(24)
    Invitation.objects.create(
        campaign=campaign, section=section, email=email.lower(), role_name=role_name, token_digest=_digest(token),
        expires_at=timezone.now() + timedelta(hours=INVITATION_HOURS),
    )  # fmt: skip
    link = settings.AWNA_ORIGIN + reverse("accept_invitation", kwargs={"token": token})
    send_mail_text(
        to=email,
        subject=_("You are invited to “%(campaign)s”") % {"campaign": campaign.title},
        body=_("You are invited as %(role)s. Open this link within seven days to choose a password:\n\n%(link)s\n") % {
            "role": dict(ROLE_NAMES)[role_name], "link": link},
    )  # fmt: skip
    return link


def find_invitation(token: str) -> Invitation:
    """The open invitation of a link. Refused when it is unknown, used or too old."""
    invitation = Invitation.objects.filter(token_digest=_digest(token), accepted_at=None, expires_at__gt=timezone.now()).first()
    if invitation is None:
        raise Refused(Problem("invitation_not_valid", "This invitation was used, is too old or was changed. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, signed_in_as: User | None = None) -> Role:
    """Make the user if there is none, and the role. An existing user must be signed in: the link alone changes no password."""
    invitation = Invitation.objects.select_for_update().get(pk=find_invitation(token).pk)
    user = User.objects.filter(email=invitation.email).first()
    if user is not None and user != signed_in_as:
        raise Refused(Problem("invitation_needs_sign_in", "This address has a user already. Sign in first, then open the link again."))
    if user is None:
        if len(password) < PASSWORD_CHARS_MIN:
            raise Refused(_password_too_short())
        try:
            user = User.objects.create_user(invitation.email, password, name=name)
        except IntegrityError as error:
            raise Refused(
                Problem("invitation_not_valid", "This invitation was used, is too old or was changed. Ask for a new one.")
            ) from error
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return give_role(campaign=invitation.campaign, user=user, name=invitation.role_name, section=invitation.section)


def refuse_unless_role(role: Role, *names: str, campaign: Campaign) -> None:
    """Services ask this first: the role is held today, in this campaign, and has one of these names."""
    if role.campaign_id != campaign.pk:
        raise Refused(Problem("role_of_another_campaign", "This role belongs to another campaign. Sign in with a role of this one."))
    if role.ended_on is not None or (names and role.name not in names):
        wanted = ", ".join(str(dict(ROLE_NAMES)[name]) for name in names)
        raise Refused(Problem("role_may_not_do_this", "Only these may do this: %(roles)s. Ask one of them.", {"roles": wanted}))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _password_too_short() -> Problem:
    text = "The password has fewer than %(n)s characters. Type a longer one."
    return Problem("password_too_short", text, {"n": PASSWORD_CHARS_MIN}, "password")
