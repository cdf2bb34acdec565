"""Forms for anyone: read the news by mail, leave again, come to an event."""

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from awna.core.problems import Refused
from awna.kit.codes import CODE_HOURS
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, message_page, private, refused_page

from .. import services
from ..forms import CodeForm, GuestForm, SubscribeForm
from ..models import Event, Registration, Subscription

READER_SALT = "awna.campaigns.reader"
GUEST_SALT = "awna.campaigns.guest"


def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for news by mail."""
    form = SubscribeForm(request.POST or None)
    if form.is_valid():
        try:
            row = services.subscribe(campaign=request.campaign, language=translation.get_language(), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("confirm_subscription", slug=slug, token=signing.dumps(str(row.pk), salt=READER_SALT))
    intro = _("New updates and events in one letter, in plain text. One click ends it.")
    return form_page(
        request, form=form, title=_("News by mail"), submit=_("Send me a code"), intro=intro, back=reverse("updates", kwargs={"slug": slug})
    )


def confirm_subscription(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Type the code. The page is the same for an address that reads already."""
    row = _row(Subscription.objects.filter(campaign=request.campaign), token, READER_SALT)
    form, back = CodeForm(request.POST or None), reverse("updates", kwargs={"slug": slug})
    if form.is_valid():
        try:
            services.confirm_subscription(subscription=row, code=form.cleaned_data["code"])
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            lines = [_("Letters come only when there is something new."), _("Each letter has a link that ends them.")]
            return private(message_page(request, title=_("You get the news"), lines=lines, back=back, back_text=_("To the news")))
    return private(_code_page(request, form, back), has_form=True)


@csrf_exempt  # a mail program sends this POST by itself and has no cookie; the signed link is the right to do it
def stop_news(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """One button for people, because mail programs open links by themselves; one POST for mail programs (RFC 8058)."""
    back = reverse("updates", kwargs={"slug": slug})
    if request.method != "POST":
        context = {"title": _("End the letters"), "lines": [_("Your address is deleted here.")], "submit": _("End them")}
        return private(_button_page(request, **context), has_form=True)
    try:
        services.end_subscription(token=token)
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    lines = [_("No more letters are sent. Your address is deleted here.")]
    return private(message_page(request, title=_("The letters have ended"), lines=lines, back=back, back_text=_("To the news")))


def register(request: HttpRequest, slug: str, event: UUID) -> HttpResponse:
    """Ask for a place at an event."""
    row = get_object_or_404(Event, pk=event, campaign=request.campaign)
    form = GuestForm(request.POST or None)
    if form.is_valid():
        try:
            guest = services.register_guest(event=row, language=translation.get_language(), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("confirm_guest", slug=slug, token=signing.dumps(str(guest.pk), salt=GUEST_SALT))
    return form_page(
        request, form=form, title=_("Come to “%(title)s”") % {"title": row.title}, submit=_("Send me a code"), back=row.get_absolute_url()
    )


def confirm_guest(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Type the code; then there is a place, or a place in the queue."""
    row = _row(Registration.objects.filter(event__campaign=request.campaign).select_related("event"), token, GUEST_SALT)
    form, back = CodeForm(request.POST or None), row.event.get_absolute_url()
    if form.is_valid():
        try:
            row = services.confirm_guest(registration=row, code=form.cleaned_data["code"])
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            seated = row.state == Registration.SEATED
            title = _("You have a place") if seated else _("You are on the waiting list")
            lines = [_("A mail with all you need is on its way. It has a link that gives the place back.")]
            if not seated:
                lines.insert(0, _("All places are taken. You get a mail as soon as one is free for you."))
            return private(message_page(request, title=title, lines=lines, back=back, back_text=_("To the event")))
    return private(_code_page(request, form, back), has_form=True)


def cancel_registration(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Give the place back, by the link of the mail."""
    try:
        row = services.find_guest(token=token)
        if request.method == "POST":
            services.cancel_guest(token=token)
            lines = [_("Whoever is first on the waiting list has it now. Your name and address are deleted here.")]
            back = row.event.get_absolute_url()
            return private(message_page(request, title=_("Your place is given back"), lines=lines, back=back, back_text=_("To the event")))
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    lines = [_("“%(title)s”: somebody else gets the place.") % {"title": row.event.title}]
    return private(_button_page(request, title=_("Give my place back"), lines=lines, submit=_("Give it back")), has_form=True)


def _row(rows: Any, token: str, salt: str) -> Any:
    try:
        return get_object_or_404(rows, pk=signing.loads(token, salt=salt))
    except signing.BadSignature as error:
        raise Http404("This link was not made by this site.") from error


def _code_page(request: HttpRequest, form: CodeForm, back: str) -> HttpResponse:
    intro = _("A mail with six digits is on its way. They hold for %(hours)s hours. No mail after ten minutes? Look among unwanted mail.")
    return form_page(request, form=form, title=_("Type the code"), submit=_("Confirm"), intro=intro % {"hours": CODE_HOURS}, back=back)


def _button_page(request: HttpRequest, **context: Any) -> HttpResponse:
    return render(request, "kit/button.html", context)
