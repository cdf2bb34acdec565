"""The treasurer's page of many bank lines: choose by keyboard, book all of them with one post, take any of it back."""

import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import Entry, Movement, Transfer
from awna.books.models.naming import UNIDENTIFIED
from awna.core.problems import Refused
from awna.kit.policies import Actor
from awna.parties.models import Role

from . import bank_batch as batch
from .bank_lines import treasurer_of, waiting_movements

RECENT_DAYS = 30
RECENT_LINES_MAX = 50
UNDOABLE = ("gift", "allocate", "bank_forced", "remit")


def bank_batch(request: HttpRequest, slug: str) -> HttpResponse:
    """Up to a hundred lines, each with its suggestions; a post books every ticked one and says what became of it."""
    actor = treasurer_of(request.actor)
    if request.method == "POST":
        chosen = {key: request.POST.get(f"choice-{key}", "") for text in request.POST.getlist("take") if (key := _uuid(text)) is not None}
        outcomes = batch.book_chosen(
            choices=chosen, campaign=request.campaign, actor=actor, request_id=request.POST.get("request_id", "")[:36]
        )
        request.session["bank_outcomes"] = [outcome.__dict__ for outcome in outcomes]
        return redirect("bank_batch", slug=slug)
    waiting = list(waiting_movements(campaign=request.campaign, actor=actor)[: batch.LINES_MAX + 1])
    context = {
        "lines": batch.read_batch(movements=waiting[: batch.LINES_MAX], actor=actor), "more": len(waiting) > batch.LINES_MAX,
        "several": len({movement.bank_account_id for movement in waiting}) > 1, "request_id": str(uuid.uuid4()), **_outcomes(request, actor),
    }  # fmt: skip
    return render(request, "desk/bank_batch.html", context)


def bank_undo(request: HttpRequest, slug: str) -> HttpResponse:
    """What was decided lately, each with a button that takes it back by a reversal."""
    actor = treasurer_of(request.actor)
    problems = None
    if request.method == "POST":
        mine = Movement.objects.for_actor(actor).filter(bank_account__book__campaign=request.campaign).select_related("bank_account")
        movement = get_object_or_404(mine, pk=_uuid(request.POST.get("movement", "")))
        second = _colleagues(request).filter(pk=_uuid(request.POST.get("second", ""))).first()
        try:
            batch.undo_line(movement=movement, author=batch.author_for(movement.bank_account, actor), second=second)
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("Taken back by a reversal; the line is open again."))
            return redirect("bank_batch", slug=slug)
    context = {"rows": _recent(request, actor), "problems": problems, "colleagues": _colleagues(request)}
    return render(request, "desk/bank_undo.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK)


def _outcomes(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What the post before did, told once."""
    told = request.session.pop("bank_outcomes", [])
    keys = [outcome["movement"] for outcome in told]
    found = {str(row.pk): row for row in Movement.objects.for_actor(actor).filter(pk__in=keys).select_related("commodity")}
    rows = [{**outcome, "movement": found.get(outcome["movement"])} for outcome in told]
    return {"outcomes": rows, "booked": sum(not row["problem"] for row in rows), "refused": [row for row in rows if row["problem"]]}


def _recent(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """Lines that were settled lately and whose decision stands, the newest first."""
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    entries = Entry.objects.filter(book__campaign=request.campaign, kind__in=UNDOABLE, posted_at__gte=since)
    mine = Movement.objects.for_actor(actor).filter(bank_account__book__campaign=request.campaign, transfers__entry__in=entries)
    # What the import itself put into Unidentified was nobody's decision: it waits on the page of lines.
    waits = waiting_movements(campaign=request.campaign, actor=actor).order_by().values("pk")
    found = (
        mine.exclude(used=0).exclude(pk__in=waits).annotate(decided=Max("transfers__entry_seq")).order_by("-decided")
        .select_related("commodity", "bank_account").prefetch_related("gifts__pledge", "gifts__donor")
    )  # fmt: skip
    own = {role.section_id for role in actor.roles}
    movements = list(found[:RECENT_LINES_MAX])
    standing = books.standing_entries(movements)
    # A name that was given to money of Unidentified is taken back by two people.
    sheltered = Transfer.objects.filter(movement__in=movements, entry__in=standing.values(), credit_fund__code=UNIDENTIFIED)
    named_later = set(sheltered.values_list("movement", flat=True))
    words = {
        "gift": _("a gift"), "allocate": _("a gift"), "bank_forced": _("the bank did it by itself"), "remit": _("money that was sent on"),
    }  # fmt: skip
    rows = []
    for movement in movements:
        entry = standing.get(movement.pk)
        if entry is not None and entry.kind in UNDOABLE:
            gifts = list(movement.gifts.all())
            mine = movement.bank_account.section_id in own
            second = bool(gifts) and movement.pk in named_later
            rows.append({"movement": movement, "entry": entry, "gifts": gifts if mine else [], "second": second, "what": words[entry.kind]})
    return rows


def _colleagues(request: HttpRequest) -> Any:
    """Who may confirm as a second person."""
    others = Role.objects.filter(campaign=request.campaign, ended_on=None, name__in=("treasurer", "steward")).exclude(user=request.user)
    return others.select_related("user").order_by("name", "pk")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
