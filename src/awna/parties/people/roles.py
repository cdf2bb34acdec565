"""Giving and withdrawing roles, and deactivating a person everywhere."""

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.kit.notices.services import forget_reader

from ..forgotten.services import note_forgotten
from ..models import Campaign, Role, Section, User
from ..services.people import give_role, refuse_unknown_role, send_invitation
from . import rules
from .asks import ask_second
from .devices import end_sessions
from .models import RoleAsk, RoleChange
from .notices import tell_change
from .record import DEACTIVATED, ENDED, GIVEN, INVITED, LAID_DOWN, LEFT_NONE, record


@transaction.atomic
def give_colleague_role(
    *, campaign: Campaign, person: User, role_name: str, section: Section | None = None, author: Role
) -> Role | RoleAsk:
    """Give somebody who is here already one more role, or ask a second person first where the role needs one."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    refuse_unknown_role(campaign=campaign, name=role_name, section=section)
    problems = rules.giving_problems(author=author, role_name=role_name, section=section, to=person)
    if not problems and not (person.is_active and Role.objects.filter(campaign=campaign, user=person).exists()):
        problems = [_not_here()]
    if problems:
        raise Refused(problems)
    held = Role.objects.held(campaign).filter(user=person, name=role_name, section=section).first()
    if held is not None:
        return held
    second = rules.second_of(campaign, kind=RoleAsk.GIVE, role_names={role_name}, author=author, about=person)
    if second != ():
        return ask_second(campaign=campaign, kind=RoleAsk.GIVE, second=second, role=(role_name, section), person=person, author=author)
    return _give(campaign, person, (role_name, section), author)


@transaction.atomic
def end_role(*, role: Role, author: Role, even_last: bool = False) -> Role | RoleAsk:
    """Withdraw a role, or ask a second person first. Its holder is signed out on every device at once. Ended twice, it ended once.

    A steward's seat and keys are the policy's: whoever loses the role here keeps both there until the quorum changes the policy.
    """
    Campaign.objects.select_for_update().get(pk=role.campaign_id)
    role = Role.objects.select_for_update(of=("self",)).select_related("campaign", "section", "user").get(pk=role.pk)
    if role.ended_on is not None:
        return role
    problems = rules.ending_problems(author=author, role=role, even_last=even_last)
    if problems:
        raise Refused(problems)
    second = rules.second_of(role.campaign, kind=RoleAsk.END, role_names={role.name}, author=author, about=role.user)
    if second != ():
        what = (role.name, role.section)
        return ask_second(campaign=role.campaign, kind=RoleAsk.END, second=second, role=what, person=role.user, author=author)
    _end([role], author=author)
    return role


@transaction.atomic
def deactivate_person(*, campaign: Campaign, person: User, author: Role, even_last: bool = False) -> User | RoleAsk:
    """End every role and every session, and let nobody sign in with this address until they are invited anew.

    Refused for oneself, by anyone but a steward, and where the person holds a role in a campaign that is not the author's.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not person.is_active:
        return person
    roles = list(
        Role.objects.select_for_update(of=("self",)).filter(user=person, ended_on=None).select_related("campaign", "section", "user")
    )
    problems = _deactivating_problems(campaign, person, roles, author) or rules.last_problems(roles, even_last=even_last)
    if problems:
        raise Refused(problems)
    names = {role.name for role in roles}
    second = rules.second_of(campaign, kind=RoleAsk.DEACTIVATE, role_names=names, author=author, about=person)
    if second != ():
        what = (rules.STEWARD if rules.STEWARD in names else rules.TREASURER, None)
        return ask_second(campaign=campaign, kind=RoleAsk.DEACTIVATE, second=second, role=what, person=person, author=author)
    _deactivate(campaign, person, roles, author)
    return person


