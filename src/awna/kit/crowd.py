"""Between a public form and its service: the gate, and what a crowded moment asks of a person."""

import secrets
import time
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .gate import WORK_MINUTES, Gate, network_of
from .http import client_address

SALT = "awna.kit.gate"
gate = Gate(clock=time.time)


@dataclass(frozen=True)
class Crowd:
    """What the form must carry when it comes back: an answer to the challenge, or a ticket whose time has come."""

    challenge: str
    bits: int
    ticket: str
    wait_s: int

    @property
    def text(self) -> str:
        if self.wait_s:
            return _("Very many forms come from your network at this moment. Nothing was lost: wait %(seconds)s seconds, then send the form again.") % {
                "seconds": self.wait_s}  # fmt: skip
        return _(
            "Very many forms come from your network at this moment. Nothing was lost: leave this page open for some minutes, then send the form again."
        )


def let_in(request: HttpRequest, email: str) -> Crowd | None:
    """None: go on. Otherwise what to show instead; the form keeps what was typed."""
    network = network_of(client_address(request))
    if _has_worked(request) or _has_waited(request, network):
        return None
    verdict = gate.admit(network=network, domain=email.rpartition("@")[2].strip().casefold())
    if verdict.admitted:
        return None
    ticket = signing.dumps([network, gate.clock() + verdict.wait_s], salt=SALT) if verdict.wait_s else ""
    return Crowd(signing.dumps(secrets.token_urlsafe(9), salt=SALT), gate.work_bits, ticket, verdict.wait_s)


def _has_worked(request: HttpRequest) -> bool:
    challenge, nonce = request.POST.get("work_challenge", ""), request.POST.get("work_nonce", "")
    return bool(nonce) and _ours(challenge) is not None and gate.admit_worked(challenge, nonce)


def _has_waited(request: HttpRequest, network: str) -> bool:
    ticket = request.POST.get("ticket", "")
    said = _ours(ticket) if ticket else None
    return isinstance(said, list) and gate.admit_waited(ticket, ready_at=float(said[1]), network=network, given_to=str(said[0]))


def _ours(text: str) -> object:
    try:
        return signing.loads(text, salt=SALT, max_age=WORK_MINUTES * 60 * 2)
    except signing.BadSignature:
        return None
