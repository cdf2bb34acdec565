"""Signing out on every device, by oneself or by a colleague, and what to do about a lost one."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F, QuerySet

from awna.core.problems import Problem, Refused

from ..models import Role, User
from . import rules
from .models import RoleChange
from .notices import tell_change, tell_person
from .record import DEVICE_LOST, SIGNED_OUT, SIGNED_OUT_SELF, record


def end_sessions(user: User) -> None:
    """No session of this person fits any longer, on whatever device, from the next request on."""
    User.objects.filter(pk=user.pk).update(signed_out_count=F("signed_out_count") + 1)
    user.refresh_from_db(fields=["signed_out_count"])


@transaction.atomic
def sign_out_everywhere(*, user: User, way: str = RoleChange.PAGE) -> None:
    """One's own panic button: every device, this one too."""
    end_sessions(user)
    _note(user, SIGNED_OUT_SELF, way=way)


@transaction.atomic
def sign_out_person(*, person: User, author: Role) -> None:
    """A colleague's device is in wrong hands: sign it out. Changes no password and no role."""
    roles = Role.objects.held(author.campaign).filter(user=person)
    if author.ended_on is not None or not any(rules.may_handle(author, role_name=role.name, section=role.section) for role in roles):
        raise Refused(Problem("role_may_not_do_this", "Only these may do this: %(roles)s. Ask one of them.", {"roles": rules.STEWARD}))
    end_sessions(person)
    tell_change(record(campaign=author.campaign, what=SIGNED_OUT, person=person, by=author))


@transaction.atomic
def report_lost_device(*, user: User, authenticators: list[int]) -> int:
    """Sign out everywhere and forget the second factors that were on the device; return how many. New recovery codes are then needed."""
    mine = Authenticator.objects.filter(user=user, pk__in=authenticators)
    removed = mine.count()
    mine.delete()
    end_sessions(user)
    _note(user, DEVICE_LOST, way=RoleChange.PAGE)
    return removed


def second_factors(user: User) -> list[Authenticator]:
    """What asks for more than the password: apps and security keys. Recovery codes alone ask for nothing."""
    return list(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).order_by("created_at"))


@transaction.atomic
def note_sign_in_change(*, user: User, what: str, way: str = RoleChange.PAGE, address: str = "") -> None:
    """A new password or second factor, in the log of each campaign, with one mail to the person alone; `address`: the one of before."""
    changes = [record(campaign=role.campaign, what=what, person=user, by=_hand(role, way), way=way) for role in one_role_each(user)]
    if changes:
        tell_person(user=user, campaign=changes[0].campaign, change=changes[0], address=address)


def one_role_each(user: User) -> list[Role]:
    """One role of this person for each campaign in which they hold any."""
    roles = Role.objects.filter(user=user, ended_on=None).select_related("campaign", "user").order_by("campaign", "pk")
    return list({role.campaign_id: role for role in roles}.values())


def codes_left(user: User) -> int | None:
    """How many recovery codes are unused; None where there are none at all."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(codes.wrap().get_unused_codes()) if codes else None


def roles_of(user: User) -> QuerySet[Role]:
    """Every role that this person holds today, in every campaign."""
    held = Role.objects.filter(user=user, ended_on=None).select_related("campaign", "section")
    return held.order_by("campaign__title", "name")


def _note(user: User, what: str, *, way: str) -> None:
    """In the log of each campaign in which the person has a role, as their own act, with mails."""
    for role in one_role_each(user):
        tell_change(record(campaign=role.campaign, what=what, person=user, by=_hand(role, way), way=way))


def _hand(role: Role, way: str) -> Role | None:
    """Who opened a mailed link is known by the mailbox alone."""
    return role if way == RoleChange.PAGE else None
