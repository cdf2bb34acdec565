"""The only writers of the hand-over: findings of the commissioning list, papers and assets."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from awna.books.models import Document
from awna.books.services import store_document
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .checklist import CODES
from .models import NOT_NEEDED, PAPER_KINDS, PASSED, RESULTS, Asset, Commissioning, HandoverPaper

LEADS = ("site_lead", "steward")
MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png"}
QUANTITY_MAX = 100_000


@dataclass(frozen=True)
class Upload:
    """A file as it came: PDF or PNG, known by its first bytes and not by its name."""

    data: bytes
    name: str


@dataclass(frozen=True)
class AssetFacts:
    """What is known of an asset."""

    name: str
    place: str = ""
    serial: str = ""
    quantity: int = 1
    installed_on: date | None = None
    warranty_until: date | None = None
    service: str = ""


@transaction.atomic
def record_commissioning(
    *, campaign: Campaign, code: str, result: str, inspector: str, checked_on: date, author: Role, request_id: str, note: str = "",
    upload: Upload | None = None,
) -> Commissioning:  # fmt: skip
    """Write down a finding on one line of the list. What is not needed or not passed says why."""
    refuse_unless_role(author, *LEADS, campaign=campaign)
    first = _first(Commissioning, campaign, request_id)
    if first is not None:
        return first
    problems = []
    if code not in CODES or result not in dict(RESULTS):
        problems.append(Problem("commissioning_unknown", "This line or finding is not on the list. Choose one of it."))
    if not inspector.strip():
        problems.append(Problem("result_without_inspector", "Say which office or function looked at it.", {}, "inspector"))
    if checked_on > timezone.localdate():
        problems.append(
            Problem("result_in_the_future", "%(day)s lies ahead. Give the day of the finding.", {"day": checked_on}, "checked_on")
        )
    if result != PASSED and not note.strip():
        problems.append(Problem("commissioning_without_reason", "Say in a few words why it is not passed or not needed.", {}, "note"))
    if problems:
        raise Refused(problems)
    return Commissioning.objects.create(
        campaign=campaign, code=code, result=result, inspector=inspector.strip(), checked_on=checked_on, note=note.strip(),
        document=_kept(campaign, upload, "commissioning"), recorded_by=author, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def add_asset(*, campaign: Campaign, facts: AssetFacts, author: Role, request_id: str) -> Asset:
    """Put a thing that stays in the building on the list of assets."""
    refuse_unless_role(author, *LEADS, "storekeeper", campaign=campaign)
    first = _first(Asset, campaign, request_id)
    if first is not None:
        return first
    problems = []
    if not facts.name.strip():
        problems.append(Problem("asset_needs_a_name", "Say what it is.", {}, "name"))
    if not 0 < facts.quantity <= QUANTITY_MAX:
        problems.append(Problem("quantity_not_above_zero", "A quantity must be above zero. Correct it.", {}, "quantity"))
    if facts.installed_on and facts.warranty_until and facts.warranty_until < facts.installed_on:
        problems.append(Problem("warranty_before_start", "The warranty would end before the thing was installed.", {}, "warranty_until"))
    if problems:
        raise Refused(problems)
    return Asset.objects.create(campaign=campaign, added_by=author, request_id=request_id, **vars(facts))


@transaction.atomic
def add_paper(
    *, campaign: Campaign, kind: str, title: str, language: str, upload: Upload, author: Role, request_id: str, asset: Asset | None = None,
    valid_until: date | None = None,
) -> HandoverPaper:  # fmt: skip
    """Add a drawing, manual, warranty or other paper to the pack."""
    refuse_unless_role(author, *LEADS, "storekeeper", campaign=campaign)
    first = _first(HandoverPaper, campaign, request_id)
    if first is not None:
        return first
    problems = []
    if not title.strip() or kind not in dict(PAPER_KINDS):
        problems.append(Problem("paper_needs_a_title", "Say what the paper is, and give it a title.", {}, "title"))
    if language not in dict(settings.LANGUAGES):
        problems.append(Problem("paper_language", "Say in which language it is written.", {}, "language"))
    if kind == "warranty" and valid_until is None:
        problems.append(Problem("warranty_without_end", "A warranty has a last day. Give it.", {}, "valid_until"))
    if asset is not None and asset.campaign_id != campaign.pk:
        problems.append(Problem("not_of_this_campaign", "The asset belongs to another campaign. Choose one of this.", {}, "asset"))
    if problems:
        raise Refused(problems)
    document = _kept(campaign, upload, "handover")
    assert document is not None  # an upload gives one, or is refused
    return HandoverPaper.objects.create(
        campaign=campaign, kind=kind, title=title.strip(), language=language, document=document, asset=asset, valid_until=valid_until,
        added_by=author, request_id=request_id,
    )  # fmt: skip


def findings_of(campaign: Campaign) -> dict[str, Commissioning]:
    """Code of each line → the finding that counts."""
    return {row.code: row for row in Commissioning.objects.filter(campaign=campaign).select_related("document").order_by("pk")}


def is_settled(finding: Commissioning | None) -> bool:
    return finding is not None and finding.result in (PASSED, NOT_NEEDED)


def _first(model: Any, campaign: Campaign, request_id: str) -> Any:
    """The row that this request made before, with the campaign locked so that two sendings at once make one."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    return model.objects.filter(campaign=campaign, request_id=request_id).first()


def _kept(campaign: Campaign, upload: Upload | None, kind: str) -> Document | None:
    if upload is None:
        return None
    media_type = next((name for mark, name in MEDIA_TYPES.items() if upload.data.startswith(mark)), None)
    if media_type is None:
        raise Refused(
            Problem("paper_not_pdf_or_png", "“%(name)s” is neither a PDF nor a PNG. Give one of these.", {"name": upload.name}, "file")
        )
    return store_document(book=campaign.book, data=upload.data, name=upload.name, media_type=media_type, kind=kind)
