"""Sign-in rules: people come by invitation alone, and what changes a sign-in is written down."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from awna.kit.mail import send_mail_text

from .people import record
from .people.models import RoleChange
from .people.services import note_sign_in_change

CHANGES = {
    "account/email/password_reset": record.PASSWORD_RESET,
    "account/email/password_changed": record.PASSWORD_CHANGED,
    "account/email/password_set": record.PASSWORD_CHANGED,
    "account/email/email_changed": record.ADDRESS_CHANGED,
    "account/email/email_deleted": record.ADDRESS_CHANGED,
    "mfa/email/totp_activated": record.FACTOR_ADDED,
    "mfa/email/webauthn_added": record.FACTOR_ADDED,
    "mfa/email/totp_deactivated": record.FACTOR_REMOVED,
    "mfa/email/webauthn_removed": record.FACTOR_REMOVED,
    "mfa/email/recovery_codes_generated": record.CODES_MADE,
}
"""What allauth would write a notice about → the step in the log of roles."""


class AccountAdapter(DefaultAccountAdapter):
    """Sends its letters through the kit, so that they leave with the transaction, and writes what changes a sign-in into the log."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Nobody opens an account: it would open nothing, and its form would tell which addresses have a user here."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        send_mail_text(to=email, subject=" ".join(message.subject.split()), body=message.body, kind="sign-in")

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        """Our own notice instead of the library's, which would name address and browser of whoever did it."""
        what = CHANGES.get(template_prefix)
        if what is not None:
            way = RoleChange.LINK if what == record.PASSWORD_RESET else RoleChange.PAGE
            note_sign_in_change(user=user, what=what, way=way, address=email or "")
