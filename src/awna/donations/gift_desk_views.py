"""The treasurer's page of gifts: each with its state; freeze, thaw, give back to its origin."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books.models import Movement
from awna.core.amounts import group_minor
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.kit.policies import Actor
from awna.parties.models import Role

from .models import Gift
from .models.freezes import GROUNDS, NOTE_CHARS_MAX
from .services import giving_back
from .services.freezing import ask_thaw, freeze_gift, freezes_of
from .services.valuation import valuations_of

ROWS_A_PAGE = 50
DONE = {
    "thaw": gettext_lazy("The stewards are asked to make the money of the gift available again."),
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
    frozen = freezes_of(list(page.object_list))
    rows = [
        {
            "frozen": frozen.get(gift.pk),
            "it": gift,
            "back": back.get(gift.pk),
            "worth": worth.get(gift.pk),
            "may_ask": _may_ask(gift) and gift.pk not in back,
        }
        for gift in page.object_list
    ]
    context = {"rows": rows, "page": page, "problems": problems, "title": _("Gifts")}
    return render(request, "donations/gifts_desk.html", context, status=422 if problems else 200)


class FreezeForm(forms.Form):
    """Why a gift is frozen."""

    ground = forms.ChoiceField(label=gettext_lazy("Why"), choices=GROUNDS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=NOTE_CHARS_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only the treasurer of your body reads this, such as the number of the court's letter."),
    )  # fmt: skip


def freeze(request: HttpRequest, slug: str, gift: UUID) -> HttpResponse:
    """Freeze one gift, with the reason."""
    actor = Actor(request.user, [role for role in request.actor.roles if role.name == "treasurer"])
    mine = Gift.objects.for_actor(actor).filter(donor__campaign=request.campaign).select_related("donor", "commodity", "book")
    found = get_object_or_404(mine, pk=gift)
    form = FreezeForm(request.POST or None)
    if form.is_valid():
        try:
            freeze_gift(gift=found, author=_role(actor, found), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(
                request, _("The gift is frozen. What lies of it is set aside, and no receipt is issued. The public sees only a sum that is not available.")
            )  # fmt: skip
            return redirect("gifts_desk", slug=slug)
    amount = f"{found.commodity.code} {group_minor(found.amount_minor, found.commodity.scale)}"
    return form_page(
        request, form=form, title=_("Freeze this gift"), submit=_("Freeze it"), desk=True, back=reverse("gifts_desk", kwargs={"slug": slug}),
        intro=_("%(amount)s of %(day)s. Its money can then be neither released nor sent on nor given back until the stewards thaw or refuse it.")
        % {"amount": amount, "day": date_format(found.received_on, "j M Y")},
    )  # fmt: skip


def _act(request: HttpRequest, actor: Actor, gift: Gift) -> None:
    role, act = _role(actor, gift), request.POST.get("act", "")
    if act == "thaw":
        ask_thaw(gift=gift, author=role)
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
