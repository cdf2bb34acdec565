"""What the keys' pages show: each steward's keys with their words, what is missing, and what stands still today."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from awna.books.models import Book, Entry
from awna.consent.models import Pause, PolicyEpoch, StewardKey, Suspension
from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.consent.quorum import word_code
from awna.parties.models import Campaign, Role

PASSKEYS_WANTED = 2
STEWARD = "steward"


@dataclass(frozen=True)
class ShownKey:
    """One key as people compare it: by its words."""

    key: StewardKey
    code: str
    counts: bool
    suspension: Suspension | None = None
    signed: bool = False

    @property
    def is_paper(self) -> bool:
        return self.key.kind == PAPER


@dataclass(frozen=True)
class Holder:
    """A steward and the keys she holds."""

    role: Role
    keys: list[ShownKey] = field(default_factory=list)

    @property
    def passkeys_missing(self) -> int:
        return max(0, PASSKEYS_WANTED - sum(shown.key.kind == PASSKEY for shown in self.keys))

    @property
    def lacks_passkey(self) -> bool:
        return not any(shown.key.kind == PASSKEY for shown in self.keys)

    @property
    def lacks_paper(self) -> bool:
        return not any(shown.is_paper for shown in self.keys)

    @property
    def has_signed(self) -> bool:
        """Every key of hers, and there are keys of both kinds."""
        return not self.lacks_passkey and not self.lacks_paper and all(shown.signed for shown in self.keys)


def steward_roles(campaign: Campaign) -> list[Role]:
    """One role for each person who is a steward today."""
    roles = (
        Role.objects.filter(campaign=campaign, name=STEWARD, ended_on=None).select_related("user", "campaign").order_by("user__name", "pk")
    )
    return list({role.user_id: role for role in roles}.values())


def holders_of(
    campaign: Campaign, roles: Iterable[Role], *, epoch: PolicyEpoch | None = None, signed: Iterable[str] = (), only_counting: bool = False
) -> list[Holder]:
    """The keys of these stewards in two queries. `signed` are fingerprints of keys that signed the founding."""
    roles, done = list(roles), set(signed)
    keys = StewardKey.objects.filter(campaign=campaign, steward__in=roles).select_related("steward__user").order_by("made_at")
    in_force = set(epoch.keys.values_list("key_id", flat=True)) if epoch else set()
    stopped = {one.key_id: one for one in alive_suspensions(campaign)}
    held: dict[Any, list[ShownKey]] = {role.pk: [] for role in roles}
    for key in keys:
        if not only_counting or key.pk in in_force:
            shown = ShownKey(key, word_code(key.fingerprint), key.pk in in_force, stopped.get(key.pk), key.fingerprint in done)
            held[key.steward_id].append(shown)
    return [Holder(role, held[role.pk]) for role in roles]


def alive_suspensions(campaign: Campaign) -> list[Suspension]:
    """Keys that are stopped today."""
    today = timezone.localdate()
    return list(Suspension.objects.filter(key__campaign=campaign, since__lte=today, until__gte=today).select_related("key", "by__user"))


def alive_pause(campaign: Campaign) -> Pause | None:
    """The pause under which the book stands today."""
    today = timezone.localdate()
    return Pause.objects.filter(campaign=campaign, since__lte=today, until__gte=today, ended_by=None).select_related("by__user").first()


def policy_entries(book: Book) -> dict[int, int]:
    """Epoch → number of its entry in the book: entries of kind policy, in their order."""
    return dict(enumerate(Entry.objects.filter(book=book, kind="policy").order_by("seq").values_list("seq", flat=True)))
