"""Taking up an invitation."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form

from . import services
from .forms import AcceptForm


def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation = services.find_invitation(token)
    except Refused as refused:
        return render(request, "kit/refused.html", {"problems": refused.problems}, status=400)
    form = AcceptForm(request.POST or None)
    if form.is_valid():
        user = request.user if request.user.is_authenticated else None
        try:
            role = services.accept_invitation(token=token, signed_in_as=user, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            login(request, role.user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("desk_home", slug=invitation.campaign.slug)
    context = {
        "form": form,
        "title": _("Join “%(campaign)s”") % {"campaign": invitation.campaign.title},
        "intro": _("You are invited as %(role)s.") % {"role": invitation.get_role_name_display()},
        "submit": _("Join"),
    }
    return render(request, "kit/form.html", context)
