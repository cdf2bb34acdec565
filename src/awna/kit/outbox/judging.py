"""What a mail server's answer means: whose fault it is, whether trying again helps, and what to change, in plain words."""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from django.conf import settings

from awna.core.problems import Problem

LEFT, LATER, REFUSED, DEAD, DOWN = "left", "later", "refused", "dead", "down"
"""It left · this mail may be tried again · this mail never leaves · nothing reaches this address · no mail leaves at present."""
ANSWER_CHARS_MAX = 300
DEAD_WITHOUT_STATUS = (550, 551, 553)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
WHERE = "AWNA_EMAIL_HOST, AWNA_EMAIL_PORT"
LOGIN = "AWNA_EMAIL_USER, AWNA_EMAIL_PASSWORD"
TLS = "AWNA_EMAIL_TLS, AWNA_EMAIL_SSL"


@dataclass(frozen=True)
class Outcome:
    """How a try went; `change` names the settings to look at."""

    what: str
    problem: Problem | None = None
    change: str = ""


def judge(error: Exception) -> Outcome:
    """The meaning of whatever was raised on the way to the mail server or by it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _of_address(code, _said(answer))
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _down("mail_sender_refused", "The mail server refuses the sender %(sender)s: %(answer)s. Use an address of a domain that this server "
                     "may send for.", "AWNA_EMAIL_FROM", sender=settings.DEFAULT_FROM_EMAIL, answer=_answer(error))  # fmt: skip
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _down("mail_login_refused", "The mail server does not take the user name and password: %(answer)s. Many providers ask for a "
                     "password made for this program alone.", LOGIN, answer=_answer(error))  # fmt: skip
    if isinstance(error, smtplib.SMTPDataError):
        return _of_text(error)
    if isinstance(error, smtplib.SMTPException):
        return _of_conversation(error)
    if isinstance(error, OSError):
        return _of_line(error)
    return Outcome(
        REFUSED, Problem("mail_not_writable", "This mail cannot be written: %(why)s. Look at the address.", {"why": _short(str(error))})
    )


def _of_address(code: int, answer: str) -> Outcome:
    said = {"code": code, "answer": answer}
    if code < 500:
        return Outcome(
            LATER, Problem("mail_address_not_now", "The mail server does not take mail for this address now (%(code)s): %(answer)s", said)
        )
    if is_dead(answer, code):
        return Outcome(DEAD, Problem("mail_address_unknown", "The mail server knows no such address (%(code)s): %(answer)s", said))
    return Outcome(REFUSED, Problem("mail_address_refused", "The mail server refuses mail for this address (%(code)s): %(answer)s", said))


def is_dead(answer: str, code: int = 0) -> bool:
    """Whether an answer says that the mailbox or its domain does not exist: not that a box is full or a text disliked (RFC 3463)."""
    found = _STATUS.search(answer)
    if found is None:
        return code in DEAD_WITHOUT_STATUS and "relay" not in answer.lower()
    kind, subject, detail = (int(part) for part in found.groups())
    return kind == 5 and (subject, detail) in {(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}


def _of_text(error: smtplib.SMTPDataError) -> Outcome:
    said = {"code": error.smtp_code, "answer": _answer(error)}
    if error.smtp_code < 500:
        return Outcome(
            LATER, Problem("mail_text_not_now", "The mail server took the address and not the text (%(code)s): %(answer)s", said)
        )
    return Outcome(
        REFUSED, Problem("mail_text_refused", "The mail server refuses this text (%(code)s): %(answer)s", said), "AWNA_EMAIL_FROM"
    )


def _of_conversation(error: smtplib.SMTPException) -> Outcome:
    text = str(error)
    if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in text:
        return _down("mail_no_starttls", "The mail server %(host)s:%(port)s does not offer STARTTLS. On port 465 use AWNA_EMAIL_SSL=1 instead; on "
                     "your own machine neither is needed.", TLS)  # fmt: skip
    if isinstance(error, smtplib.SMTPNotSupportedError) and "SMTPUTF8" in text:
        return Outcome(REFUSED, Problem("mail_address_not_ascii", "The mail server cannot write to an address with letters beyond a to z."))
    if isinstance(error, smtplib.SMTPNotSupportedError) or "authentication" in text:
        return _down("mail_no_login", "The mail server %(host)s:%(port)s takes no log-in on this connection. Most take it only after encryption: "
                     "AWNA_EMAIL_TLS=1 with port 587, or AWNA_EMAIL_SSL=1 with port 465.", TLS)  # fmt: skip
    return _down("mail_server_hung_up", "The mail server %(host)s:%(port)s ended the conversation: %(answer)s. A port that expects encryption at once "
                 "(465) does so when AWNA_EMAIL_SSL is not set.", TLS, answer=_answer(error))  # fmt: skip


def _of_line(error: OSError) -> Outcome:
    if isinstance(error, socket.gaierror):
        return _down(
            "mail_host_unknown", "There is no server of the name %(host)s, or this machine cannot look names up. Check the spelling.", WHERE
        )
    if isinstance(error, ConnectionRefusedError):
        return _down("mail_port_closed", "%(host)s takes no connection on port %(port)s: the mail server is down, or listens on another port "
                     "(587 and 465 are usual).", WHERE)  # fmt: skip
    if isinstance(error, TimeoutError):
        return _down("mail_server_silent", "%(host)s:%(port)s did not answer in time. Many networks close port 25: try 587 with AWNA_EMAIL_TLS=1 or "
                     "465 with AWNA_EMAIL_SSL=1.", WHERE)  # fmt: skip
    if isinstance(error, ssl.SSLCertVerificationError):
        return _down("mail_certificate_wrong", "The certificate of the mail server %(host)s is not good: %(answer)s. Use the name that stands in "
                     "the certificate.", "AWNA_EMAIL_HOST", answer=error.verify_message)  # fmt: skip
    if isinstance(error, ssl.SSLError):
        return _down("mail_tls_not_spoken", "%(host)s:%(port)s does not speak encryption at once. With port 587 use AWNA_EMAIL_TLS=1 and leave "
                     "AWNA_EMAIL_SSL at 0.", TLS)  # fmt: skip
    return _down("mail_line_broken", "No way to the mail server %(host)s:%(port)s: %(answer)s", WHERE, answer=_short(str(error)))


def _down(code: str, text: str, change: str, **more: object) -> Outcome:
    return Outcome(DOWN, Problem(code, text, {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT, **more}), change)


def _answer(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_said(error.smtp_error)}"
    return _short(str(error))


def _said(answer: bytes | str) -> str:
    return _short(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)


def _short(text: str) -> str:
    """One line, printable, of bounded length: it comes from outside."""
    return "".join(mark for mark in " ".join(text.split()) if mark.isprintable())[:ANSWER_CHARS_MAX]
