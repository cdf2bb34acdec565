"""Letters by e-mail: plain text, in the reader's language."""

from django.core.mail import EmailMessage

from awna.core.problems import Problem, Refused

from .jobs import enqueue_mail

MAIL_SUBJECT_CHARS_MAX = 150


def send_mail_text(*, to: str, subject: str, body: str) -> None:
    """Queue one plain-text mail; it leaves after the transaction commits. Line breaks in address or subject are refused."""
    if any(mark in to + subject for mark in "\r\n"):
        raise Refused(Problem("mail_header_broken", "The address or subject holds a line break. Remove it."))
    enqueue_mail(to=to, subject=subject[:MAIL_SUBJECT_CHARS_MAX], body=body)


def deliver(to: str, subject: str, body: str) -> None:
    EmailMessage(subject=subject, body=body, to=[to]).send()
