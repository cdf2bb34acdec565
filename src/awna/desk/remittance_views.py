"""The page of money that sections send on: both ends, charges, exchange, what is under way and for how long."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from awna.kit.policies import Actor

from .remittances import TRANSIT_DAYS_MAX, read_remittances

KEEPERS = ("treasurer", "steward")


def remittances_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Every remittance of which the reader may see an end."""
    actor = Actor(request.user, [role for role in request.actor.roles if role.name in KEEPERS])
    found = read_remittances(campaign=request.campaign, actor=actor)
    context = {"remittances": found, "days_max": TRANSIT_DAYS_MAX, "title": _("Money that sections send on")}
    return render(request, "desk/remittances.html", context)
