"""Direct debit on the desk: mandates, the next run, its two approvals and the file for the bank."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awna.books.models import BankAccount, Book
from awna.core.ledger.rules import BANK
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page, refused_page
from awna.parties.models import Role

from . import services
from .calendar import earliest_collection
from .forms import CreditorForm, EndForm, MandateForm, RunForm
from .models import Creditor, DebitRun, Mandate

KEEPERS = ("treasurer", "steward")
ROWS_A_PAGE = 50
RUNS_SHOWN_MAX = 24


def debits(request: HttpRequest, slug: str) -> HttpResponse:
    """Accounts that may debit, what waits, the runs, and the mandates."""
    mandates = Mandate.objects.for_actor(request.actor).filter(bank_account__book__campaign=request.campaign)
    page = Paginator(mandates.order_by("state", "-signed_on").select_related("bank_account"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    accounts = []
    for account in _accounts(request).select_related("creditor", "commodity"):
        creditor = Creditor.objects.filter(bank_account=account).first()
        earliest = (
            earliest_collection(timezone.localdate(), notice_days=creditor.notice_days) if creditor and creditor.creditor_id else None
        )
        waiting = services.waiting_instalments(account, until=earliest).count() if earliest else 0
        accounts.append({"account": account, "creditor": creditor, "earliest": earliest, "waiting": waiting})
    runs = DebitRun.objects.for_actor(request.actor).filter(bank_account__book__campaign=request.campaign)[:RUNS_SHOWN_MAX]
    context = {
        "title": _("Direct debits"), "accounts": accounts, "page": page,
        "runs": [{"it": run, "approved": services.approvals_of(run), "needed": services.APPROVALS_NEEDED} for run in runs],
    }  # fmt: skip
    return render(request, "donations/debit/home.html", context)


def creditor(request: HttpRequest, slug: str, account: UUID) -> HttpResponse:
    """Address and creditor id of one account's holder."""
    found = get_object_or_404(_accounts(request), pk=account)
    kept = Creditor.objects.filter(bank_account=found).first()
    initial = {name: getattr(kept, name) for name in CreditorForm.base_fields} if kept else {}
    form = CreditorForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.set_creditor(bank_account=found, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Kept."))
            return redirect("debits", slug=slug)
    intro = _("%(holder)s, %(iban)s. The address stands in Swiss QR-bills and in files for the bank.") % {
        "holder": found.holder,
        "iban": found.iban,
    }
    return _act(request, form, title=_("Address of the account's holder"), submit=_("Keep it"), intro=intro)


def new_mandate(request: HttpRequest, slug: str) -> HttpResponse:
    """Take over what somebody signed on paper."""
    book = get_object_or_404(Book, campaign=request.campaign)
    able = _accounts(request).filter(creditor__isnull=False).exclude(creditor__creditor_id="")
    form = MandateForm(request.POST or None, accounts=able, book=book, initial={"request_id": uuid.uuid4().hex})
    if form.is_valid():
        try:
            mandate = _sign(request, form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("mandate", slug=slug, mandate=mandate.pk)
    intro = _("Type it as it was signed. Afterwards nothing of it changes; a change is another mandate.")
    return _act(request, form, title=_("A signed mandate"), submit=_("Keep it"), intro=intro)


def mandate(request: HttpRequest, slug: str, mandate: UUID) -> HttpResponse:
    """What was signed, its history and debits; and the form that ends it."""
    mine = Mandate.objects.for_actor(request.actor).filter(bank_account__book__campaign=request.campaign)
    found = get_object_or_404(mine.select_related("bank_account__commodity"), pk=mandate)
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            services.end_mandate(mandate=found, reason=form.cleaned_data["reason"], author=_author(request))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The mandate has ended."))
            return redirect("mandate", slug=slug, mandate=found.pk)
    context = {
        "mandate": found, "plans": found.plans.select_related("fund"), "history": found.history.select_related("author__user"),
        "debits": found.debits.select_related("run").order_by("-run__collect_on"),
    }  # fmt: skip
    title = _("Mandate %(reference)s") % {"reference": found.reference}
    return _act(request, form, title=title, submit=_("End this mandate"), aside="donations/debit/_mandate.html", **context)


def new_run(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the file of all that is due."""
    able = _accounts(request).filter(creditor__isnull=False).exclude(creditor__creditor_id="")
    first = Creditor.objects.filter(bank_account__in=able).first()
    day = earliest_collection(timezone.localdate(), notice_days=first.notice_days) if first else None
    form = RunForm(request.POST or None, accounts=able, initial={"request_id": uuid.uuid4().hex, "collect_on": day})
    if form.is_valid():
        values = form.cleaned_data
        try:
            run = services.make_run(
                bank_account=values["account"], collect_on=values["collect_on"], author=_author(request), request_id=values["request_id"]
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("debit_run", slug=slug, run=run.pk)
    intro = _("Two people approve the file before anybody can download it. Payers with an email address are told at the second approval.")
    return _act(request, form, title=_("Next run of debits"), submit=_("Make the file"), intro=intro)


def debit_run(request: HttpRequest, slug: str, run: UUID) -> HttpResponse:
    """One run: its lines, who approved and who took the file; the buttons that approve or drop it."""
    found = _run(request, run)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "drop":
                services.drop_run(run=found, author=_author(request))
            else:
                services.approve_run(run=found, digest=request.POST.get("digest", ""), author=_author(request))
        except Refused as refused:
            return refused_page(request, refused, back=request.path, desk=True)
        return redirect("debit_run", slug=slug, run=found.pk)
    debits = found.debits.select_related("mandate", "pledge").order_by("pk")
    context = {
        "title": _("Debits of %(day)s") % {"day": found.collect_on}, "run": found, "approved": services.approvals_of(found),
        "needed": services.APPROVALS_NEEDED, "marks": found.marks.select_related("author__user"),
        "page": Paginator(debits, ROWS_A_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "donations/debit/run.html", context)


def debit_file(request: HttpRequest, slug: str, run: UUID) -> HttpResponse:
    """The file for the bank; a POST, because every download is written down."""
    found = _run(request, run)
    try:
        data = services.take_file(run=found, author=_author(request))
    except Refused as refused:
        return refused_page(request, refused, back=reverse("debit_run", kwargs={"slug": slug, "run": found.pk}), desk=True)
    answer = file_answer(data, name=f"debits-{found.collect_on}-{found.digest[:8]}.xml", media_type="application/xml")
    answer["Cache-Control"] = "no-store, private"
    return answer


def _sign(request: HttpRequest, values: dict[str, Any]) -> Mandate:
    from django.db import transaction

    asked = services.Asked(
        text=values["text"], name=values["name"], iban=values["iban"], signed_on=values["signed_on"], town=values["town"],
        country=values["country"], email=values["email"], language=get_language() or "en",
    )  # fmt: skip
    with transaction.atomic():
        mandate = services.sign_mandate(
            bank_account=values["account"], asked=asked, author=_author(request), request_id=values["request_id"]
        )
        services.start_plan(
            donor=mandate.donor, bank_account=values["account"], fund=values["fund"], amount_minor=values["amount_minor"], months=values["months"],
            first_on=values["first_on"], count=values["count"], mandate=mandate, request_id=f"plan:{values['request_id']}",
        )  # fmt: skip
    return mandate


def _accounts(request: HttpRequest) -> Any:
    mine = BankAccount.objects.for_actor(request.actor)
    return mine.filter(book__campaign=request.campaign, custody__type=BANK).order_by("holder", "iban")


def _run(request: HttpRequest, run: UUID) -> DebitRun:
    mine = DebitRun.objects.for_actor(request.actor).filter(bank_account__book__campaign=request.campaign)
    return get_object_or_404(mine.select_related("bank_account__commodity"), pk=run)


def _act(request: HttpRequest, form: Any, *, title: str, submit: str, **context: Any) -> HttpResponse:
    back = reverse("debits", kwargs={"slug": request.campaign.slug})
    return form_page(request, form=form, title=title, submit=submit, desk=True, back=back, **context)


def _author(request: HttpRequest) -> Role:
    return request.actor.role(*KEEPERS)
