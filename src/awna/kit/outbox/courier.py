"""Carries mails to the mail server, many over one connection, and says how each went."""

import contextlib
from dataclasses import dataclass, field
from email.utils import parseaddr
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from awna.core.problems import Problem, Refused

from .judging import DOWN, LEFT, Outcome, judge

MAIL_SUBJECT_CHARS_MAX = 150


@dataclass(frozen=True)
class Letter:
    """What is carried. `number` returns with the mail if it bounces; `stop_url`: where a POST ends such mails (RFC 8058)."""

    to: str
    subject: str
    body: str
    stop_url: str = ""
    number: str = ""


@dataclass
class Courier:
    """Holds one connection while it is used as a context; a server that went away is asked anew for the next mail."""

    timeout_s: float | None = None
    _connection: Any = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._hang_up()

    def carry(self, letter: Letter) -> Outcome:
        """One try. Nothing is raised that the network, the server or the letter could cause."""
        try:
            refuse_broken_header(letter.to, letter.subject, letter.stop_url)
            message = _message(letter)
            if self._connection is None:
                # Kept only once it is open: a line that broke on the way up would be asked to send.
                connection = get_connection(timeout=self.timeout_s) if self.timeout_s else get_connection()
                connection.open()
                self._connection = connection
            self._connection.send_messages([message])
        except Refused as refused:
            return Outcome("refused", refused.problems[0])
        except Exception as error:  # judged: each kind of failure has a sentence of its own
            outcome = judge(error)
            if outcome.what == DOWN:
                self._hang_up()
            return outcome
        return Outcome(LEFT)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # the line may be dead; what it carried is settled
                connection.close()


def refuse_broken_header(*texts: str) -> None:
    if any(mark in text for text in texts for mark in "\r\n\x00"):
        raise Refused(Problem("mail_header_broken", "The address or subject holds a line break. Remove it."))


def _message(letter: Letter) -> EmailMessage:
    headers = {"From": settings.DEFAULT_FROM_EMAIL, "Auto-Submitted": "auto-generated"}
    if letter.number:
        headers["Message-ID"] = f"<{letter.number}@{_domain()}>"
    if letter.stop_url:
        headers |= {"List-Unsubscribe": f"<{letter.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    sender = settings.AWNA_EMAIL_BOUNCES_TO or settings.DEFAULT_FROM_EMAIL
    return EmailMessage(
        subject=letter.subject[:MAIL_SUBJECT_CHARS_MAX], body=letter.body, from_email=sender, to=[letter.to], headers=headers
    )


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
