"""Lines of interim reports on the desk: what the bank announces and no final statement has confirmed, with what each may be."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import BankAccount, ProvisionalLine
from awna.core.problems import Problem, Refused
from awna.donations.models import Pledge
from awna.donations.services.matching import rank_provisional
from awna.kit.forms import problem_text
from awna.kit.policies import Actor

from . import bank_import
from .bank_file_views import accounts_of, role_for
from .bank_lines import treasurer_of


def bank_interim(request: HttpRequest, slug: str) -> HttpResponse:
    """Each account's provisional lines; a post says whether interim reports are all that its bank gives."""
    accounts = accounts_of(request).select_related("commodity", "book")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        account = get_object_or_404(accounts, pk=request.POST.get("account", ""))
        author = role_for(request, account) or request.actor.role("treasurer")
        try:
            bank_import.set_interim_rule(bank_account=account, posts=request.POST.get("posts") == "yes", author=author)
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("Kept. It counts from the next report on, and for the lines that waited."))
            return redirect("bank_interim", slug=slug)
    actor = treasurer_of(request.actor)
    shown = [_shown(account, actor) for account in accounts]
    return render(request, "desk/bank_interim.html", {"accounts": shown, "problems": problems}, status=422 if problems else 200)


def _shown(account: BankAccount, actor: Actor) -> dict[str, Any]:
    found = books.provisional_lines(account)
    own = account.section_id in {role.section_id for role in actor.roles}
    ranked = rank_provisional(account=account, lines=[row.line for row in found], pledges=Pledge.objects.for_actor(actor)) if own else []
    rows = [_row(row, ranked[number] if own else []) for number, row in enumerate(found)]
    return {
        "account": account, "posts": books.posts_interim(account), "waiting": [row for row in rows if row["row"].state == "waiting"],
        "withdrawn": [row for row in rows if row["row"].state == "withdrawn"],
    }  # fmt: skip


def _row(row: ProvisionalLine, suggestions: list[Any]) -> dict[str, Any]:
    return {"row": row, "line": row.line, "reason": problem_text(suggestions[0].reason) if suggestions else ""}
