"""Tells people of what concerns them: treasurers of a gap between statements, volunteers of their shifts; and sends the digests."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awna.books.models import BankAccount, Book
from awna.books.services.vouchers import holes_of, subject_of
from awna.core.ledger.rules import CASH
from awna.crews.models import Shift
from awna.kit.models import Notice
from awna.kit.notices.services import due_readers, in_language_of, mail_digest, tell
from awna.parties.models import Campaign, Role, User
from awna.works.models import PlanRun, Task
from awna.works.services import moves_of

SHIFT_DAYS_AHEAD = 60


def tell_gaps(*, book: Book) -> int:
    """Each treasurer of an account, once for each hole between its statements; return how many were told."""
    campaign, told = book.campaign, 0
    treasurers = list(
        Role.objects.filter(campaign=campaign, name="treasurer", ended_on=None, user__is_active=True).select_related("user", "section")
    )
    for account in BankAccount.objects.filter(book=book).exclude(custody__type=CASH):
        holes = holes_of(account)
        theirs = [role for role in treasurers if role.section_id in (None, account.section_id)] if holes else []
        for hole in holes:
            for role in theirs:
                with in_language_of(role.user_id, campaign.site_language):
                    lines = [
                        _(
                            "Account …%(end)s: no statement tells of %(days)s. Bring in the one that is missing, or let two people vouch for the hole."
                        )
                        % {"end": account.iban.replace(" ", "")[-4:], "days": _days(hole.first, hole.last)},
                        _("No period closes over it, and the public list of accounts shows it."),
                    ]
                    told += tell(
                        reader=role.user_id, to=role.user.email, campaign=campaign.pk, key=f"gap {account.pk} {subject_of(hole)}",
                        subject=_("%(campaign)s: a bank statement is missing") % {"campaign": campaign.title_here}, lines=lines,
                        address=reverse("bank_files", kwargs={"slug": campaign.slug}),
                    )  # fmt: skip
    return told


def tell_shifts(*, campaign: Campaign) -> int:
    """Each volunteer who can sign in, of each shift to come, of one that changed, and of a plan that moved its work; return how many notices.

    Where and when people work is nobody else's business: the mail says only that there is something to read.
    """
    today = timezone.localdate()
    ahead = Shift.objects.filter(crew__campaign=campaign, works_on__range=(today, today + timedelta(days=SHIFT_DAYS_AHEAD)))
    told, moved = 0, _moved_refs(campaign)
    for shift in ahead.select_related("crew").prefetch_related("crew__members__user"):
        people = {volunteer.user for volunteer in shift.crew.members.all() if volunteer.user and volunteer.user.is_active}
        for user in sorted(people, key=lambda one: str(one.pk)):
            with in_language_of(user.pk, campaign.site_language):
                told += sum(_tell_shift(campaign, shift, user, key, subject, line) for key, subject, line in _words(shift, user, moved))
    return told


def send_digests() -> int:
    """One mail to each reader whose day or week is over; return how many mails."""
    readers = due_readers()
    held = Role.objects.filter(user__in=readers, ended_on=None).values_list("user", "campaign__site_language")
    places = dict(held)
    users = User.objects.filter(pk__in=readers, is_active=True)
    return sum(mail_digest(reader=user.pk, to=user.email, otherwise=places.get(user.pk, "en")) > 0 for user in users)


def _words(shift: Shift, user: User, moved: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Key, subject and line of each notice about a shift."""
    key = f"shift {shift.pk}"
    said = {"title": shift.title, "day": date_format(shift.works_on, "j M Y"), "hours": shift.hours_planned, "crew": shift.crew.name}
    line = _("%(day)s: %(title)s, %(hours)s hours, with “%(crew)s”.") % said
    seen = Notice.objects.filter(reader=user.pk, key__startswith=key).exists()
    subject = _("Your shift changed") if seen else _("You have a shift")
    yield f"{key} {shift.works_on} {shift.hours_planned} {shift.crew_id}", subject, line
    run = moved.get(shift.task_ref) if shift.task_ref else None
    if run:
        text = _("The plan moved the work of your shift on %(day)s: %(title)s. Ask your coordinator whether you are needed on another day.")
        yield f"plan {run} {shift.pk}", _("The plan of your shift moved"), text % said


def _tell_shift(campaign: Campaign, shift: Shift, user: User, key: str, subject: str, line: str) -> bool:
    return tell(
        reader=user.pk, to=user.email, campaign=campaign.pk, key=key, subject=subject, lines=[line], is_private=True, is_urgent=_is_near(shift.works_on),
        address=reverse("my_shifts", kwargs={"slug": campaign.slug}),
    )  # fmt: skip


def _moved_refs(campaign: Campaign) -> dict[str, str]:
    """What the plan in force moved, as shifts name their tasks → the plan."""
    run = PlanRun.objects.adopted(campaign)
    codes = {move.task for move in moves_of(run)} if run else set()
    tasks = Task.objects.filter(campaign=campaign, code__in=codes).values_list("pk", "code") if codes else []
    return {ref: str(run.pk) for pk, code in tasks for ref in (code, f"task:{pk}")} if run else {}


def _is_near(day: date) -> bool:
    """Too near for a digest of the week."""
    return day - timezone.localdate() <= timedelta(days=2)


def _days(first: date | None, last: date | None) -> str:
    return " – ".join(date_format(day, "j M Y") if day else "…" for day in (first, last))
