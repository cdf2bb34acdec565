"""Checking that a steward's own key signed exactly this, with a value that the server had asked for and nobody used before."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.core.consent.signatures import NONCE_BYTES, check_signed
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Nonce, PolicyEpoch, Proposal, StewardKey, Suspension

APPROVE = "approve"


@dataclass(frozen=True)
class Signed:
    """What a key gave back: its fingerprint and the nonce in hex, signature, authenticatorData and clientDataJSON in base64."""

    key: str
    nonce: str
    signature: str
    auth: str = ""
    client: str = ""

    @property
    def value(self) -> dict[str, str]:
        """As it stands in a leaf: empty parts are left out."""
        return {name: part for name, part in asdict(self).items() if part}


@transaction.atomic
def ask_nonce(*, steward: Role, about: str) -> bytes:
    """The value that this steward's next signature about this must contain; the same until it is used. `about` is `<act>:<digest>`."""
    waiting = Nonce.objects.filter(steward=steward, about=about, used_at=None).order_by("pk").first()
    if waiting is None:
        waiting = Nonce.objects.create(steward=steward, about=about, nonce=secrets.token_hex(NONCE_BYTES))
    return bytes.fromhex(waiting.nonce)


def digest_to_sign(proposal: Proposal) -> str:
    """What a yes signs: the digest in the log, or of the payload where nothing of it goes into the log."""
    return proposal.signs or proposal.digest


def nonce_of(signed: Signed) -> bytes:
    """The value that the signature says it contains. Refused where that is none."""
    try:
        return bytes.fromhex(signed.nonce)
    except ValueError:
        raise Refused(
            Problem("nonce_unknown", "The signature does not say what it was made for. Open the page again and sign anew.")
        ) from None


def find_key(*, signed: Signed, steward: Role) -> StewardKey:
    """The steward's key of that fingerprint. Refused where it is another's or unknown."""
    key = StewardKey.objects.filter(campaign=steward.campaign_id, fingerprint=signed.key).first()
    if key is None or key.steward_id != steward.pk:
        raise Refused(Problem("key_of_another_steward", "This key is not one of yours. Sign with a key that you enrolled."))
    return key


def verify(*, signed: Signed, key: StewardKey, about: str, challenge: bytes) -> None:
    """Refused unless the key signed this challenge with a nonce of its steward about this. The nonce is used up."""
    asked = Nonce.objects.select_for_update().filter(steward=key.steward_id, about=about, nonce=signed.nonce).first()
    if asked is None:
        raise Refused(Problem("nonce_unknown", "This signature was made for something else. Open the page again and sign what it shows."))
    if asked.used_at is not None:
        raise Refused(Problem("nonce_used", "This signature was used before. Open the page again and sign anew."))
    problems = check_signed(signed.value, key=key.core, challenge=challenge)
    if problems:
        raise Refused(problems)
    asked.used_at = timezone.now()
    asked.save(update_fields=["used_at"])


def refuse_dead_key(key: StewardKey, *, epoch: PolicyEpoch, on: date) -> None:
    """A key counts in the epochs that name it, and signs nothing new while a suspension of it stands: a clock set back before that day is no way around."""
    if not epoch.keys.filter(key=key).exists():
        raise Refused(
            Problem("key_not_in_policy", "The policy in force does not name this key. Use one that it names, or propose a new policy.")
        )
    if is_barred(key, on=on):
        raise Refused(
            Problem("key_is_suspended", "This key is suspended now. Use another of your keys, or wait until the suspension ends.")
        )


def is_suspended(key: StewardKey, *, on: date) -> bool:
    return Suspension.objects.filter(key=key, since__lte=on, until__gte=on).exists()


def is_barred(key: StewardKey, *, on: date) -> bool:
    """Nothing that the key signed is carried by an entry of that day: a suspension has not ended, and days are not signed."""
    return Suspension.objects.filter(key=key, until__gte=on).exists()


def signed_of(values: Mapping[str, str]) -> Signed:
    """The same from the fields of a leaf."""
    return Signed(**{name: values.get(name, "") for name in ("key", "nonce", "signature", "auth", "client")})
