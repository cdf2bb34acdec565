"""Pages of day wages: what is released, workers, sheets; written by one, approved by another, paid and witnessed by two more."""

import base64
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.books.models import Milestone
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page, refused_page

from . import services, shown
from .forms import AskWagesForm, BenchmarkForm, DropForm, LabourerChangeForm, LabourerForm, PayForm, SheetForm, read_minor
from .grid import Grid, grid_of
from .models import Labourer, ReceiptBook, WageSheet
from .printing import sheet_pdf


def wages(request: HttpRequest, slug: str) -> HttpResponse:
    """Releases for wages, the sheets under them, and the share that stays in the district."""
    sheets = WageSheet.objects.filter(campaign=request.campaign).for_actor(request.actor)
    context = {
        "pots": shown.pots_of(request.campaign, request.actor),
        "sheets": sheets.select_related("campaign", "milestone__commodity", "back").order_by("-number"),
        "share": shown.local_share(request.campaign), "people_min": shown.PEOPLE_MIN,
        "workers": request.campaign.labourers.filter(ended_on=None).count(), "rates": request.campaign.benchmark_rates.select_related("commodity"),
        "may_lead": request.actor.has_role(*services.LEADS), "may_set_rates": request.actor.has_role(*services.RATE_SETTERS),
        "may_ask": request.actor.has_role("steward", "treasurer", "site_lead"),
    }  # fmt: skip
    return render(request, "approvals/cash/wages.html", context)


def ask_for_wages(request: HttpRequest, slug: str) -> HttpResponse:
    form = AskWagesForm(request.POST or None, campaign=request.campaign, actor=request.actor)
    if form.is_valid():
        asked = dict(form.cleaned_data)
        account = asked.pop("account")
        minor = read_minor(form, "amount", account.commodity.scale)
        del asked["amount"]
        author = request.actor.role("steward", "treasurer", "site_lead")
        if minor is not None and done(
            form, services.ask_for_wages, campaign=request.campaign, custody=account.custody, ceiling=minor, filed_by=author, **asked
        ):
            return back(request, "wages", _("The stewards are asked; the money is held. Sheets can be paid from it once they agree."))
    intro = _("Each sheet takes its part, until the sum is used up. Who asked cannot pay: let somebody else pay than you.")
    return page(request, form, _("Ask for wages"), _("Ask the stewards"), to="wages", intro=intro)


def workers(request: HttpRequest, slug: str) -> HttpResponse:
    """The list of workers, and one more."""
    form = LabourerForm(request.POST or None)
    if form.is_valid() and done(
        form, services.add_labourer, campaign=request.campaign, author=request.actor.role(*services.LEADS), **form.cleaned_data
    ):
        return back(request, "wage_workers", _("The worker is on the list."))
    status = 422 if form.is_bound else 200
    return render(request, "approvals/cash/workers.html", {"form": form, "workers": request.campaign.labourers.all()}, status=status)


def worker(request: HttpRequest, slug: str, labourer: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Labourer, campaign=request.campaign, pk=labourer)
    form = LabourerChangeForm(request.POST or None, labourer=row)
    if form.is_valid():
        asked = {name: value for name, value in form.cleaned_data.items() if name != "request_id"}
        if done(form, services.change_labourer, labourer=row, author=request.actor.role(*services.LEADS), **asked):
            return back(request, "wage_workers", _("What is known of this worker is changed."))
    return page(request, form, row.code, _("Keep"), to="wage_workers")


def benchmark(request: HttpRequest, slug: str) -> HttpResponse:
    form = BenchmarkForm(request.POST or None, campaign=request.campaign)
    if form.is_valid():
        asked = dict(form.cleaned_data)
        minor = read_minor(form, "rate", asked["commodity"].scale)
        del asked["rate"]
        author = request.actor.role(*services.RATE_SETTERS)
        if minor is not None and done(form, services.note_benchmark, campaign=request.campaign, hour_minor=minor, author=author, **asked):
            return back(request, "wages", _("The rate is written down; sheets are compared with it."))
    intro = _("Wages far below it take from the poor, wages far above it empty the workshops around. The figure and its source are public.")
    return page(request, form, _("What such work is paid elsewhere"), _("Write down"), to="wages", intro=intro)


