"""Interests that bar a yes, and the two PINs: the second looks like the first to everyone, until the waiting days are over."""

import secrets

from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.kit.sealed import open_bytes, seal_bytes
from awna.parties.models import Role

from ..models import Decision, Interest, Mark, Pin, Proposal

PIN_CHARS_MIN, PIN_CHARS_MAX = 6, 64
MARK_BYTES = 32
_FREE, _FORCED = b"\x00", b"\x01"


@transaction.atomic
def declare_interest(*, role: Role, custody_id: str, reason: str, author: Role | None = None) -> Interest:
    """Say that this person is tied to a payee; from now on this person cannot agree to pay it. Said twice, it stands once."""
    if not reason.strip():
        raise Refused(Problem("interest_needs_a_reason", "Say what the tie is: a relative, an employer, a share, a debt.", {}, "reason"))
    standing = Interest.objects.filter(role=role, custody=custody_id, ended_at=None).first()
    return standing or Interest.objects.create(role=role, custody=str(custody_id), reason=reason.strip())


@transaction.atomic
def end_interest(*, role: Role, custody_id: str, reason: str) -> Interest | None:
    """Say that the tie is over."""
    if not reason.strip():
        raise Refused(Problem("interest_needs_a_reason", "Say why the tie is over.", {}, "reason"))
    standing = Interest.objects.filter(role=role, custody=custody_id, ended_at=None).first()
    if standing is not None:
        standing.ended_at, standing.end_reason = timezone.now(), reason.strip()
        standing.save(update_fields=["ended_at", "end_reason"])
    return standing


def is_interested(steward: Role, proposal: Proposal) -> bool:
    """Whether this person, in whatever role, is tied to the payee."""
    payee = str(proposal.content.get("payee") or "")
    return bool(payee) and Interest.objects.filter(
        role__user=steward.user_id, role__campaign=proposal.campaign_id, custody=payee, ended_at=None).exists()  # fmt: skip


@transaction.atomic
def set_pin(*, steward: Role, pin: str, duress_pin: str = "", cool_down: int) -> Pin:
    """Set a steward's PIN, and the one for when somebody forces her. Without waiting days in the policy the second could hide nothing."""
    for given in filter(None, (pin, duress_pin)):
        if not PIN_CHARS_MIN <= len(given) <= PIN_CHARS_MAX:
            raise Refused(Problem("pin_length_wrong", "A PIN has %(min)s to %(max)s characters.",
                                  {"min": PIN_CHARS_MIN, "max": PIN_CHARS_MAX}, "pin"))  # fmt: skip
    if not pin:
        raise Refused(Problem("pin_missing", "Give your PIN.", {}, "pin"))
    if duress_pin and cool_down < 1:
        raise Refused(
            Problem(
                "duress_needs_waiting_days",
                "The policy has no waiting days, so a PIN for emergencies could hide nothing. Ask for waiting days first.",
                {},
                "duress_pin",
            )
        )
    if duress_pin == pin:
        raise Refused(Problem("pins_are_the_same", "The two PINs must differ.", {}, "duress_pin"))
    hashes = {"normal": _hash(pin), "duress": _hash(duress_pin or secrets.token_hex(16)), "set_at": timezone.now()}
    return Pin.objects.update_or_create(steward=steward, defaults=hashes)[0]


def has_pin(steward: Role) -> bool:
    """Whether this person's yes asks for a PIN, in whatever role of the campaign."""
    return Pin.objects.filter(steward__user=steward.user_id, steward__campaign=steward.campaign_id).exists()


def check_pin(steward: Role, pin: str) -> bool | None:
    """None without a PIN to check; else whether the yes is forced. Both hashes are always computed, so that neither takes longer."""
    stored = Pin.objects.filter(steward__user=steward.user_id, steward__campaign=steward.campaign_id).first()
    if stored is None:
        return None
    normal, forced = (identify_hasher(known).verify(pin, known) for known in (stored.normal, stored.duress))
    if not normal and not forced:
        raise Refused(Problem("pin_wrong", "This is not your PIN. Nothing was recorded; try again.", {}, "pin"))
    return forced


def mark(decision: Decision, *, forced: bool) -> Mark:
    """Seal whether the yes was forced. Every mark is as long as every other."""
    said = (_FORCED if forced else _FREE).ljust(MARK_BYTES, b"\x00")
    return Mark.objects.create(decision=decision, sealed=seal_bytes(said, place=_place(decision)).hex())


def was_forced(proposal: Proposal) -> bool:
    """Whether any yes to it was forced. Asked only when the waiting days are over."""
    marks = Mark.objects.filter(decision__proposal=proposal, decision__choice=Decision.APPROVE).select_related("decision")
    return any(open_bytes(bytes.fromhex(one.sealed), place=_place(one.decision))[:1] == _FORCED for one in marks)


def _hash(pin: str) -> str:
    """With the site's own slow hash, as for passwords."""
    hasher = get_hasher()
    return str(hasher.encode(pin, hasher.salt()))


def _place(decision: Decision) -> str:
    return f"consent_mark|{decision.pk}"
