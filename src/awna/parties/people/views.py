"""The desk's page of people: who is here, who is invited, what waits for a second person, and the log of roles."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page

from ..models import Invitation, Role, User
from . import services, shown
from .forms import EvenLastForm, InviteForm, RoleForm
from .models import RoleAsk
from .rules import STEWARD, TREASURER, may_handle

STEPS_SHOWN = 8
STEPS_A_PAGE = 50


def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Everyone with a role, open invitations, what waits, and the newest steps."""
    author = _author(request)
    everyone = shown.people_of(request.campaign, author=author)
    context = {
        "title": _("People"),
        "people": [one for one in everyone if one.held],
        "former": [one for one in everyone if not one.held],
        "invitations": shown.visible_invitations(services.open_invitations(request.campaign), author=author),
        "now": timezone.now(),
        "questions": shown.questions(services.open_asks(request.campaign), author=author),
        "lost": services.waiting_for(request.campaign).count(),
        "steps": shown.steps(shown.log_of(request.campaign, author=author)[:STEPS_SHOWN]),
    }
    return render(request, "parties/people/people.html", context)


def role_log(request: HttpRequest, slug: str) -> HttpResponse:
    """Every step, page by page."""
    page = Paginator(shown.log_of(request.campaign, author=_author(request)), STEPS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "parties/people/log.html", {"title": _("Log of roles"), "page": page, "steps": shown.steps(page.object_list)})


def invite_person(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer a role by mail."""
    author = _author(request)
    form = InviteForm(request.POST or None, author=author, campaign=request.campaign)
    if form.is_valid():
        try:
            invitation = services.invite_person(campaign=request.campaign, author=author, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            sent = _("The invitation is on its way to %(email)s.") % {"email": invitation.email}
            waits = _("Somebody else must agree first. They have a mail; the invitation leaves by itself after their yes.")
            messages.success(request, sent if invitation.sent_at else waits)
            return redirect("people", slug=slug)
    return form_page(
        request, form=form, title=_("Invite somebody"), submit=_("Invite"), desk=True, back=reverse("people", kwargs={"slug": slug}),
        intro=_("They choose a password of their own and are here with this one role."), aside="parties/people/_who_may.html",
    )  # fmt: skip


def change_invitation(request: HttpRequest, slug: str, invitation: UUID) -> HttpResponse:
    """Send it again, or take it back."""
    found = get_object_or_404(Invitation, pk=invitation, campaign=request.campaign)
    again = request.POST.get("act") == "again"
    try:
        (services.send_again if again else services.take_back)(invitation=found, author=_author(request))
    except Refused as refused:
        return refused_page(request, refused, back=reverse("people", kwargs={"slug": slug}), desk=True)
    messages.success(
        request, _("A new link is on its way; the old one opens nothing.") if again else _("Taken back: the link opens nothing.")
    )
    return redirect("people", slug=slug)


def answer_ask(request: HttpRequest, slug: str, ask: UUID) -> HttpResponse:
    """The second person's yes or no."""
    found = get_object_or_404(RoleAsk, pk=ask, campaign=request.campaign)
    agree = request.POST.get("act") == "agree"
    try:
        services.answer_ask(ask=found, agree=agree, author=_author(request))
    except Refused as refused:
        return refused_page(request, refused, back=reverse("people", kwargs={"slug": slug}), desk=True)
    messages.success(request, _("Agreed and done.") if agree else _("Not agreed: nothing is changed."))
    return redirect("people", slug=slug)


def person(request: HttpRequest, slug: str, person: UUID) -> HttpResponse:
    """One person: roles to withdraw or add, devices to sign out, the steps about them."""
    author, user = _author(request), get_object_or_404(User, pk=person)
    found = shown.people_of(request.campaign, author=author, person=user)
    if not found:
        return redirect("people", slug=slug)
    give = RoleForm(author=author, prefix="give")
    last = EvenLastForm()
    if request.method == "POST":
        try:
            said = _act(request, author, user)
        except Refused as refused:
            return refused_page(request, refused, back=request.path, desk=True)
        messages.success(request, said)
        return redirect("person", slug=slug, person=person)
    context = {
        "title": str(user), "person": found[0], "give": give, "last": last, "is_self": user.pk == author.user_id,
        "may_deactivate": author.name == STEWARD and user.pk != author.user_id and user.is_active,
        "has_treasurer": any(role.name == TREASURER for role in found[0].held),
        "rows": [{"role": role, "mine": may_handle(author, role_name=role.name, section=role.section)} for role in found[0].held],
        "steps": shown.steps(shown.log_of(request.campaign, author=author, person=user)[:STEPS_SHOWN]),
    }  # fmt: skip
    return render(request, "parties/people/person.html", context)


def _act(request: HttpRequest, author: Role, user: User) -> str:
    """What was asked for one person, as the sentence that says what happened."""
    act, even_last = request.POST.get("act"), bool(request.POST.get("even_last"))
    waits = _("Somebody else must agree first. They have a mail.")
    if act == "end":
        role = get_object_or_404(Role, pk=request.POST.get("role") or 0, campaign=request.campaign, user=user)
        ended = services.end_role(role=role, author=author, even_last=even_last)
        return waits if isinstance(ended, RoleAsk) else _("The role has ended, and every device is signed out.")
    if act == "give":
        form = RoleForm(request.POST, author=author, prefix="give")
        if not form.is_valid():
            return _("Nothing was changed. Choose a role of the list.")
        given = services.give_colleague_role(campaign=request.campaign, person=user, author=author, **form.cleaned_data)
        return waits if isinstance(given, RoleAsk) else _("The role is given.")
    if act == "deactivate":
        done = services.deactivate_person(campaign=request.campaign, person=user, author=author, even_last=even_last)
        return waits if isinstance(done, RoleAsk) else _("Deactivated: every role ended, every device is signed out.")
    services.sign_out_person(person=user, author=author)
    return _("Every device is signed out.")


def _author(request: HttpRequest) -> Role:
    """A steward acts as one, also where the same person is a treasurer."""
    return request.actor.role(STEWARD) if request.actor.has_role(STEWARD) else request.actor.role(TREASURER)
