"""Where a proposal stands: whose yes counts, whether enough said it, from which day it may be carried out. The database counts likewise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from awna.core.consent.policy import PAPER
from awna.core.digest import sha256

from ..models import Decision, Pause, Proposal
from .private import was_forced
from .signing import is_barred, is_suspended

WAITING, COOLING, READY, HELD = "waiting", "cooling", "ready", "held"
DECLINED, EXPIRED, WITHDRAWN, PAUSED = "declined", "expired", "withdrawn", "paused"
WHILE_PAUSED = ("policy", "resume")


@dataclass(frozen=True)
class State:
    """`approvals` of `required` different people (or households), of `offices` offices; `ready_on` once enough have agreed."""

    state: str
    approvals: int
    required: int
    offices: int
    offices_had: int
    ready_on: date | None
    not_before: date | None
    declined: int = 0
    paused: bool = False


def required_of(proposal: Proposal) -> int:
    """How many must agree: what the band says, and never fewer than the policy, except by paper."""
    return proposal.required if proposal.by_paper else max(proposal.required, proposal.epoch.required)


def counting_decisions(proposal: Proposal, *, on: date | None = None) -> list[Decision]:
    """The yes that counts, oldest first: of stewards, and in a book with keys by a key of the epoch that is not suspended."""
    said = proposal.decisions.filter(
        choice=Decision.APPROVE, steward__name="steward", steward__campaign=proposal.campaign_id
    ).select_related("steward", "key").order_by("decided_at")  # fmt: skip
    if not proposal.epoch.keyed:
        return list(said)
    today, keys = on or timezone.localdate(), _keys_that_count(proposal)
    return [
        one for one in said
        if one.key_id in keys and one.key is not None and one.key.steward_id == one.steward_id and one.signature
        and one.digest == (proposal.signs or proposal.digest)
        and not is_suspended(one.key, on=_day(one)) and not is_barred(one.key, on=today)
    ]  # fmt: skip


def count_approvals(proposal: Proposal) -> int:
    """Distinct people or households, not roles: one person with two roles counts once."""
    return len({who for who, _ in _voices(proposal, counting_decisions(proposal))})


def deciding_day(proposal: Proposal, decisions: Iterable[Decision]) -> date | None:
    """The day of the yes that was enough; None while more is needed."""
    need, so_far = required_of(proposal), []
    for one in sorted(decisions, key=_day):
        so_far.append(one)
        voices = _voices(proposal, so_far)
        if len({who for who, _ in voices}) >= need and len({office for _, office in voices if office}) >= proposal.offices:
            return _day(one)
    return None


def is_approved(proposal: Proposal, *, on: date | None = None) -> bool:
    """Enough stewards of the proposal's epoch agreed; it was not withdrawn or held, has not expired on that day, and no pause stands."""
    fresh = Proposal.objects.select_related("epoch").get(pk=proposal.pk)
    day = on or timezone.localdate()
    if fresh.withdrawn_at or fresh.held_at or fresh.expires_on < day or is_paused(fresh, on=day):
        return False
    return deciding_day(fresh, counting_decisions(fresh, on=day)) is not None


def is_paused(proposal: Proposal, *, on: date) -> bool:
    """A pause holds whatever rests on the stewards, but not what ends it, nor a change of who they are."""
    if proposal.purpose in WHILE_PAUSED:
        return False
    return Pause.objects.filter(campaign=proposal.campaign_id, until__gte=on, ended_by=None).exists()


def state_of(proposal: Proposal, *, on: date | None = None) -> State:
    """Where it stands today, for pages and for whoever would carry it out. Marks stay sealed."""
    proposal = Proposal.objects.select_related("epoch").get(pk=proposal.pk)
    day = on or timezone.localdate()
    counting = counting_decisions(proposal, on=day)
    voices = _voices(proposal, counting)
    decided = deciding_day(proposal, counting)
    ready = max(filter(None, (decided + timedelta(days=proposal.cool_down), proposal.not_before))) if decided else None
    refusing = proposal.decisions.filter(choice=Decision.DECLINE).count()
    paused = is_paused(proposal, on=day)
    return State(
        _name(proposal, day, ready, refusing, paused), len({who for who, _ in voices}), required_of(proposal), proposal.offices,
        len({office for _, office in voices if office}), ready, proposal.not_before, refusing, paused)  # fmt: skip


@transaction.atomic
def may_be_carried_out(proposal: Proposal, *, on: date | None = None) -> bool:
    """Whether everything that the policy asks has been met on that day.

    Now, and not before, the marks are opened: if somebody was forced to agree, the proposal is held for ever instead, and this says no.
    """
    if state_of(proposal, on=on).state != READY:
        return False
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if locked.held_at is None and was_forced(locked):
        locked.held_at = timezone.now()
        locked.save(update_fields=["held_at"])
    return locked.held_at is None


def _name(proposal: Proposal, day: date, ready: date | None, refusing: int, paused: bool) -> str:
    if proposal.withdrawn_at is not None:
        return WITHDRAWN
    if proposal.held_at is not None:
        return HELD
    if proposal.expires_on < day:
        return EXPIRED
    if ready is None:
        return DECLINED if refusing and _cannot_pass(proposal) else WAITING
    if paused:
        return PAUSED
    return READY if ready <= day else COOLING


def _cannot_pass(proposal: Proposal) -> bool:
    """So many said no that the others are too few."""
    stewards = list(proposal.epoch.stewards.all())
    refusing = set(proposal.decisions.filter(choice=Decision.DECLINE).values_list("steward_id", flat=True))
    if not stewards:
        from awna.parties.models import Role

        roles = Role.objects.filter(campaign=proposal.campaign_id, name="steward", ended_on=None)
        return len({role.user_id for role in roles if role.pk not in refusing}) < required_of(proposal)
    left = {one.household or str(one.steward_id) for one in stewards if one.steward_id not in refusing}
    return len(left) < required_of(proposal)


def _voices(proposal: Proposal, decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    """(household or person, office) of each yes."""
    listed = {one.steward_id: one for one in proposal.epoch.stewards.all()}
    found = []
    for one in decisions:
        place = listed.get(one.steward_id)
        found.append(((place.household if place else "") or str(one.steward.user_id), place.office if place else ""))
    return found


def _keys_that_count(proposal: Proposal) -> set[object]:
    """Keys of the epoch; for a new policy without those that it drops, and by paper none but those on paper."""
    keys = [one.key for one in proposal.epoch.keys.select_related("key")]
    if proposal.purpose == "policy" and proposal.content.get("payload", {}).get("keys"):
        import base64

        kept = {sha256(base64.b64decode(key["public"])).hex() for key in proposal.content["payload"]["keys"]}
        keys = [key for key in keys if key.fingerprint in kept]
    return {key.pk for key in keys if key.kind == PAPER or not proposal.by_paper}


def _day(decision: Decision) -> date:
    return decision.decided_on or timezone.localdate(decision.decided_at)
