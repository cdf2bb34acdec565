"""The pack that is handed over: one PDF in the owner's language, and one folder with every paper, an index and digests."""

import base64
import csv
import io
import zipfile
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awna.books.services.plain import safe_cell
from awna.kit.typeset import typeset
from awna.parties.models import Campaign

from ..diary.models import Check, Defect
from .checklist import EDITION, GROUPS, REVIEWED
from .models import Asset, HandoverPaper
from .services import findings_of, is_settled

ZIP_TIME = (2026, 1, 1, 0, 0, 0)
ENDINGS = {"application/pdf": "pdf", "image/png": "png"}
PDF_NAME, INDEX_NAME, DIGESTS_NAME = "handover.pdf", "index.csv", "SHA256SUMS"


def pack_pdf(*, campaign: Campaign, language: str) -> bytes:
    """All of the pack in words, in one of the site's languages."""
    with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return typeset("works/typeset/handover.typ", _told(campaign))


def pack_zip(*, campaign: Campaign, language: str) -> bytes:
    """The PDF and each paper as it was given, an index in CSV and the digests of all. The same facts on a day give the same bytes."""
    files = {PDF_NAME: pack_pdf(campaign=campaign, language=language)}
    rows = [["file", "kind", "title", "language", "asset", "valid until", "sha256"]]
    for name, row in named_papers(campaign):
        files[name] = base64.b64decode(row.document.content)
        until = row.valid_until.isoformat() if row.valid_until else ""
        rows.append([name, row.kind, row.title, row.language, str(row.asset or ""), until, sha256(files[name]).hexdigest()])
    for code, finding in findings_of(campaign).items():
        if finding.document is not None:
            name = f"commissioning/{code}.{ENDINGS.get(finding.document.media_type, 'bin')}"
            files[name] = base64.b64decode(finding.document.content)
            rows.append([name, "commissioning", code, "", "", "", sha256(files[name]).hexdigest()])
    files[INDEX_NAME] = _csv(rows)
    files["assets.csv"] = _csv(_asset_rows(campaign))
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return _zip({**files, DIGESTS_NAME: sums.encode()})


def named_papers(campaign: Campaign) -> list[tuple[str, HandoverPaper]]:
    """Each paper with its name in the folder."""
    rows = HandoverPaper.objects.filter(campaign=campaign).select_related("document", "asset")
    return [(f"{row.kind}/{n:03d}.{ENDINGS.get(row.document.media_type, 'bin')}", row) for n, row in enumerate(rows, start=1)]


def _told(campaign: Campaign) -> dict[str, Any]:
    """What the template sets: headings and tables, all as plain words."""
    findings, today = findings_of(campaign), timezone.localdate()
    settled = sum(is_settled(row) for row in findings.values())
    count = sum(len(group.items) for group in GROUPS)
    return {
        "language": translation.get_language(), "rtl": translation.get_language_bidi(), "day": today.isoformat(), "title": _("Hand-over of the building"),
        "campaign": campaign.title_here,
        "over": _("State of %(day)s. %(settled)s of %(count)s lines of the commissioning list are settled.")
        % {"day": _day(today), "settled": settled, "count": count},
        "reviewed": _("The list, edition %(edition)s, was confirmed by %(who)s.") % {"edition": EDITION, "who": REVIEWED} if REVIEWED
        else _("The list, edition %(edition)s, is our own. Nobody of the trade has confirmed it yet: ask the health authority of the place.")
        % {"edition": EDITION},
        "tables": [
            *_commissioning(findings),
            _table(_("Checks and tests during the works"), (_("What"), _("Finding"), _("Day and inspector")), _checks(campaign)),
            _table(_("Defects"), (_("What"), _("State"), _("Day")), _defects(campaign)),
            _table(_("Assets"), (_("What and where"), _("Serial number"), _("Warranty and service")), _assets(campaign)),
            _table(_("Papers in the folder"), (_("File"), _("What it is"), _("Language and last day")), _papers(campaign)),
        ],
    }  # fmt: skip


def _table(title: str, heads: tuple[str, ...], rows: Iterable[list[str]]) -> dict[str, Any]:
    found = list(rows)
    return {"title": title, "heads": list(heads), "rows": found, "none": "" if found else _("None.")}


def _commissioning(findings: dict[str, Any]) -> list[dict[str, Any]]:
    heads = (_("What must work"), _("Finding"), _("Day and inspector"))
    tables = []
    for group in GROUPS:
        rows = []
        for item in group.items:
            found = findings.get(item.code)
            words = f"{found.get_result_display()}{f': {found.note}' if found.note else ''}" if found else _("not looked at yet")
            rows.append([str(item.text), words, f"{_day(found.checked_on)}, {found.inspector}" if found else ""])
        tables.append(_table(str(group.title), heads, rows))
    return tables


def _checks(campaign: Campaign) -> Iterable[list[str]]:
    for check in Check.objects.filter(campaign=campaign).select_related("task").prefetch_related("results"):
        found = check.newest
        state = _("not looked at yet") if found is None else _("passed") if found.passed else _("not passed")
        value = f" ({found.value.normalize():f} {check.unit})" if found and found.value is not None else ""
        yield [f"{check.title} · {check.task}", state + value, f"{_day(found.checked_on)}, {found.inspector}" if found else ""]


def _defects(campaign: Campaign) -> Iterable[list[str]]:
    for row in Defect.objects.filter(campaign=campaign).order_by("closed_on", "due_on"):
        closed = row.closed_on is not None
        words = f"{_('mended')}: {row.closed_how}" if closed else _("open")
        yield [row.text, words, _day(row.closed_on or row.due_on)]


def _assets(campaign: Campaign) -> Iterable[list[str]]:
    for row in Asset.objects.filter(campaign=campaign):
        until = _("until %(day)s") % {"day": _day(row.warranty_until)} if row.warranty_until else ""
        count = f"{row.quantity} × " if row.quantity > 1 else ""
        yield [" · ".join(filter(None, (count + row.name, row.place))), row.serial, " · ".join(filter(None, (until, row.service)))]


def _papers(campaign: Campaign) -> Iterable[list[str]]:
    languages = dict(settings.LANGUAGES)
    for name, row in named_papers(campaign):
        until = _("until %(day)s") % {"day": _day(row.valid_until)} if row.valid_until else ""
        about = f"{row.get_kind_display()}: {row.title}{f' ({row.asset})' if row.asset else ''}"
        yield [name, about, " · ".join(filter(None, (str(languages.get(row.language, row.language)), until)))]


def _asset_rows(campaign: Campaign) -> list[list[str]]:
    rows = [["name", "place", "serial", "quantity", "installed on", "warranty until", "service"]]
    for row in Asset.objects.filter(campaign=campaign):
        days = [day.isoformat() if day else "" for day in (row.installed_on, row.warranty_until)]
        rows.append([row.name, row.place, row.serial, str(row.quantity), *days, row.service])
    return rows


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[safe_cell(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, date_time=ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def _day(day: Any) -> str:
    return date_format(day, "j M Y")
