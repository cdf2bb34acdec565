"""Pages of open letters: list, letter with its form, confirm, take back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, message_page, private, refused_page

from . import services
from .forms import SignForm, WithdrawForm
from .models import OpenLetter, Signature

NAMES_SHOWN_MAX = 500


def letters(request: HttpRequest, slug: str) -> HttpResponse:
    """The letters of a campaign; the only one is shown at once."""
    found = list(request.campaign.letters.all())
    if len(found) == 1:
        return redirect(found[0].get_absolute_url())
    rows = [(letter, *_wording(letter)[:1], services.count_signatures(letter)) for letter in found]
    return render(request, "letters/list.html", {"title": _("Open letters"), "rows": rows})


def letter(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """The letter, who signed, and the form to sign."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    form = SignForm(request.POST or None)
    if form.is_valid():
        try:
            services.sign_letter(letter=row, language=translation.get_language(), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("letter_mailed", slug=slug, letter=row.pk)
    return render(request, "letters/letter.html", _letter_context(row, form), status=422 if form.errors else 200)


def _letter_context(row: OpenLetter, form: SignForm) -> dict[str, Any]:
    shown = list(row.signatures.shown().order_by("confirmed_at")[:NAMES_SHOWN_MAX])
    count = services.count_signatures(row)
    title, text, state = _wording(row)
    return {
        "letter": row, "title": title, "paragraphs": [part for part in text.splitlines() if part.strip()], "text_state": state,
        "count": count, "unnamed": count.people - count.people_named, "form": form,
        "organisations": [item for item in shown if item.kind == Signature.ORGANISATION],
        "people": [item for item in shown if item.kind == Signature.PERSON],
    }  # fmt: skip


def _wording(row: OpenLetter) -> tuple[str, str, str]:
    """Title, text and state of review in the reader's language, else as first written."""
    language = translation.get_language()
    found = row.texts.filter(language=language).first() if language != row.language else None
    return (found.title, found.text, found.get_state_display() if found.state != "reviewed" else "") if found else (row.title, row.text, "")


def letter_mailed(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """The same for an address that is known and one that is not."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    lines = [
        _("If this address can sign or has signed, a mail with a link is on its way to it."),
        _("Open the link within %(hours)s hours. Only then is a signature counted.") % {"hours": services.CONFIRM_HOURS},
        _("No mail after ten minutes? Look among unwanted mail, or send the form again."),
    ]
    return message_page(
        request, title=_("Look into your mail"), lines=lines, back=row.get_absolute_url(), back_text=_("Back to the letter")
    )


def confirm_signature(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """A page with one button, because mail programs open links by themselves."""
    try:
        signature = services.find_signature(token=token, salt=services.CONFIRM_SALT)
        if request.method == "POST":
            signature = services.confirm_signature(token=token)
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    done = signature.state == Signature.CONFIRMED
    context = {"signature": signature, "done": done, "withdraw": services.withdraw_token(signature)}
    return private(render(request, "letters/confirm.html", context), has_form=True)


def withdraw_signature(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    try:
        signature = services.find_signature(token=token, salt=services.WITHDRAW_SALT)
        if request.method == "POST":
            row = services.withdraw_signature(token=token)
            lines = [
                _("Your signature no longer counts. Your name, place and address are deleted here."),
                _("Copies that others made stay with them."),
            ]
            return private(
                message_page(
                    request, title=_("Your name is taken back"), lines=lines, back=row.get_absolute_url(), back_text=_("Back to the letter")
                )
            )
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    return private(render(request, "letters/withdraw.html", {"signature": signature}), has_form=True)


def ask_withdrawal(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """Somebody who lost the mail asks for the link again."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        services.mail_withdrawal(letter=row, email=form.cleaned_data["email"])
        return redirect("letter_mailed", slug=slug, letter=row.pk)
    return form_page(request, form=form, title=_("Take my name back"), submit=_("Send me the link"), back=row.get_absolute_url())
