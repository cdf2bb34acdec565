"""A mail server of our own on this machine, with each of the faults that real ones have."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

USER, PASSWORD = "awna", "a stone"  # known to everyone: it opens nothing but this server


@dataclass
class Post:
    """What came in, and what to answer: `at_address` by address, `at_sender` and `at_text` for all."""

    came: list[Envelope] = field(default_factory=list)
    at_address: dict[str, str] = field(default_factory=dict)
    at_sender: str = ""
    at_text: str = ""
    conversations: int = 0

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(envelope.content) for envelope in self.came]

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        self.conversations += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.at_sender:
            return self.at_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.at_address:
            return self.at_address[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.at_text:
            return self.at_text
        self.came.append(envelope)
        return "250 taken"


class _Controller(Controller):
    """Tells its port, which the machine chooses."""

    implicit: ssl.SSLContext | None = None

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _known(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(settings: Any, *, login: bool = False, tls: ssl.SSLContext | None = None, implicit: bool = False) -> Iterator[Post]:
    """A server that the settings point to: with a log-in, with STARTTLS, or encrypted at once."""
    post = Post()
    options: dict[str, Any] = {"authenticator": _known, "auth_required": True, "auth_require_tls": False} if login else {}
    if tls and implicit:
        options["ssl_context"] = tls
    elif tls:
        options["tls_context"] = tls
    controller = _Controller(post, hostname="127.0.0.1", port=0, **options)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", controller.port, 5
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = bool(tls and not implicit), bool(tls and implicit)
    if login:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    try:
        yield post
    finally:
        controller.stop()
