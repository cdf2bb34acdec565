"""Take up a new key: check on the server that a device made it here, with its person verified, or that a paper key can sign."""

import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from fido2.server import Fido2Server
from fido2.webauthn import (
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from awna import paper
from awna.consent import services as consent
from awna.consent.models import StewardKey
from awna.core.consent.paper import read_answer
from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from .signing import ENROL, rp_id, to_url

ES256 = -7
"""The COSE number of ECDSA on P-256 with SHA-256, the one kind that the book and its verifier know."""
COSE_X, COSE_Y, COORDINATE_BYTES = -2, -3, 32
ATTESTATION_CHARACTERS_MAX = 20_000


def new_passkey_state(steward: Role) -> dict[str, Any]:
    """A fresh challenge, kept in the session until the device has answered."""
    user = PublicKeyCredentialUserEntity(id=steward.pk.bytes, name=str(steward.user), display_name=str(steward.user))
    _options, state = _server().register_begin(user, user_verification=UserVerificationRequirement.REQUIRED)
    return dict(state)


def take_passkey(*, steward: Role, state: Mapping[str, Any] | None, form: Mapping[str, str], request_id: str) -> StewardKey:
    """Keep the public half of what the device made; refused unless it was made here and now, by a person whom the device verified."""
    if not state or not state.get("challenge"):
        raise Refused(Problem("key_asked_too_long_ago", "This page was open too long, or was sent before. Make the key again."))
    if len(form["attestation"]) > ATTESTATION_CHARACTERS_MAX:
        raise Refused(_not_made_here("too long"))
    response = {
        "id": form["credential_id"], "rawId": form["credential_id"], "type": "public-key",
        "response": {"clientDataJSON": form["client"], "attestationObject": form["attestation"]},
    }  # fmt: skip
    try:
        made = _server().register_complete(state, response)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        if "User verification" in str(error):
            raise Refused(
                Problem("user_not_verified", "The device did not ask who you are. Set a screen lock, PIN or fingerprint on it first.")
            ) from error
        raise Refused(_not_made_here(str(error))) from error
    return consent.enrol_key(
        steward=steward, kind=PASSKEY, public=_point(made), credential_id=_credential(made), rp=rp_id(), site=settings.AWNA_KEY_SITE,
        label=form["label"], request_id=request_id,
    )  # fmt: skip


def paper_request(steward: Role, nonce: bytes) -> paper.Request:
    """What a new paper key signs to show that it can: who it will belong to, and a fresh random value."""
    digest = digest_of({"about": ENROL, "campaign": str(steward.campaign_id), "steward": str(steward.pk)})
    return paper.Request(ENROL, digest, nonce, rp_id())


def new_paper_nonce() -> str:
    return secrets.token_hex(paper.NONCE_BYTES)


def take_paper_key(*, steward: Role, nonce: str, public: str, answer: str, request_id: str) -> StewardKey:
    """Keep the public half of a paper key that has just signed for this steward. Its seed was never here."""
    if not nonce:
        raise Refused(Problem("key_asked_too_long_ago", "This page was open too long, or was sent before. Make the key again."))
    try:
        raw, said = paper.read_public(public), read_answer(answer)
    except paper.Wrong as wrong:
        raise Refused(
            Problem(
                "paper_key_unreadable",
                "The public key cannot be read: it has 13 groups of letters A to Z and digits 2 to 7. Type it again.",
            )
        ) from wrong
    request = paper_request(steward, bytes.fromhex(nonce))
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(said.signature, paper.PREFIX + paper.challenge_of(request))
    except (InvalidSignature, ValueError) as error:
        raise Refused(
            Problem(
                "paper_key_did_not_sign", "The answer does not fit this public key and this page. Type both again, or make the key anew."
            )
        ) from error
    key = consent.enrol_key(steward=steward, kind=PAPER, public=raw, request_id=request_id)
    consent.keep_proof(key=key)
    return key


def _server() -> Fido2Server:
    """Host and site come from the settings alone: what a request says of itself is nothing to go by."""
    entity = PublicKeyCredentialRpEntity(id=rp_id(), name="Awna")
    return Fido2Server(entity, verify_origin=lambda origin: origin == settings.AWNA_KEY_SITE)


def _point(made: AuthenticatorData) -> bytes:
    """The public key as an uncompressed point."""
    public = dict(made.credential_data.public_key) if made.credential_data else {}
    if public.get(3) != ES256:
        raise Refused(Problem("key_kind_wrong", "This device makes keys of a kind that the book does not know. It must be ES256."))
    x, y = public[COSE_X], public[COSE_Y]
    if len(x) != COORDINATE_BYTES or len(y) != COORDINATE_BYTES:
        raise Refused(_not_made_here("coordinates"))
    return b"\x04" + bytes(x) + bytes(y)


def _credential(made: AuthenticatorData) -> str:
    return to_url(made.credential_data.credential_id) if made.credential_data else ""


def _not_made_here(why: str) -> Problem:
    return Problem(
        "key_not_made_here", "The device's answer does not belong to this site and page (%(why)s). Make the key again.", {"why": why}
    )


def shown_request(steward: Role, nonce: str) -> dict[str, str]:
    """What the page and its script need of it."""
    request = paper_request(steward, bytes.fromhex(nonce))
    return {
        "digest": request.digest, "nonce": nonce, "challenge": to_url(paper.challenge_of(request)), "request_text": paper.write_request(request)
    }  # fmt: skip
