"""A campaign's texts in several languages: what there is to translate, what a reader is shown, who may write and who may review.

Each room says which texts of it are translated (`Source`); the original stays in that room. A reader gets the best wording there is, and is
told what it is: machine, draft, older than the original. A legal text is never shown unreviewed: the original stands in its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused

from ..models import Campaign, EarlierTranslation, Role, Translation
from .people import refuse_unless_role

LINE, PROSE, LEGAL = "line", "prose", "legal"
"""A line has no breaks; a legal text is prose that is shown in another language only once somebody reviewed it."""
TRANSLATORS = ("translator", "coordinator", "steward")
TEXT_CHARS_MAX = 50_000
LINE_CHARS_MAX = 300
CREDIT_CHARS_MAX = 120
MISSING, STALE = "missing", "stale"
ORDER = (MISSING, STALE, Translation.MACHINE, Translation.DRAFT, Translation.REVIEWED)
"""What needs work first stands first."""


@dataclass(frozen=True)
class Source:
    """One text as first written. `subject` is its name within the campaign, `label` tells a translator where it stands."""

    subject: str
    language: str
    text: str
    label: str
    kind: str = LINE

    @property
    def digest(self) -> str:
        return digest_of_text(self.text)


@dataclass(frozen=True)
class Wording:
    """What a reader is shown: `language` is the one that the text is in, `state` is empty for the original."""

    text: str
    language: str
    state: str = ""
    stale: bool = False
    credit: str = ""

    @property
    def state_text(self) -> str:
        """The state in words, where it says more than that all is well."""
        return str(dict(Translation.STATES)[self.state]) if self.state in (Translation.MACHINE, Translation.DRAFT) else ""


@dataclass(frozen=True)
class Work:
    """One text beside its translation into one language; `state` is one of ORDER."""

    source: Source
    translation: Translation | None
    state: str


def digest_of_text(text: str) -> str:
    """Line ends and outer space mean nothing."""
    return sha256("\n".join(text.strip().splitlines()).encode()).hexdigest()


def campaign_sources(campaign: Campaign) -> list[Source]:
    """The campaign's own texts."""
    language = campaign.source_language
    named = [("title", _("Title of the campaign"), LINE), ("summary", _("What it is about"), PROSE), ("place_public", _("Place"), LINE)]
    return [
        Source(f"campaign.{kind}", language, getattr(campaign, kind), label, form) for kind, label, form in named if getattr(campaign, kind)
    ]


def worded(source: Source, found: Translation | None) -> Wording:
    """What a reader is shown of one text."""
    original = Wording(source.text, source.language)
    if found is None or not found.text:
        return original
    stale = found.source_digest != source.digest
    if source.kind == LEGAL and (stale or found.state != Translation.REVIEWED):
        return original
    return Wording(found.text, found.language, found.state, stale, found.credit)


def wordings(campaign: Campaign, sources: Iterable[Source], language: str) -> dict[str, Wording]:
    """What a reader of this language is shown, by subject; one query for all."""
    wanted = list(sources)
    found = _found(campaign, [source.subject for source in wanted if source.language != language], language)
    return {source.subject: worded(source, found.get(source.subject)) for source in wanted}


def least_finished(words: Iterable[Wording]) -> Wording | None:
    """Of texts that are shown together, the translation to trust least; nothing where all stand as first written."""
    told = [one for one in words if one.state]
    return min(told, key=lambda one: ORDER.index(STALE if one.stale else one.state), default=None)


@transaction.atomic
def forget_translations(*, campaign: Campaign, subject: str) -> int:
    """Delete every wording of a text that may be read no more, earlier ones too; return how many translations."""
    found = Translation.objects.filter(campaign=campaign, subject=subject)
    count = found.count()
    found.delete()
    return count


def work_on(campaign: Campaign, sources: Iterable[Source], language: str) -> list[Work]:
    """Every text with its translation, those that need work first; a text that is in this language already is left out."""
    wanted = [source for source in sources if source.language != language and source.text.strip()]
    found = _found(campaign, [source.subject for source in wanted], language)
    rows = [Work(source, found.get(source.subject), _state(source, found.get(source.subject))) for source in wanted]
    return sorted(rows, key=lambda row: ORDER.index(row.state))


def count_states(rows: Iterable[Work]) -> dict[str, int]:
    """How many texts are in each state."""
    counts = dict.fromkeys(ORDER, 0)
    for row in rows:
        counts[row.state] += 1
    return counts


