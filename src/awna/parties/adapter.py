"""Sign-in rules: people are invited into roles; an account opened by oneself holds none."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from awna.kit.mail import send_mail_text


class AccountAdapter(DefaultAccountAdapter):
    """Sends its letters through the kit, so that they leave with the transaction."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        send_mail_text(to=email, subject=" ".join(message.subject.split()), body=message.body)
