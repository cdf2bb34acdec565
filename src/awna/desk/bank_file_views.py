"""Bank files on the desk: bring one in, read what it brought, see those that wait and the holes between them, and vouch for them."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import BankAccount, Movement, StatementFile
from awna.core.ledger.rules import CASH
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.policies import Actor
from awna.parties.models import Role

from . import bank_import
from .forms import StatementForm, VoucherForm

FILES_SHOWN_MAX = 60
ROWS_OPEN_MAX = 12
"""A list of a report that is longer stands folded, so that what comes next stays in sight."""
NEEDS_PROFILE = "statement_needs_profile"


def accounts_of(request: HttpRequest, *roles: str) -> Any:
    """The bank accounts that this person keeps or watches over under these roles."""
    actor = Actor(request.actor.user, [role for role in request.actor.roles if role.name in (roles or ("treasurer",))])
    return BankAccount.objects.for_actor(actor).filter(book__campaign=request.campaign).exclude(custody__type=CASH)


def import_statement(request: HttpRequest, slug: str) -> HttpResponse:
    """A bank file in, gifts out; the report stands on the next page. A table without a profile is kept, and asked about."""
    role = request.actor.role("treasurer")
    form = StatementForm(
        request.POST or None, request.FILES or None, accounts=accounts_of(request), initial={"request_id": str(uuid.uuid4())}
    )
    if form.is_valid():
        file, account = form.cleaned_data["file"], form.cleaned_data["bank_account"]
        given = {
            "bank_account": account, "data": file.read(), "filename": file.name, "author": role_for(request, account) or role,
            "request_id": form.cleaned_data["request_id"],
        }  # fmt: skip
        try:
            return told(request, bank_import.import_statement(**given))
        except Refused as refused:
            if refused.codes == [NEEDS_PROFILE]:
                return redirect("bank_columns", slug=slug, file=bank_import.keep_table(**given).pk)
            refused_to_form(form, refused)
    context = {
        "form": form,
        "title": _("Bring in a bank file"),
        "submit": _("Import"),
        "multipart": True,
        "aside": "desk/_import_help.html",
    }
    return render(request, "kit/desk_form.html", context, status=422 if form.is_bound else 200)


def told(request: HttpRequest, report: bank_import.ImportReport) -> HttpResponse:
    if [one["code"] for one in report.held] == [NEEDS_PROFILE]:
        # A table that came in before and still waits: its columns are the question, here too.
        return redirect("bank_columns", slug=request.campaign.slug, file=report.file)
    request.session["import_report"] = report.__dict__
    return redirect("import_report", slug=request.campaign.slug)


def import_report(request: HttpRequest, slug: str) -> HttpResponse:
    """New, known and changed rows, each known one with the file that first brought it."""
    report = request.session.get("import_report")
    if report is None:
        return redirect("import_statement", slug=slug)
    titles = {
        "withdrawn": _("Announced in an interim report, and not in the final statement"),
        "unconfirmed": _("Posted from an interim report and taken back, because the final statement lacks them"),
        "returned": _("Debits that came back; their gifts are returned"),
        "changed": _("Told before with other words; the first telling stays"), "apart": _("Batches that were taken apart; their parts are new lines"),
        "filled": _("Details added to booked lines"), "provisional": _("Lines of an interim report, which wait for the final statement"),
        "confirmed": _("Lines of interim reports that are confirmed"), "new": _("New lines"), "known": _("Lines known before"),
    }  # fmt: skip
    lists = [
        _list(title, rows, report.get(name, len(rows))) for name, title in titles.items() if (rows := report.get("rows", {}).get(name))
    ]
    context = {"report": report, "lists": lists, "held": problems_of(report.get("held", [])), "notes": problems_of(report.get("notes", []))}
    return render(request, "desk/import_report.html", context)


def _list(title: str, rows: list[dict[str, Any]], count: int) -> dict[str, Any]:
    """One list of a report: short ones stand open."""
    told = [{**row, "day": _date(row["day"]), "stored_on": _date(row["stored_on"])} for row in rows]
    return {"title": title, "rows": told, "count": count, "short": count <= ROWS_OPEN_MAX, "more": count > len(rows)}


def bank_files(request: HttpRequest, slug: str) -> HttpResponse:
    """Each account's files, newest first; those that wait, and holes, each with who vouched and a form to vouch."""
    accounts = list(accounts_of(request, "treasurer", "steward").select_related("commodity", "book"))
    form = None
    if request.method == "POST":
        form = VoucherForm(request.POST)
        if form.is_valid() and (answer := _act(request, form, accounts)) is not None:
            return answer
    shown = [_shown(account) for account in accounts]
    return render(request, "desk/bank_files.html", {"accounts": shown, "form": form}, status=422 if form else 200)


