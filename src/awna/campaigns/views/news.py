"""The desk of news: write with a preview of what will be public, pin, withdraw; photos, events, the press, short addresses."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.kit.http import form_page

from .. import services
from ..forms import EventForm, FactForm, PhotoForm, PressForm, ReasonForm, SeatsForm, UpdateForm
from ..models import Event, Photo, PhotoFile, Registration, Subscription, Update
from .acting import acted, form_of_desk

LISTED_MAX = 50
DESK = "news_desk"


def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """What was written, what is planned, who reads: counts of readers, never who they are."""
    campaign = request.campaign
    context = {
        "title": _("News, photos and events"), "updates": campaign.updates.all()[:LISTED_MAX],
        "photos": campaign.photos.filter(removed_at=None)[:LISTED_MAX], "events": campaign.events.order_by("-starts_at")[:LISTED_MAX],
        "readers": campaign.subscriptions.filter(state=Subscription.CONFIRMED).count(), "links": campaign.short_links.order_by("path"),
        "facts": campaign.facts.all()[:LISTED_MAX], "contact": getattr(campaign, "press_contact", None),
    }  # fmt: skip
    return render(request, "campaigns/news_desk.html", context)


def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Write an update: first a preview of what everyone will read, then publish."""
    form = UpdateForm(request.POST or None, campaign=request.campaign)
    preview = None
    if "publish" not in request.POST:
        preview = form.cleaned_data if form.is_valid() else None
    elif acted(form, lambda given: services.publish_update(campaign=request.campaign, author=_writer(request), **given)):
        messages.success(request, _("Published. Readers get it with their next letter."))
        return redirect(DESK, slug=slug)
    status = 422 if form.errors else 200
    context = {"form": form, "preview": preview, "title": _("Write an update"), "role": _writer(request), "back": _desk_of(slug)}
    return render(request, "campaigns/write_update.html", context, status=status)


def pin(request: HttpRequest, slug: str, update: UUID) -> HttpResponse:
    row = get_object_or_404(Update, pk=update, campaign=request.campaign)
    services.pin_update(update=row, pinned=row.pinned_at is None, author=_writer(request))
    return redirect(DESK, slug=slug)


def withdraw(request: HttpRequest, slug: str, update: UUID) -> HttpResponse:
    """Take an update back, with the reason that stands in its place."""
    row = get_object_or_404(Update, pk=update, campaign=request.campaign)
    form = ReasonForm(request.POST or None)
    form.fields["title_too"] = forms.BooleanField(label=_("Take the title away too"), required=False)
    intro = _("Text and photos go; date, your role and the reason stay. Copies that others made stay with them.")
    return form_of_desk(request, form, lambda given: services.withdraw_update(update=row, author=_writer(request), **given),
                 desk=DESK, title=_("Withdraw “%(title)s”") % {"title": row.title}, submit=_("Withdraw"), intro=intro)  # fmt: skip


