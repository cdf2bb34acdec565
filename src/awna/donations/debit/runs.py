"""Runs of debits: what is due, the frozen file, two approvals, the download, and what the bank sends back; called through `services`."""

from datetime import date
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.books.models import BankAccount
from awna.core.amounts import format_minor
from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text
from awna.parties.models import Role

from ..models.giving import Pledge
from ..services.collecting import refuse_unless_collecting
from .calendar import earliest_collection, is_target_day, notice_by
from .mandates import end_mandate, make_due
from .models import Creditor, Debit, DebitRun, Instalment, RunMark
from .pain import Line, Payee, write_file

APPROVALS_NEEDED = 2
DEBITS_MAX = 5_000
APPROVERS = ("treasurer", "steward")
ENDS_MANDATE = frozenset({"AC01", "AC04", "AC06", "AG01", "MD01", "MD07"})
"""Return reasons (ISO 20022 external codes) after which another try would fail too: account wrong, closed or blocked; no mandate; payer dead."""
ASK_PAYER = frozenset({"MD06", "MS02", "SL01"})
"""The payer asked for the money back or refused: not debited again for this instalment."""


def waiting_instalments(bank_account: BankAccount, *, until: date) -> QuerySet[Instalment]:
    """Instalments under a mandate in force that are due by that day, open, and not on their way."""
    under_way = Debit.objects.filter(live=True).values("pledge")
    return (
        Instalment.objects.filter(
            plan__bank_account=bank_account, plan__mandate__state="active", pledge__state="pledged", due_on__lte=until
        )
        .exclude(pledge__in=under_way)
        .select_related("plan__mandate", "pledge__donor")
        .order_by("due_on", "pk")
    )


@transaction.atomic
def make_run(*, bank_account: BankAccount, collect_on: date, author: Role, request_id: str) -> DebitRun:
    """Freeze the file of all that is due by that day. Nothing is announced or given out before two people approved it."""
    bank_account = BankAccount.objects.select_for_update(of=("self",)).select_related("book__campaign", "commodity").get(pk=bank_account.pk)
    first = DebitRun.objects.filter(request_id=request_id).first()
    if first is not None:
        return first
    refuse_unless_collecting(account=bank_account)
    creditor = Creditor.objects.filter(bank_account=bank_account).exclude(creditor_id="").first()
    if creditor is None:
        raise Refused(Problem("creditor_unknown", "This account has no creditor identifier yet. Write it down with the address first."))
    earliest = earliest_collection(timezone.localdate(), notice_days=creditor.notice_days)
    if collect_on < earliest or not is_target_day(collect_on):
        raise Refused(Problem("collection_day_wrong", "Banks cannot collect on %(asked)s. Choose a banking day from %(earliest)s on.",
                              {"asked": collect_on, "earliest": earliest}, "collect_on"))  # fmt: skip
    make_due(bank_account=bank_account, until=collect_on)
    due = list(waiting_instalments(bank_account, until=collect_on)[:DEBITS_MAX])
    if not due:
        raise Refused(Problem("nothing_due", "No instalment with a mandate is due by %(day)s.", {"day": collect_on}, "collect_on"))
    seen: dict[Any, int] = {}
    items = [_debit(one, seen) for one in due]
    data = write_file(payee=_payee(bank_account, creditor), lines=[_line(item) for item in items], collect_on=collect_on)
    run = DebitRun.objects.create(
        bank_account=bank_account, collect_on=collect_on, notice_by=notice_by(collect_on, notice_days=creditor.notice_days),
        total_minor=sum(item.amount_minor for item in items), content=data.decode(), digest=sha256(data).hexdigest(), made_by=author,
        request_id=request_id,
    )  # fmt: skip
    for item in items:
        item.run = run
    Debit.objects.bulk_create(items)
    return run


@transaction.atomic
def approve_run(*, run: DebitRun, digest: str, author: Role) -> RunMark:
    """One person says yes to exactly these bytes; the second yes announces every debit to its payer. One person counts once."""
    run = DebitRun.objects.select_for_update(of=("self",)).select_related("bank_account__book").get(pk=run.pk)
    mine = run.marks.filter(what="approved", author__user=author.user_id).first()
    if mine is not None and mine.digest == digest:
        return mine
    problems = []
    if author.campaign_id != run.bank_account.book.campaign_id or author.name not in APPROVERS or author.ended_on is not None:
        problems.append(Problem("not_an_approver", "A treasurer or steward of this campaign approves debit files. Ask one of them."))
    if digest != run.digest:
        problems.append(Problem("other_file_approved", "The file is not the one that you saw. Look at the page again."))
    if run.dropped_at:
        problems.append(Problem("run_dropped", "This run was dropped. Make a new one."))
    if timezone.localdate() > run.notice_by:
        problems.append(
            Problem(
                "notice_too_late", "Payers had to be told by %(day)s. Drop this run and make one for a later day.", {"day": run.notice_by}
            )
        )
    if problems:
        raise Refused(problems)
    before = approvals_of(run)
    mark = RunMark.objects.create(run=run, what="approved", author=author, digest=digest)
    if before + 1 == APPROVALS_NEEDED:
        for debit in run.debits.select_related("mandate", "pledge__donor__campaign", "pledge__bank_account__commodity"):
            _announce(debit, run)
    return mark


def approvals_of(run: DebitRun) -> int:
    """Distinct people, not roles."""
    return run.marks.filter(what="approved", digest=run.digest).values("author__user").distinct().count()


