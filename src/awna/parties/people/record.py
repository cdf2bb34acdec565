"""The log of roles: each step is written once and read as a sentence."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import RoleChange

if TYPE_CHECKING:
    from ..models import Campaign, Invitation, Role, Section, User

INVITED, SENT_AGAIN, TAKEN_BACK, JOINED = "invited", "sent_again", "taken_back", "joined"
ASKED_INVITE, ASKED_GIVE, ASKED_END, ASKED_DEACTIVATE = "asked_invite", "asked_give", "asked_end", "asked_deactivate"
AGREED, REFUSED = "agreed", "refused"
GIVEN, ENDED, LAID_DOWN, LEFT_NONE = "given", "ended", "laid_down", "left_none"
DEACTIVATED, SIGNED_OUT, SIGNED_OUT_SELF, DEVICE_LOST = "deactivated", "signed_out", "signed_out_self", "device_lost"
LOST_ASKED, LOST_CONFIRMED, LOST_REFUSED = "lost_asked", "lost_confirmed", "lost_refused"
PASSWORD_RESET, PASSWORD_CHANGED, FACTOR_ADDED, FACTOR_REMOVED, CODES_MADE, ADDRESS_CHANGED = (
    "password_reset", "password_changed", "factor_added", "factor_removed", "codes_made", "address_changed",
)  # fmt: skip
LOST_STOPPED, LOST_WRONG, LOST_DONE = "lost_stopped", "lost_wrong", "lost_done"

SENTENCES = {
    INVITED: gettext_lazy("%(by)s invited %(whom)s as %(role)s."),
    SENT_AGAIN: gettext_lazy("%(by)s sent %(whom)s the invitation as %(role)s again."),
    TAKEN_BACK: gettext_lazy("%(by)s took back the invitation of %(whom)s as %(role)s."),
    JOINED: gettext_lazy("%(whom)s took up the role %(role)s."),
    ASKED_INVITE: gettext_lazy("%(by)s asked to invite %(whom)s as %(role)s."),
    ASKED_GIVE: gettext_lazy("%(by)s asked to give %(whom)s the role %(role)s."),
    ASKED_END: gettext_lazy("%(by)s asked to withdraw the role %(role)s of %(whom)s."),
    ASKED_DEACTIVATE: gettext_lazy("%(by)s asked to deactivate %(whom)s."),
    AGREED: gettext_lazy("%(by)s agreed to what was asked about %(whom)s."),
    REFUSED: gettext_lazy("%(by)s did not agree to what was asked about %(whom)s."),
    GIVEN: gettext_lazy("%(by)s gave %(whom)s the role %(role)s."),
    ENDED: gettext_lazy("%(by)s withdrew the role %(role)s of %(whom)s."),
    LAID_DOWN: gettext_lazy("%(whom)s laid down the role %(role)s."),
    LEFT_NONE: gettext_lazy("Nobody holds the role %(role)s any longer."),
    DEACTIVATED: gettext_lazy("%(by)s deactivated %(whom)s: every role ended, every device signed out."),
    SIGNED_OUT: gettext_lazy("%(by)s signed %(whom)s out on every device."),
    SIGNED_OUT_SELF: gettext_lazy("%(whom)s signed out on every device."),
    DEVICE_LOST: gettext_lazy("%(whom)s reported a lost device and signed out on every device."),
    PASSWORD_RESET: gettext_lazy("%(whom)s chose a new password after forgetting the old one."),
    PASSWORD_CHANGED: gettext_lazy("%(whom)s changed the password."),
    FACTOR_ADDED: gettext_lazy("%(whom)s added a second factor to the sign-in."),
    FACTOR_REMOVED: gettext_lazy("%(whom)s removed a second factor from the sign-in."),
    CODES_MADE: gettext_lazy("%(whom)s made new recovery codes."),
    ADDRESS_CHANGED: gettext_lazy("%(whom)s changed the e-mail address of the sign-in."),
    LOST_ASKED: gettext_lazy("%(whom)s cannot sign in and asked colleagues to confirm it."),
    LOST_CONFIRMED: gettext_lazy("%(by)s spoke with %(whom)s and confirmed who asks to be let in again."),
    LOST_REFUSED: gettext_lazy("%(by)s said that it is not %(whom)s who asks to be let in again: stopped."),
    LOST_STOPPED: gettext_lazy("%(whom)s stopped the request to be let in again."),
    LOST_WRONG: gettext_lazy("The request of %(whom)s to be let in again was stopped: too many wrong codes."),
    LOST_DONE: gettext_lazy("%(whom)s chose a new password; the second factor was removed, every device signed out."),
}


def record(
    *, campaign: "Campaign", what: str, person: "User | None" = None, invitation: "Invitation | None" = None,
    role: "tuple[str, Section | None]" = ("", None), by: "Role | None" = None, way: str = "",
) -> RoleChange:  # fmt: skip
    """Add one step. `role` is its name and section; without `by` and `way` it was done by a command on the server."""
    return RoleChange.objects.create(
        campaign=campaign, what=what, person=person, invitation=invitation, role_name=role[0], section=role[1], by=by,
        way=way or (RoleChange.PAGE if by else RoleChange.COMMAND),
    )  # fmt: skip


def record_in_all(*, roles: "Iterable[Role]", what: str, by: "Role | None" = None, way: str = "") -> None:
    """Add one step about a person to the log of each campaign in which they hold a role."""
    for role in {role.campaign_id: role for role in roles}.values():
        record(campaign=role.campaign, what=what, person=role.user, by=by, way=way)


def sentence(change: RoleChange) -> str:
    """The step in the reader's language."""
    return str(SENTENCES[change.what]) % names_in(change)


def names_in(change: RoleChange) -> dict[str, Any]:
    """Who, whom and which role, as people read them."""
    from ..models import ROLE_NAMES

    role = str(dict(ROLE_NAMES).get(change.role_name, change.role_name))
    whom = change.person or (change.invitation.email if change.invitation else _("somebody"))
    return {
        "by": change.by.user if change.by else _("The operator of the server"),
        "whom": whom,
        "role": f"{role} ({change.section})" if change.section else role,
    }