@transaction.atomic
def translate_text(
    *, campaign: Campaign, source: Source, language: str, text: str, author: Role, credit: str = "", seen: int | None = None,
    state: str = Translation.DRAFT,
) -> Translation:  # fmt: skip
    """Keep a wording. `seen`: the version that the writer had before her (0: none); another one since then refuses, and keeps both.

    The same wording of the same original changes nothing, except that a person who keeps a machine's wording makes it a draft.
    """
    refuse_unless_role(author, *TRANSLATORS, campaign=campaign)
    _refuse_unfit(source, language, text)
    # The campaign's row serialises two writers of one text.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    row = Translation.objects.filter(campaign=campaign, subject=source.subject, language=language).first()
    if seen is not None and (row.version if row else 0) != seen:
        raise Refused(Problem("translation_changed_meanwhile",
            "Somebody changed this translation while you wrote; it now reads “%(text)s”. Yours is still in the form: compare, then save again.",
            {"text": (row.text if row else "")[:LINE_CHARS_MAX]}, "text"))  # fmt: skip
    clean = "\n".join(text.strip().splitlines())
    if row is None:
        row = Translation(campaign=campaign, subject=source.subject, language=language, version=0)
    elif (row.text, row.source_digest) == (clean, source.digest) and (row.state != Translation.MACHINE or state == Translation.MACHINE):
        return row
    else:
        EarlierTranslation.objects.create(translation=row, version=row.version, text=row.text, state=row.state, credit=row.credit)
    row.text, row.state, row.source_digest, row.version = clean, state, source.digest, row.version + 1
    row.translator, row.reviewer, row.credit = author, None, credit.strip()[:CREDIT_CHARS_MAX]
    row.save()
    return row


@transaction.atomic
def review_text(*, translation: Translation, source: Source, reviewer: Role) -> Translation:
    """Somebody else than the translator has read it beside the original of today and stands for it."""
    refuse_unless_role(reviewer, *TRANSLATORS, campaign=translation.campaign)
    row = Translation.objects.select_for_update().get(pk=translation.pk)
    if row.source_digest != source.digest:
        raise Refused(Problem("translation_older_than_original",
            "The original was changed after this was translated. Bring the translation up to date first, then have it reviewed."))  # fmt: skip
    if row.translator is not None and row.translator.user_id == reviewer.user_id and row.state != Translation.MACHINE:
        raise Refused(Problem("translation_reviewed_by_its_writer",
            "You wrote this translation. Ask somebody else who knows the language to review it."))  # fmt: skip
    if row.state != Translation.REVIEWED:
        EarlierTranslation.objects.create(translation=row, version=row.version, text=row.text, state=row.state, credit=row.credit)
        row.state, row.reviewer, row.version = Translation.REVIEWED, reviewer, row.version + 1
        row.save()
    return row


def _found(campaign: Campaign, subjects: list[str], language: str) -> Mapping[str, Translation]:
    rows = Translation.objects.filter(campaign=campaign, subject__in=subjects, language=language) if subjects else ()
    return {row.subject: row for row in rows}


def _state(source: Source, found: Translation | None) -> str:
    if found is None or not found.text:
        return MISSING
    return STALE if found.source_digest != source.digest else found.state


def _refuse_unfit(source: Source, language: str, text: str) -> None:
    limit = LINE_CHARS_MAX if source.kind == LINE else TEXT_CHARS_MAX
    known = dict(settings.LANGUAGES)
    if language == source.language or language not in known:
        raise Refused(Problem("translation_language_wrong", "“%(language)s” is no language to translate this into. Choose one of: %(known)s.",
            {"language": language, "known": ", ".join(code for code in known if code != source.language)}, "language"))  # fmt: skip
    if not text.strip():
        raise Refused(
            Problem("translation_empty", "There is no text. Write the translation, or leave the page: the original is shown.", {}, "text")
        )
    if len(text) > limit:
        raise Refused(Problem("translation_too_long", "The text has %(n)s characters; here at most %(limit)s fit. Shorten it.",
            {"n": len(text), "limit": limit}, "text"))  # fmt: skip
    if source.kind == LINE and "\n" in text.strip():
        raise Refused(Problem("translation_has_lines", "This is one line in the original. Write it without line breaks.", {}, "text"))