@transaction.atomic
def take_file(*, run: DebitRun, author: Role) -> bytes:
    """The file for the bank, when enough people approved it; every download is written down."""
    run = DebitRun.objects.select_for_update().get(pk=run.pk)
    if run.dropped_at or approvals_of(run) < APPROVALS_NEEDED:
        raise Refused(Problem("run_not_approved", "%(needed)s people approve a debit file before it is given out; %(so_far)s did.",
                              {"needed": APPROVALS_NEEDED, "so_far": 0 if run.dropped_at else approvals_of(run)}))  # fmt: skip
    data = run.content.encode()
    if sha256(data).hexdigest() != run.digest:
        raise Refused(Problem("file_changed", "The stored file is not what was approved. Tell whoever keeps this installation."))
    RunMark.objects.create(run=run, what="taken", author=author, digest=run.digest)
    return data


@transaction.atomic
def drop_run(*, run: DebitRun, author: Role) -> DebitRun:
    """Take a run back that no bank has: its instalments wait again."""
    run = DebitRun.objects.select_for_update().get(pk=run.pk)
    if run.marks.filter(what="taken").exists():
        raise Refused(
            Problem(
                "file_was_taken", "The file was downloaded, so the bank may have it. Recall it there; its returns come with the statement."
            )
        )
    if run.dropped_at is None:
        run.dropped_at = timezone.now()
        run.save(update_fields=["dropped_at"])
        run.debits.update(live=False)
    return run


@transaction.atomic
def return_debit(*, end_to_end_id: str, reason: str, on: date | None = None) -> Debit:
    """A debit came back, for a reason code of ISO 20022 such as AM04 or MD07. Said twice is once.

    The money itself goes back in the book by the bank's own line (`record_return`, with `gift` of the answer's pledge). Here the
    original learns of it: a mandate that cannot work again ends, what the payer refused is dropped, the rest may be debited again.
    """
    debit = (
        Debit.objects.select_for_update(of=("self",))
        .select_related("mandate", "pledge")
        .filter(end_to_end_id=end_to_end_id.strip())
        .first()
    )
    code = reason.strip().upper()
    if debit is None or debit.run.dropped_at:
        raise Refused(
            Problem("debit_unknown", "No debit carries the id “%(asked)s”. Check the statement's end-to-end id.", {"asked": end_to_end_id})
        )
    if debit.returned_on is not None:
        return debit
    debit.live, debit.returned_on, debit.reason = False, on or timezone.localdate(), code[:35] or "NOTPROVIDED"
    debit.save(update_fields=["live", "returned_on", "reason"])
    if code in ENDS_MANDATE:
        end_mandate(mandate=debit.mandate, reason=_("The bank returned a debit: %(code)s") % {"code": code}, author=None)
    if code in ASK_PAYER:
        Pledge.objects.filter(pk=debit.pledge_id, state="pledged").update(state="dropped")
    return debit


def sequence_of(instalment: Instalment, *, earlier: int) -> str:
    """OOFF, FRST, FNAL or RCUR; a first debit that came back is a first one again."""
    plan = instalment.plan
    if plan.mandate is not None and plan.mandate.once:
        return "OOFF"
    if plan.count is not None and instalment.number == plan.count and earlier:
        return "FNAL"
    return "RCUR" if earlier else "FRST"


def _debit(instalment: Instalment, seen: dict[Any, int]) -> Debit:
    mandate, pledge = instalment.plan.mandate, instalment.pledge
    if mandate is None:
        raise ValueError("an instalment without a mandate is transferred, not debited")
    if mandate.pk not in seen:
        seen[mandate.pk] = Debit.objects.filter(mandate=mandate, returned_on=None, run__dropped_at=None).count()
    sequence = sequence_of(instalment, earlier=seen[mandate.pk])
    seen[mandate.pk] += 1
    tries = Debit.objects.filter(pledge=pledge).count()
    # Begins with the pledge's reference, by which the statement's line finds it.
    end_to_end_id = pledge.reference + (f"-{tries + 1}" if tries else "")
    return Debit(mandate=mandate, pledge=pledge, amount_minor=pledge.amount_minor, end_to_end_id=end_to_end_id, sequence=sequence)


def _line(debit: Debit) -> Line:
    mandate = debit.mandate
    return Line(
        name=mandate.name, iban=mandate.iban, town=mandate.town, country=mandate.country, amount=debit.amount_minor, mandate=mandate.reference,
        signed_on=mandate.signed_on, end_to_end_id=debit.end_to_end_id, sequence=debit.sequence, text=debit.pledge.reference_grouped,
    )  # fmt: skip


def _payee(account: BankAccount, creditor: Creditor) -> Payee:
    return Payee(
        name=account.holder, iban=account.iban, creditor_id=creditor.creditor_id,
        address={
            "street_name": creditor.street, "building_number": creditor.building, "postcode": creditor.post_code, "town": creditor.town,
            "country": creditor.country,
        },
    )  # fmt: skip


def _announce(debit: Debit, run: DebitRun) -> None:
    donor, account = debit.pledge.donor, debit.pledge.bank_account
    if not donor.email:
        return
    with translation.override(donor.language):
        send_mail_text(
            to=donor.email,
            campaign=donor.campaign_id,
            section=donor.section_id,
            kind="debit",
            subject=_("Your gift will be debited on %(day)s") % {"day": run.collect_on.isoformat()},
            body=_(
                "On %(day)s we debit %(amount)s %(currency)s from your account for %(holder)s.\n\n"
                "Mandate: %(mandate)s\nCreditor identifier: %(creditor)s\n\n"
                "You may ask your bank for the money back within eight weeks. Your private page:\n%(link)s\n"
            )
            % {
                "day": run.collect_on.isoformat(),
                "amount": format_minor(debit.amount_minor, account.commodity.scale),
                "currency": account.currency,
                "holder": account.holder,
                "mandate": debit.mandate.reference,
                "creditor": debit.mandate.creditor_id,
                "link": settings.AWNA_ORIGIN + debit.pledge.get_absolute_url(),
            },
        )
