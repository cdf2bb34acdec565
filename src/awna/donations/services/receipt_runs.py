"""The receipts of a year: one for each donor and currency, each in a transaction of its own, to be run again after any stop."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.kit.jobs import enqueue, job_task
from awna.parties.models import Campaign, Role, Section

from ..models import Donor, Gift, Receipt, ReceiptGift
from .receipt_rules import gift_problems, refuse_other_body
from .receipts import issue_for_gifts

DONORS_A_JOB = 50
"""A few seconds of work: the worker takes other jobs in between, and the page shows how far it is."""


@dataclass(frozen=True)
class AnnualRun:
    """What a run did: receipts issued, donors left out each with the reasons, and whether more wait."""

    issued: list[Receipt] = field(default_factory=list)
    left: list[tuple[Donor, Sequence[Problem]]] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class Progress:
    """How many receipts of the year stand, and how many donors have gifts of it on none."""

    done: int
    waiting: int


def gifts_without_receipt(*, campaign: Campaign, section: Section | None, year: int) -> Any:
    """Gifts of money of the year that stand on no valid receipt; those that may have none among them."""
    on_receipt = ReceiptGift.objects.filter(released_at=None).values("gift")
    found = Gift.objects.filter(donor__campaign=campaign, donor__section=section, kind="money", received_on__year=year)
    return found.exclude(pk__in=on_receipt)


def annual_progress(*, campaign: Campaign, section: Section | None, year: int) -> Progress:
    done = Receipt.objects.standing().filter(campaign=campaign, section=section, gifts_year=year).count()
    waiting = gifts_without_receipt(campaign=campaign, section=section, year=year).values("donor").distinct().count()
    return Progress(done, waiting)


def issue_annual_receipts(
    *, campaign: Campaign, section: Section | None, year: int, author: Role, plain: bool = False, after: Any = None, most: int | None = None
) -> AnnualRun:
    """Issue what is missing, donor by donor. Stopped anywhere and run again, it goes on where it was: nobody gets two."""
    _refuse_run(campaign, section, year, author)
    run = AnnualRun()
    donors = list(_donors(campaign, section, year, after)[: most + 1 if most else None])
    for donor in donors[:most]:
        _issue_for_donor(donor, section=section, year=year, author=author, plain=plain, run=run)
    return AnnualRun(run.issued, run.left, more=bool(most and len(donors) > most))


@transaction.atomic
def start_annual_run(*, campaign: Campaign, section: Section | None, year: int, author: Role, plain: bool = False) -> None:
    """Queue the run; asked again, it only finds less to do."""
    _refuse_run(campaign, section, year, author)
    enqueue(
        run_annual,
        campaign=str(campaign.pk),
        section=str(section.pk) if section else "",
        year=year,
        author=str(author.pk),
        plain=plain,
        after="",
    )


@job_task
def run_annual(campaign: str, section: str, year: int, author: str, plain: bool, after: str) -> None:
    """A part of the run, then the next part as another job."""
    place, body = Campaign.objects.get(pk=campaign), Section.objects.get(pk=section) if section else None
    run = issue_annual_receipts(
        campaign=place, section=body, year=year, author=Role.objects.get(pk=author), plain=plain, after=after or None, most=DONORS_A_JOB
    )
    if run.more:
        last = max([str(receipt.donor_id) for receipt in run.issued] + [str(donor.pk) for donor, _ in run.left])
        with transaction.atomic():
            enqueue(run_annual, campaign=campaign, section=section, year=year, author=author, plain=plain, after=last)


def _refuse_run(campaign: Campaign, section: Section | None, year: int, author: Role) -> None:
    refuse_other_body(role=author, campaign=campaign, section_id=section.pk if section else None)
    if year >= timezone.localdate().year:
        raise Refused(
            Problem(
                "year_not_over",
                "The year %(year)s is not over: another gift may come. Issue its receipts afterwards.",
                {"year": year},
                "year",
            )
        )


def _donors(campaign: Campaign, section: Section | None, year: int, after: Any) -> Any:
    wanted = gifts_without_receipt(campaign=campaign, section=section, year=year).values("donor")
    found = Donor.objects.filter(pk__in=wanted).select_related("section").order_by("pk")
    return found.filter(pk__gt=after) if after else found


def _issue_for_donor(donor: Donor, *, section: Section | None, year: int, author: Role, plain: bool, run: AnnualRun) -> None:
    for gifts in _by_currency(donor, section, year):
        try:
            run.issued.append(issue_for_gifts(gifts=gifts, author=author, plain=plain, gifts_year=year))
        except Refused as refused:
            run.left.append((donor, refused.problems))


def _by_currency(donor: Donor, section: Section | None, year: int) -> Iterator[list[Gift]]:
    """Gifts that may be on a receipt, each currency apart; one that may not stays out and does not keep the others."""
    gifts = list(gifts_without_receipt(campaign=donor.campaign, section=section, year=year).filter(donor=donor).select_related("book"))
    barred = gift_problems(gifts)
    found: dict[Any, list[Gift]] = defaultdict(list)
    for gift in gifts:
        if gift.pk not in barred:
            found[gift.commodity_id].append(gift)
    yield from found.values()