def carry_out(ask: RoleAsk) -> None:
    """Do what a second person agreed to; what stood in its way when it was asked is looked at again."""
    what = (ask.role_name, ask.section)
    if ask.kind == RoleAsk.INVITE and ask.invitation is not None:
        send_invitation(ask.invitation)
        tell_change(record(campaign=ask.campaign, what=INVITED, invitation=ask.invitation, role=what, by=ask.asked_by))
    elif ask.kind == RoleAsk.GIVE and ask.person is not None:
        _give(ask.campaign, ask.person, what, ask.asked_by)
    elif ask.person is not None:
        roles = list(Role.objects.filter(user=ask.person, ended_on=None).select_related("campaign", "section", "user"))
        mine = [role for role in roles if role.campaign_id == ask.campaign_id and (role.name, role.section) == what]
        problems = rules.last_problems(roles if ask.kind == RoleAsk.DEACTIVATE else mine, even_last=True)
        if problems:
            raise Refused(problems)
        if ask.kind == RoleAsk.DEACTIVATE:
            _deactivate(ask.campaign, ask.person, roles, ask.asked_by)
        else:
            _end(mine, author=ask.asked_by)


def _give(campaign: Campaign, person: User, what: tuple[str, Section | None], author: Role) -> Role:
    if not person.is_active:
        raise Refused(_not_here())
    role = give_role(campaign=campaign, user=person, name=what[0], section=what[1])
    tell_change(record(campaign=campaign, what=GIVEN, person=person, role=what, by=author))
    return role


def _end(roles: list[Role], *, author: Role) -> None:
    """End these roles of one person, and say so where nobody is left."""
    for role in roles:
        role.ended_on = timezone.localdate()
        role.save(update_fields=["ended_on"])
        note_forgotten(kind="role", subject=_this_time(role))
        what = LAID_DOWN if role.user_id == author.user_id else ENDED
        tell_change(record(campaign=role.campaign, what=what, person=role.user, role=(role.name, role.section), by=author))
        if role.name in rules.MANAGERS and not rules.others_with(role).filter(section=role.section_id).exists():
            tell_change(record(campaign=role.campaign, what=LEFT_NONE, role=(role.name, role.section), by=author))
    if roles:
        end_sessions(roles[0].user)


def _deactivate(campaign: Campaign, person: User, roles: list[Role], author: Role) -> None:
    _end(roles, author=author)
    _shut_out(person)
    note_forgotten(kind="person", subject=_this_time(person))
    tell_change(record(campaign=campaign, what=DEACTIVATED, person=person, by=author, way=RoleChange.PAGE))


@transaction.atomic
def end_again(*, role: Role) -> None:
    """After a restore from a backup of before: whoever lost the role has lost it, even where it was given anew since; then it is given once more."""
    role.ended_on = timezone.localdate()
    role.save(update_fields=["ended_on"])
    end_sessions(role.user)
    record(campaign=role.campaign, what=ENDED, person=role.user, role=(role.name, role.section))


@transaction.atomic
def deactivate_again(*, person: User) -> None:
    """After a restore from a backup of before: whoever was shut out stays out until invited anew."""
    for role in Role.objects.filter(user=person, ended_on=None).select_related("campaign", "section", "user"):
        end_again(role=role)
    _shut_out(person)


def _shut_out(person: User) -> None:
    """Nobody signs in with this address, and what was told to this person is forgotten."""
    end_sessions(person)
    forget_reader(reader=person.pk)
    person.is_active = False
    person.save(update_fields=["is_active"])


def _this_time(row: Role | User) -> str:
    """What no restore may bring back, once for each time: a role that ended may begin and end again."""
    return f"{row.pk}:{timezone.now():%Y%m%d%H%M%S%f}"


def _deactivating_problems(campaign: Campaign, person: User, roles: list[Role], author: Role) -> list[Problem]:
    if author.name != rules.STEWARD or author.ended_on is not None or author.campaign_id != campaign.pk:
        return [Problem("role_may_not_do_this", "Only these may do this: %(roles)s. Ask one of them.", {"roles": rules.STEWARD})]
    if person.pk == author.user_id:
        return [Problem("not_oneself", "You cannot deactivate yourself. Ask another steward.")]
    if not Role.objects.filter(campaign=campaign, user=person).exists():
        return [_not_here()]
    if any(role.campaign_id != campaign.pk for role in roles):
        return [Problem("roles_elsewhere", "This person holds a role in another campaign too. Withdraw the roles of this one instead.")]
    return []


def _not_here() -> Problem:
    return Problem("person_not_here", "This person never had a role here, or was deactivated. Invite them by mail instead.")
