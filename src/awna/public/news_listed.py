"""Which pages of news, events and photos a snapshot carries: those that anyone may see today, and no photo whose consent ended."""

from collections.abc import Iterator
from typing import Any

from awna.kit.snapshots import Values


def each_update(campaign: Any) -> Iterator[Values]:
    yield from ({"update": pk} for pk in campaign.updates.order_by("pk").values_list("pk", flat=True))


def each_event(campaign: Any) -> Iterator[Values]:
    yield from ({"event": pk} for pk in campaign.events.order_by("pk").values_list("pk", flat=True))


def each_photo_file(campaign: Any) -> Iterator[Values]:
    for photo in campaign.photos.select_related("campaign").prefetch_related("files").order_by("pk"):
        if photo.is_shown() and photo.proofs.filter(update__withdrawn_at=None).exists():
            yield from ({"photo": photo.pk, "name": file.name} for file in photo.files.all())
