"""The one rule by which a body may collect on a day: its permit runs and its legal pages stand. Every way to give asks here."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import format_lazy

from awna.core.problems import Problem

from ..models import Campaign, Section
from .models import KINDS, REQUIRED, LegalText


def may_collect(day: date | None = None) -> QuerySet[Section]:
    """The sections that collect on a day; the same as those without a `collecting_problem`."""
    day = day or timezone.localdate()
    pages = LegalText.objects.filter(section=OuterRef("pk"), kind__in=REQUIRED).order_by().values("section")
    begun, lasting = (Q(permit_from=None) | Q(permit_from__lte=day)), (Q(permit_until=None) | Q(permit_until__gte=day))
    counted = Coalesce(Subquery(pages.annotate(n=Count("kind", distinct=True)).values("n")), Value(0))
    return Section.objects.alias(pages=counted).filter(begun, lasting, pages=len(REQUIRED))


def owners_that_may_collect() -> QuerySet[Campaign]:
    """The campaigns whose owner has its legal pages; an owner has no permit to show."""
    pages = LegalText.objects.filter(campaign=OuterRef("pk"), section=None, kind__in=REQUIRED).order_by().values("campaign")
    counted = Coalesce(Subquery(pages.annotate(n=Count("kind", distinct=True)).values("n")), Value(0))
    return Campaign.objects.alias(pages=counted).filter(pages=len(REQUIRED))


def collecting_problem(*, campaign: Campaign, section: Section | None, day: date | None = None) -> Problem | None:
    """Why a body (the owner where `section` is None) may not collect on a day, or None."""
    there = LegalText.objects.filter(campaign=campaign, section=section).order_by().values_list("kind", flat=True).distinct()
    return _problem(campaign, section, set(there), day or timezone.localdate())


def collecting_problems(campaign: Campaign, *, day: date | None = None) -> dict[UUID | None, Problem]:
    """Why bodies of a campaign may not collect, by section, None for the owner; those that may are not in it. Two questions to the database."""
    there: dict[UUID | None, set[str]] = {}
    for section, kind in LegalText.objects.filter(campaign=campaign).order_by().values_list("section", "kind").distinct():
        there.setdefault(section, set()).add(kind)
    bodies: Iterable[Section | None] = [None, *Section.objects.filter(campaign=campaign).order_by("name")]
    found = {}
    for body in bodies:
        key = body.pk if body else None
        problem = _problem(campaign, body, there.get(key, set()), day or timezone.localdate())
        if problem is not None:
            found[key] = problem
    return found


def _problem(campaign: Campaign, section: Section | None, there: set[str], day: date) -> Problem | None:
    permit = section.permit_problem(day) if section else None
    if permit is not None:
        return permit
    missing = [name for kind, name in KINDS if kind in REQUIRED and kind not in there]
    if not missing:
        return None
    return Problem(
        "legal_pages_missing", "%(body)s collects nothing until these pages stand: %(pages)s.",
        {"body": section.name if section else body_of_owner(campaign), "pages": _joined(missing)},
    )  # fmt: skip


def body_of_owner(campaign: Campaign) -> str:
    """How the owner is called beside its sections."""
    owner = getattr(campaign, "owner", None)
    return owner.name if owner else campaign.title


def _joined(names: Sequence[object]) -> object:
    """Names in the reader's language, whoever reads the problem later."""
    return format_lazy(", ".join(["{}"] * len(names)), *names)
