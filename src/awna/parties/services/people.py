"""Set up a campaign, its owner and sections, and bring people into roles."""

import hashlib
import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text

from ..models import ROLE_NAMES, Campaign, Invitation, Owner, Role, RoleChange, Section, User
from ..people.record import INVITED, JOINED, record

INVITATION_HOURS = 7 * 24
PASSWORD_CHARS_MIN = 10


@transaction.atomic
def create_campaign(
    *, slug: str, title: str, summary: str = "", place_public: str = "", goal_minor: int = 0, goal_currency: str = "USD",
    owner_name: str, owner_registration: str = "", owner_country: str = "", is_demo: bool = False, **shown: str | int | bool,
) -> Campaign:  # fmt: skip
    """Make a campaign and the body that owns its place. Refused when the address is taken.

    `shown`: languages, site_language, at_risk, publication_delay_days, where they are not the usual ones.
    """
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
        **shown,
    )
    Owner.objects.create(campaign=campaign, name=owner_name, registration=owner_registration, country=owner_country)
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
    refuse_short_password(password)
    return User.objects.create_user(email, password, name=name)


@transaction.atomic
def give_role(*, campaign: Campaign, user: User, name: str, section: Section | None = None) -> Role:
    """The role of that name; given twice, it is the same role, and one that had ended begins again. Refused for an unknown name or a foreign section."""
    refuse_unknown_role(campaign=campaign, name=name, section=section)
    role, made = Role.objects.select_for_update().get_or_create(campaign=campaign, user=user, name=name, section=section)
    if not made and role.ended_on is not None:
        role.ended_on = None
        role.save(update_fields=["ended_on"])
    return role


def refuse_unknown_role(*, campaign: Campaign, name: str, section: Section | None) -> None:
    """There are so many roles and no others, and a section belongs to one campaign."""
    if name not in dict(ROLE_NAMES):
        raise Refused(Problem("role_unknown", "There is no role “%(name)s”. Choose one of: %(names)s.",
                              {"name": name, "names": ", ".join(dict(ROLE_NAMES))}, "role_name"))  # fmt: skip
    if section is not None and section.campaign_id != campaign.pk:
        raise Refused(
            Problem("section_of_another_campaign", "That section belongs to another campaign. Choose one of this campaign.", {}, "section")
        )


@transaction.atomic
def invite(
    *, campaign: Campaign, email: str, role_name: str, section: Section | None = None, language: str = "", author: Role | None = None
) -> str:
    """Mail a link that gives one role, in the language of who will read it; return the link. It works once, for seven days."""
    invitation = write_invitation(campaign=campaign, email=email, role_name=role_name, section=section, language=language, author=author)
    record(campaign=campaign, what=INVITED, invitation=invitation, role=(role_name, section), by=author)
    return send_invitation(invitation)


def write_invitation(
    *, campaign: Campaign, email: str, role_name: str, section: Section | None, language: str, author: Role | None
) -> Invitation:
    """An invitation that was not sent yet: nobody knows its link."""
    refuse_unknown_role(campaign=campaign, name=role_name, section=section)
    return Invitation.objects.create(
        campaign=campaign, section=section, email=email.lower(), role_name=role_name, token_digest=_digest(secrets.token_urlsafe(24)),
        expires_at=timezone.now() + timedelta(hours=INVITATION_HOURS), language=language, invited_by=author,
    )  # fmt: skip


def send_invitation(invitation: Invitation) -> str:
    """Mail a fresh link, so that any link of before opens nothing; return it."""
    token = secrets.token_urlsafe(24)
    invitation.token_digest, invitation.sent_at = _digest(token), timezone.now()
    invitation.expires_at = invitation.sent_at + timedelta(hours=INVITATION_HOURS)
    invitation.save(update_fields=["token_digest", "sent_at", "expires_at"])
    with translation.override(invitation.language or translation.get_language()):
        link = settings.AWNA_ORIGIN + reverse("accept_invitation", kwargs={"token": token})
        send_mail_text(
            to=invitation.email, campaign=invitation.campaign_id, section=invitation.section_id, kind="invitation",
            subject=_("You are invited to “%(campaign)s”") % {"campaign": invitation.campaign.title_here},
            body=_("You are invited as %(role)s. Open this link within seven days to choose a password:\n\n%(link)s\n") % {
                "role": dict(ROLE_NAMES)[invitation.role_name], "link": link},
        )  # fmt: skip
    return link


def find_invitation(token: str) -> Invitation:
    """The open invitation of a link. Refused when it is unknown, used, taken back or too old."""
    alive = Invitation.objects.filter(accepted_at=None, taken_back_at=None, expires_at__gt=timezone.now())
    invitation = alive.filter(token_digest=_digest(token)).first()
    if invitation is None:
        raise Refused(Problem("invitation_not_valid", "This invitation was used, is too old or was changed. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, signed_in_as: User | None = None) -> Role:
    """Make the user if there is none, and the role. An existing user must be signed in: the link alone changes no password.

    Somebody who was deactivated comes back as a new person would: with a new password, and with no role but this one.
    """
    invitation = Invitation.objects.select_for_update().get(pk=find_invitation(token).pk)
    user = User.objects.filter(email=invitation.email).first()
    if user is not None and user.is_active and user != signed_in_as:
        raise Refused(Problem("invitation_needs_sign_in", "This address has a user already. Sign in first, then open the link again."))
    if user is None or not user.is_active:
        refuse_short_password(password)
    if user is None:
        try:
            user = User.objects.create_user(invitation.email, password, name=name)
        except IntegrityError as error:
            raise Refused(
                Problem("invitation_not_valid", "This invitation was used, is too old or was changed. Ask for a new one.")
            ) from error
    elif not user.is_active:
        user.is_active = True
        user.set_password(password)
        user.save(update_fields=["is_active", "password"])
        Authenticator.objects.filter(user=user).delete()
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    role = give_role(campaign=invitation.campaign, user=user, name=invitation.role_name, section=invitation.section)
    record(
        campaign=invitation.campaign, what=JOINED, person=user, invitation=invitation, role=(role.name, role.section), way=RoleChange.LINK
    )
    return role


def refuse_unless_role(role: Role, *names: str, campaign: Campaign) -> None:
    """Services ask this first: the role is held today, in this campaign, and has one of these names."""
    if role.campaign_id != campaign.pk:
        raise Refused(Problem("role_of_another_campaign", "This role belongs to another campaign. Sign in with a role of this one."))
    if role.ended_on is not None or (names and role.name not in names):
        wanted = ", ".join(str(dict(ROLE_NAMES)[name]) for name in names)
        raise Refused(Problem("role_may_not_do_this", "Only these may do this: %(roles)s. Ask one of them.", {"roles": wanted}))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def refuse_short_password(password: str) -> None:
    """A password is long enough to be worth one."""
    if len(password) < PASSWORD_CHARS_MIN:
        text = "The password has fewer than %(n)s characters. Type a longer one."
        raise Refused(Problem("password_too_short", text, {"n": PASSWORD_CHARS_MIN}, "password"))
