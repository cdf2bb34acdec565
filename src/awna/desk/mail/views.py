"""Mail of a campaign: what waits, failed or came back, the quota, and a test of the settings."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awna.core.problems import Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import refused_page
from awna.kit.models import Mail
from awna.kit.outbox import services
from awna.kit.outbox.proof import KEPT_IN_FILES, is_sent, prove, proven_at, send_test
from awna.kit.outbox.quota import quota_of

from .forms import CodeForm
from .sight import TESTERS, addresses_seen_by, counts_of, kind_name, mails_seen_by

SHOWN_MAX = 100
MARKS = {Mail.WAITING: "pw", Mail.FAILED: "pw", Mail.BOUNCED: "pw", Mail.LEFT: "p8"}


def mail_home(request: HttpRequest, slug: str) -> HttpResponse:
    """What did not arrive yet, to those who could ask for another address; of all the rest only how many."""
    campaign = request.campaign.pk
    seen = mails_seen_by(request.actor, campaign).exclude(state__in=[Mail.LEFT, Mail.GIVEN_UP])
    rows = list(seen.order_by("-made_at")[:SHOWN_MAX])
    counts = counts_of(campaign)
    # An address that came back stands below, once for all its mails.
    dead = list(addresses_seen_by(request.actor, campaign)[:SHOWN_MAX])
    gone = {row.address_index for row in dead}
    context = {
        "rows": [_row(mail) for mail in rows if mail.address_index not in gone or mail.state != Mail.BOUNCED],
        "dead": [_row(one) for one in dead],
        "figures": [{"label": one.label, "value": one.n, "mark": MARKS.get(one.state, "") if one.n else ""} for one in counts],
        "unseen": sum(one.n for one in counts if one.state in (Mail.WAITING, Mail.FAILED, Mail.BOUNCED)) - len(rows),
        "quota": quota_of(campaign),
        "may_test": request.actor.has_role(*TESTERS),
        "proven": proven_at(),
    }
    return render(request, "desk/mail/home.html", context)


def try_mail(request: HttpRequest, slug: str, mail: UUID) -> HttpResponse:
    """Try one mail now."""
    row = get_object_or_404(mails_seen_by(request.actor, request.campaign.pk), pk=mail)
    try:
        tried = services.try_now(mail=row)
    except Refused as refused:
        return refused_page(request, refused, back=_home(slug), desk=True)
    messages.info(
        request,
        _("The mail was sent.") if tried.state == Mail.LEFT else _("It did not leave. What the mail server answered stands below it."),
    )
    return redirect("mail_home", slug=slug)


def give_mail_up(request: HttpRequest, slug: str, mail: UUID) -> HttpResponse:
    """Never send it."""
    row = get_object_or_404(mails_seen_by(request.actor, request.campaign.pk), pk=mail)
    try:
        services.give_up(mail=row)
    except Refused as refused:
        return refused_page(request, refused, back=_home(slug), desk=True)
    messages.info(request, _("It is given up, and its text is deleted."))
    return redirect("mail_home", slug=slug)


def try_all_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """Nobody waits for a pause to end once the settings are mended."""
    n = services.try_all_now(campaign=request.campaign.pk)
    messages.info(
        request,
        ngettext("%(n)s mail is tried as soon as its turn comes.", "%(n)s mails are tried as soon as their turn comes.", n) % {"n": n},
    )
    return redirect("mail_home", slug=slug)


def revive_address(request: HttpRequest, slug: str, address: int) -> HttpResponse:
    """Its owner says that it works again."""
    services.revive(address=get_object_or_404(addresses_seen_by(request.actor, request.campaign.pk), pk=address))
    messages.info(request, _("Mail goes to this address again, from the next one on."))
    return redirect("mail_home", slug=slug)


def test_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """A test mail to one's own address, what is wrong with the settings in plain words, and the code that proves arrival."""
    form, outcome = CodeForm(), None
    if request.method == "POST" and "code" in request.POST:
        form = CodeForm(request.POST)
        if form.is_valid() and _proved(form):
            messages.info(request, _("It is proven: mail of this site arrives."))
            return redirect("test_mail", slug=slug)
    elif request.method == "POST":
        try:
            _proof, outcome = send_test(to=request.user.email)
        except Refused as refused:
            return refused_page(request, refused, back=reverse("test_mail", kwargs={"slug": slug}), desk=True)
    context = {
        "form": form, "address": request.user.email, "proven": proven_at(), "facts": _facts(), "sent": outcome is not None and is_sent(outcome),
        "fault": problem_text(outcome.problem) if outcome and outcome.problem else "", "change": outcome.change if outcome else "",
        "ask_code": form.is_bound or (outcome is not None and is_sent(outcome)),
    }  # fmt: skip
    status = 422 if context["fault"] or form.errors else 200
    return render(request, "desk/mail/test.html", context, status=status)


def _proved(form: CodeForm) -> bool:
    try:
        prove(code=form.cleaned_data["code"])
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    return True


def _facts() -> list[tuple[Any, str]]:
    """The settings as they are, without the password."""
    if settings.EMAIL_BACKEND == KEPT_IN_FILES:
        return [(_("Mail is kept in"), str(settings.EMAIL_FILE_PATH))]
    kind = _("encrypted at once") if settings.EMAIL_USE_SSL else _("STARTTLS") if settings.EMAIL_USE_TLS else _("not encrypted")
    return [
        (_("Mail server"), f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"), (_("Connection"), kind),
        (_("Signs in as"), settings.EMAIL_HOST_USER or _("nobody")), (_("Sender"), settings.DEFAULT_FROM_EMAIL),
        (_("Returns go to"), settings.AWNA_EMAIL_BOUNCES_TO or settings.DEFAULT_FROM_EMAIL),
    ]  # fmt: skip


def _row(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "kind": kind_name(row.kind),
        "why": problem_text(row.problem) if row.problem else "",
        "waits": getattr(row, "state", "") == Mail.WAITING,
        "may_try": bool(getattr(row, "body", "")),
    }


def _home(slug: str) -> str:
    return reverse("mail_home", kwargs={"slug": slug})
