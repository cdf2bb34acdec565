"""A campaign's texts as a PO file, which every translator's program reads, and what comes back in one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role, Translation
from awna.parties.services import Source, Work, translate_text, work_on

FILE_BYTES_MAX = 5 * 1024 * 1024


@dataclass
class Taken:
    """What became of each text of a file: how many were new or changed, how many said the same, and why others were left."""

    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)


def po_file(campaign: Campaign, sources: Iterable[Source], *, language: str) -> bytes:
    """Every text with its translation; `msgctxt` is the text's name, and what is not yet reviewed is marked fuzzy."""
    catalog = Catalog(locale=None, project=campaign.slug, charset="utf-8", fuzzy=False)
    catalog.mime_headers  # noqa: B018 - makes the headers before one is added
    for row in work_on(campaign, sources, language):
        catalog.add(
            row.source.text, _translated(row), context=row.source.subject, auto_comments=[str(row.source.label)],
            flags={"fuzzy"} if row.translation and row.state != Translation.REVIEWED else set(),
        )  # fmt: skip
    out = BytesIO()
    write_po(out, catalog, width=100)
    return out.getvalue()


def take_po(*, campaign: Campaign, sources: Iterable[Source], language: str, data: bytes, author: Role, credit: str = "") -> Taken:
    """Keep each translation of the file as a draft. A text whose original has changed since is left, and named."""
    by_subject = {source.subject: source for source in sources}
    taken = Taken()
    before = dict(Translation.objects.filter(campaign=campaign, language=language).values_list("subject", "version"))
    for message in _messages(data):
        if not message.id or not message.string:
            continue
        source = by_subject.get(message.context or "")
        if source is None:
            taken.problems.append(
                Problem(
                    "text_unknown", "“%(name)s” is no text of this campaign. It was left out.", {"name": message.context or message.id[:60]}
                )
            )
        elif source.text.strip().splitlines() != str(message.id).strip().splitlines():
            taken.problems.append(Problem("original_changed", "The original of “%(name)s” was changed since the file was made. Fetch a new file for it.",
                                          {"name": source.subject}))  # fmt: skip
        else:
            _take(
                taken, before, campaign=campaign, source=source, language=language, text=str(message.string), author=author, credit=credit
            )
    return taken


def _take(
    taken: Taken, before: dict[str, int], *, campaign: Campaign, source: Source, language: str, text: str, author: Role, credit: str
) -> None:
    try:
        row = translate_text(campaign=campaign, source=source, language=language, text=text, author=author, credit=credit)
    except Refused as refused:
        taken.problems += [problem.at(source.subject) for problem in refused.problems]
        return
    if row.version == before.get(source.subject):
        taken.same += 1
    else:
        taken.changed += 1


def _translated(row: Work) -> str:
    return row.translation.text if row.translation else ""


def _messages(data: bytes) -> Catalog:
    if len(data) > FILE_BYTES_MAX:
        raise Refused(
            Problem(
                "file_too_large", "%(file)s is larger than %(mb)s MB. Split it.", {"file": "PO", "mb": FILE_BYTES_MAX // 1024**2}, "file"
            )
        )
    try:
        return read_po(BytesIO(data), charset="utf-8", abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise Refused(Problem("not_a_po_file", "This is not a PO file: %(reason)s. Export one here, translate it, and bring that one back.",
                              {"reason": str(error)[:200]}, "file")) from error  # fmt: skip
