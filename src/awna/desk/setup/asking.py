"""The set-up on a terminal: the same questions, one after the other; what was answered is kept after each step."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import QueryDict

from awna.parties.setup import services as kept

from .rows import ROWS_MAX, RowsForm, StepForm, shown
from .server_facts import settings_now
from .steps import GOOD, STEPS, Step, form_of, is_sample, stand

YES = ("y", "yes")
LEAVE = "leave"
Ask = Callable[[str], str]
Say = Callable[[str], None]


class Left(Exception):
    """Whoever sits there wants to go on another time."""


def ask_all(*, ask: Ask, say: Say, again: bool = False) -> bool:
    """Go through every step that is not good yet (`again`: through all); True when everything is answered and confirmed."""
    say("An empty line keeps what stands in brackets; “-” empties it; “leave” ends, and the next start goes on here.")
    for step in STEPS:
        if step.name == "mail":
            say("\nMail: on the page, or later on the desk.")
            continue
        standing = next(one for one in stand(kept.typed_so_far(kept.open_set_up())) if one.step.name == step.name)
        if again or standing.state != GOOD:
            _ask_step(step, ask, say)
        if step.name == "kind" and is_sample(stand(kept.typed_so_far(kept.open_set_up()))):
            return False
    standings = stand(kept.typed_so_far(kept.open_set_up()))
    for one in standings:
        say(f"\n{one.step.title}")
        for label, text in one.form.answers if one.form.is_bound else []:
            say(f"  {label}: {text}")
    return _answer("\nCreate the campaign and invite everyone? yes or no", ask).lower() in YES


def _ask_step(step: Step, ask: Ask, say: Say) -> None:
    """Ask until the step is good; each try is kept."""
    while True:
        typed = kept.typed_so_far(kept.open_set_up())
        form = form_of(step.name, data=None, typed=typed, begin=settings_now() if step.name == "server" else None)
        say(f"\n{step.title}\n{step.lede}")
        sent = _ask_fields(form, ask, say)
        judged = form_of(step.name, data=sent, typed=typed)
        good = judged.is_valid()
        kept.keep_step(name=step.name, typed=judged.typed(), is_good=good)
        if good:
            return
        say("\nThis needs a correction; it is kept:")
        for name, texts in judged.errors.items():
            label = judged.fields[name].label if name in judged.fields else ""
            say("".join(f"  {label}: {text}\n" if label else f"  {text}\n" for text in texts).rstrip())


def _ask_fields(form: StepForm, ask: Ask, say: Say) -> QueryDict:
    sent = QueryDict(mutable=True)
    for field in form.plain_fields:
        _ask_one(field, sent, ask, say)
    if isinstance(form, RowsForm):
        _ask_rows(form, sent, ask, say)
    return sent


def _ask_rows(form: RowsForm, sent: QueryDict, ask: Ask, say: Say) -> None:
    """One row after the other, until the first question of a row gets no answer."""
    for number in range(ROWS_MAX):
        if number >= form.row_count:
            form = type(form)(None, so_far=form.so_far, typed=form.initial, rows=number + 1)
        row = form.rows[number]
        say(f"{row.title} (an empty line where nothing stands in brackets: no more)")
        if not _ask_one(row.fields[0], sent, ask, say):
            return
        for field in row.fields[1:]:
            _ask_one(field, sent, ask, say)


def _ask_one(field: Any, sent: QueryDict, ask: Ask, say: Say) -> bool:
    """Put one question; whether anything stands there now."""
    choices = [(str(key), str(label)) for key, label in getattr(field.field, "choices", ()) if key not in ("", None)]
    for number, (_key, label) in enumerate(choices, start=1):
        say(f"  {number} {label}")
    if field.help_text:
        say(f"  {field.help_text}")
    before = shown(field)
    hint = "numbers with commas" if isinstance(field.field, forms.MultipleChoiceField) else ("a number" if choices else "")
    if isinstance(field.field, forms.BooleanField):
        hint = "yes or no"
    text = _answer(f"{field.label}{f' ({hint})' if hint else ''}{f' [{before}]' if before else ''}", ask)
    values = _values(field, text, choices)
    if values:
        sent.setlist(field.html_name, values)
    return bool(values)


def _values(field: Any, text: str, choices: list[tuple[str, str]]) -> list[str]:
    """What a browser would send for this answer."""
    held = field.value()
    if not text:
        values = held if isinstance(held, list) else [held]
        return [str(one) for one in values if one not in (None, "", False)]
    if text == "-":
        return []
    if isinstance(field.field, forms.BooleanField):
        return ["on"] if text.lower() in YES else []
    parts = [part.strip() for part in text.split(",")] if isinstance(field.field, forms.MultipleChoiceField) else [text]
    keys = [key for key, _label in choices]
    return [keys[int(part) - 1] if part.isdecimal() and 0 < int(part) <= len(keys) else part for part in parts]


def _answer(question: str, ask: Ask) -> str:
    text = ask(f"{question}: ").strip()
    if text.lower() == LEAVE:
        raise Left
    return text
