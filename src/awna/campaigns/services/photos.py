"""Writers of photos: take one in with the consent of who is on it, and take it off at once when consent ends."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.images import leftovers, redraw_photo
from awna.parties.models import Campaign, Role
from awna.parties.services import Source, forget_translations, refuse_unless_role, wordings

from ..models import Photo, PhotoFile
from .news import NEWS_ROLES

ALT_CHARS_MIN = 10
SHOWN_FILE = "small.webp"
UNSEEN_KEPT = timedelta(hours=24)


def add_photo(
    *,
    campaign: Campaign,
    data: bytes,
    alt: str,
    language: str,
    taken_on: date,
    consent_how: str,
    consent_on: date,
    author: Role,
    request_id: str,
    consent_people: str = "",
    consent_until: date | None = None,
    consent_press: bool = False,
    credit: str = "",
) -> Photo:
    """Draw the photo anew, without place and time of the camera, and keep it with its consent. The given file is not kept.

    Nobody sees it before somebody looked at the drawn picture and accepted it.
    """
    refuse_unless_role(author, *NEWS_ROLES, campaign=campaign)
    found = Photo.objects.filter(campaign=campaign, request_id=request_id).first()
    if found is not None:
        return found
    problems = _problems(alt, taken_on, consent_how, consent_people, consent_on, consent_until)
    if problems:
        raise Refused(problems)
    # Drawing takes seconds of computing: it is done before the transaction, which on SQLite holds the one write lock.
    files = redraw_photo(data)
    for file in files:
        if left := leftovers(file["data"]):
            raise Refused(Problem("photo_still_tells", "The drawn photo still holds %(left)s, so it was not kept. Tell the operator.",
                                  {"left": ", ".join(left)}, "file"))  # fmt: skip
    shown = next(file for file in files if file["name"] == SHOWN_FILE)
    with transaction.atomic():
        photo, made = Photo.objects.get_or_create(
            campaign=campaign, request_id=request_id,
            defaults={
                "digest": sha256(shown["data"]).hexdigest(), "width": shown["width"], "height": shown["height"],
                "size_bytes": len(shown["data"]), "alt": alt.strip(), "language": language, "credit": credit.strip(), "taken_on": taken_on,
                "consent_how": consent_how, "consent_people": consent_people.strip(), "consent_on": consent_on,
                "consent_until": consent_until, "consent_press": consent_press, "author": author,
            },
        )  # fmt: skip
        if made:
            PhotoFile.objects.bulk_create(PhotoFile(photo=photo, **file) for file in files)
    return photo


@transaction.atomic
def accept_photo(*, photo: Photo, author: Role) -> Photo:
    """Somebody looked at the picture as it was drawn: from now on it may be shown. Done twice, the first time stays."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=photo.campaign)
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    if row.removed_at is not None:
        raise Refused(Problem("photo_was_removed", "This photo was removed, and its pixels with it. Add it again if it may be shown."))
    if row.accepted_at is None:
        row.accepted_at = timezone.now()
        row.save(update_fields=["accepted_at"])
    return row


@transaction.atomic
def drop_photo(*, photo: Photo, author: Role) -> bool:
    """Delete a drawn picture that was not accepted, with all that was typed; False where it was accepted meanwhile."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=photo.campaign)
    return bool(Photo.objects.filter(pk=photo.pk, accepted_at=None, removed_at=None).delete()[0])


@transaction.atomic
def forget_unseen_photos(*, campaign: Campaign, now: datetime | None = None) -> int:
    """Delete the pictures that nobody accepted within a day; return how many."""
    old = Photo.objects.filter(campaign=campaign, accepted_at=None, removed_at=None, stored_at__lt=(now or timezone.now()) - UNSEEN_KEPT)
    count = old.count()
    old.delete()
    return count


@transaction.atomic
def remove_photo(*, photo: Photo, reason: str, author: Role) -> Photo:
    """Consent ended, or the photo harms: its pixels, description (in every language) and names are deleted here; that it existed stays on record."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=photo.campaign)
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    row.files.all().delete()
    if row.removed_at is None:
        row.removed_at, row.removed_reason = timezone.now(), reason.strip()
        row.alt, row.credit, row.consent_people = "", "", ""
        row.save(update_fields=["removed_at", "removed_reason", "alt", "credit", "consent_people"])
    forget_translations(campaign=row.campaign, subject=photo_source(row).subject)
    return row


def photo_source(photo: Photo) -> Source:
    """What translators of its description get."""
    return Source(f"photo.{photo.pk}.alt", photo.language, photo.alt, _("What a photo shows"))


def tell_photos(campaign: Campaign, photos: Sequence[Photo], language: str) -> None:
    """Stand the translation of what a photo shows in place of the original, where there is one; one query, or none."""
    foreign = [photo for photo in photos if photo.language != language]
    found = wordings(campaign, [photo_source(photo) for photo in foreign], language) if foreign else {}
    for photo in foreign:
        photo.told_alt = found[f"photo.{photo.pk}.alt"]


def _problems(alt: str, taken_on: date, how: str, people: str, agreed_on: date, until: date | None) -> list[Problem]:
    problems, today = [], timezone.localdate()
    if len(alt.strip()) < ALT_CHARS_MIN:
        problems.append(Problem("photo_without_words", "Say in a sentence what the photo shows (at least %(n)s signs): some readers hear it.",
                                {"n": ALT_CHARS_MIN}, "alt"))  # fmt: skip
    if taken_on > today:
        problems.append(Problem("photo_from_the_future", "The photo cannot be taken after today. Look at the date.", {}, "taken_on"))
    if how not in dict(Photo.CONSENTS):
        problems.append(Problem("photo_without_consent", "Say how the people on it agreed, or that nobody can be recognised.", {},
                                "consent_how"))  # fmt: skip
    if how != Photo.NOBODY and not people.strip():
        problems.append(Problem("photo_of_whom", "Write who is on the photo, so that the consent can be found again. It stays sealed.", {},
                                "consent_people"))  # fmt: skip
    if agreed_on > today or (until is not None and until < today):
        problems.append(Problem("photo_consent_not_now", "The consent must hold today: given by today, and not over.", {}, "consent_until"))
    return problems
