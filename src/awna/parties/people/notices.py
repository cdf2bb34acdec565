"""Notices about people and roles: to whom it is about always by mail, to the colleagues as they chose to be told."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.kit.mail import send_mail_text
from awna.kit.notices.services import in_language_of, tell

from ..models import Campaign, Role, User
from .models import RoleChange
from .record import LOST_ASKED, sentence
from .rules import STEWARD


def tell_change(change: RoleChange, *, also: Iterable[User] = (), page: str = "people") -> None:
    """Tell one step of the log to the person, to whoever did it, and to the stewards; each once.

    Who was only invited has no page here yet: the invitation itself is their mail.
    """
    stewards = [role.user for role in Role.objects.held(change.campaign).filter(name=STEWARD).select_related("user")]
    colleagues = {user.pk: user for user in [*([change.by.user] if change.by else []), *also, *stewards]}
    if change.person is not None:
        colleagues.pop(change.person.pk, None)
        tell_person(user=change.person, campaign=change.campaign, change=change)
    for user in colleagues.values():
        with in_language_of(user.pk, change.campaign.site_language):
            tell(
                reader=user.pk, to=user.email, key=f"role-change:{change.pk}", subject=_subject(change.campaign), lines=_lines(change),
                address=reverse(page, kwargs={"slug": change.campaign.slug}), campaign=change.campaign.pk, is_urgent=True,
            )  # fmt: skip


def tell_person(*, user: User, campaign: Campaign, change: RoleChange, address: str = "") -> None:
    """Mail a step to the person it is about. Nobody can switch this off: it is how a theft is noticed."""
    with in_language_of(user.pk, campaign.site_language):
        lines = [sentence(change), _unexpected(), settings.AWNA_ORIGIN + reverse("my_sign_in")]
        send_mail_text(
            to=address or user.email, subject=_subject(campaign), body="\n\n".join(lines) + "\n", campaign=campaign.pk, kind="sign-in"
        )


def _subject(campaign: Campaign) -> str:
    return " ".join((_("%(campaign)s: people and roles") % {"campaign": campaign.title_here}).split())


def _lines(change: RoleChange) -> list[str]:
    if change.what == LOST_ASKED:
        return [sentence(change), _("Meet them or call the number that you know: a mail proves nothing. Then say here whether it is them:")]
    return [sentence(change), _unexpected()]


def _unexpected() -> str:
    return _("If you did not expect this, speak with a colleague today, and look here:")
