"""Keep a set-up step by step, close it once its campaign stands, and forget what it held of people."""

import json
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused

from ..models import Campaign
from .models import SetUp, SetUpStep

Typed = dict[str, str | list[str]]
"""What was typed on one step, by field."""
LINKS_KEPT_HOURS = 24
STEP_CHARS_MAX = 50_000


def open_set_up() -> SetUp | None:
    """The set-up that was begun and not finished."""
    return SetUp.objects.filter(finished_at=None).order_by("began_at").first()


def typed_so_far(set_up: SetUp | None) -> dict[str, Typed]:
    """What was typed on each step that somebody saved."""
    if set_up is None:
        return {}
    return {step.name: json.loads(step.typed) for step in set_up.steps.all()}


@transaction.atomic
def keep_step(*, name: str, typed: Typed, is_good: bool) -> SetUp:
    """Keep what was typed on a step; the set-up begins with the first one kept."""
    text = json.dumps(typed, ensure_ascii=False)
    if len(text) > STEP_CHARS_MAX:
        raise Refused(Problem("set_up_step_too_long", "This step holds more than %(n)s characters. Leave some of it for later, on the desk.",
                              {"n": STEP_CHARS_MAX}))  # fmt: skip
    set_up = open_set_up() or SetUp.objects.create()
    SetUpStep.objects.update_or_create(set_up=set_up, name=name, defaults={"typed": text, "is_good": is_good})
    return set_up


@transaction.atomic
def lock_unfinished(set_up: SetUp | None) -> SetUp | None:
    """The set-up, held until the campaign stands; None when somebody finished it in the meantime."""
    return SetUp.objects.select_for_update().filter(pk=set_up.pk, finished_at=None).first() if set_up else None


@transaction.atomic
def finish_set_up(
    *, set_up: SetUp | None, campaign: Campaign, links: Sequence[tuple[str, str, str]], public_metres: int | None = None
) -> SetUp:
    """The campaign stands: the answers go, and the links stay for a day."""
    row = set_up or SetUp()
    row.campaign, row.finished_at, row.public_metres = campaign, timezone.now(), public_metres
    row.links = json.dumps(list(links), ensure_ascii=False)
    row.save()
    row.steps.all().delete()
    return row


@transaction.atomic
def forget_links() -> int:
    """Delete the kept links of invitations that are older than a day; return of how many set-ups."""
    edge = timezone.now() - timedelta(hours=LINKS_KEPT_HOURS)
    return SetUp.objects.filter(finished_at__lt=edge).exclude(links="").update(links="")


@transaction.atomic
def settle(*, set_up: SetUp) -> None:
    """Everything that was to be done after the set-up is done: the desk stops listing it."""
    SetUp.objects.filter(pk=set_up.pk, settled_at=None).update(settled_at=timezone.now())


def finished_lately() -> SetUp | None:
    """The set-up whose links are still kept."""
    edge = timezone.now() - timedelta(hours=LINKS_KEPT_HOURS)
    return SetUp.objects.filter(finished_at__gte=edge).exclude(links="").select_related("campaign").order_by("-finished_at").first()
