"""Open a letter, change its wording by a new version, translate it, close it; and count who signed."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role, Translation
from awna.parties.services import PROSE, Source, refuse_unless_role, translate_text

from ..models import LetterVersion, OpenLetter, Organisation, PaperSheet, Signature

WRITERS = ("steward", "coordinator")


@dataclass(frozen=True)
class LetterCount:
    """What stands under one letter at a moment; the kinds are never added up."""

    people: int
    organisations: int
    people_named: int
    organisations_checking: int = 0
    organisations_listed: int = 0
    on_paper: int = 0
    sheets: int = 0


@dataclass(frozen=True)
class Wording:
    """A letter's words in one language. `state` is reviewed, draft or machine; the words it was written in are reviewed."""

    title: str
    text: str
    language: str
    state: str


@transaction.atomic
def open_letter(*, campaign: Campaign, code: str, title: str, text: str, language: str, author: Role) -> OpenLetter:
    """Publish a letter for signing. The same code again gives the same letter; other words need `issue_version`."""
    refuse_unless_role(author, *WRITERS, campaign=campaign)
    letter, made = OpenLetter.objects.get_or_create(
        campaign=campaign, code=code, defaults={"title": title, "text": text, "language": language}
    )
    if made:
        LetterVersion.objects.create(letter=letter, language=language, title=title, text=text)
    elif (letter.title, letter.text) != (title, text):
        raise Refused(Problem("letter_text_fixed", "The letter “%(code)s” is open with other words. People signed those; issue a new version.",
                              {"code": code}, "text"))  # fmt: skip
    return letter


@transaction.atomic
def issue_version(*, letter: OpenLetter, title: str, text: str, author: Role) -> LetterVersion:
    """A new wording. Who signed an earlier one stays under that one, and may sign this one too; translations of it are out of date."""
    refuse_unless_role(author, *WRITERS, campaign=letter.campaign)
    # The letter's row serialises two wordings at once.
    row = OpenLetter.objects.select_for_update().get(pk=letter.pk)
    if row.closed_on is not None:
        raise Refused(closed_problem(row))
    newest = row.version
    if (newest.title, newest.text) == (title.strip(), text.strip()):
        return newest
    if not title.strip() or not text.strip():
        raise Refused(Problem("letter_without_words", "A version needs a title and a text. Write both.", {}, "text"))
    row.title, row.text = title.strip(), text.strip()
    row.save(update_fields=["title", "text"])
    return LetterVersion.objects.create(letter=row, number=newest.number + 1, language=row.language, title=row.title, text=row.text)


@transaction.atomic
def translate_letter(*, letter: OpenLetter, language: str, title: str, text: str, author: Role, state: str = Translation.MACHINE) -> None:
    """Keep the newest wording in one more language."""
    refuse_unless_role(author, *WRITERS, campaign=letter.campaign)
    for source, words in zip(sources_of(letter), (title, text), strict=True):
        translate_text(campaign=letter.campaign, source=source, language=language, text=words, author=author, state=state)


@transaction.atomic
def close_letter(*, letter: OpenLetter, author: Role, on: date | None = None) -> OpenLetter:
    """End the signing. What was signed stays; names can still be hidden and taken back. Twice is once."""
    refuse_unless_role(author, *WRITERS, campaign=letter.campaign)
    row = OpenLetter.objects.select_for_update().get(pk=letter.pk)
    if row.closed_on is None:
        row.closed_on = on or timezone.localdate()
        row.save(update_fields=["closed_on"])
    return row


def sources_of(letter: OpenLetter) -> tuple[Source, Source]:
    """Title and text of the newest wording, for translators."""
    return (
        Source(f"letter.{letter.pk}.title", letter.language, letter.title, _("Title of a letter")),
        Source(f"letter.{letter.pk}.text", letter.language, letter.text, _("Letter “%(title)s”") % {"title": letter.title}, PROSE),
    )


