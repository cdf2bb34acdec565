"""Everybody's own notices: the page that is there when mail fails, how often to be mailed, and the end of mails."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, message_page, private, refused_page
from awna.kit.models import Notice
from awna.kit.notices import services
from awna.parties.models import Campaign

from .forms import ChoiceForm

SHOWN_MAX = 100


def notices(request: HttpRequest) -> HttpResponse:
    """What this person was told, the unread first."""
    mine = list(Notice.objects.filter(reader=request.user.pk).order_by("-made_at")[:SHOWN_MAX])
    titles = {campaign.pk: campaign.title for campaign in Campaign.objects.filter(pk__in={one.for_campaign for one in mine})}
    rows = [{"notice": one, "campaign": titles.get(one.for_campaign, "")} for one in mine]
    context: dict[str, Any] = {
        "new": [row for row in rows if row["notice"].read_at is None],
        "old": [row for row in rows if row["notice"].read_at is not None],
        "pace": services.choice_of(request.user.pk).get_pace_display(),
    }
    return private(render(request, "desk/mail/notices.html", context), has_form=True)


def open_notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Mark one as read and go where it leads; somebody else's is nobody's."""
    found = Notice.objects.filter(reader=request.user.pk, pk=notice).first()
    if found is not None:
        services.mark_read(reader=request.user.pk, notice=found.pk)
        if found.address:
            return redirect(found.address)
    return redirect("notices")


def read_notices(request: HttpRequest) -> HttpResponse:
    """All of them are read."""
    services.mark_read(reader=request.user.pk)
    return redirect("notices")


def notice_choice(request: HttpRequest) -> HttpResponse:
    """How often to be mailed, and in which language."""
    chosen = services.choice_of(request.user.pk)
    form = ChoiceForm(request.POST or None, initial={"pace": chosen.pace, "language": chosen.language})
    if form.is_valid():
        try:
            services.choose(reader=request.user.pk, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.info(request, _("Your choice is kept."))
            return redirect("notices")
    intro = _("Every notice stands on your page, whatever you choose here. What is urgent comes by mail at once, unless you choose never.")
    return form_page(request, form=form, title=_("How you are told"), submit=_("Keep"), intro=intro, desk=True, back=reverse("notices"))


@csrf_exempt  # a mail program sends this POST by itself and has no cookie; the signed link is the right to do it
def stop_notices(request: HttpRequest, token: str) -> HttpResponse:
    """One button for people, because mail programs open links by themselves; one POST for mail programs (RFC 8058)."""
    if request.method != "POST":
        context = {"title": _("End these mails"), "lines": [_("Notices then stand only on your page.")], "submit": _("End them")}
        return private(render(request, "kit/button.html", context), has_form=True)
    try:
        services.stop_mails(token=token)
    except Refused as refused:
        return private(refused_page(request, refused, status=400))
    lines = [_("No more notices are mailed to you. They stand on your page, and you can choose again there.")]
    return private(
        message_page(request, title=_("The mails have ended"), lines=lines, back=reverse("notices"), back_text=_("To my notices"))
    )
