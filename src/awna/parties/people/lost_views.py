"""One's own sign-in, a lost device, and the way back in after everything was lost."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.crowd import let_in
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, message_page, private, refused_page

from . import services
from .forms import AskLinkForm, CodeForm, LostDeviceForm, NewPasswordForm, factor_name
from .models import LostSignIn, RoleChange
from .rules import COLLEAGUES


def my_sign_in(request: HttpRequest) -> HttpResponse:
    """Password, second factors, recovery codes; sign out everywhere; stop a request that is not one's own."""
    if request.method == "POST":
        if request.POST.get("act") == "stop":
            services.stop_my_lost(user=request.user)
            messages.success(request, _("Stopped. Nobody is let in by it."))
            return redirect("my_sign_in")
        if request.POST.get("act") == "end":
            return _lay_down(request)
        services.sign_out_everywhere(user=request.user)
        logout(request)
        messages.success(request, _("You are signed out on every device, this one too."))
        return redirect("account_login")
    factors = services.second_factors(request.user)
    context = {
        "title": _("My sign-in"),
        "factors": [factor_name(factor) for factor in factors],
        "codes_left": services.codes_left(request.user),
        "requests": services.open_requests(request.user),
        "roles": services.roles_of(request.user),
    }
    return private(render(request, "parties/people/my_sign_in.html", context), has_form=True)


def lost_device(request: HttpRequest) -> HttpResponse:
    """A phone or key is gone: sign out everywhere, and forget what was on it."""
    form = LostDeviceForm(request.POST or None, factors=services.second_factors(request.user))
    if request.method == "POST" and form.is_valid():
        chosen = [int(pk) for pk in form.cleaned_data.get("factors", [])]
        services.report_lost_device(user=request.user, authenticators=chosen)
        logout(request)
        messages.success(request, _("You are signed out on every device, and what was on the lost one opens nothing any more."))
        return redirect("account_login")
    return form_page(
        request, form=form, title=_("I lost a device"), submit=_("Sign out everywhere"), back=reverse("my_sign_in"),
        intro=_("Every device is signed out at once, this one too. Sign in again afterwards, and change the password if it was kept there."),
        aside="parties/people/_device.html",
    )  # fmt: skip


def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Write an address; the answer is the same for every one."""
    form = AskLinkForm(request.POST or None)
    if form.is_valid() and (crowd := let_in(request, form.cleaned_data["email"])) is not None:
        form.add_error(None, crowd.text)
    if form.is_valid():
        services.ask_for_link(email=form.cleaned_data["email"], language=get_language() or "")
        return message_page(
            request, title=_("Look into your mail"), back=reverse("account_login"), back_text=_("To the sign-in"),
            lines=[
                _("If this address is known here, a mail with a link is on its way to it."),
                _("With the link you can sign out on every device, and ask two colleagues to confirm that it is you."),
            ],
        )  # fmt: skip
    return form_page(
        request, form=form, title=_("I cannot sign in any more"), submit=_("Send me the link"), aside="parties/people/_lost_help.html",
        intro=_("For everyone who lost the second factor, or the device. A password alone is quicker to renew."),
    )  # fmt: skip


def lost_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """What the mailed link opens: sign out everywhere, ask colleagues, and a new password once they confirmed."""
    try:
        lost = services.find_lost(token)
    except Refused as refused:
        return refused_page(request, refused, back=reverse("lost_ask"), status=404)
    confirmed = services.is_confirmed(lost)
    form = NewPasswordForm(request.POST if request.POST.get("act") == "finish" else None)
    try:
        if form.is_valid():
            services.finish_lost(lost=lost, password=form.cleaned_data["password"])
            messages.success(request, _("Your new password is set. Sign in with it, and set up a second factor again."))
            return redirect("account_login")
        if request.POST.get("act") in ("ask", "out"):
            return _by_link(request, lost, token)
    except Refused as refused:
        if not form.is_bound:
            return refused_page(request, refused, back=request.path)
        refused_to_form(form, refused)
    code = services.code_of(token)
    context = {
        "title": _("Be let in again"), "lost": lost, "confirmed": confirmed, "form": form, "code": f"{code[:4]} {code[4:]}",
        "standings": services.standings(lost) if lost.asked_at else [], "needed": services.WORDS_NEEDED,
        "factors": len(services.second_factors(lost.user)),
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return private(render(request, "parties/people/lost_sign_in.html", context, status=status), has_form=True)


def lost_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Colleagues who cannot sign in and wait for a word."""
    waiting = services.waiting_for(request.campaign)
    context = {"title": _("Who cannot sign in"), "waiting": [_row(request, lost) for lost in waiting], "needed": services.WORDS_NEEDED}
    return render(request, "parties/people/lost_people.html", context)


def confirm_lost(request: HttpRequest, slug: str, lost: UUID) -> HttpResponse:
    """Say that it is this person, with the code that they told, or that it is not."""
    found = get_object_or_404(services.waiting_for(request.campaign), pk=lost)
    author, back = request.actor.role(*COLLEAGUES), reverse("lost_people", kwargs={"slug": slug})
    stops = request.POST.get("act") == "stop"
    form = CodeForm(None if stops else request.POST or None)
    try:
        if stops:
            services.refuse_lost(lost=found, author=author)
            messages.success(request, _("Stopped. Nobody is let in by it, and everyone concerned has a mail."))
            return redirect(back)
        if form.is_valid():
            services.confirm_lost(lost=found, code=form.cleaned_data["code"], author=author)
            messages.success(request, _("Thank you. Your word is kept."))
            return redirect(back)
    except Refused as refused:
        if stops:
            return refused_page(request, refused, back=back, desk=True)
        refused_to_form(form, refused)
    return form_page(
        request, form=form, title=_("Is it really %(name)s?") % {"name": found.user}, submit=_("Yes, it is"), desk=True, back=back,
        intro=_("Whoever reads the mailbox could ask too. So speak with the person: meet them, or call the number that you know."),
        aside="parties/people/_not_them.html", lost=found,
    )  # fmt: skip


def _lay_down(request: HttpRequest) -> HttpResponse:
    """End one's own role."""
    role = get_object_or_404(services.roles_of(request.user), pk=request.POST.get("role") or UUID(int=0))
    try:
        services.end_role(role=role, author=role)
    except Refused as refused:
        return refused_page(request, refused, back=request.path)
    messages.success(request, _("You laid down the role, and every device is signed out."))
    return redirect("account_login")


def _by_link(request: HttpRequest, lost: LostSignIn, token: str) -> HttpResponse:
    """The two steps that need nobody's word."""
    if request.POST.get("act") == "ask":
        services.ask_colleagues(lost=lost)
    else:
        services.sign_out_everywhere(user=lost.user, way=RoleChange.LINK)
        messages.success(request, _("Every device is signed out."))
    return redirect("lost_sign_in", token=token)


def _row(request: HttpRequest, lost: LostSignIn) -> dict[str, object]:
    words = [word.role for word in lost.words.all() if word.role.campaign_id == request.campaign.pk]
    me = request.user.pk
    return {"lost": lost, "words": words, "may": lost.user_id != me and me not in {role.user_id for role in words}}
