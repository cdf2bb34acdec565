"""What an import of gifts of before the book brought, for the treasurer of the body that received them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.http import refused_page
from awna.kit.policies import Actor

from .models.earlier import GiftImport
from .services.earlier_back import take_gifts_back


def gift_import(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """What stands now of an import; donors are known to their own body alone. A post takes it back."""
    treasurer = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    mine = GiftImport.objects.for_actor(treasurer).filter(bank_account__book__campaign=request.campaign).exclude(state="draft")
    kept = get_object_or_404(mine.select_related("bank_account", "opening"), pk=found)
    if request.method == "POST":
        author = next(role for role in treasurer.roles if role.section_id == kept.bank_account.section_id)
        try:
            take_gifts_back(found=kept, author=author)
        except Refused as refused:
            return refused_page(request, refused, desk=True)
        return redirect("gift_import", slug=slug, found=kept.pk)
    return render(request, "donations/import_gifts_done.html", {"found": kept, "title": _("These gifts came in")})
