"""The treasurer's page of gifts: each with its state; freeze, thaw, give back to its origin."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books.models import Movement
from awna.core.problems import Problem, Refused
from awna.kit.policies import Actor
from awna.parties.models import Role

from .models import Gift
from .services import giving_back
from .services.receipt_rules import freeze_gift, thaw_gift
from .services.valuation import valuations_of

ROWS_A_PAGE = 50
DONE = {
    "freeze": gettext_lazy("The gift is frozen: no receipt is issued for it while somebody asks about it. The public sees nothing of it."),
    "thaw": gettext_lazy("The question about the gift is settled."),
    "refund": gettext_lazy("The money is held, and the stewards are asked to give it back to the account that it came from."),
    "paid": gettext_lazy("The bank line gave the gift back."),
}  # fmt: skip


def gifts_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The gifts of the reader's own bodies, the newest first; a post does one thing to one of them."""
    actor = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    mine = Gift.objects.for_actor(actor).filter(donor__campaign=request.campaign)
    problems: list[Problem] = []
    if request.method == "POST":
        gift = get_object_or_404(mine.select_related("donor"), pk=_key(request, "gift"))
        try:
            _act(request, actor, gift)
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, DONE[request.POST["act"]])
            return redirect("gifts_desk", slug=slug)
    found = mine.select_related("donor", "commodity", "book", "batch__book", "movement", "pledge__fund").order_by("-received_on", "pk")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    back = giving_back.refunds_of(list(page.object_list))
    worth = valuations_of(list(page.object_list))
    rows = [
        {"it": gift, "back": back.get(gift.pk), "worth": worth.get(gift.pk), "may_ask": _may_ask(gift) and gift.pk not in back}
        for gift in page.object_list
    ]
    context = {"rows": rows, "page": page, "problems": problems, "title": _("Gifts")}
    return render(request, "donations/gifts_desk.html", context, status=422 if problems else 200)


def _act(request: HttpRequest, actor: Actor, gift: Gift) -> None:
    role, act = _role(actor, gift), request.POST.get("act", "")
    if act == "freeze":
        freeze_gift(gift=gift, author=role)
    elif act == "thaw":
        thaw_gift(gift=gift, author=role)
    elif act == "refund":
        giving_back.ask_refund(gift=gift, author=role)
    elif act == "paid":
        lines = Movement.objects.for_actor(actor).filter(bank_account__book__campaign=request.campaign)
        giving_back.pay_back(gift=gift, movement=get_object_or_404(lines, pk=_key(request, "movement")), author=role)
    else:
        raise Refused(Problem("act_unknown", "This page does not know what to do with the gift. Reload it and choose again."))


def _role(actor: Actor, gift: Gift) -> Role:
    return next((role for role in actor.roles if role.section_id == gift.donor.section_id), actor.roles[0])


def _may_ask(gift: Gift) -> bool:
    return gift.kind == "money" and gift.movement_id is not None and gift.entry_seq is not None and gift.returned_seq is None


def _key(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return None
