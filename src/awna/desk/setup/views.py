"""The pages of the set-up: an overview, one page for each step, everything once more, and what to do next."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.parties.models import ROLE_NAMES
from awna.parties.setup import services as kept

from .door import just_finished, setup_is_open
from .mail_proof import mail_is_kept_here, prove_or_send
from .making import finish
from .next_steps import next_steps
from .server_facts import faults, lines_for, mail_settings, settings_now
from .steps import BY_NAME, STEPS, WRONG, Standing, form_of, is_sample, missing, stand

REVIEW = "review"


@never_cache
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """How far the set-up has come, and where to go on."""
    if not setup_is_open(token):
        return _finished_or_nothing(token)
    standings = stand(kept.typed_so_far(kept.open_set_up()))
    return render(
        request, "desk/setup/begin.html", {**_bar(token, standings), "on": _next_address(token, standings), "title": _("Start a campaign")}
    )


@never_cache
def set_up_step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """The questions of one step; whatever is typed is kept, right or wrong."""
    if not setup_is_open(token):
        return _finished_or_nothing(token)
    if step not in BY_NAME:
        raise Http404
    typed = kept.typed_so_far(kept.open_set_up())
    if request.method == "POST":
        return _save(request, token, step, typed)
    rows = request.GET.get("rows", "")
    begin = settings_now() if step == "server" else None
    form = form_of(step, data=None, typed=typed, rows=int(rows[:3]) if rows.isdecimal() else 0, begin=begin)
    return _page(request, token, step, form, typed)


@never_cache
def set_up_review(request: HttpRequest, token: str) -> HttpResponse:
    """Everything once more; sent, it becomes the campaign."""
    if not setup_is_open(token):
        return _finished_or_nothing(token)
    problems = []
    if request.method == "POST":
        try:
            finish()
            return redirect("set_up_done", token=token)
        except Refused as refused:
            problems = refused.problems
    standings = stand(kept.typed_so_far(kept.open_set_up()))
    context = {**_bar(token, standings), "title": _("Everything once more"), "here": REVIEW, "problems": problems, "missing": missing(standings),
               "sample": is_sample(standings), "lines": _lines(standings)}  # fmt: skip
    return render(request, "desk/setup/review.html", context)


@never_cache
def set_up_done(request: HttpRequest, token: str) -> HttpResponse:
    """The campaign stands: for a day, the links of those who were invited, and what to do next."""
    found = just_finished(token)
    if found is None:
        raise Http404
    role_words = dict(ROLE_NAMES)
    return render(request, "desk/setup/done.html", {"title": _("The campaign stands"), "new_campaign": found.campaign, "links": [(role_words[role], email, link) for role, email, link in found.link_list], "left": next_steps(found),
                                                    "mail_folder": mail_is_kept_here()})  # fmt: skip


def _save(request: HttpRequest, token: str, step: str, typed: dict[str, Any]) -> HttpResponse:
    form = form_of(step, data=request.POST, typed=typed)
    good = form.is_valid()
    sent = False
    if good and step == "mail":
        try:
            sent = prove_or_send(form)
        except Refused as refused:
            refused_to_form(form, refused)
            good = False
    try:
        kept.keep_step(name=step, typed={name: value for name, value in form.typed().items() if name != "code"}, is_good=good)
    except Refused as refused:
        refused_to_form(form, refused)
        return _page(request, token, step, form, typed)
    if "more" in request.POST:
        return redirect(f"{_address(token, step)}?rows={len(form.rows) + 1}#row-{len(form.rows)}")
    if not good:
        return _page(request, token, step, form, typed)
    if sent:
        messages.success(request, _("A mail is on its way to %(to)s. Type the code that stands in it.") % {"to": form.cleaned_data["to"]})
        return redirect("set_up_step", token=token, step=step)
    return redirect(_next_address(token, stand(kept.typed_so_far(kept.open_set_up())), after=step))


def _page(request: HttpRequest, token: str, step: str, form: Any, typed: dict[str, Any]) -> HttpResponse:
    standings = stand(typed)
    names = list(BY_NAME)
    place = names.index(step)
    context = {
        **_bar(token, standings), "form": form, "step": BY_NAME[step], "title": BY_NAME[step].title, "here": step, "number": place + 1,
        "back": _address(token, names[place - 1]) if place else reverse("set_up", kwargs={"token": token}),
        "onward": _address(token, names[place + 1]) if place + 1 < len(names) else _address(token, REVIEW),
    }  # fmt: skip
    if step == "server":
        context |= {"lines": _lines(standings), "faults": faults()}
    if step == "mail":
        context |= {"mail_settings": mail_settings(), "mail_folder": mail_is_kept_here()}
    if step == "kind":
        context |= {"sample": is_sample(standings)}
    return render(request, "desk/setup/step.html", context)


def _bar(token: str, standings: list[Standing]) -> dict[str, Any]:
    """The bar of steps that stands on every page of the set-up."""
    return {
        "bar": [(one, _address(token, one.step.name)) for one in standings], "good": sum(one.is_good for one in standings), "all": len(STEPS),
        "review": _address(token, REVIEW), "may_review": not missing(standings),
    }  # fmt: skip


def _next_address(token: str, standings: list[Standing], after: str = "") -> str:
    """The step after this one where it waits, else the first one that does, else everything once more."""
    names = [one.step.name for one in standings if one.state == WRONG or not one.is_good]
    if is_sample(standings):
        return _address(token, "kind")
    later = [name for name in names if not after or list(BY_NAME).index(name) > list(BY_NAME).index(after)]
    earlier = [one.step.name for one in missing(standings)]
    return _address(token, (later or earlier or [REVIEW])[0])


def _lines(standings: list[Standing]) -> list[str]:
    form = next(one.form for one in standings if one.step.name == "server")
    return lines_for(form.cleaned_data) if form.is_bound and form.is_valid() else []


def _address(token: str, step: str) -> str:
    if step == REVIEW:
        return reverse("set_up_review", kwargs={"token": token})
    return reverse("set_up_step", kwargs={"token": token, "step": step})


def _finished_or_nothing(token: str) -> HttpResponse:
    """Who comes back a moment after the campaign began is shown its links; anybody else nothing."""
    if just_finished(token) is None:
        raise Http404
    return redirect("set_up_done", token=token)
