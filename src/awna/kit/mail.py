"""Letters by e-mail: plain text, in the reader's language. The one door for every room."""

from typing import Any

from .outbox import services as outbox

forget_mails = outbox.forget_mails


def send_mail_text(
    *, to: str, subject: str, body: str, stop_url: str = "", campaign: Any = None, section: Any = None, kind: str = "other", is_bulk: bool = False
) -> None:  # fmt: skip
    """Put one plain-text mail into the outbox; it leaves after the transaction commits. Line breaks in address or subject are refused.

    `stop_url`: where a POST ends these mails; mail programs then show a button for it (RFC 8058). `campaign` and `section` are keys: whose
    quota it counts on and who sees when it fails. `kind` is one of `outbox.models.KINDS`; `is_bulk`: may leave after every other.
    """
    outbox.post_mail(to=to, subject=subject, body=body, stop_url=stop_url, campaign=campaign, section=section, kind=kind, is_bulk=is_bulk)
