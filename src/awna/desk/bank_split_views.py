"""One bank line that pays several pledges, or a pledge that no suggestion names: choose them, and say how much of the line each gets."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books.models import Movement
from awna.core.amounts import format_minor, parse_minor
from awna.core.problems import Refused
from awna.kit.forms import problem_text

from . import bank_batch as batch
from .bank_lines import Choice, read_lines, treasurer_of, waiting_movements

PARTS_MAX = 4
"""Pledges that one line may be split over on this page."""


class SplitForm(forms.Form):
    """Up to four pledges with their amounts; together they make the line. An empty amount is what the others leave."""

    request_id = forms.CharField(widget=forms.HiddenInput, max_length=36)

    def __init__(self, *args: Any, movement: Movement, choices: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.movement, self.value = movement, ""
        offered = [("", _("none")), *((choice.value.partition(":")[2], choice.label) for choice in choices)]
        for number in range(1, PARTS_MAX + 1):
            self.fields[f"pledge_{number}"] = forms.ChoiceField(
                label=_("Pledge %(n)s") % {"n": number}, choices=offered, required=number == 1
            )
            self.fields[f"amount_{number}"] = forms.CharField(
                label=_("Its part, in %(currency)s") % {"currency": movement.commodity.code}, max_length=20, required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}), help_text=_("Empty: what the others leave.") if number == 1 else "",
            )  # fmt: skip

    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"pledge_{number}"], self[f"amount_{number}"]) for number in range(1, PARTS_MAX + 1)]

    def clean(self) -> dict[str, Any]:
        """`value` is what was chosen, as the page of many lines would say it."""
        data = super().clean() or {}
        parts: dict[str, int | None] = {}
        for number in range(1, PARTS_MAX + 1):
            pledge, text = data.get(f"pledge_{number}", ""), data.get(f"amount_{number}", "")
            if pledge in parts:
                self.add_error(f"pledge_{number}", _("This pledge stands above already. Put its parts together."))
            elif pledge:
                parts[pledge] = self._amount(f"amount_{number}", text)
            elif text:
                self.add_error(f"pledge_{number}", _("Choose the pledge that gets this part, or leave the amount empty."))
        if not self.errors:
            self._add_up(parts)
        return data

    def _amount(self, name: str, text: str) -> int | None:
        try:
            return parse_minor(text, self.movement.commodity.scale) if text else None
        except Refused as refused:
            self.add_error(name, problem_text(refused.problems[0]))
            return None

    def _add_up(self, parts: dict[str, int | None]) -> None:
        rest = self.movement.amount - sum(amount for amount in parts.values() if amount is not None)
        empty = [pledge for pledge, amount in parts.items() if amount is None]
        if len(empty) > 1:
            self.add_error(None, _("Leave at most one part empty: it gets what the others leave."))
        elif any(amount is not None and amount <= 0 for amount in parts.values()) or (empty and rest <= 0) or (not empty and rest):
            words = {"rest": format_minor(rest, self.movement.commodity.scale), "currency": self.movement.commodity.code}
            self.add_error(None, _("The parts do not make the line: %(rest)s %(currency)s are left over. Each part is above zero.") % words)
        else:
            made = {pledge: rest if amount is None else amount for pledge, amount in parts.items()}
            self.value = "parts:" + ";".join(f"{pledge}={amount}" for pledge, amount in made.items())


def bank_split(request: HttpRequest, slug: str, movement: uuid.UUID) -> HttpResponse:
    """The line, its open pledges, and how much of it each gets."""
    actor = treasurer_of(request.actor)
    # Who paid is known to the treasurer of the account's own body alone.
    own = Q(bank_account__section__in=[role.section_id for role in actor.roles if role.section_id])
    if any(role.section_id is None for role in actor.roles):
        own |= Q(bank_account__section=None)
    mine = Movement.objects.for_actor(actor).filter(own, bank_account__book__campaign=request.campaign, amount__gt=0)
    found = get_object_or_404(mine.select_related("bank_account__book", "bank_account__commodity", "commodity"), pk=movement)
    waits = waiting_movements(campaign=request.campaign, actor=actor).filter(pk=found.pk).exists()
    (line,) = read_lines(movements=[found], actor=actor)
    choices = [choice for choice in line.choices if choice.value.startswith("pledge:")]
    form = SplitForm(request.POST or None, movement=found, choices=choices, initial={"request_id": str(uuid.uuid4())})
    if form.is_valid():
        (outcome,) = batch.book_chosen(
            choices={found.pk: form.value}, campaign=request.campaign, actor=actor, request_id=form.cleaned_data["request_id"]
        )
        if not outcome.problem:
            messages.success(request, _("The line is booked in its parts."))
            return redirect("bank_batch", slug=slug)
        form.add_error(None, outcome.problem)
    context = {"form": form, "line": line, "movement": found, "waits": waits, "choices": choices}
    return render(request, "desk/bank_split.html", context, status=422 if form.is_bound else 200)
