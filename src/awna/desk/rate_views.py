"""The page of rates: every one with its day and source, the ECB's where a gift needs it, others asked of the stewards."""

import uuid
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awna.books.models import Book
from awna.books.services import rates
from awna.books.services.exchange import rates_of
from awna.consent.models import Proposal
from awna.core.problems import Refused
from awna.kit.forms import problem_text, refused_to_form

from .rate_forms import RateFileForm, RateForm

RATES_SHOWN = 200
DAYS_TO_AGREE = 30


def rates_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """All rates, the newest first; which currencies the ECB knows; forms for the rest."""
    book = get_object_or_404(Book, campaign=request.campaign)
    act = request.POST.get("act", "")
    hand = RateForm(request.POST if act == "hand" else None, auto_id="hand_%s", initial={"request_id": uuid.uuid4().hex})
    file = RateFileForm(
        request.POST if act == "file" else None, request.FILES if act == "file" else None, auto_id="file_%s",
        initial={"request_id": uuid.uuid4().hex},
    )  # fmt: skip
    form = {"hand": hand, "file": file}.get(act)
    may_write = request.actor.has_role("treasurer")
    if act == "ecb" and may_write:
        return _take_ecb(request, book, slug)
    if form is not None and may_write and form.is_valid() and _ask(request, book, form):
        messages.success(request, _("The stewards are asked. The rates are written down when enough of them agree."))
        return redirect("rates_desk", slug=slug)
    goal = request.campaign.goal_currency
    used = sorted(set(book.bank_accounts.values_list("commodity__code", flat=True)) | {goal})
    context = {
        "rates": sorted(rates_of(book), key=lambda rate: (rate.on, rate.seq), reverse=True)[:RATES_SHOWN], "hand": hand, "file": file,
        "form": form, "goal": goal, "may_write": may_write, "title": _("Rates of exchange"),
        "currencies": [{"code": code, "until": rates.ecb_last_day(code), "base": code == rates.ECB_BASE} for code in used],
        "waiting": Proposal.objects.open_for(request.campaign).filter(purpose="rates").count(),
    }  # fmt: skip
    return render(request, "desk/rates.html", context, status=422 if form is not None else 200)


def _take_ecb(request: HttpRequest, book: Book, slug: str) -> HttpResponse:
    taken = rates.take_ecb_rates(book=book, to=request.campaign.goal_currency, author=request.actor.role("treasurer"))
    n = len(taken.entries)
    messages.success(request, ngettext("%(n)s rate is written down.", "%(n)s rates are written down.", n) % {"n": n})
    if taken.missing:
        listed = ", ".join(f"{code} {day}" for code, day in taken.missing[:20])
        messages.warning(
            request, _("The ECB has no rate for: %(listed)s. Ask the stewards for one of another source.") % {"listed": listed}
        )
    return redirect("rates_desk", slug=slug)


def _ask(request: HttpRequest, book: Book, form: forms.Form) -> bool:
    try:
        if isinstance(form, RateForm):
            wanted = [rates.wanted_of(form.cells(), decimal="point")]
        else:
            data = form.cleaned_data
            wanted = rates.read_rates(data["file"].read(), decimal=data["decimal"], separator=data["separator"])
        rates.propose_rates(
            book=book, rates=wanted, filed_by=request.actor.role("treasurer"), expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE),
            request_id=form.cleaned_data["request_id"],
        )  # fmt: skip
    except Refused as refused:
        if isinstance(form, RateForm):
            refused_to_form(form, refused)
        for problem in refused.problems if not isinstance(form, RateForm) else []:
            form.add_error(None, f"{problem.where}: {problem_text(problem)}" if problem.where else problem_text(problem))
        return False
    return True
