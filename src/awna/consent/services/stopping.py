"""What the book's memos stop, as rows that the guards read: written by the book, in the transaction that posts the memo."""

from datetime import date

from django.db import transaction

from awna.parties.models import Campaign, Role

from ..models import FoundingWord, Pause, Proposal, StewardKey, Suspension
from .signing import Signed


@transaction.atomic
def keep_founding_word(*, key: StewardKey, digest: str, signed: Signed) -> FoundingWord:
    """One key's verified signature on the first policy with this digest."""
    parts = {"nonce": signed.nonce, "signature": signed.signature, "auth": signed.auth, "client": signed.client}
    return FoundingWord.objects.update_or_create(key=key, defaults={"digest": digest, **parts})[0]


@transaction.atomic
def keep_suspension(*, key: StewardKey, by: Role, since: date, until: date, entry_seq: int, reason: str = "") -> Suspension:
    """A key that counts for nothing from `since` through `until`, as the memo in that entry says."""
    return Suspension.objects.create(key=key, by=by, since=since, until=until, entry_seq=entry_seq, reason=reason)


@transaction.atomic
def keep_pause(*, campaign: Campaign, by: Role, since: date, until: date, entry_seq: int, reason: str = "") -> Pause:
    """A stop of the book from `since` through `until`, as the memo in that entry says."""
    return Pause.objects.create(campaign=campaign, by=by, since=since, until=until, entry_seq=entry_seq, reason=reason)


@transaction.atomic
def end_pause(*, pause: Pause, by: Proposal) -> Pause:
    """The stewards agreed to go on; once."""
    pause.ended_by = by
    pause.save(update_fields=["ended_by"])
    return pause
