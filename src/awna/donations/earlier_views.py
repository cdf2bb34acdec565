"""What an import of gifts of before the book brought, for the treasurer of the body that received them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from awna.kit.policies import Actor

from .models.earlier import GiftImport


def gift_import(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """What stands now of an import that came by the command line or from a list; donors are known to their own body alone."""
    treasurer = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    mine = GiftImport.objects.for_actor(treasurer).filter(bank_account__book__campaign=request.campaign).exclude(state="draft")
    kept = get_object_or_404(mine.select_related("bank_account", "opening"), pk=found)
    return render(request, "donations/import_gifts_done.html", {"found": kept, "title": _("These gifts came in")})
