"""Mails about people and roles: to whom it is about, and to the colleagues who should know."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from awna.kit.mail import send_mail_text

from ..models import Campaign, Role, User
from .models import RoleChange
from .record import sentence
from .rules import STEWARD


def tell_change(change: RoleChange, *, also: Iterable[User] = (), page: str = "people") -> None:
    """Mail one step of the log to the person, to whoever did it, and to the stewards; each gets it once.

    Who was only invited has no page here yet: the invitation itself is their mail.
    """
    stewards = [role.user for role in Role.objects.held(change.campaign).filter(name=STEWARD).select_related("user")]
    known = [*([change.person] if change.person else []), *([change.by.user] if change.by else []), *also, *stewards]
    people = {user.pk: user for user in known}
    for user in people.values():
        whose = "my_sign_in" if change.person and user.pk == change.person.pk else page
        tell(user=user, campaign=change.campaign, change=change, page=whose)


def tell(*, user: User, campaign: Campaign, change: RoleChange, page: str) -> None:
    """One mail with one step, in the language of the place: nobody's own language is stored."""
    with translation.override(campaign.site_language):
        address = reverse(page) if page == "my_sign_in" else reverse(page, kwargs={"slug": campaign.slug})
        lines = [
            sentence(change),
            _("If you did not expect this, speak with a colleague today, and look here:"),
            settings.AWNA_ORIGIN + address,
        ]
        subject = _("%(campaign)s: people and roles") % {"campaign": campaign.title_here}
        send_mail_text(
            to=user.email, subject=" ".join(subject.split()), body="\n\n".join(lines) + "\n", campaign=campaign.pk, kind="notice"
        )
