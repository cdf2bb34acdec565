"""Letters by e-mail: plain text, in the reader's language."""

from django.core.mail import EmailMessage

from awna.core.problems import Problem, Refused

from .jobs import enqueue_mail

MAIL_SUBJECT_CHARS_MAX = 150


def send_mail_text(*, to: str, subject: str, body: str, stop_url: str = "") -> None:
    """Queue one plain-text mail; it leaves after the transaction commits. Line breaks in address or subject are refused.

    `stop_url`: where a POST ends these mails; mail programs then show a button for it (RFC 8058).
    """
    if any(mark in to + subject + stop_url for mark in "\r\n"):
        raise Refused(Problem("mail_header_broken", "The address or subject holds a line break. Remove it."))
    headers = {"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop_url else {}
    enqueue_mail(to=to, subject=subject[:MAIL_SUBJECT_CHARS_MAX], body=body, headers=headers)


def deliver(to: str, subject: str, body: str, headers: dict[str, str] | None = None) -> None:
    EmailMessage(subject=subject, body=body, to=[to], headers=headers or {}).send()
