"""Default deny: no view runs unless the policy beside its address allows this person and method."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import F, FilteredRelation, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from .policies import METHODS, Actor, policies_of

PAUSE_PARTS = {"paused_until": F("pause__until"), "paused_reason": F("pause__reason"), "paused_by": F("pause__by__user__name")}


class PolicyMiddleware:
    """Sets `request.actor` and `request.campaign`, and refuses what no policy allows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, request.campaign = Actor(None), None
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        declared = policies_of(view)
        if declared is None:
            if settings.STATIC_URL and request.path.startswith(settings.STATIC_URL):
                return None
            raise PermissionDenied("This address declares no policy.")
        method = "GET" if request.method == "HEAD" else request.method
        policy = declared.get(method or "")
        if policy is None:
            return HttpResponseNotAllowed([name for name in METHODS if name in declared])
        self._identify(request, kwargs.get("slug"))
        if policy.allows(request.actor):
            return None
        if not request.actor.signed_in:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied(f"This page is for: {policy.label}.")

    def _identify(self, request: HttpRequest, slug: str | None) -> None:
        """Look up the campaign of the address and the roles that this user holds there."""
        campaign_model, role_model = apps.get_model("parties", "Campaign"), apps.get_model("parties", "Role")
        if slug is not None:
            # Every page of a campaign says when its stewards stopped it, without a question of its own to the database.
            alive = Q(pauses__ended_by=None, pauses__until__gte=timezone.localdate())
            found = campaign_model.objects.select_related("owner").annotate(pause=FilteredRelation("pauses", condition=alive))
            request.campaign = found.annotate(**PAUSE_PARTS).filter(slug=slug).order_by("-pause__until").first()
            if request.campaign is None:
                raise Http404("There is no campaign at this address.")
        roles = []
        if request.user.is_authenticated and request.campaign is not None:
            roles = list(role_model.objects.filter(user=request.user, campaign=request.campaign, ended_on=None).select_related("section"))
        request.actor = Actor(request.user, roles)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: the campaign, who is here, and whether this is the demonstration."""
    campaign = getattr(request, "campaign", None)
    return {
        "campaign": campaign,
        "actor": getattr(request, "actor", None),
        "is_demo": bool(campaign and campaign.is_demo),
        "origin": settings.AWNA_ORIGIN,
        "snapshot": getattr(request, "snapshot", None),
    }
