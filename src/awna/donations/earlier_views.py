"""The treasurer brings in gifts of before the book: a file, every row with what becomes of it, a yes, and what stands now."""

import csv
import io
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from awna.books.models import BankAccount
from awna.books.services import safe_cell
from awna.core.ledger.rules import BANK
from awna.core.problems import Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import file_answer
from awna.kit.policies import Actor
from awna.parties.models import Role

from .earlier_file import COLUMNS
from .earlier_forms import EarlierFileForm, TakeInForm
from .models.earlier import GiftImport
from .services import earlier

ROWS_A_PAGE = 100


def import_gifts(request: HttpRequest, slug: str) -> HttpResponse:
    """The file and how it is written; a post keeps it sealed and leads to its preview. Below: what came in before."""
    form = EarlierFileForm(request.POST or None, request.FILES or None, accounts=_accounts(request))
    if form.is_valid():
        account = form.cleaned_data["bank_account"]
        try:
            found = earlier.look_at_gifts(
                bank_account=account, data=form.cleaned_data["file"].read(), decimal=form.cleaned_data["decimal"],
                separator=form.cleaned_data["separator"], author=_treasurer(request, account),
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("import_gifts_preview", slug=slug, found=found.pk)
    before = _mine(request).filter(state="done").select_related("bank_account", "opening")[:ROWS_A_PAGE]
    context = {
        "form": form, "title": _("Bring in gifts from before this book"), "submit": _("Look at the rows"), "before": before,
        "intro": _("Nothing is taken before you have seen every row. The money of these gifts lies in the opening balance and is not counted again."),
    }  # fmt: skip
    return render(request, "donations/import_gifts.html", context)


def import_gifts_preview(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """Every row with what becomes of it and the sums; a post takes them in. Of a file that came in: what stands now."""
    kept = get_object_or_404(_mine(request).select_related("bank_account__commodity", "bank_account__book", "opening"), pk=found)
    if kept.state == "done":
        return render(request, "donations/import_gifts_done.html", {"found": kept, "title": _("These gifts came in")})
    try:
        seen = earlier.preview(kept)
    except Refused as refused:
        form = TakeInForm(None, refused=0)
        return render(request, "donations/import_gifts_preview.html", {"found": kept, "problems": refused.problems, "form": form})
    form = TakeInForm(request.POST or None, refused=seen.count(earlier.REFUSED))
    if request.method == "POST" and form.is_valid():
        try:
            earlier.take_gifts_in(
                found=kept, author=_treasurer(request, kept.bank_account), leave_refused=form.cleaned_data.get("leave_refused", False)
            )
        except Refused as refused:
            for problem in refused.problems:
                form.add_error(None, problem_text(problem))
        else:
            return redirect("import_gifts_preview", slug=slug, found=kept.pk)
    page = Paginator(seen.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    currency = kept.bank_account.commodity
    context = {
        "found": kept, "seen": seen, "page": page, "form": form, "currency": currency, "title": _("Look at the rows"),
        "totals": [{"state": state, "word": _word(state), "kind": kind, "n": n, "minor": minor} for state, kind, n, minor in seen.totals],
        "refused": seen.count(earlier.REFUSED), "new": seen.count(earlier.NEW),
        "rows": [{"it": row, "word": _word(row.state)} for row in page.object_list],
    }  # fmt: skip
    return render(request, "donations/import_gifts_preview.html", context)


def import_gifts_refused(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """The refused rows as a file to correct, each with its reason; a cell that looks like a formula is marked as text."""
    kept = get_object_or_404(_mine(request), pk=found, state="draft")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "row", "reason"])
    for row in earlier.preview(kept).rows:
        if row.state == earlier.REFUSED:
            cells = [safe_cell(row.read.cells.get(column, "")) for column in COLUMNS]
            writer.writerow([*cells, row.read.number, safe_cell(" ".join(problem_text(problem) for problem in row.problems))])
    return file_answer(("\ufeff" + out.getvalue()).encode(), name=f"refused-{kept.digest[:8]}.csv", media_type="text/csv; charset=utf-8")


def _accounts(request: HttpRequest) -> QuerySet[BankAccount]:
    """The bank accounts of the treasurer's very own bodies."""
    bodies = [role.section_id for role in _treasurers(request)]
    found = BankAccount.objects.filter(book__campaign=request.campaign, custody__type=BANK)
    mine = found.filter(section__in=[section for section in bodies if section])
    return (mine | found.filter(section=None) if None in bodies else mine).order_by("holder")


def _mine(request: HttpRequest) -> QuerySet[GiftImport]:
    actor = Actor(request.user, _treasurers(request))
    return GiftImport.objects.for_actor(actor).filter(bank_account__book__campaign=request.campaign)


def _treasurers(request: HttpRequest) -> list[Role]:
    return [role for role in request.actor.roles if role.name == "treasurer"]


def _treasurer(request: HttpRequest, account: BankAccount) -> Role:
    """The role of the account's own body; another one is refused by the service."""
    roles = _treasurers(request)
    return next((role for role in roles if role.section_id == account.section_id), roles[0])


def _word(state: str) -> str:
    return {
        earlier.NEW: pgettext("row of a file", "new"), earlier.KNOWN: pgettext("row of a file", "known already"),
        earlier.REFUSED: pgettext("row of a file", "refused"),
    }[state]  # fmt: skip
