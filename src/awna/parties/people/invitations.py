"""Inviting people: with a second person's yes where the role needs one, sent again, taken back."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused

from ..models import Campaign, Invitation, Role, Section, User
from ..services.people import refuse_unknown_role, send_invitation, write_invitation
from . import rules
from .asks import ask_second
from .models import RoleAsk
from .notices import tell_change
from .record import INVITED, SENT_AGAIN, TAKEN_BACK, record

INVITATIONS_OPEN_MAX = 200
"""Open invitations of one campaign: whoever takes over a desk must not be able to mail the world."""


@transaction.atomic
def invite_person(
    *, campaign: Campaign, email: str, role_name: str, section: Section | None = None, language: str = "", author: Role
) -> Invitation:
    """Offer a role by mail, or ask a second person first where the role needs one. The same offer twice is refused: send it again instead."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    email = email.strip().lower()
    refuse_unknown_role(campaign=campaign, name=role_name, section=section)
    problems = rules.giving_problems(author=author, role_name=role_name, section=section, email=email)
    problems = problems or _standing_problems(campaign, email=email, role_name=role_name, section=section)
    if problems:
        raise Refused(problems)
    about = User.objects.filter(email=email).first()
    second = rules.second_of(campaign, kind=RoleAsk.INVITE, role_names={role_name}, author=author, about=about)
    invitation = write_invitation(campaign=campaign, email=email, role_name=role_name, section=section, language=language, author=author)
    if second == ():
        send_invitation(invitation)
        tell_change(record(campaign=campaign, what=INVITED, invitation=invitation, role=(role_name, section), by=author))
    else:
        ask_second(campaign=campaign, kind=RoleAsk.INVITE, second=second, role=(role_name, section), invitation=invitation, author=author)
    return invitation


@transaction.atomic
def send_again(*, invitation: Invitation, author: Role) -> Invitation:
    """A fresh link for seven more days; the one before opens nothing any more."""
    invitation = _open_one(invitation, author=author)
    if invitation.sent_at is None:
        raise Refused(Problem("invitation_waits", "This invitation waits for a second person's yes. It is mailed by itself after that."))
    send_invitation(invitation)
    _note(invitation, SENT_AGAIN, author)
    return invitation


@transaction.atomic
def take_back(*, invitation: Invitation, author: Role) -> Invitation:
    """The link opens nothing any more. Taken back twice, it is taken back once."""
    if Invitation.objects.filter(pk=invitation.pk, taken_back_at__isnull=False).exists():
        return invitation
    invitation = _open_one(invitation, author=author)
    invitation.taken_back_at = timezone.now()
    invitation.save(update_fields=["taken_back_at"])
    RoleAsk.objects.filter(invitation=invitation, answered_at=None).update(answered_at=timezone.now(), agreed=False, answered_by=author)
    _note(invitation, TAKEN_BACK, author)
    return invitation


def open_invitations(campaign: Campaign) -> list[Invitation]:
    """Those that nobody took up or took back, the newest first; also those whose seven days are over."""
    waiting = Invitation.objects.filter(campaign=campaign, accepted_at=None, taken_back_at=None)
    return list(waiting.select_related("section", "invited_by__user").order_by("-expires_at")[:INVITATIONS_OPEN_MAX])


@transaction.atomic
def forget_invitations(*, older_than_days: int = 90) -> int:
    """Delete the addresses of people who never came; the log keeps the step without the address. Returns how many."""
    limit = timezone.now() - timedelta(days=older_than_days)
    return Invitation.objects.filter(accepted_at=None, expires_at__lt=limit).delete()[0]


def _standing_problems(campaign: Campaign, *, email: str, role_name: str, section: Section | None) -> list[Problem]:
    """What is so already."""
    alike = Invitation.objects.filter(campaign=campaign, accepted_at=None, taken_back_at=None)
    if alike.filter(email=email, role_name=role_name, section=section, expires_at__gt=timezone.now()).exists():
        return [
            Problem(
                "invited_already", "“%(email)s” is invited to this role already. Send that invitation again.", {"email": email}, "email"
            )
        ]
    if Role.objects.held(campaign).filter(user__email=email, name=role_name, section=section).exists():
        return [Problem("role_held_already", "“%(email)s” holds this role already.", {"email": email}, "email")]
    if alike.count() >= INVITATIONS_OPEN_MAX:
        return [
            Problem(
                "too_many_invitations", "%(n)s invitations are open, the most at a time. Take some back first.", {"n": INVITATIONS_OPEN_MAX}
            )
        ]
    return []


def _open_one(invitation: Invitation, *, author: Role) -> Invitation:
    """The invitation, locked, if it is open and this person may handle it."""
    found = Invitation.objects.select_for_update(of=("self",)).select_related("campaign", "section").get(pk=invitation.pk)
    problems = rules.giving_problems(author=author, role_name=found.role_name, section=found.section)
    if not problems and (found.accepted_at or found.taken_back_at or found.campaign_id != author.campaign_id):
        problems = [Problem("invitation_is_over", "This invitation was taken up or taken back. Look at the list again.")]
    if problems:
        raise Refused(problems)
    return found


def _note(invitation: Invitation, what: str, author: Role) -> None:
    record(campaign=invitation.campaign, what=what, invitation=invitation, role=(invitation.role_name, invitation.section), by=author)
