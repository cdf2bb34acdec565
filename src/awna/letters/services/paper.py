"""Paper sheets: counted by two people, kept apart by the digest of the scan, struck with a reason and never deleted."""

import re
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import OpenLetter, PaperSheet
from .letters import WRITERS

SHEET_SIGNATURES_MAX = 5_000
COUNTERS = (*WRITERS, "site_lead")


@transaction.atomic
def enter_sheet(
    *, letter: OpenLetter, count: int, place: str, collected_on: date, scan_digest: str, first_counter: str, second_counter: str, author: Role
) -> PaperSheet:  # fmt: skip
    """Count a sheet. The scan's digest names it: the same scan again gives the same sheet, or is refused with other figures."""
    refuse_unless_role(author, *COUNTERS, campaign=letter.campaign)
    digest = scan_digest.strip().lower()
    problems = []
    if not 0 < count <= SHEET_SIGNATURES_MAX:
        problems.append(
            Problem("sheet_count_wrong", "A sheet has between 1 and %(most)s signatures.", {"most": SHEET_SIGNATURES_MAX}, "count")
        )
    if first_counter.strip().casefold() == second_counter.strip().casefold() or not first_counter.strip() or not second_counter.strip():
        problems.append(Problem("sheet_needs_two_counters", "Two different people count a sheet. Write both names.", {}, "second_counter"))
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        problems.append(
            Problem("scan_digest_wrong", "A digest has 64 signs of 0-9 and a-f. Choose the scan's file instead.", {}, "scan_digest")
        )
    if collected_on > timezone.localdate():
        problems.append(
            Problem(
                "sheet_of_tomorrow", "%(day)s has not come yet. Write the day of the last signature.", {"day": collected_on}, "collected_on"
            )
        )
    if problems:
        raise Refused(problems)
    # The letter's row serialises two entries of one scan.
    OpenLetter.objects.select_for_update().get(pk=letter.pk)
    kept = letter.sheets.filter(scan_digest=digest).first()
    if kept is not None:
        if (kept.count, kept.struck) == (count, ""):
            return kept
        raise Refused(Problem("sheet_counted_already", "This scan was counted on %(day)s with %(count)s signatures. Strike that first, or choose another file.",
                              {"day": timezone.localdate(kept.entered_at), "count": kept.count}, "scan_digest"))  # fmt: skip
    return PaperSheet.objects.create(
        letter=letter, version=letter.version, count=count, place=place.strip(), collected_on=collected_on, scan_digest=digest,
        first_counter=first_counter.strip(), second_counter=second_counter.strip(), entered_by=author,
    )  # fmt: skip


@transaction.atomic
def strike_sheet(*, sheet: PaperSheet, reason: str, author: Role) -> PaperSheet:
    """Take a sheet out of the count, with the reason."""
    refuse_unless_role(author, *COUNTERS, campaign=sheet.letter.campaign)
    if not reason.strip():
        raise Refused(Problem("strike_without_reason", "Write why the sheet no longer counts.", {}, "reason"))
    row = PaperSheet.objects.select_for_update().get(pk=sheet.pk)
    if not row.struck:
        row.struck = reason.strip()
        row.save(update_fields=["struck"])
    return row
