"""What a page needs so that a steward can sign one text with her key, and what came back from it."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from awna import paper
from awna.consent import services as consent
from awna.consent.demo_keys import has_demo_key, sign_about
from awna.consent.models import PolicyEpoch, Proposal, StewardKey
from awna.consent.services import Signed
from awna.core.consent.paper import read_answer
from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.consent.quorum import word_code
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

APPROVE, FOUND, SUSPEND, PAUSE, ENROL = "approve", "found", "suspend", "pause", "enrol"
FIELDS = ("signed_key", "signed_nonce", "signed_signature", "signed_auth", "signed_client")
ANSWER_FIELD = "signed_answer"
FIELD_CHARACTERS_MAX = 4000
"""A passkey's client data is a few hundred bytes; nothing that a key says is longer."""


def rp_id() -> str:
    """The relying party: the host of this site as its operator configured it, never as a request names it."""
    return str(settings.AWNA_KEY_RP)


def signing_for(steward: Role, proposal: Proposal) -> dict[str, Any] | None:
    """What a page shows and hands to the key for this steward's yes; None where the book knows no keys."""
    if not proposal.epoch.keyed:
        return None
    keys = StewardKey.objects.filter(steward=steward, epochs__epoch=proposal.epoch)
    return signing_of(steward, about=APPROVE, digest=proposal.signs or proposal.digest, keys=keys)


def signing_of(steward: Role, *, about: str, digest: str, keys: Iterable[StewardKey]) -> dict[str, Any]:
    """The same for any text with this digest; each call asks for a random value of its own."""
    request = paper.Request(about, digest, consent.ask_nonce(steward=steward, about=f"{about}:{digest}"), rp_id())
    mine = list(keys)
    passkeys = [{"id": key.credential_id, "key": key.fingerprint} for key in mine if key.kind == PASSKEY]
    papers = [key.fingerprint for key in mine if key.kind == PAPER]
    return {
        "challenge": to_url(paper.challenge_of(request)), "nonce": request.nonce.hex(), "digest": digest, "code": word_code(digest),
        "rp": rp_id(), "credentials": json.dumps(passkeys), "paper": json.dumps(papers), "has_passkey": bool(passkeys),
        "has_paper": bool(papers), "request": paper.write_request(request), "keys": mine, "is_demo": has_demo_key(steward), "about": about,
    }  # fmt: skip


def signed_from(post: Mapping[str, str], *, steward: Role | None = None) -> Signed | None:
    """What a key said, out of a form; None when nothing was signed. A typed answer of a paper key is taken as well as the page's own fields."""
    typed = post.get(ANSWER_FIELD, "").strip()
    if typed:
        return signed_by_answer(typed, steward=steward)
    if post.get("demo_key") and steward is not None and has_demo_key(steward):
        about, _colon, digest = post.get("signed_about", "").partition(":")
        return sign_about(steward=steward, about=about, digest=_hex_or_none(digest))
    values = [post.get(name, "").strip() for name in FIELDS]
    if not values[0]:
        return None
    if any(len(value) > FIELD_CHARACTERS_MAX for value in values):
        raise Refused(Problem("signature_wrong", "The signature is not that of the key. Ask the steward to sign again."))
    return Signed(*values)


def signed_by_answer(text: str, *, steward: Role | None) -> Signed:
    """The answer of a paper key that belongs to this steward."""
    answer = read_answer(text)
    key = StewardKey.objects.filter(steward=steward, kind=PAPER, fingerprint__startswith=answer.key_start).first()
    if key is None:
        raise Refused(
            Problem("paper_answer_of_another_key", "This answer is not from a paper key of yours. Sign with your own.", {}, ANSWER_FIELD)
        )
    return Signed(key.fingerprint, answer.nonce.hex(), base64.b64encode(answer.signature).decode(), "", "")


def _hex_or_none(digest: str) -> str:
    """A demonstration key signs what the page shows; anything that is no digest it refuses as a real key's answer would be."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Refused(Problem("signature_wrong", "The signature is not that of the key. Ask the steward to sign again."))
    return digest


def keyed_epoch(campaign: Any) -> PolicyEpoch | None:
    """The policy in force, if its stewards sign with keys."""
    epoch = consent.current_epoch(campaign)
    return epoch if epoch is not None and epoch.keyed else None


def to_url(data: bytes) -> str:
    """Base64url without padding, as WebAuthn writes bytes."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