def text_sources(campaign: Campaign) -> list[Source]:
    """What the letters of a campaign say, as first written."""
    return [source for letter in campaign.letters.filter(closed_on=None) for source in sources_of(letter)]


def wording_of(letter: OpenLetter, language: str) -> Wording:
    """The newest words in this language if there are any, else as first written; people sign no translation of an earlier wording."""
    return wordings_of(letter, language)[0]


def wordings_of(letter: OpenLetter, language: str) -> tuple[Wording, list[str]]:
    """`wording_of`, and the languages in which the newest wording can be read, that of the original first; one question to the database."""
    sources = sources_of(letter)
    digests = {source.subject: source.digest for source in sources}
    found = Translation.objects.filter(campaign=letter.campaign_id, subject__in=list(digests)).exclude(text="")
    fresh = {(row.language, row.subject): row for row in found if row.source_digest == digests[row.subject]}
    codes = sorted(
        {code for code, _subject in fresh if code != letter.language and all((code, source.subject) in fresh for source in sources)}
    )
    words = Wording(letter.title, letter.text, letter.language, "reviewed")
    if language in codes:
        title, text = (fresh[language, source.subject] for source in sources)
        words = Wording(title.text, text.text, language, text.state)
    return words, [letter.language, *codes]


def count_signatures(letter: OpenLetter) -> LetterCount:
    """What counts now: people by the index alone, organisations and sheets are few."""
    return _count(letter, _bodies(letter), _sheets(letter))


def _count(letter: OpenLetter, bodies: list[dict[str, int]], sheets: list[dict[str, int]]) -> LetterCount:
    people = dict(Signature.objects.counted().filter(letter=letter).order_by().values_list("show_name").annotate(n=Count("pk")))
    return LetterCount(
        people=sum(people.values()), people_named=people.get(True, 0), organisations=sum(row["counted"] for row in bodies),
        organisations_checking=sum(row["checking"] for row in bodies), organisations_listed=sum(row["listed"] for row in bodies),
        on_paper=sum(row["signatures"] for row in sheets), sheets=sum(row["sheets"] for row in sheets),
    )  # fmt: skip


def _bodies(letter: OpenLetter) -> list[dict[str, int]]:
    """Organisations by wording: counted, being checked, listed by others."""
    return list(
        Organisation.objects.filter(letter=letter).order_by().values("version").annotate(
            counted=Count("pk", filter=Q(state="confirmed") & ~Q(authority="")),
            checking=Count("pk", filter=Q(state="confirmed", authority="")),
            listed=Count("pk", filter=Q(state="listed", hidden=False)),
        )
    )  # fmt: skip


def _sheets(letter: OpenLetter) -> list[dict[str, int]]:
    """Paper by wording."""
    found = PaperSheet.objects.filter(letter=letter, struck="").order_by().values("version")
    return list(found.annotate(signatures=Sum("count"), sheets=Count("pk")))


@dataclass(frozen=True)
class VersionCount:
    """One wording and how many signed it."""

    version: LetterVersion
    people: int
    organisations: int
    on_paper: int


def count_all(letter: OpenLetter) -> tuple[LetterCount, list[VersionCount]]:
    """What counts now, and the wordings, newest first, each with its own signatures."""
    bodies, sheets, versions = _bodies(letter), _sheets(letter), list(letter.versions.order_by("-number"))
    count = _count(letter, bodies, sheets)
    people = {versions[0].pk: count.people}
    if len(versions) > 1:
        people = dict(Signature.objects.counted().filter(letter=letter).order_by().values_list("version").annotate(n=Count("pk")))
    counted = {row["version"]: row["counted"] for row in bodies}
    paper = {row["version"]: row["signatures"] for row in sheets}
    return count, [VersionCount(row, people.get(row.pk, 0), counted.get(row.pk, 0), paper.get(row.pk, 0)) for row in versions]


def closed_problem(letter: OpenLetter) -> Problem:
    return Problem("letter_closed", "This letter was closed on %(day)s. It takes no more signatures.", {"day": letter.closed_on})
