"""Asking for a release, asking again with changes, freeing what is left, and setting when three quotes are needed."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.books.models import Commodity, Document
from awna.core.amounts import format_minor, parse_minor
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page

from .. import services
from ..forms.asking import ROWS, START, QuoteRuleForm, ReleaseForm, keep_files, kept_document, one_row_more
from ..models import Release
from ..services.asking import INSTALMENT, SHEET_KIND
from ..services.spending import PROPOSER_ROLES, STEWARD

DAYS_TO_AGREE = 30


def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the stewards for money; `?like=7` starts from release 7, to ask for more."""
    like = request.GET.get("like", "")
    release = Release.objects.filter(campaign=request.campaign, number=int(like)).first() if like.isdecimal() and len(like) < 9 else None
    return _ask(request, slug, start=release, replaces=None)


def propose_again(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask again with changes: a new proposal that takes the place of the old one."""
    release = get_object_or_404(Release, campaign=request.campaign, number=number)
    return _ask(request, slug, start=release, replaces=release)


def _ask(request: HttpRequest, slug: str, *, start: Release | None, replaces: Release | None) -> HttpResponse:
    book, data, problems = request.campaign.book, None, []
    if request.method == "POST":
        data = request.POST.copy()
        problems = keep_files(book, data, request.FILES)
        one_row_more(data, data.get("more", ""))
    form = ReleaseForm(data, campaign=request.campaign, initial=_initial(start))
    rows = {name: _rows(name, data, start) for name in ROWS}
    if data is not None and not data.get("more") and not problems and all([form.is_valid(), *(one.is_valid() for one in rows.values())]):
        try:
            release = _propose(request, form.cleaned_data, rows, replaces)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Release %(number)s waits for the stewards; the money is held.") % {"number": release.number})
            return redirect("decision", slug=slug, number=release.number)
    is_more = data is not None and bool(data.get("more"))
    context = {
        "form": form, "rows": rows, "problems": problems, "replaces": replaces, "is_more": is_more,
        "title": _("Ask again with changes") if replaces else _("Ask for a release"),
        "rules": services.quote_rules(request.campaign).values(), "kept": _kept(book, data),
    }  # fmt: skip
    return render(request, "approvals/ask.html", context, status=422 if data is not None and not is_more else 200)


def _rows(name: str, data: QueryDict | None, start: Release | None) -> Any:
    kind = ROWS[name][0]
    if data is not None:
        return kind(data, prefix=name)
    initial = _initial_rows(name, start)
    made = kind(prefix=name, initial=initial)
    made.extra = max(0, START[name] - len(initial) - made.min_num * (not initial))
    return made


def _kept(book: Any, data: QueryDict | None) -> dict[str, str]:
    """The name of each file that was sent before, by its digest."""
    digests = [value for name, value in (data or {}).items() if name.endswith("-kept") and value]
    return {one.digest: one.name for one in Document.objects.filter(book=book, digest__in=digests)} if digests else {}


def _propose(request: HttpRequest, asked: dict[str, Any], rows: dict[str, Any], replaces: Release | None) -> Release:
    currency, book = _currency(asked["custody"]), request.campaign.book
    parts = [form.cleaned_data for form in rows["part"] if form.cleaned_data]
    asks = [
        services.MilestoneAsk(
            n=str(number), custody=asked["custody"], fund=asked["fund"], commodity=currency, ceiling=_minor(part["amount"], currency.scale),
            earliest=part["earliest"], evidence=tuple(part["evidence"]), kind=part["kind"],
        )
        for number, part in enumerate(parts, 1)
    ]  # fmt: skip
    quotes = [
        services.QuoteAsk(one["seller"], currency, _minor(one["amount"], currency.scale), paper)
        for one in (form.cleaned_data for form in rows["quote"])
        if one.get("seller") and (paper := kept_document(book, one["kept"]))
    ]
    papers = [paper for form in rows["paper"] if (paper := kept_document(book, form.cleaned_data.get("kept", "")))]
    return services.propose_release(
        campaign=request.campaign, payee=asked["payee"], milestones=asks, budget_line=asked["budget_line"], documents=papers,
        text=asked["text"], expires_on=asked["expires_on"], filed_by=request.actor.role(*PROPOSER_ROLES), request_id=asked["request_id"],
        quotes=quotes, quotes_reason=asked["quotes_reason"], replaces=replaces,
    )  # fmt: skip


def _initial(start: Release | None) -> dict[str, Any]:
    """An empty form, or what the release said that it starts from."""
    fresh = {"request_id": str(uuid.uuid4()), "expires_on": timezone.localdate() + timedelta(days=DAYS_TO_AGREE)}
    if start is None:
        return fresh
    first = start.proposal.content["milestones"][0]
    return fresh | {
        "text": start.text, "payee": start.payee_id, "custody": first["custody"], "fund": first["fund"], "budget_line": start.budget_line_id,
        "quotes_reason": start.proposal.content.get("quotes_reason", ""),
    }  # fmt: skip


def _initial_rows(name: str, start: Release | None) -> list[dict[str, Any]]:
    if start is None:
        return []
    content = start.proposal.content
    if name == "part":
        scales = Commodity.objects.in_bulk({one["commodity"] for one in content["milestones"]})
        by_id = {str(key): one.scale for key, one in scales.items()}
        return [
            {"kind": one.get("kind", INSTALMENT), "amount": format_minor(int(one["ceiling"]), by_id[one["commodity"]]), "evidence": one["evidence"],
             "earliest": one["earliest"]}
            for one in content["milestones"]
        ]  # fmt: skip
    quotes = content.get("quotes", [])
    if name == "quote":
        scales = {str(key): one.scale for key, one in Commodity.objects.in_bulk({one["commodity"] for one in quotes}).items()}
        return [
            {"seller": one["seller"], "amount": format_minor(int(one["minor"]), scales[one["commodity"]]), "kept": one["document"]}
            for one in quotes
        ]
    of_quotes = {one["document"] for one in quotes}
    papers = Document.objects.filter(book=start.campaign.book, digest__in=content["documents"]).exclude(kind=SHEET_KIND)
    return [{"kind": one.kind, "kept": one.digest} for one in papers if one.digest not in of_quotes]


def _currency(custody: Any) -> Commodity:
    account = getattr(custody, "bank_account", None)
    if account is not None:
        return account.commodity
    held = Commodity.objects.filter(kind="money", accounts__custody=custody).distinct()
    if len(held) != 1:
        raise Refused(
            Problem("purse_has_no_one_currency", "This purse holds no money, or several currencies. Choose a bank account.", {}, "custody")
        )
    return held[0]


def _minor(text: str, scale: int) -> int:
    try:
        return parse_minor(text, scale)
    except Refused as refused:
        raise Refused(problem.at("amount") for problem in refused.problems) from refused


def free_rest(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is held or released and not ordered goes back to where it came from."""
    release = get_object_or_404(Release, campaign=request.campaign, number=number)
    try:
        services.void(proposal=release.proposal, author=request.actor.role(*PROPOSER_ROLES), request_id=f"void:{release.proposal_id}")
    except Refused as refused:
        return refused_page(request, refused, back=release.get_absolute_url(), desk=True)
    messages.success(
        request, _("What was left of release %(number)s is free again. Nothing more can be paid under it.") % {"number": number}
    )
    return redirect("decision", slug=slug, number=number)


def quote_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the stewards above which sum three quotes are needed."""
    form = QuoteRuleForm(request.POST or None, campaign=request.campaign, initial={"request_id": str(uuid.uuid4())})
    if form.is_valid():
        try:
            _propose_rule(request, form)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The stewards are asked. The rule holds when enough of them agree."))
            return redirect("decisions", slug=slug)
    rules = list(services.quote_rules(request.campaign).values())
    return form_page(
        request, form=form, title=_("When three quotes are needed"), submit=_("Ask the stewards"), desk=True, aside="approvals/_rules.html", rules=rules,
        intro=_("Above this sum a release needs three quotes of different sellers, or a reason that everybody can read."),
    )  # fmt: skip


def _propose_rule(request: HttpRequest, form: forms.Form) -> None:
    asked = form.cleaned_data
    try:
        above = parse_minor(asked["above"], asked["commodity"].scale)
    except Refused as refused:
        raise Refused(problem.at("above") for problem in refused.problems) from refused
    services.propose_quote_rule(
        commodity=asked["commodity"], above=above, filed_by=request.actor.role(STEWARD), request_id=asked["request_id"],
        expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE),
    )  # fmt: skip
