"""What one person asks for and a second one must agree to."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from awna.core.problems import Problem, Refused

from ..models import Campaign, Invitation, Role, Section, User
from . import rules
from .models import ASK_DAYS, RoleAsk
from .notices import tell_change
from .record import AGREED, ASKED_DEACTIVATE, ASKED_END, ASKED_GIVE, ASKED_INVITE, REFUSED, record

_STEPS = {RoleAsk.INVITE: ASKED_INVITE, RoleAsk.GIVE: ASKED_GIVE, RoleAsk.END: ASKED_END, RoleAsk.DEACTIVATE: ASKED_DEACTIVATE}


def ask_second(
    *, campaign: Campaign, kind: str, second: tuple[str, ...] | None, role: tuple[str, Section | None], author: Role,
    person: User | None = None, invitation: Invitation | None = None,
) -> RoleAsk:  # fmt: skip
    """Write the question and mail those who can answer it. Asked twice, it is the same question. Refused where nobody could."""
    if second is None:
        raise Refused(
            Problem("nobody_to_agree", "A second person must agree to this, and there is nobody else who may. Invite a steward first.")
        )
    alike = open_asks(campaign).filter(kind=kind, role_name=role[0], section=role[1], person=person, invitation=invitation).first()
    if alike is not None:
        return alike
    ask = RoleAsk.objects.create(
        campaign=campaign, kind=kind, role_name=role[0], section=role[1], person=person, invitation=invitation, asked_by=author
    )
    change = record(
        campaign=campaign,
        what=_STEPS[kind],
        person=person,
        invitation=invitation,
        role=(role[0] if " " not in role[0] else "", role[1]),
        by=author,
    )
    who = Role.objects.held(campaign).filter(name__in=second).exclude(user=author.user_id).select_related("user")
    tell_change(change, also=[one.user for one in who])
    return ask


def open_asks(campaign: Campaign) -> QuerySet[RoleAsk]:
    """The questions that wait and are not too old."""
    since = timezone.now() - timedelta(days=ASK_DAYS)
    waiting = RoleAsk.objects.filter(campaign=campaign, answered_at=None, asked_at__gt=since)
    return waiting.select_related("campaign", "section", "person", "invitation", "asked_by__user")


@transaction.atomic
def answer_ask(*, ask: RoleAsk, agree: bool, author: Role) -> RoleAsk:
    """A second person's yes carries it out at once, a no ends it. Answered twice, the first answer stands."""
    Campaign.objects.select_for_update().get(pk=ask.campaign_id)
    ask = RoleAsk.objects.select_for_update(of=("self",)).select_related(
        "campaign", "section", "person", "invitation", "asked_by__user"
    ).get(pk=ask.pk)  # fmt: skip
    if ask.answered_by_id == author.pk and ask.agreed == agree:
        return ask
    problems = rules.answer_problems(ask, author=author)
    if problems:
        raise Refused(problems)
    ask.answered_by, ask.answered_at, ask.agreed = author, timezone.now(), agree
    ask.save(update_fields=["answered_by", "answered_at", "agreed"])
    change = record(campaign=ask.campaign, what=AGREED if agree else REFUSED, person=ask.person, invitation=ask.invitation, by=author)
    if agree:
        _carry_out(ask)
    else:
        if ask.invitation is not None:
            ask.invitation.taken_back_at = timezone.now()
            ask.invitation.save(update_fields=["taken_back_at"])
        tell_change(change, also=[ask.asked_by.user])
    return ask


def _carry_out(ask: RoleAsk) -> None:
    """In the name of who asked: that person's role must still stand."""
    from .roles import carry_out

    if ask.asked_by.ended_on is not None:
        raise Refused(Problem("asker_left", "Who asked for this has no role here any more. Ask for it anew."))
    carry_out(ask)
