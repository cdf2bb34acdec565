"""The only writers of what providers tell: configure, store a delivery, read what was stored, bring in a report."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount
from awna.core.problems import Problem, Refused

from ..services.collecting import refuse_unless_collecting
from . import gocardless, paypal, stripe
from .adapter import Adapter, Event, Fact
from .models import RANKS, Provider, ProviderEvent, ProviderFact, ProviderItem
from .settling import Payout, book_arrival, book_payout, payout_of

__all__ = [
    "ADAPTERS",
    "Payout",
    "book_arrival",
    "book_payout",
    "bring_in_report",
    "configure",
    "learn",
    "open_provider",
    "payout_of",
    "process_events",
    "receive_delivery",
]  # fmt: skip
ADAPTERS: dict[str, Adapter] = {one.name: one for one in (stripe, gocardless, paypal)}
SECRET_CHARACTERS_MIN = 16
EVENTS_A_RUN = 2_000
CONTENT_DAYS_MAX = 30
"""A delivery tells of people; once it was read, its id and its facts are what counts."""
_log = logging.getLogger(__name__)


@transaction.atomic
def open_provider(*, settles_to: BankAccount, name: str) -> Provider:
    """An account at a provider that pays out to this bank account. It stays off; opened twice is once."""
    if name not in ADAPTERS:
        raise Refused(Problem("provider_unknown", "“%(asked)s” is no provider that is known here.", {"asked": name}, "name"))
    found = Provider.objects.filter(name=name, bank_account__custody__settles_to=settles_to.custody_id).first()
    if found is not None:
        return found
    account = books.open_provider_account(
        book=settles_to.book, section=settles_to.section, holder=settles_to.holder, currency=settles_to.currency, settles_to=settles_to,
        number=f"{name.upper()}{secrets.token_hex(4).upper()}",
    )  # fmt: skip
    return Provider.objects.create(bank_account=account, name=name)


@transaction.atomic
def configure(*, provider: Provider, enabled: bool, secret: str = "") -> Provider:
    """Switch a provider on or off. An empty secret keeps the one that is sealed already."""
    provider = Provider.objects.select_for_update().get(pk=provider.pk)
    secret = secret.strip() or provider.secret
    if enabled and not provider.enabled:
        refuse_unless_collecting(account=provider.bank_account)
    if enabled and provider.name != paypal.name and len(secret) < SECRET_CHARACTERS_MIN:
        raise Refused(Problem("secret_too_short", "A webhook secret has at least %(least)s characters. Copy it from the provider's page.",
                              {"least": SECRET_CHARACTERS_MIN}, "secret"))  # fmt: skip
    provider.enabled, provider.secret = enabled, secret
    provider.save(update_fields=["enabled", "secret"])
    return provider


def receive_delivery(*, provider: Provider, body: bytes, headers: Mapping[str, str], now: float) -> int:
    """Check the signature over the raw bytes, then store each event once; how many were new. Nothing is read or posted here."""
    events = ADAPTERS[provider.name].verify(body, headers, secret=provider.secret, now=now)
    return _store(provider, events)


@transaction.atomic
def _store(provider: Provider, events: list[Event]) -> int:
    known = set(provider.events.filter(event_id__in=[event.id for event in events]).values_list("event_id", flat=True))
    new = {event.id: event for event in events if event.id not in known}
    # Two deliveries of one event at the same time: the second finds the row of the first.
    ProviderEvent.objects.bulk_create(
        [ProviderEvent(provider=provider, event_id=one.id, kind=one.kind, content=one.content) for one in new.values()],
        ignore_conflicts=True,
    )
    return len(new)


def process_events(*, most: int = EVENTS_A_RUN) -> int:
    """Read what waits, each event for itself: one that cannot be read says so and stops no other. How many were read."""
    old = timezone.now() - timedelta(days=CONTENT_DAYS_MAX)
    ProviderEvent.objects.filter(processed_at__lt=old, problem="").exclude(content="").update(content="")
    waiting = list(ProviderEvent.objects.filter(processed_at=None).order_by("pk").values_list("pk", flat=True)[:most])
    return sum(_process(pk) for pk in waiting)


@transaction.atomic
def _process(pk: int) -> int:
    event = ProviderEvent.objects.select_for_update(of=("self",)).select_related("provider").get(pk=pk)
    if event.processed_at is not None:
        return 0
    try:
        facts = ADAPTERS[event.provider.name].facts(Event(event.event_id, event.kind, event.content))
    except (Refused, ValueError, TypeError, AttributeError, KeyError) as error:
        _log.warning("event %s of %s cannot be read: %s", event.event_id, event.provider_id, type(error).__name__)
        facts, event.problem = [], f"cannot be read: {type(error).__name__}"
    learn(provider=event.provider, facts=facts)
    event.processed_at = timezone.now()
    event.save(update_fields=["processed_at", "problem"])
    return 1


@transaction.atomic
def bring_in_report(*, provider: Provider, data: bytes) -> int:
    """A report of the provider, read whole or refused whole; how many of its rows said something new."""
    return learn(provider=provider, facts=ADAPTERS[provider.name].read_report(data))


@transaction.atomic
def learn(*, provider: Provider, facts: Iterable[Fact]) -> int:
    """Keep each fact once and say anew what its item is. The same facts in any order, any number of times, leave the same items."""
    Provider.objects.select_for_update().get(pk=provider.pk)
    new = 0
    for fact in facts:
        item, _made = ProviderItem.objects.get_or_create(
            provider=provider, kind=fact.kind, external_id=fact.id, defaults={"status": fact.status, "at": fact.at}
        )
        _kept, is_new = ProviderFact.objects.get_or_create(item=item, digest=fact.digest, defaults={"fact": fact.plain()})
        if is_new:
            new += 1
            _fold(item)
    return new


def _fold(item: ProviderItem) -> None:
    """The last fact says the state; for all else the last that says anything."""
    said = sorted(
        (fact.said for fact in item.facts.all()),
        key=lambda one: (one["at"], RANKS[one["status"]], one["id"], str(sorted(one.items(), key=str))),
    )
    item.status, item.at = said[-1]["status"], said[-1]["at"]
    for name in ("amount", "fee"):
        setattr(item, name, next((one[name] for one in reversed(said) if one[name] is not None), None))
    for name in ("currency", "reference", "payout"):
        setattr(item, name, next((one[name] for one in reversed(said) if one[name]), ""))
    item.differs = any(len({one[name] for one in said if one[name] not in (None, "")}) > 1 for name in ("amount", "currency", "payout"))
    item.save(update_fields=["status", "at", "amount", "fee", "currency", "reference", "payout", "differs"])
