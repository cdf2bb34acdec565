"""What the page of people shows: who is here with which roles, and the log in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from ..models import Campaign, Invitation, Role, User
from . import rules
from .models import RoleAsk, RoleChange
from .record import sentence


@dataclass(frozen=True)
class Person:
    """Somebody with the roles that stand and those that ended."""

    user: User
    held: list[Role] = field(default_factory=list)
    ended: list[Role] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """One line of the log."""

    change: RoleChange
    text: str


@dataclass(frozen=True)
class Question:
    """What waits for a second person, and whether the reader is one who can answer."""

    ask: RoleAsk
    text: str
    mine: bool


QUESTIONS = {RoleAsk.INVITE: "asked_invite", RoleAsk.GIVE: "asked_give", RoleAsk.END: "asked_end", RoleAsk.DEACTIVATE: "asked_deactivate"}


def people_of(campaign: Campaign, *, author: Role, person: User | None = None) -> list[Person]:
    """Everyone with a role here, those with a standing one first; a treasurer of a section sees that section's people."""
    roles = (
        _visible(Role.objects.filter(campaign=campaign), author)
        .select_related("user", "section")
        .order_by("user__name", "user__email", "name")
    )
    if person is not None:
        roles = roles.filter(user=person)
    found: dict[Any, Person] = {}
    for role in roles:
        one = found.setdefault(role.user_id, Person(role.user))
        (one.held if role.ended_on is None else one.ended).append(role)
    return sorted(found.values(), key=lambda one: not one.held)


def log_of(campaign: Campaign, *, author: Role, person: User | None = None) -> QuerySet[RoleChange]:
    """The log, newest first, as far as the reader may see it."""
    rows = _visible(RoleChange.objects.filter(campaign=campaign), author)
    rows = rows.filter(person=person) if person is not None else rows
    return rows.select_related("person", "by__user", "section", "invitation")


def steps(changes: Iterable[RoleChange]) -> list[Step]:
    return [Step(change, sentence(change)) for change in changes]


def questions(asks: Iterable[RoleAsk], *, author: Role) -> list[Question]:
    """Each question as the sentence with which it stands in the log."""
    found = []
    for ask in asks:
        as_step = RoleChange(
            campaign=ask.campaign, what=QUESTIONS[ask.kind], person=ask.person, invitation=ask.invitation, by=ask.asked_by,
            role_name=ask.role_name, section=ask.section,
        )  # fmt: skip
        found.append(Question(ask, sentence(as_step), not rules.answer_problems(ask, author=author)))
    return found


def visible_invitations(invitations: Iterable[Invitation], *, author: Role) -> list[Invitation]:
    """Those that this person may send again or take back."""
    return [one for one in invitations if rules.may_handle(author, role_name=one.role_name, section=one.section)]


def _visible(rows: Any, author: Role) -> Any:
    return rows if author.name == rules.STEWARD or author.section_id is None else rows.filter(section=author.section_id)
