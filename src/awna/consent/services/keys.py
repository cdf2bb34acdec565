"""Enrolling the public halves of stewards' keys, and how a book with keys will be founded."""

import base64
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from awna.core.consent.policy import PAPER, PASSKEY, PUBLIC_BYTES
from awna.core.consent.signatures import NONCE_BYTES, statement_challenge
from awna.core.digest import canonical_json, digest_of, sha256
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role

from ..models import Founding, FoundingWord, Nonce, StewardKey
from .signing import Signed, nonce_of, verify

STEWARD = "steward"
PROVE = "prove"
KEYS_MAX = 12
"""Keys of one steward, old ones included."""


@transaction.atomic
def enrol_key(
    *, steward: Role, kind: str, public: bytes, credential_id: str = "", rp: str = "", site: str = "", label: str = "", request_id: str
) -> StewardKey:
    """Keep the public half of a steward's new key. It counts when a policy names it. The same request gives the first answer again."""
    Campaign.objects.select_for_update().get(pk=steward.campaign_id)
    fingerprint = sha256(public).hex()
    known = StewardKey.objects.filter(campaign=steward.campaign_id, request_id=request_id).first()
    if known is not None:
        if (known.steward_id, known.fingerprint) == (steward.pk, fingerprint):
            return known
        raise Refused(Problem("request_already_used", "This form was sent before with other content. Reload the page and send it again."))
    if kind == PASSKEY:
        rp, site = rp or settings.AWNA_KEY_RP, site or settings.AWNA_KEY_SITE
    problems = _key_problems(steward, kind, public, fingerprint, rp, site)
    if problems:
        raise Refused(problems)
    FoundingWord.objects.filter(key__campaign=steward.campaign_id).delete()  # who signed before signed for fewer keys
    return StewardKey.objects.create(
        campaign_id=steward.campaign_id, steward=steward, kind=kind, public=base64.b64encode(public).decode(), credential_id=credential_id,
        rp=rp if kind == PASSKEY else "", site=site if kind == PASSKEY else "", label=label[:60], fingerprint=fingerprint,
        request_id=request_id)  # fmt: skip


def proof_digest(key: StewardKey) -> str:
    """What a key signs to show that it can: whose it is and which."""
    return digest_of(_proof_payload(key))


@transaction.atomic
def prove_key(*, key: StewardKey, signed: Signed) -> None:
    """A key that is to enter a later policy signs once, as those of the founding did; the nonce that it used up is the record of it."""
    if is_proven(key):
        return
    if signed.key != key.fingerprint:
        raise Refused(Problem("key_of_another_steward", "This signature is of another key. Sign with the key that stands on the page."))
    challenge = statement_challenge(_proof_payload(key), nonce=nonce_of(signed))
    verify(signed=signed, key=key, about=f"{PROVE}:{proof_digest(key)}", challenge=challenge)


@transaction.atomic
def keep_proof(*, key: StewardKey) -> None:
    """The key signed while it was taken up, so it need not sign again."""
    if not is_proven(key):
        nonce = secrets.token_hex(NONCE_BYTES)
        Nonce.objects.create(steward=key.steward, about=f"{PROVE}:{proof_digest(key)}", nonce=nonce, used_at=timezone.now())


def is_proven(key: StewardKey) -> bool:
    """Whether the key has signed at least once: under a policy that names it, or to show that it can."""
    shown = Nonce.objects.filter(steward=key.steward_id, about=f"{PROVE}:{proof_digest(key)}", used_at__isnull=False)
    return key.epochs.exists() or shown.exists()


@transaction.atomic
def drop_unfounded_key(*, key: StewardKey, author: Role) -> None:
    """Take back one's own key that no policy names yet."""
    if key.steward.user_id != author.user_id:
        raise Refused(Problem("key_of_another_steward", "Only its steward can take this key back."))
    if key.epochs.exists():
        raise Refused(Problem("key_is_in_use", "A policy names this key. Propose a policy without it instead."))
    FoundingWord.objects.filter(key__campaign=key.campaign_id).delete()
    key.delete()


@transaction.atomic
def set_founding(*, campaign: Campaign, required: int, rules: dict[str, Any] | None = None, author: Role | None = None) -> Founding:
    """Say with which number and rules a book with keys will be founded; free to change until the first key has signed."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    if author is not None and (author.name != STEWARD or author.campaign_id != campaign.pk):
        raise Refused(Problem("not_a_steward", "Only a steward of this campaign can say how its book is founded."))
    if campaign.policy_epochs.exists():
        raise Refused(Problem("book_is_founded", "The book has been founded. Propose a new policy instead."))
    if required < 1:
        raise Refused(
            Problem("policy_needs_a_steward", "“%(asked)s” stewards cannot decide. Ask for at least one.", {"asked": required}, "required")
        )
    said = canonical_json(rules).decode() if rules else ""
    found = Founding.objects.filter(campaign=campaign).first()
    if found is None:
        return Founding.objects.create(campaign=campaign, required=required, rules=said)
    if (found.required, found.rules) != (required, said):
        if FoundingWord.objects.filter(key__campaign=campaign).exists():
            raise Refused(Problem("founding_is_signed", "Somebody has signed already. Take the signature back by changing a key first."))
        found.required, found.rules = required, said
        found.save(update_fields=["required", "rules"])
    return found


def _key_problems(steward: Role, kind: str, public: bytes, fingerprint: str, rp: str, site: str) -> list[Problem]:
    problems = []
    if steward.name != STEWARD or steward.ended_on is not None:
        problems.append(Problem("not_a_steward", "Only a steward of this campaign holds a key. Ask for the role first."))
    if kind not in (PASSKEY, PAPER) or len(public) != PUBLIC_BYTES[kind] or not _is_point(kind, public):
        problems.append(Problem("key_wrong", "This is not the public half of a key that can be used here. Make the key again."))
    if kind == PASSKEY and (rp, site) != (settings.AWNA_KEY_RP, settings.AWNA_KEY_SITE):
        problems.append(
            Problem("key_of_another_site", "The key was made for another site than %(site)s.", {"site": settings.AWNA_KEY_SITE})
        )
    if StewardKey.objects.filter(campaign=steward.campaign_id, fingerprint=fingerprint).exists():
        problems.append(Problem("key_enrolled_already", "This key is enrolled already. Each key belongs to one person."))
    if StewardKey.objects.filter(steward=steward).count() >= KEYS_MAX:
        problems.append(Problem("too_many_keys", "You have %(n)s keys, the most that can be kept. Take one back first.", {"n": KEYS_MAX}))
    return problems


def _proof_payload(key: StewardKey) -> dict[str, str]:
    return {"about": PROVE, "campaign": str(key.campaign_id), "steward": str(key.steward_id), "key": key.fingerprint}


def _is_point(kind: str, public: bytes) -> bool:
    """A passkey's public half is a point of the curve."""
    try:
        return kind != PASSKEY or bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    except ValueError:
        return False
