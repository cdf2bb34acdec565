"""Who may give and withdraw which role, and when a second person must agree. No role here ever moves money."""

from awna.core.problems import Problem

from ..models import Campaign, Role, RoleQuerySet, Section, User
from .models import RoleAsk

STEWARD, TREASURER = "steward", "treasurer"
MANAGERS = (STEWARD, TREASURER)
TREASURER_GIVES = ("coordinator", "shift_lead", "translator", "volunteer", TREASURER)
"""What a treasurer may give in the own section; another treasurer there only with a steward's yes."""
COLLEAGUES = ("steward", "treasurer", "buyer", "storekeeper", "coordinator", "shift_lead", "site_lead")
"""Whose word counts about a lost sign-in: people who answer for something here. Programs and helpers are not asked."""


def giving_problems(*, author: Role, role_name: str, section: Section | None, to: User | None = None, email: str = "") -> list[Problem]:
    """Why this person may not give that role to somebody."""
    problems = [*_standing_problems(author)]
    if (to is not None and to.pk == author.user_id) or (email and email.lower() == author.user.email):
        problems.append(Problem("role_for_oneself", "Nobody gives a role to themselves. Ask a colleague who may.", {}, "email"))
    if not problems and not may_handle(author, role_name=role_name, section=section):
        problems.append(
            Problem("role_not_yours_to_give", "You may give only these roles, in your own section: %(roles)s. Ask a steward for others.",
                    {"roles": ", ".join(TREASURER_GIVES)}, "role_name")
        )  # fmt: skip
    return problems


def may_handle(author: Role, *, role_name: str, section: Section | None) -> bool:
    """Whether this person gives and withdraws that role: a steward any, a treasurer some of the own section."""
    if author.name == STEWARD:
        return True
    return author.name == TREASURER and role_name in TREASURER_GIVES and (section.pk if section else None) == author.section_id


def ending_problems(*, author: Role, role: Role, even_last: bool = False) -> list[Problem]:
    """Why this person may not withdraw that role, the own one or another's."""
    problems = [*_standing_problems(author, own=role)]
    if role.campaign_id != author.campaign_id:
        problems.append(Problem("role_of_another_campaign", "This role belongs to another campaign. Sign in with a role of this one."))
    own = role.user_id == author.user_id
    if not problems and not own and not may_handle(author, role_name=role.name, section=role.section):
        problems.append(Problem("role_not_yours_to_withdraw", "You may not withdraw this role. Ask a steward."))
    return problems or last_problems([role], even_last=even_last)


def last_problems(roles: list[Role], *, even_last: bool) -> list[Problem]:
    """What would be left without anybody if these roles of one person ended."""
    problems = []
    for role in roles:
        if role.name == STEWARD and not others_with(role).exists():
            problems.append(
                Problem("last_steward", "This is the last steward: nobody could agree to anything any more. Invite another steward first.")
            )
        if role.name == TREASURER and not even_last and not others_with(role).filter(section=role.section_id).exists():
            problems.append(
                Problem("last_treasurer", "This is the last treasurer of %(where)s: nobody could bring in its bank files any more. Invite "
                        "another one first, or say that you mean it.", {"where": role.section or role.campaign}, "even_last")
            )  # fmt: skip
    return problems


def others_with(role: Role) -> RoleQuerySet:
    """The roles of that name in the campaign which other people hold today."""
    return Role.objects.held(role.campaign).filter(name=role.name, user__is_active=True).exclude(user=role.user_id)


def second_of(campaign: Campaign, *, kind: str, role_names: set[str], author: Role, about: User | None) -> tuple[str, ...] | None:
    """The roles of which somebody else must agree; empty: nobody needs to; None: somebody would need to, and nobody is there."""
    wants = _wants_second(kind, role_names, author, about)
    if not wants:
        return ()
    people = Role.objects.held(campaign).filter(name__in=MANAGERS, user__is_active=True).exclude(user=author.user_id)
    names = set((people.exclude(user=about.pk) if about else people).values_list("name", flat=True))
    if STEWARD in names:
        return (STEWARD,)
    if TREASURER in names and STEWARD in role_names:
        return (TREASURER,)
    # The very first steward of a campaign has nobody to ask before the second one has come.
    return () if kind in (RoleAsk.INVITE, RoleAsk.GIVE) and author.name == STEWARD else None


def answer_problems(ask: RoleAsk, *, author: Role) -> list[Problem]:
    """Why this person's yes is not the second one."""
    if not ask.is_open:
        return [Problem("ask_is_over", "This was answered already or is too old. Look at the list again.")]
    if author.user_id in (ask.asked_by.user_id, ask.person_id):
        return [Problem("second_person_needed", "Somebody else must agree: neither who asked nor whom it is about.")]
    wanted = second_of(ask.campaign, kind=ask.kind, role_names=set(ask.role_name.split()), author=ask.asked_by, about=ask.person)
    if author.campaign_id != ask.campaign_id or author.ended_on is not None or author.name not in (wanted or (STEWARD,)):
        return [Problem("second_person_needed_of", "Only a %(roles)s can agree to this.", {"roles": " or ".join(wanted or (STEWARD,))})]
    return []


def _wants_second(kind: str, role_names: set[str], author: Role, about: User | None) -> bool:
    """A steward's role never changes by one person; a treasurer's not without a steward. Laying down one's own needs nobody."""
    if about is not None and about.pk == author.user_id:
        return False
    if STEWARD in role_names:
        return True
    return TREASURER in role_names and author.name != STEWARD


def _standing_problems(author: Role, *, own: Role | None = None) -> list[Problem]:
    """What everyone who touches roles must be: somebody with a role that stands."""
    lays_down = own is not None and own.user_id == author.user_id
    if author.ended_on is not None or not (author.name in MANAGERS or lays_down):
        return [Problem("role_may_not_do_this", "Only these may do this: %(roles)s. Ask one of them.", {"roles": ", ".join(MANAGERS)})]
    return []
