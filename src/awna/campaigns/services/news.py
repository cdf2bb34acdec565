"""Writers of news: publish an update with its proofs, pin it, withdraw it. Nothing published disappears unsaid."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Case, F, IntegerField, Value, When, prefetch_related_objects
from django.utils import timezone

from awna.books.models import Document, Entry
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import PROSE, Source, refuse_unless_role, wordings

from ..models import Photo, Proof, Update
from ..models.news import proofs_shown

NEWS_ROLES = ("steward", "site_lead", "coordinator")
TEXT_CHARS_MAX = 20_000
CANDIDATES = 4
"""How many times as many updates are looked through as are shown, for those that somebody translated."""


def latest_updates(campaign: Campaign, *, language: str, limit: int = 5) -> list[Update]:
    """What a page shows as news: pinned first, then the newest, written in or translated into the reader's language; else in any.

    At most four queries. Each has `title_shown`, `text_shown`, `language_shown`, `published_at`, `get_author_role_display`, `photos` (those
    that may be shown) and `papers`.
    """
    foreign = Case(When(language=language, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = campaign.updates.standing().annotate(foreign=foreign).order_by("foreign", F("pinned_at").desc(nulls_last=True), "-published_at")
    found = sorted(readable(campaign, list(rows[: limit * CANDIDATES]), language), key=_newest)[:limit]
    prefetch_related_objects(found, proofs_shown())
    return found


def readable(campaign: Campaign, updates: list[Update], language: str) -> list[Update]:
    """Those that a reader of this language can read, as written or as translated; all of them where there is none."""
    tell_in(campaign, updates, language)
    return [update for update in updates if update.language_shown == language] or updates


def tell_in(campaign: Campaign, updates: Sequence[Update], language: str) -> None:
    """Stand the translation, where there is one, in place of the words of updates in other languages; one query for all."""
    asked = {
        update: [Source(f"update.{update.pk}.{name}", update.language, getattr(update, name), "", PROSE) for name in ("title", "text")]
        for update in updates if update.language != language and update.withdrawn_at is None
    }  # fmt: skip
    found = wordings(campaign, [source for pair in asked.values() for source in pair], language) if asked else {}
    for update, (title, text) in asked.items():
        if found[title.subject].language == found[text.subject].language == language:
            update.told_title, update.told_text = found[title.subject], found[text.subject]


def translated_updates(campaign: Campaign, language: str) -> list[str]:
    """Ids of the updates whose text somebody translated into this language."""
    subjects = campaign.translations.filter(language=language, subject__startswith="update.", subject__endswith=".text").exclude(text="")
    return [subject.split(".")[1] for subject in subjects.values_list("subject", flat=True)]


def _newest(update: Update) -> tuple[bool, float]:
    return update.pinned_at is None, -update.published_at.timestamp()


@transaction.atomic
def publish_update(
    *,
    campaign: Campaign,
    title: str,
    text: str,
    language: str,
    author: Role,
    request_id: str,
    documents: Sequence[Document] = (),
    entries: Sequence[int] = (),
    photos: Sequence[Photo] = (),
) -> Update:
    """Publish news in one language, with what it rests on; the same request gives the first answer again."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=campaign)
    problems = _text_problems(campaign, title, text, language) + proof_problems(campaign, documents, entries, photos)
    if problems:
        raise Refused(problems)
    update, made = Update.objects.get_or_create(
        campaign=campaign, request_id=request_id,
        defaults={"title": title.strip(), "text": text.strip(), "language": language, "author": author, "author_role": author.name},
    )  # fmt: skip
    if made:
        Proof.objects.bulk_create(Proof(update=update, **proof) for proof in proofs_of(documents, entries, photos))
    return update


@transaction.atomic
def pin_update(*, update: Update, pinned: bool, author: Role) -> Update:
    """Keep one update on top, or let it go. At most one in a language is pinned: the one before loses its pin."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=update.campaign)
    Campaign.objects.select_for_update().get(pk=update.campaign_id)
    if pinned:
        update.campaign.updates.filter(language=update.language).exclude(pk=update.pk).update(pinned_at=None)
    update.pinned_at = timezone.now() if pinned else None
    update.save(update_fields=["pinned_at"])
    return update


@transaction.atomic
def withdraw_update(*, update: Update, reason: str, author: Role, title_too: bool = False) -> Update:
    """Take text and photos off the pages; date, role and reason stand in their place. Done twice, the first reason stays."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=update.campaign)
    row = Update.objects.select_for_update().get(pk=update.pk)
    if not reason.strip():
        raise Refused(Problem("withdrawal_without_reason", "An update is not withdrawn without a word. Write why; everyone reads it.",
                              {}, "reason"))  # fmt: skip
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_reason, row.withdrawn_role = timezone.now(), reason.strip(), author.name
        row.title_withdrawn, row.pinned_at = title_too, None
        row.save(update_fields=["withdrawn_at", "withdrawn_reason", "withdrawn_role", "title_withdrawn", "pinned_at"])
    return row


def proof_problems(campaign: Campaign, documents: Sequence[Document], entries: Sequence[int], photos: Sequence[Photo]) -> list[Problem]:
    """Proofs of another campaign, entries that the book does not have, photos without consent."""
    book = getattr(campaign, "book", None)
    problems = []
    if any(book is None or document.book_id != book.pk for document in documents):
        problems.append(
            Problem("proof_of_another_book", "That paper belongs to another book. Choose one of this campaign.", {}, "documents")
        )
    known = set(Entry.objects.filter(book=book, seq__in=list(entries)).values_list("seq", flat=True)) if book else set()
    problems += [
        Problem("proof_entry_unknown", "The book has no entry %(seq)s. Look up its number in the open books.", {"seq": seq}, "entries")
        for seq in entries if seq not in known
    ]  # fmt: skip
    problems += [
        Problem("proof_photo_removed", "The photo “%(alt)s” was removed, was not looked at yet, or belongs elsewhere. Choose another.", {"alt": photo.alt}, "photos")
        for photo in photos if photo.removed_at or photo.accepted_at is None or photo.campaign_id != campaign.pk
    ]  # fmt: skip
    return problems


def proofs_of(documents: Sequence[Document], entries: Sequence[int], photos: Sequence[Photo]) -> list[dict[str, object]]:
    """The columns of each proof, every one once."""
    return [
        *({"photo": photo} for photo in dict.fromkeys(photos)), *({"entry_seq": seq} for seq in dict.fromkeys(entries)),
        *({"document": document} for document in dict.fromkeys(documents)),
    ]  # fmt: skip


def _text_problems(campaign: Campaign, title: str, text: str, language: str) -> list[Problem]:
    problems = []
    if not title.strip() or not text.strip():
        problems.append(Problem("update_is_empty", "An update needs a title and a text. Write both.", {}, "text"))
    if len(text) > TEXT_CHARS_MAX:
        problems.append(Problem("update_too_long", "The text has %(n)s signs; at most %(max)s are read on a phone. Make two of it.",
                                {"n": len(text), "max": TEXT_CHARS_MAX}, "text"))  # fmt: skip
    if language not in campaign.language_codes:
        problems.append(Problem("update_language_unknown", "The campaign does not publish in “%(asked)s”. Choose one of: %(languages)s.",
                                {"asked": language, "languages": campaign.languages}, "language"))  # fmt: skip
    return problems
