"""Legal pages: published as numbered wordings, read with their translations, and marked once somebody who knows the law stands for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused

from ..models import Campaign, Role, Section, Translation
from ..services.people import refuse_unless_role
from ..services.sections import refuse_foreign_section
from ..services.translations import LEGAL, TEXT_CHARS_MAX, Source
from .models import KINDS, LegalText
from .rules import body_of_owner

KEEPERS = ("treasurer", "steward")
OPEN_BLANK, SHUT_BLANK = "⟦", "⟧"
"""Around what somebody still has to fill in; no text with them is published."""


@dataclass(frozen=True)
class Reading:
    """One wording as a reader gets it. `translated` is empty where the original is in her language; unreviewed, it stands beside the original."""

    it: LegalText
    is_newest: bool
    translated: Translation | None = None
    stale: bool = False

    @property
    def alone(self) -> bool:
        """The translation may stand without the original."""
        return self.translated is not None and self.translated.state == Translation.REVIEWED and not self.stale


@transaction.atomic
def publish_legal_texts(
    *, campaign: Campaign, section: Section | None, texts: Mapping[str, str], language: str, author: Role, on: date | None = None
) -> list[LegalText]:
    """A new wording of each page named (kind → text) of a section, or of the owner. Earlier ones stay readable; the same words again change nothing."""
    # The campaign's row makes two writers of one page wait for each other.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    _refuse_foreign_body(campaign, section, author)
    _refuse_unfit(texts, language)
    newest = {row.kind: row for row in reversed(LegalText.objects.filter(campaign=campaign, section=section))}
    rows = []
    for kind, text in texts.items():
        clean, last = "\n".join(text.strip().splitlines()), newest.get(kind)
        if last is None or (last.text, last.language) != (clean, language):
            rows.append(LegalText(campaign=campaign, section=section, kind=kind, number=last.number + 1 if last else 1, language=language, text=clean,
                                  issued_on=on or timezone.localdate(), author=author))  # fmt: skip
    return LegalText.objects.bulk_create(rows)


@transaction.atomic
def note_lawyer(*, legal_text: LegalText, lawyer: str, lawyer_on: date, author: Role) -> LegalText:
    """Somebody who knows the law has read this wording and says that it will do: her name and the day stand on the page from now on."""
    row = LegalText.objects.select_for_update().get(pk=legal_text.pk)
    _refuse_foreign_body(row.campaign, row.section, author)
    if not lawyer.strip():
        raise Refused(Problem("lawyer_without_name", "A review counts with a name. Type who read it.", {}, "lawyer"))
    if lawyer_on > timezone.localdate():
        raise Refused(
            Problem(
                "lawyer_read_later", "%(day)s has not come yet. Type the day on which the text was read.", {"day": lawyer_on}, "lawyer_on"
            )
        )
    row.lawyer, row.lawyer_on = " ".join(lawyer.split()), lawyer_on
    row.save(update_fields=["lawyer", "lawyer_on"])
    return row


def newest_texts(campaign: Campaign) -> dict[tuple[UUID | None, str], LegalText]:
    """The wordings of today by section (None for the owner) and kind, in one question to the database."""
    rows = LegalText.objects.filter(campaign=campaign).select_related("section").order_by("number")
    return {(row.section_id, row.kind): row for row in rows}


def reading_of(
    *, campaign: Campaign, section: Section | None, kind: str, language: str, number: int | None = None
) -> tuple[Reading, list[LegalText]] | None:
    """What a reader gets of a page, and all wordings of it, newest first; None where there is none. Of earlier ones there is only the original."""
    rows = list(LegalText.objects.filter(campaign=campaign, section=section, kind=kind).order_by("-number"))
    row = next((one for one in rows if number in (None, one.number)), None)
    if row is None:
        return None
    if row is not rows[0] or row.language == language:
        return Reading(row, row is rows[0]), rows
    source = source_of(row)
    found = Translation.objects.filter(campaign=campaign, subject=source.subject, language=language).exclude(text="").first()
    return Reading(row, True, found, found is not None and found.source_digest != source.digest), rows


def source_of(row: LegalText) -> Source:
    """The wording of today, for translators."""
    who = row.section.name if row.section else body_of_owner(row.campaign)
    label = _("%(page)s of %(body)s") % {"page": row.get_kind_display(), "body": who}
    return Source(f"legal.{body_key(row.section)}.{row.kind}", row.language, row.text, label, LEGAL)


def text_sources(campaign: Campaign) -> list[Source]:
    """What the legal pages of a campaign say, as first written."""
    return [source_of(row) for row in newest_texts(campaign).values()]


def body_key(section: Section | None) -> str:
    """How a body is called in addresses and subjects."""
    return section.pk.hex if section else "owner"


def _refuse_foreign_body(campaign: Campaign, section: Section | None, author: Role) -> None:
    if section is not None:
        refuse_foreign_section(role=author, section=section)
        return
    refuse_unless_role(author, *KEEPERS, campaign=campaign)
    if author.section_id is not None:
        raise Refused(Problem("pages_of_the_owner", "These pages belong to the owner of the place, who has its own treasurer. Ask there."))


def _refuse_unfit(texts: Mapping[str, str], language: str) -> None:
    problems = []
    if language not in dict(settings.LANGUAGES):
        problems.append(Problem("legal_language_unknown", "“%(language)s” is no language of this site. Choose one of: %(known)s.",
                                {"language": language, "known": ", ".join(dict(settings.LANGUAGES))}, "language"))  # fmt: skip
    for kind, text in texts.items():
        if kind not in dict(KINDS):
            problems.append(Problem("legal_page_unknown", "There is no legal page “%(kind)s”. Choose one of: %(kinds)s.",
                                    {"kind": kind, "kinds": ", ".join(dict(KINDS))}, "kind"))  # fmt: skip
        if not text.strip():
            problems.append(Problem("legal_page_empty", "The page has no text. Write it, or start from the proposal.", {}, "text"))
        if len(text) > TEXT_CHARS_MAX:
            problems.append(Problem("legal_page_too_long", "The text has %(n)s characters; at most %(limit)s fit. Shorten it.",
                                    {"n": len(text), "limit": TEXT_CHARS_MAX}, "text"))  # fmt: skip
        if OPEN_BLANK in text:
            blank = text.partition(OPEN_BLANK)[2].partition(SHUT_BLANK)[0][:80]
            problems.append(Problem("legal_page_has_blanks", "“%(blank)s” is still to be filled in. Write what belongs there, or delete the line.",
                                    {"blank": blank}, "text"))  # fmt: skip
    if problems:
        raise Refused(problems)
