"""Let somebody in again who lost password and second factor: a mailed link, and two colleagues of each campaign who know who asks."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.jobs import enqueue, job_task
from awna.kit.mail import send_mail_text
from awna.kit.notices.services import in_language_of
from awna.kit.sealed import open_bytes, seal_bytes

from ..models import Campaign, Role, User
from ..services.people import refuse_short_password
from .devices import end_sessions, one_role_each
from .models import LostSignIn, LostSignInWord, RoleChange
from .notices import tell_change
from .record import LOST_ASKED, LOST_CONFIRMED, LOST_DONE, LOST_REFUSED, LOST_STOPPED, LOST_WRONG, record
from .rules import COLLEAGUES, MANAGERS, STEWARD

LINK_HOURS = 72
LINK_PAUSE_MINUTES = 10
"""Between two mails to one address: the form is open to everyone."""
WORDS_NEEDED = 2
WRONG_CODES_MAX = 5
CODE_DIGITS = 8
_PLACE = "parties.lost.address"


@dataclass(frozen=True)
class Standing:
    """How far one campaign has come: who confirmed, and who still may."""

    campaign: Campaign
    words: int
    steward_missing: bool

    @property
    def enough(self) -> bool:
        return self.words >= WORDS_NEEDED and not self.steward_missing


def ask_for_link(*, email: str, language: str) -> None:
    """Queue the same job for every address, known or not: neither the answer nor its time tells which. The address waits sealed."""
    enqueue(_mail_link, sealed=base64.b64encode(seal_bytes(email.strip().lower().encode(), place=_PLACE)).decode(), language=language)


@job_task
def _mail_link(sealed: str, language: str) -> None:
    """Mail the link if the address is somebody's, not more often than every few minutes."""
    email = open_bytes(base64.b64decode(sealed), place=_PLACE).decode()
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=email, is_active=True).first()
        since = timezone.now() - timedelta(minutes=LINK_PAUSE_MINUTES)
        if user is not None and not LostSignIn.objects.filter(user=user, began_at__gt=since).exists():
            begin_lost_sign_in(user=user, language=language)


@transaction.atomic
def begin_lost_sign_in(*, user: User, language: str) -> str:
    """Make the link, mail it and return it. It opens a page; it lets nobody in by itself."""
    token = secrets.token_urlsafe(24)
    LostSignIn.objects.create(
        user=user,
        token_digest=_digest(token),
        code_hash=make_password(code_of(token)),
        expires_at=timezone.now() + timedelta(hours=LINK_HOURS),
    )
    with in_language_of(user.pk, language or settings.LANGUAGE_CODE):
        link = settings.AWNA_ORIGIN + reverse("lost_sign_in", kwargs={"token": token})
        lines = [
            _("Somebody wrote your address because the sign-in was lost. With this link you can sign out everywhere, or be let in again:"),
            link,
            _("It opens for three days. If it was not you, do nothing: the link alone lets nobody in."),
        ]
        send_mail_text(to=user.email, subject=_("Your lost sign-in"), body="\n\n".join(lines) + "\n", kind="sign-in")
    return link


def find_lost(token: str) -> LostSignIn:
    """What the link opens. Refused when it is unknown, used, stopped or too old."""
    lost = LostSignIn.objects.filter(token_digest=_digest(token)).select_related("user").first()
    if lost is None or not lost.is_open or not lost.user.is_active:
        raise Refused(Problem("lost_link_not_valid", "This link was used, was stopped or is too old. Ask for a new one."))
    return lost


def code_of(token: str) -> str:
    """Eight digits that only the page of the link shows, and that colleagues want to hear."""
    number = int.from_bytes(hashlib.sha256(f"code|{token}".encode()).digest()) % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}d}"


