"""What every desk form here does: act, say so and go back to its desk, or show what is refused beside what was typed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

Act = Callable[[dict[str, Any]], object]


def acted(form: forms.Form, act: Act) -> bool:
    """Whether the form was valid and the act done; problems stand on the form."""
    if not form.is_valid():
        return False
    try:
        act(dict(form.cleaned_data))
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    return True


def form_of_desk(
    request: HttpRequest, form: forms.Form, act: Act, *, desk: str, title: str, submit: str, intro: str = ""
) -> HttpResponse:  # fmt: skip
    """`desk`: the name of the address to go back to."""
    back = reverse(desk, kwargs={"slug": request.campaign.slug})
    if acted(form, act):
        messages.success(request, title)
        return redirect(back)
    return form_page(request, form=form, title=title, submit=submit, intro=intro, desk=True, back=back)