def new_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    pots = [pot for pot in shown.pots_of(request.campaign, request.actor) if pot.left > 0]
    milestones = Milestone.objects.filter(pk__in=[pot.part.pk for pot in pots]).select_related("commodity", "proposal__release")
    form = SheetForm(request.POST or None, milestones=milestones, left={pot.part.pk: pot.left for pot in pots})
    if form.is_valid():
        try:
            sheet = services.open_sheet(campaign=request.campaign, author=request.actor.role(*services.LEADS), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("wage_sheet", slug, sheet.number)
    closed = not pots
    intro = _("No release for wages has money left. Ask the stewards first.") if closed else ""
    return page(request, form, _("A new wage sheet"), _("Go on to the hours"), to="wages", intro=intro, closed=closed)


def sheet(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One sheet. POST writes the hours while it is open."""
    row = _sheet(request, number)
    is_open, problems = row.state == WageSheet.OPEN, []
    grid = grid_of(row, typed=request.POST if request.method == "POST" and is_open else None)
    if request.method == "POST":
        try:
            _write(request, row, grid)
        except Refused as refused:
            problems = list(refused.problems)
        else:
            messages.success(request, _("The hours are written down. A site lead who did not write them approves the sheet."))
            return redirect("wage_sheet", slug, number)
    context = _context(request, row, grid) | {"problems": problems}
    return render(request, "approvals/cash/sheet.html", context, status=422 if problems else 200)


def _write(request: HttpRequest, row: WageSheet, grid: Grid) -> None:
    if grid.errors:
        raise Refused([Problem("hours_unreadable", "%(said)s", {"said": text}) for text in grid.errors])
    services.write_hours(sheet=row, hours=grid.asks, author=request.actor.role(*services.LEADS))


def _context(request: HttpRequest, row: WageSheet, grid: Grid) -> dict[str, Any]:
    actor, user = request.actor, request.user.pk
    made = {role.user_id for role in (row.prepared_by, row.approved_by) if role}
    state = row.state
    return {
        "sheet": row, "grid": grid, "money": row.milestone.commodity, "names": shown.may_see_names(actor),
        "left": services.left_for(row.milestone, without=row), "may_write": state == WageSheet.OPEN and actor.has_role(*services.LEADS),
        "may_approve": state == WageSheet.OPEN and grid.asks == [] and row.total_minor > 0 and actor.has_role(*services.APPROVERS)
        and user != row.prepared_by.user_id,
        "may_pay": state == WageSheet.APPROVED and actor.has_role(*services.PAYERS) and user not in made,
        "may_witness": state == WageSheet.NOTED and actor.has_role(*services.WITNESSES) and row.paid_by is not None and user != row.paid_by.user_id,
        "may_drop": state in (WageSheet.OPEN, WageSheet.APPROVED) and actor.has_role(*services.LEADS),
        "in_cash": row.milestone.custody.type == "cash", "below": [line for line in grid.lines if line.is_below and line.minor],
    }  # fmt: skip


def approve_sheet(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _act(
        request,
        number,
        services.approve_sheet,
        services.APPROVERS,
        "author",
        _("The sheet is approved. Print the list, have it signed, and pay."),
    )


def witness_sheet(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _act(request, number, services.witness_wages, services.WITNESSES, "second", _("The wages are booked."))


def refuse_payment(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _act(
        request, number, services.refuse_payment, services.WITNESSES, "second", _("Nothing was booked. The sheet waits to be paid.")
    )


def drop_sheet(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    row = _sheet(request, number)
    form = DropForm(request.POST or None)
    if form.is_valid() and done(form, services.drop_sheet, sheet=row, author=request.actor.role(*services.LEADS), **form.cleaned_data):
        return back(request, "wages", _("The sheet is dropped. It stays readable with your reason."))
    title = _("Drop wage sheet %(number)s") % {"number": number}
    return page(request, form, title, _("Drop it"), to="wages", intro=_("Its days may then stand on another sheet."))


def pay_sheet(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The treasurer notes that the list was signed and the money handed out."""
    row = _sheet(request, number)
    lines = services.lines_for(row)
    books = ReceiptBook.objects.filter(campaign=request.campaign)
    form = PayForm(request.POST or None, request.FILES or None, sheet=row, lines=lines, books=books)
    if form.is_valid():
        said = form.cleaned_data
        if done(
            form, services.note_wages_paid, sheet=row, photo=said["photo"].read(), paid_on=said["paid_on"], movement=said.get("movement"),
            receipt=receipt_of(said), author=request.actor.role(*services.PAYERS),
        ):  # fmt: skip
            messages.success(request, _("Noted. It is booked when somebody who saw it confirms: ask them to sign in."))
            return redirect("wage_sheet", slug, number)
    from_bank = row.milestone.custody.type != "cash"
    intro = _("Bring in the bank file with the line that drew exactly this sum first.") if from_bank and not lines else ""
    title = _("Pay wage sheet %(number)s") % {"number": number}
    return page(request, form, title, _("It was signed and paid"), to="wages", intro=intro, before="approvals/cash/_paying.html", sheet=row)


def sheet_list(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The list to sign, on A4."""
    row = _sheet(request, number)
    if not shown.may_see_names(request.actor) or row.state in (WageSheet.OPEN, WageSheet.DROPPED):
        raise Http404
    return file_answer(sheet_pdf(row, grid_of(row)), name=f"{slug}-wages-{number}.pdf", media_type="application/pdf")


def sheet_photo(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The signed list as it was photographed."""
    row = _sheet(request, number)
    if row.photo is None or not shown.may_see_names(request.actor):
        raise Http404
    data = base64.b64decode(row.photo.content)
    return HttpResponse(data, content_type="image/webp", headers={"Cache-Control": "no-store, private"})


# -- what the pages of cash have in common --------------------------------------------------------------------------


def done(form: Any, service: Callable[..., Any], **wanted: Any) -> bool:
    """Call the service; what it refuses stands on the form."""
    try:
        service(**wanted)
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    return True


def back(request: HttpRequest, to: str, said: str, *args: Any) -> HttpResponse:
    messages.success(request, said)
    return redirect(to, request.campaign.slug, *args)


def page(request: HttpRequest, form: Any, title: str, submit: str, *, to: str, intro: str = "", **context: Any) -> HttpResponse:
    address = reverse(to, args=[request.campaign.slug])
    return form_page(request, form=form, title=title, submit=submit, intro=intro, back=address, desk=True, **context)


def receipt_of(said: dict[str, Any]) -> tuple[ReceiptBook, int] | None:
    """The page of a receipt book that a form names, if it names one."""
    book, serial = said.get("book"), said.get("serial")
    return (book, serial) if book is not None and serial is not None else None


def _sheet(request: HttpRequest, number: int) -> WageSheet:
    sheets = WageSheet.objects.filter(campaign=request.campaign).for_actor(request.actor).with_people()
    return get_object_or_404(sheets, number=number)


def _act(request: HttpRequest, number: int, service: Callable[..., Any], roles: tuple[str, ...], who: str, said: str) -> HttpResponse:
    row = _sheet(request, number)
    try:
        service(sheet=row, **{who: request.actor.role(*roles)})
    except Refused as refused:
        return refused_page(request, refused, back=row.get_absolute_url(), desk=True)
    return back(request, "wage_sheet", said, number)