@transaction.atomic
def ask_colleagues(*, lost: LostSignIn) -> LostSignIn:
    """Mail the colleagues who may confirm. Asked twice, they are mailed once. Refused where there are too few of them."""
    lost = LostSignIn.objects.select_for_update(of=("self",)).select_related("user").get(pk=lost.pk)
    if lost.asked_at is not None:
        return lost
    roles = one_role_each(lost.user)
    if not roles or any(len({role.user_id for role in colleagues_of(lost.user, role.campaign)}) < WORDS_NEEDED for role in roles):
        raise Refused(
            Problem("too_few_colleagues", "There are not %(n)s colleagues who could confirm who you are. Ask a steward to invite another "
                    "address of yours, and to deactivate this one.", {"n": WORDS_NEEDED})
        )  # fmt: skip
    lost.asked_at = timezone.now()
    lost.save(update_fields=["asked_at"])
    for role in roles:
        change = record(campaign=role.campaign, what=LOST_ASKED, person=lost.user, way=RoleChange.LINK)
        tell_change(change, also=[one.user for one in colleagues_of(lost.user, role.campaign)], page="lost_people")
    return lost


def colleagues_of(user: User, campaign: Campaign) -> list[Role]:
    """The roles of other people who answer for something in this campaign."""
    held = Role.objects.held(campaign).filter(name__in=COLLEAGUES, user__is_active=True).exclude(user=user.pk)
    return list(held.select_related("user").order_by("pk"))


def waiting_for(campaign: Campaign) -> QuerySet[LostSignIn]:
    """Open requests of people of this campaign, with what was confirmed so far."""
    people = Role.objects.held(campaign).values("user")
    open_ones = LostSignIn.objects.filter(
        user__in=people, asked_at__isnull=False, stopped_at=None, done_at=None, expires_at__gt=timezone.now()
    )
    return open_ones.select_related("user").prefetch_related("words__role__user")


def open_requests(user: User) -> QuerySet[LostSignIn]:
    """Open requests in one person's name, so that whoever is signed in can stop what is not theirs."""
    return LostSignIn.objects.filter(user=user, asked_at__isnull=False, stopped_at=None, done_at=None, expires_at__gt=timezone.now())


def confirm_lost(*, lost: LostSignIn, code: str, author: Role) -> LostSignIn:
    """A colleague spoke with the person and heard the code. Confirmed twice, it counts once; after five wrong codes all is stopped."""
    with transaction.atomic():
        lost = _locked(lost, author)
        if lost.words.filter(role__user=author.user_id, role__campaign=author.campaign_id).exists():
            return lost
        problem = None if check_password("".join(code.split()), lost.code_hash) else _count_wrong(lost)
        if problem is None:
            LostSignInWord.objects.create(lost=lost, role=author)
            record(campaign=author.campaign, what=LOST_CONFIRMED, person=lost.user, by=author)
            if is_confirmed(lost):
                _tell_confirmed(lost)
    if problem is not None:
        # Raised here, outside: the count of wrong codes must stay.
        raise Refused(problem)
    return lost


@transaction.atomic
def refuse_lost(*, lost: LostSignIn, author: Role) -> LostSignIn:
    """One colleague knows that it is somebody else who asks: all is stopped, and everyone concerned is told."""
    lost = _locked(lost, author)
    _stop([lost])
    tell_change(record(campaign=author.campaign, what=LOST_REFUSED, person=lost.user, by=author), page="lost_people")
    return lost


@transaction.atomic
def stop_my_lost(*, user: User) -> int:
    """The person is signed in and asked for nothing: stop every request in their name. Returns how many."""
    found = list(open_requests(user).select_for_update())
    _stop(found)
    if found:
        for role in one_role_each(user):
            tell_change(record(campaign=role.campaign, what=LOST_STOPPED, person=user, by=role))
    return len(found)


@transaction.atomic
def finish_lost(*, lost: LostSignIn, password: str) -> User:
    """Set the new password, remove every second factor, sign out everywhere. The stewards' keys for signing are another thing and stay."""
    lost = LostSignIn.objects.select_for_update(of=("self",)).select_related("user").get(pk=lost.pk)
    if not lost.is_open or not is_confirmed(lost):
        raise Refused(
            Problem("not_confirmed_yet", "Your colleagues have not confirmed yet who asks. Speak with them, then open the link again.")
        )
    refuse_short_password(password)
    user = lost.user
    user.set_password(password)
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    lost.done_at = timezone.now()
    lost.save(update_fields=["done_at"])
    _stop(list(LostSignIn.objects.filter(user=user, stopped_at=None, done_at=None)))
    for role in one_role_each(user):
        said = [word.role.user for word in lost.words.select_related("role__user") if word.role.campaign_id == role.campaign_id]
        tell_change(record(campaign=role.campaign, what=LOST_DONE, person=user, way=RoleChange.LINK), also=said)
    return user