def add_photo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a photo in; what was drawn from it is looked at before anybody else sees it."""
    form = PhotoForm(request.POST or None, request.FILES or None, campaign=request.campaign)
    drawn: list[Photo] = []

    def draw(given: dict[str, Any]) -> None:
        data = given.pop("file").read()
        drawn.append(services.add_photo(campaign=request.campaign, data=data, author=_writer(request), **given))

    if acted(form, draw):
        return redirect("look_at_photo", slug=slug, photo=drawn[0].pk)
    intro = _("Look at the picture itself before you send it: signs, views from a window and number plates tell a place too.")
    return form_page(
        request, form=form, title=_("Add a photo"), submit=_("Show me what would be public"), intro=intro, desk=True, back=_desk_of(slug)
    )


def look_at_photo(request: HttpRequest, slug: str, photo: UUID) -> HttpResponse:
    """The picture as everyone would see it, with all that is said beside it: keep it, or drop it."""
    row = get_object_or_404(Photo.objects.select_related("campaign"), pk=photo, campaign=request.campaign, removed_at=None)
    if request.method == "POST" and "drop" in request.POST:
        services.drop_photo(photo=row, author=_writer(request))
        messages.success(request, _("Dropped. Nothing of it was kept."))
        return redirect(DESK, slug=slug)
    if request.method == "POST":
        services.accept_photo(photo=row, author=_writer(request))
        messages.success(request, _("Kept. It is shown with the news that you put it to, once the delay of this campaign is over."))
        return redirect(DESK, slug=slug)
    files = {file.name: len(file.data) for file in row.files.all()}
    context = {"title": _("This is what would be public"), "photo": row, "sizes": files, "back": _desk_of(slug),
               "from_day": row.taken_on + timedelta(days=row.campaign.publication_delay_days)}  # fmt: skip
    return render(request, "campaigns/look_at_photo.html", context)


def drawn_photo(request: HttpRequest, slug: str, photo: UUID, name: str) -> HttpResponse:
    """One file of a photo, for those who decide on it."""
    file = get_object_or_404(PhotoFile, photo=photo, photo__campaign=request.campaign, name=name)
    answer = HttpResponse(bytes(file.data), content_type=file.media_type)
    answer["Cache-Control"] = "private, no-store"
    return answer


def remove_photo(request: HttpRequest, slug: str, photo: UUID) -> HttpResponse:
    row = get_object_or_404(Photo, pk=photo, campaign=request.campaign)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].help_text = _("For the record of the desk.")
    intro = _("It leaves every page at once, and its pixels are deleted. Copies that others made stay with them.")
    return form_of_desk(request, form, lambda given: services.remove_photo(photo=row, author=_writer(request), **given),
                 desk=DESK, title=_("Remove a photo"), submit=_("Remove it"), intro=intro)  # fmt: skip


def announce(request: HttpRequest, slug: str) -> HttpResponse:
    form = EventForm(request.POST or None, campaign=request.campaign, initial={"zone": "UTC"})
    return form_of_desk(request, form, lambda given: services.announce_event(campaign=request.campaign, author=_writer(request), **given),
                 desk=DESK, title=_("Announce an event"), submit=_("Announce"))  # fmt: skip


def guests(request: HttpRequest, slug: str, event: UUID) -> HttpResponse:
    """Who comes, for those at the door; and how many may."""
    row = get_object_or_404(Event, pk=event, campaign=request.campaign)
    form = SeatsForm(request.POST or None, initial={"seats": row.seats})
    if acted(form, lambda given: services.set_seats(event=row, author=_writer(request), **given)):
        return redirect("event_guests", slug=slug, event=row.pk)
    people = list(row.registrations.filter(state__in=[Registration.SEATED, Registration.WAITING]).order_by("confirmed_at"))
    context = {
        "title": row.title, "event": row, "form": form, "back": _desk_of(slug), "seated": [one for one in people if one.state == Registration.SEATED],
        "waiting": [one for one in people if one.state == Registration.WAITING],
    }  # fmt: skip
    return render(request, "campaigns/guests.html", context)


def cancel(request: HttpRequest, slug: str, event: UUID) -> HttpResponse:
    row = get_object_or_404(Event, pk=event, campaign=request.campaign)
    form = ReasonForm(request.POST or None)
    return form_of_desk(request, form, lambda given: services.cancel_event(event=row, author=_writer(request), **given),
                 desk=DESK, title=_("Cancel “%(title)s”") % {"title": row.title}, submit=_("Cancel the event"),
                 intro=_("It stays on the pages as cancelled, and everyone who registered gets a mail."))  # fmt: skip


def press(request: HttpRequest, slug: str) -> HttpResponse:
    contact = getattr(request.campaign, "press_contact", None)
    form = PressForm(request.POST or None, initial={"office": contact.office, "email": contact.email} if contact else None)
    return form_of_desk(request, form, lambda given: services.set_press_contact(campaign=request.campaign, author=_writer(request), **given),
                 desk=DESK, title=_("Contact for the press"), submit=_("Keep"))  # fmt: skip


def fact(request: HttpRequest, slug: str) -> HttpResponse:
    form = FactForm(request.POST or None, campaign=request.campaign)
    return form_of_desk(request, form, lambda given: services.state_fact(campaign=request.campaign, author=_writer(request), **given),
                 desk=DESK, title=_("State a fact"), submit=_("State it"))  # fmt: skip


def links(request: HttpRequest, slug: str) -> HttpResponse:
    services.make_short_links(campaign=request.campaign, author=_writer(request))
    return redirect(DESK, slug=slug)


def _writer(request: HttpRequest) -> Any:
    return request.actor.role(*services.NEWS_ROLES)


def _desk_of(slug: str) -> str:
    return reverse(DESK, kwargs={"slug": slug})
