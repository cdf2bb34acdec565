"""The treasurer's page of bank lines that wait: each with a form that says what it is."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books.models import Milestone, Movement
from awna.core.problems import Refused
from awna.donations.models import Pledge
from awna.kit.forms import refused_to_form
from awna.kit.policies import Actor
from awna.parties.models import Role

from . import services
from .bank_lines import ARRIVAL, LINES_MAX, NAMELESS, OUTGOING, WaitingLine, read_lines, treasurer_of, waiting_movements
from .forms import BankFact, BankLineForm, PaymentBack


def bank_lines(request: HttpRequest, slug: str) -> HttpResponse:
    """The lines that wait; a post settles one of them and comes back."""
    actor = treasurer_of(request.actor)
    asked = None
    if request.method == "POST":
        asked = _asked_form(request, actor)
        if asked.is_valid() and _settle(asked, actor):
            messages.success(request, _("The line is settled."))
            return redirect("bank_lines", slug=slug)
    waiting = list(waiting_movements(campaign=request.campaign, actor=actor)[: LINES_MAX + 1])
    lines = read_lines(movements=waiting[:LINES_MAX], actor=actor)
    # A line that another click settled meanwhile stands nowhere below, so its refusal stands above them all.
    gone = asked if asked and all(line.movement.pk != asked.line.movement.pk for line in lines) else None
    context = {"groups": _groups(lines, asked, actor), "gone": gone, "more": len(waiting) > LINES_MAX}
    return render(request, "desk/bank_lines.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if asked else HTTPStatus.OK)


def _asked_form(request: HttpRequest, actor: Actor) -> BankLineForm:
    """The form of the posted line, also when it was settled meanwhile: then the services answer as they did the first time."""
    mine = Movement.objects.for_actor(actor).filter(bank_account__book__campaign=request.campaign)
    try:
        key = uuid.UUID(request.POST.get("movement", ""))
    except ValueError:
        key = None
    movement = get_object_or_404(mine.select_related("bank_account__book", "bank_account__commodity", "commodity"), pk=key)
    (line,) = read_lines(movements=[movement], actor=actor)
    return BankLineForm(request.POST, line=line, actor=actor)


def _settle(form: BankLineForm, actor: Actor) -> bool:
    """Carry out what was chosen; False when it was refused, with the reason on the form."""
    movement, choice = form.line.movement, form.cleaned_data["choice"]
    author, request_id = _author(movement, actor), form.cleaned_data["request_id"]
    try:
        if isinstance(choice, Pledge):
            services.identify_line(movement=movement, pledge=choice, author=author, request_id=request_id)
        elif isinstance(choice, Milestone):
            services.remit_line(movement=movement, milestone=choice, author=author, request_id=request_id)
        elif isinstance(choice, PaymentBack):
            services.book_back(movement=movement, seq=choice.seq, author=author, request_id=request_id)
        elif isinstance(choice, BankFact):
            services.book_fact(movement=movement, lot=choice.lot, author=author, request_id=request_id)
        else:
            services.set_line_aside(movement=movement, author=author)
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    return True


def _author(movement: Movement, actor: Actor) -> Role:
    """The role of this account's own body if the person holds it, else the one for the whole campaign."""
    own = [role for role in actor.roles if role.section_id == movement.bank_account.section_id]
    return (own or [role for role in actor.roles if role.section_id is None])[0]


def _groups(lines: list[WaitingLine], asked: BankLineForm | None, actor: Actor) -> list[dict[str, Any]]:
    titles = {
        NAMELESS: (
            _("Came in, giver not known"),
            _("This money stands in Unidentified. Choose the open pledge that it pays, or the remittance that it is."),
        ),
        ARRIVAL: (_("Came in, not yet in the book"), _("Money was on its way to this account. Say whether this line is that money.")),
        OUTGOING: (
            _("Went out, not yet in the book"),
            _("Choose what the stewards released that this line carries out, or what the bank did by itself."),
        ),
    }
    found = []
    for kind, (title, text) in titles.items():
        rows = [{"line": line, "form": _form_of(line, asked, actor)} for line in lines if line.kind == kind]
        if rows:
            found.append({"title": title, "text": text, "rows": rows})
    return found


def _form_of(line: WaitingLine, asked: BankLineForm | None, actor: Actor) -> BankLineForm | None:
    """Each line's form has a request id of its own; the posted one keeps what was typed and why it was refused."""
    if asked is not None and asked.line.movement.pk == line.movement.pk:
        return asked
    initial = {"movement": line.movement.pk, "request_id": str(uuid.uuid4())}
    return BankLineForm(line=line, actor=actor, initial=initial) if line.choices else None