def _act(request: HttpRequest, form: VoucherForm, accounts: list[BankAccount]) -> HttpResponse | None:
    """Vouch for a fault, or bring in a file that waited; None where that was refused, with the reason on the form."""
    said = form.cleaned_data
    account = next((one for one in accounts if one.pk == said["account"]), None)
    author = role_for(request, account) if account else None
    if account is None or author is None:
        form.add_error(None, _("This account is not yours to keep."))
        return None
    try:
        if said["file"]:
            file = get_object_or_404(StatementFile, pk=said["file"], bank_account=account)
            if said["act"]:
                return _put(request, file, said, author)
            return told(request, bank_import.release_file(file=file, author=author))
        books.vouch(bank_account=account, subject=said["subject"], reason=said["reason"], author=author)
    except Refused as refused:
        refused_to_form(form, refused)
        return None
    messages.success(request, _("Your word is kept. It takes two different people."))
    return redirect("bank_files", slug=request.campaign.slug)


def _put(request: HttpRequest, file: StatementFile, said: dict[str, Any], author: Role) -> HttpResponse:
    """Aside, or back among the files that wait."""
    if said["act"] == "aside":
        books.put_file_aside(file=file, reason=said["reason"], author=author)
        messages.success(request, _("The file is put aside. It can be taken up again."))
    else:
        books.take_file_up(file=file, reason=said["reason"], author=author)
        messages.success(request, _("The file waits again."))
    return redirect("bank_files", slug=request.campaign.slug)


def role_for(request: HttpRequest, account: BankAccount) -> Role | None:
    """The person's role for this account: treasurer of its own body first, then of the whole campaign, then steward."""
    fitting = [
        role for role in request.actor.roles if role.name in ("treasurer", "steward") and role.section_id in (None, account.section_id)
    ]
    return min(fitting, key=lambda role: (role.name != "treasurer", role.section_id is None), default=None)


def _shown(account: BankAccount) -> dict[str, Any]:
    held = [
        {
            "file": hold.file, "subject": hold.subject, "problems": problems_of(hold.found),
            "table": [one["code"] for one in hold.found] == [NEEDS_PROFILE], "said": books.words_on(bank_account=account, subject=hold.subject),
            "vouched": books.vouched(bank_account=account, subject=hold.subject),
        }
        for hold in books.held_files(account)
    ]  # fmt: skip
    holes = [
        {"span": span, "subject": (subject := books.subject_of(span)), "said": books.words_on(bank_account=account, subject=subject)}
        for span in books.holes_of(account)
    ]
    aside = [{"file": hold.file, "word": books.aside_word(hold.file)} for hold in books.files_aside(account)]
    files = StatementFile.objects.filter(bank_account=account).order_by("-stored_at").prefetch_related("statements")[:FILES_SHOWN_MAX]
    brought = (
        Movement.objects.filter(statement__file__in=[file.pk for file in files]).values_list("statement__file").annotate(n=Count("pk"))
    )
    lines = dict(brought.order_by())
    waits, off = {hold["file"].pk for hold in held}, {one["file"].pk for one in aside}
    rows = [
        {
            "file": file, "statements": list(file.statements.all()), "lines": lines.get(file.pk, 0), "waits": file.pk in waits,
            "aside": file.pk in off,
        }
        for file in files
    ]  # fmt: skip
    return {"account": account, "held": held, "aside": aside, "holes": holes, "files": rows, "profile": books.profile_of(account)}


def problems_of(found: list[dict[str, Any]]) -> list[Problem]:
    return [Problem(one["code"], one["text"], one["params"], one["where"]) for one in found]


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
