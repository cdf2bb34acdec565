"""What the press gets: facts with date and source, photos whose people agreed to it, the mark, the office to ask; as one zip."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.books.services.plain import safe_cell
from awna.campaigns.models import Photo
from awna.campaigns.services import fact_source, tell_photos
from awna.kit.typeset import PNG, typeset
from awna.parties.models import Campaign
from awna.parties.services import Wording, least_finished, wordings

from .four import four_of, told
from .share import END_ISOLATE, ISOLATE, progress_of

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
FACTS_MAX = 50
MARK_COLOURS = (("ink", "#1d1d1b"), ("white", "#ffffff"))


@dataclass(frozen=True)
class FactShown:
    """A sentence to quote, its day, and where it comes from; `language` is the one it is told in, `told` where it is translated."""

    text: str
    dated_on: date
    source: str
    language: str
    told: Wording | None = None


def facts_of(campaign: Campaign) -> list[FactShown]:
    """First what the book says today, then what the campaign states; in the reader's language where it has any, else in all."""
    language, progress = translation.get_language(), progress_of(campaign)
    own: list[FactShown] = []
    if hasattr(campaign, "book"):
        first = _("%(amount)s received since the beginning.") % {"amount": progress.received}
        source, today = _("The open books of the campaign"), timezone.localdate()
        rest = [f"{text}." for text in told(four_of(campaign, campaign.book), but_received=True)]
        own += [FactShown(text, today, source, language) for text in (first, *rest)]
    rows = list(campaign.facts.all()[:FACTS_MAX])
    found = wordings(campaign, [fact_source(row) for row in rows], language)
    words = [(row, found[fact_source(row).subject]) for row in rows]
    stated = [FactShown(said.text, row.dated_on, row.source, said.language, least_finished([said])) for row, said in words]
    return own + ([fact for fact in stated if fact.language == language] or stated)


def press_zip(campaign: Campaign) -> bytes:
    """The same campaign on the same day gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "README.txt", _readme(campaign).encode())
        for name, colour in MARK_COLOURS:
            svg = render_to_string("public/_mark.svg", {"colour": colour})
            _put(archive, f"marks/awna-{name}.svg", svg.encode())
        _put(archive, "marks/awna-ink.png", typeset("public/typeset/mark.typ", {"colour": MARK_COLOURS[0][1]}, form=PNG))
        _put_photos(archive, campaign)
    return out.getvalue()


def press_photos(campaign: Campaign) -> list[Photo]:
    """Those that the press may use today."""
    found = [photo for photo in campaign.photos.for_press().select_related("campaign") if photo.is_shown()]
    tell_photos(campaign, found, translation.get_language())
    return found


def _put_photos(archive: zipfile.ZipFile, campaign: Campaign) -> None:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["file", "what it shows", "language", "credit"])
    for number, photo in enumerate(press_photos(campaign), start=1):
        name = f"photos/{number:02d}-{photo.digest[:8]}.webp"
        _put(archive, name, bytes(photo.files.get(name="large.webp").data))
        writer.writerow([safe_cell(value) for value in (name, photo.alt_shown.text, photo.alt_shown.language, photo.credit)])
    _put(archive, "photos/photos.csv", table.getvalue().encode())


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _readme(campaign: Campaign) -> str:
    page = settings.AWNA_ORIGIN + reverse("campaign", kwargs={"slug": campaign.slug})
    contact = getattr(campaign, "press_contact", None)
    lines = [campaign.title_here, page, "", campaign.text("summary", translation.get_language()), ""]
    lines += [f"- {fact.text} ({fact.dated_on.isoformat()}; {fact.source})" for fact in facts_of(campaign)]
    lines += [
        "",
        _("Questions: %(office)s, %(email)s") % {"office": contact.office, "email": contact.email}
        if contact
        else _("No office answers the press yet."),
    ]
    lines += ["", _("Photos: only with the words of photos.csv beside them, and never to show where the place is. Their people agreed to use by the press; "
                    "if one takes that back, please take the photo off too: look at the page again before you print.")]  # fmt: skip
    return "\n".join(lines).replace(ISOLATE, "").replace(END_ISOLATE, "") + "\n"