def forget_lost(*, older_than_days: int = 90) -> int:
    """Delete requests that are long over; the log of roles keeps what became of them. Returns how many."""
    return (
        LostSignIn.objects.filter(expires_at__lt=timezone.now() - timedelta(days=older_than_days)).delete()[1].get("parties.LostSignIn", 0)
    )


def standings(lost: LostSignIn) -> list[Standing]:
    """For each campaign of the person, how many colleagues who still have their roles confirmed."""
    words = [word.role for word in lost.words.select_related("role__user") if word.role.ended_on is None and word.role.user.is_active]
    found = []
    for role in one_role_each(lost.user):
        said = [word for word in words if word.campaign_id == role.campaign_id and word.user_id != lost.user_id]
        heavy = Role.objects.held(role.campaign).filter(user=lost.user, name__in=MANAGERS).exists()
        needs_steward = heavy and any(one.name == STEWARD for one in colleagues_of(lost.user, role.campaign))
        confirmed_by_steward = {one.user_id for one in said} & {
            one.user_id for one in colleagues_of(lost.user, role.campaign) if one.name == STEWARD
        }
        found.append(Standing(role.campaign, len({one.user_id for one in said}), needs_steward and not confirmed_by_steward))
    return found


def is_confirmed(lost: LostSignIn) -> bool:
    """Whether two colleagues of every campaign of this person confirmed; somebody without any role is let in by nobody."""
    found = standings(lost)
    return bool(found) and all(one.enough for one in found)


def _locked(lost: LostSignIn, author: Role) -> LostSignIn:
    """The request, locked, if it is open and this colleague may speak about it."""
    found = LostSignIn.objects.select_for_update(of=("self",)).select_related("user").get(pk=lost.pk)
    if not found.is_open or found.asked_at is None:
        raise Refused(Problem("lost_is_over", "This request is over: it was stopped, is too old, or the person is in again."))
    if author.name not in COLLEAGUES or author.ended_on is not None or author.user_id == found.user_id:
        raise Refused(Problem("not_a_colleague", "Only a colleague with a role here can confirm this, and nobody for themselves."))
    if not Role.objects.held(author.campaign).filter(user=found.user).exists():
        raise Refused(Problem("not_a_colleague", "Only a colleague with a role here can confirm this, and nobody for themselves."))
    return found


def _count_wrong(lost: LostSignIn) -> Problem:
    lost.wrong_codes += 1
    lost.save(update_fields=["wrong_codes"])
    if lost.wrong_codes >= WRONG_CODES_MAX:
        _stop([lost])
        for role in one_role_each(lost.user):
            tell_change(record(campaign=role.campaign, what=LOST_WRONG, person=lost.user, way=RoleChange.LINK))
        return Problem(
            "lost_stopped", "That was not the code, for the last time: the request is stopped. The person may begin anew.", {}, "code"
        )
    return Problem("code_wrong", "This is not the code that the person's page shows. Ask once more, and type all eight digits.", {}, "code")


def _stop(requests: list[LostSignIn]) -> None:
    for lost in requests:
        lost.stopped_at = timezone.now()
        lost.save(update_fields=["stopped_at"])


def _tell_confirmed(lost: LostSignIn) -> None:
    campaign = one_role_each(lost.user)[0].campaign
    with in_language_of(lost.user_id, campaign.site_language):
        send_mail_text(
            to=lost.user.email, campaign=campaign.pk, kind="sign-in", subject=_("Your colleagues confirmed"),
            body=_("Two colleagues confirmed that it is you. Open the link of the first mail again and choose a new password.") + "\n",
        )  # fmt: skip


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
