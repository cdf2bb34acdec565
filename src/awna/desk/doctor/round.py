"""The whole round: of the machine and of every campaign, or of what one campaign's treasurer and stewards should know."""

from functools import partial

from awna.books.models import Book

from . import campaign, heads, machine, upkeep
from .findings import Finding, Look, look_at_all

MACHINE: list[tuple[str, Look]] = [
    ("settings", machine.settings_look), ("keys", machine.keys_look), ("disk", machine.disk_look), ("clock", machine.clock_look),
    ("certificate", machine.certificate_look), ("mail", machine.mail_look), ("mail arrives", machine.proof_look), ("timer", upkeep.timer_look), ("jobs", upkeep.jobs_look), ("outbox", upkeep.outbox_look),
    ("backups", upkeep.backups_look), ("migrations", upkeep.migrations_look), ("upgrade", upkeep.upgrade_look),
    ("forgotten", upkeep.forgotten_look), ("second place", heads.second_place_look), ("guards", campaign.guards_look),
]  # fmt: skip


def whole_round() -> list[Finding]:
    books = Book.objects.select_related("campaign").order_by("campaign__slug")
    return look_at_all([*MACHINE, *(look for book in books for look in looks_of(book))])


def round_of(book: Book) -> list[Finding]:
    """For the page: nothing that asks another machine, since a page must not wait for it."""
    quick = [(name, look) for name, look in MACHINE if name not in ("certificate", "mail", "keys")]
    return look_at_all([*quick, *looks_of(book)])


def looks_of(book: Book) -> list[tuple[str, Look]]:
    slug = book.campaign.slug
    return [
        (f"log {slug}", partial(campaign.log_look, book)),
        (f"log files {slug}", partial(campaign.published_look, book)),
        (f"heads {slug}", partial(heads.heads_look, book)),
        (f"statements {slug}", partial(campaign.statements_look, book)),
        (f"cash {slug}", partial(campaign.boxes_look, book)),
    ]
