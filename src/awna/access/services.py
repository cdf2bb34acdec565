"""The only writers of access: name a crossing, report on it."""

from datetime import date

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .models import CONFIDENCES, STATUSES, Crossing, CrossingReport

REPORTER_ROLES = ("steward", "site_lead", "coordinator", "storekeeper", "buyer")
SOURCE_CHARS_MAX = 200


@transaction.atomic
def add_crossing(*, campaign: Campaign, code: str, name: str, author: Role) -> Crossing:
    """The crossing with that code; asked twice, it is the same crossing."""
    refuse_unless_role(author, *REPORTER_ROLES, campaign=campaign)
    crossing, _made = Crossing.objects.get_or_create(campaign=campaign, code=code, defaults={"name": name})
    return crossing


@transaction.atomic
def report(
    *, crossing: Crossing, status: str, valid_from: date, valid_until: date | None = None, source: str, confidence: str,
    reported_by: Role, request_id: str,
) -> CrossingReport:  # fmt: skip
    """Add what a source said about a crossing; the same request gives the first answer again."""
    refuse_unless_role(reported_by, *REPORTER_ROLES, campaign=crossing.campaign)
    said = {"status": status, "valid_from": valid_from, "valid_until": valid_until, "source": source.strip(), "confidence": confidence}
    # The crossing's row is locked so that two clicks on one button cannot both find no first answer.
    Crossing.objects.select_for_update().get(pk=crossing.pk)
    first = crossing.reports.filter(request_id=request_id).first()
    if first is not None:
        if all(getattr(first, name) == value for name, value in said.items()):
            return first
        raise Refused(Problem("request_already_used", "This form was sent before with other content. Reload the page and send it again."))
    problems = _report_problems(**said)
    if problems:
        raise Refused(problems)
    return CrossingReport.objects.create(crossing=crossing, reported_by=reported_by, request_id=request_id, **said)


def _report_problems(*, status: str, valid_from: date, valid_until: date | None, source: str, confidence: str) -> list[Problem]:
    problems = []
    if status not in dict(STATUSES):
        problems.append(Problem("crossing_status_unknown", "“%(asked)s” is not a state of a crossing. Choose open, closed or restricted.",
                                {"asked": status}, "status"))  # fmt: skip
    if confidence not in dict(CONFIDENCES):
        problems.append(Problem("confidence_unknown", "“%(asked)s” is not a degree of confidence. Choose seen, confirmed or heard.",
                                {"asked": confidence}, "confidence"))  # fmt: skip
    if not 0 < len(source) <= SOURCE_CHARS_MAX:
        problems.append(
            Problem("report_needs_a_source", "Say who reported this, in 1 to %(max)s characters.", {"max": SOURCE_CHARS_MAX}, "source")
        )
    if valid_until is not None and valid_until < valid_from:
        problems.append(Problem("report_ends_before_it_starts", "The report would end on %(until)s, before it starts on %(start)s. Correct one of them.",
                                {"until": valid_until, "start": valid_from}, "valid_until"))  # fmt: skip
    return problems
