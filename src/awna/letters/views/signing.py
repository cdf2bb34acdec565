"""Pages to sign: the code that was mailed, the confirmation, and one's own signature."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.crowd import Crowd, let_in
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, message_page, private, refused_page

from .. import services
from ..countries import country_name
from ..forms import CodeForm, ConfirmForm, OrganisationForm, WithdrawForm
from ..models import OpenLetter, Organisation, Waiting


def signed_up(request: HttpRequest, row: OpenLetter, form: forms.Form, *, kind: str = "person") -> tuple[HttpResponse | None, Crowd | None]:
    """Take down a sign-up: the answer when it was taken, or what a crowded moment asks; otherwise the form holds the problems."""
    if not form.is_valid():
        return None, None
    if (crowd := let_in(request, form.cleaned_data["email"])) is not None:
        form.add_error(None, crowd.text)
        return None, crowd
    try:
        services.sign_letter(letter=row, kind=kind, language=translation.get_language() or "en", **form.cleaned_data)
    except Refused as refused:
        refused_to_form(form, refused)
        return None, None
    return redirect("letter_mailed", slug=row.campaign.slug, letter=row.pk), None


def sign_organisation(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """The form for an organisation."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    form = OrganisationForm(request.POST or None)
    done, crowd = signed_up(request, row, form, kind="organisation") if request.method == "POST" else (None, None)
    if done is not None:
        return done
    context = {"letter": row, "form": form, "crowd": crowd, "title": _("Sign for an organisation")}
    return render(request, "letters/sign_organisation.html", context, status=429 if crowd else 422 if form.errors else 200)


def letter_mailed(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """Where the code is typed; the same for an address that is known and one that is not."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        code = "".join(form.cleaned_data["code"].split()).replace("/", "") or "-"
        return redirect("confirm_signature", slug=slug, token=code)
    context = {"letter": row, "form": form, "title": _("Look into your mail"), "hours": services.CONFIRM_HOURS}
    return private(render(request, "letters/mailed.html", context, status=422 if form.errors else 200), has_form=True)


def confirm_signature(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """What will be signed, with one button, because mail programs open links by themselves. A person may correct it first."""
    try:
        found = services.find_waiting(token=token)
        form = _confirm_form(request, found)
        if request.method == "POST" and (form is None or form.is_valid()):
            services.confirm_signature(token=token, **(form.cleaned_data if form else {}))
            return private(redirect("confirm_signature", slug=slug, token=token))
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    if isinstance(found, Waiting):
        said = services.open_waiting(found)
        context: dict[str, Any] = {"said": said, "form": form, "letter": found.version.letter, "wording": found.version.title,
                                   "country": country_name(said["country"], translation.get_language() or "en")}  # fmt: skip
    else:
        context = {
            "done": True,
            "letter": found.letter,
            "own": services.withdraw_token(found),
            "organisation": isinstance(found, Organisation),
        }
    return private(render(request, "letters/confirm.html", context, status=422 if form and form.errors else 200), has_form=True)


def _confirm_form(request: HttpRequest, found: Any) -> ConfirmForm | None:
    if not isinstance(found, Waiting) or found.kind != Waiting.PERSON:
        return None
    typed = request.POST if "name" in request.POST else None
    said = services.open_waiting(found)
    if request.method == "POST" and typed is None:
        return ConfirmForm({name: said[name] for name in ("name", "place", "show_name")})
    return ConfirmForm(typed, initial=said)


def withdraw_signature(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """One's own signature: hide the name, show it again, or take it back."""
    try:
        row = services.find_signature(token=token)
        if request.method == "POST":
            if request.POST.get("act") in ("hide", "show"):
                services.show_signature(token=token, shown=request.POST["act"] == "show")
                return private(redirect("withdraw_signature", slug=slug, token=token))
            letter = services.withdraw_signature(token=token)
            lines = [
                _("Your signature no longer counts. Your name, place and address are deleted here."),
                _("Copies that others made stay with them."),
            ]
            back = {"back": letter.get_absolute_url(), "back_text": _("Back to the letter")}
            return private(message_page(request, title=_("Your name is taken back"), lines=lines, **back))
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    shown = not row.hidden if isinstance(row, Organisation) else row.show_name
    return private(render(request, "letters/withdraw.html", {"signature": row, "shown": shown}), has_form=True)


def ask_withdrawal(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """Somebody who lost the mail asks for the link again."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        crowd = let_in(request, form.cleaned_data["email"])
        if crowd is None:
            services.mail_withdrawal(letter=row, email=form.cleaned_data["email"])
            lines = [_("If this address has signed, a mail with a link is on its way to it."), _("One mail a day goes to an address.")]
            return message_page(
                request, title=_("Look into your mail"), lines=lines, back=row.get_absolute_url(), back_text=_("Back to the letter")
            )
        form.add_error(None, crowd.text)
    return form_page(request, form=form, title=_("Hide my name or take it back"), submit=_("Send me the link"), back=row.get_absolute_url())
