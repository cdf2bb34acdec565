"""Writers of news: publish an update with its proofs, pin it, withdraw it. Nothing published disappears unsaid."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone

from awna.books.models import Document, Entry
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Photo, Proof, Update

NEWS_ROLES = ("steward", "site_lead", "coordinator")
TEXT_CHARS_MAX = 20_000


def latest_updates(campaign: Campaign, *, language: str, limit: int = 5) -> list[Update]:
    """What a page shows as news: pinned first, then the newest, in the reader's language; in any where there is none. Three queries.

    Each has `title_shown`, `published_at`, `get_author_role_display`, `photos` (those that may be shown) and `papers`.
    """
    reader = Case(When(language=language, then=Value(0)), default=Value(1), output_field=IntegerField())
    pinned = Case(When(pinned_at__isnull=False, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(
        campaign.updates.standing()
        .with_proofs()
        .annotate(foreign=reader, unpinned=pinned)
        .order_by("foreign", "unpinned", "-published_at")[:limit]
    )
    own = [update for update in found if update.language == language]
    return own or found


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
        Problem("proof_photo_removed", "The photo “%(alt)s” was removed or belongs elsewhere. Choose another.", {"alt": photo.alt}, "photos")
        for photo in photos if photo.removed_at or photo.campaign_id != campaign.pk
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
    if language not in campaign.languages.split(","):
        problems.append(Problem("update_language_unknown", "The campaign does not publish in “%(asked)s”. Choose one of: %(languages)s.",
                                {"asked": language, "languages": campaign.languages}, "language"))  # fmt: skip
    return problems
